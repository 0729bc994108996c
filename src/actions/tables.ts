import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { uuid } from "../platform/columns";
import type { ActionId } from "../platform/ids";
import type { Change, EditAct } from "./types";

export const actions = sqliteTable(
  "actions",
  {
    groupNo: integer("group_no").notNull(),
    actionNo: integer("action_no").notNull(),
    id: uuid<ActionId>("id").notNull(),
    kind: text("kind").notNull(),
    slug: text("slug").notNull(),
    status: text("status", { enum: ["draft", "published", "closed"] }).notNull(),
    /** What the public reads. */
    title: text("title").notNull(),
    /** What organisers call it in lists; empty means the title. */
    internalTitle: text("internal_title").notNull().default(""),
    locale: text("locale", { enum: ["en", "fr", "es"] }).notNull(),
    /** Validated by the kind's `settings` schema on every write and read. */
    settings: text("settings", { mode: "json" }).$type<unknown>().notNull(),
    /** What the kind looked up for serving when it was last saved or published. */
    extra: text("extra", { mode: "json" }).$type<unknown>(),
    /** Raised by every edit; an organiser's save names the one it started from. */
    version: integer("version").notNull(),
    /** Raised by whatever changes the public page, comments too; the newest snapshot wins by it. */
    pageVersion: integer("page_version").notNull().default(1),
    /** An operator's brake: shown as "stopped", takes no more participations. */
    limitedAt: integer("limited_at"),
    createdBy: integer("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    publishedAt: integer("published_at"),
    closedAt: integer("closed_at"),
    /** What an API client said of an action it made, in the words of the API; null for those made here. */
    api: text("api", { mode: "json" }).$type<unknown>(),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.actionNo] }),
    uniqueIndex("actions_by_id").on(table.groupNo, table.id),
    // The API lists what was published, kind by kind.
    index("actions_by_kind")
      .on(table.groupNo, table.kind, table.actionNo)
      .where(sql`published_at IS NOT NULL`),
    // A browser that posts without a key names an action and nothing else.
    index("actions_by_uuid").on(table.id),
  ],
);

/** Every slug an action has or had: a renamed action keeps answering at its old address. */
export const actionSlugs = sqliteTable(
  "action_slugs",
  {
    groupNo: integer("group_no").notNull(),
    kind: text("kind").notNull(),
    slug: text("slug").notNull(),
    actionNo: integer("action_no").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.kind, table.slug] })],
);

/** Who changed what and when; one row an edit. */
export const actionEdits = sqliteTable(
  "action_edits",
  {
    groupNo: integer("group_no").notNull(),
    actionNo: integer("action_no").notNull(),
    version: integer("version").notNull(),
    /** 0 when the people who run the installation acted. */
    accountNo: integer("account_no").notNull(),
    editedAt: integer("edited_at").notNull(),
    act: text("act").$type<EditAct>().notNull(),
    changes: text("changes", { mode: "json" }).$type<Change[]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.actionNo, table.version] })],
);

/** Actions that are one and the same in different languages: those of one `setNo`, which is the number of the first. */
export const actionTranslations = sqliteTable(
  "action_translations",
  {
    groupNo: integer("group_no").notNull(),
    actionNo: integer("action_no").notNull(),
    setNo: integer("set_no").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.actionNo] }),
    index("action_translations_by_set").on(table.groupNo, table.setNo),
  ],
);

/** Questions kept for use in any action. An action has a copy, so that changing one here changes no page. */
export const questionLibrary = sqliteTable(
  "question_library",
  {
    groupNo: integer("group_no").notNull(),
    questionNo: integer("question_no").notNull(),
    label: text("label").notNull(),
    /** Validated by `askable` on every read. */
    question: text("question", { mode: "json" }).$type<unknown>().notNull(),
    createdBy: integer("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
    /** Out of the pick-list. */
    archivedAt: integer("archived_at"),
    /** For organisers alone. */
    note: text("note").notNull().default(""),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.questionNo] })],
);

import { integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { uuid } from "../platform/columns";
import type { TopicId } from "./types";

/** What a group writes about, so that somebody may leave one topic and stay on the list. Everybody has every topic until they refuse one. */
export const topics = sqliteTable(
  "topics",
  {
    groupNo: integer("group_no").notNull(),
    topicNo: integer("topic_no").notNull(),
    id: uuid<TopicId>("id").notNull(),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    /** The name in other languages, by language. */
    names: text("names", { mode: "json" }).$type<Record<string, string>>().notNull().default({}),
    position: integer("position").notNull(),
    createdAt: integer("created_at").notNull(),
    archivedAt: integer("archived_at"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.topicNo] }),
    uniqueIndex("topics_by_id").on(table.groupNo, table.id),
  ],
);

/** By topic first: the few who refuse one are a range, and one person's are a look for each topic. */
export const topicRefusals = sqliteTable(
  "topic_refusals",
  {
    groupNo: integer("group_no").notNull(),
    topicNo: integer("topic_no").notNull(),
    personNo: integer("person_no").notNull(),
    at: integer("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.topicNo, table.personNo] })],
);

/** What somebody on the list wishes of its mail. A row only for whoever wished for something. */
export const mailWishes = sqliteTable(
  "mail_wishes",
  {
    groupNo: integer("group_no").notNull(),
    personNo: integer("person_no").notNull(),
    /** No mailing before, in ms. */
    pausedUntil: integer("paused_until"),
    /** Mailings in seven days at most; the group's own cap holds too. */
    weeklyMax: integer("weekly_max"),
    at: integer("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.personNo] })],
);

import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { bytes } from "../platform/columns";

/** The groups whose changes are recorded: those that ever had an API key or a webhook. */
export const changeFeeds = sqliteTable("change_feeds", {
  groupNo: integer("group_no").primaryKey(),
  since: integer("since").notNull(),
});

/**
 * What changed, in the order in which it was committed and without holes: numbers and ids only, nothing personal. Outside of drains
 * triggers write it (migration 0040); a drain writes one row for each batch it stores. Docs: decisions/0042.
 */
export const changes = sqliteTable(
  "changes",
  {
    groupNo: integer("group_no").notNull(),
    changeNo: integer("change_no").notNull(),
    at: integer("at").notNull(),
    /** 0 a drained batch; else `whats` of `changes/types.ts` from 1. */
    what: integer("what").notNull(),
    /** 1 created, 2 updated, 3 deleted, 4 there again; null for a batch. */
    change: integer("change"),
    /** The number of what changed; of a participation and a batch its action's, of a tagging its tag's. */
    no: integer("no").notNull(),
    /** Of a person the email status they have now, where it changed. */
    personNo: integer("person_no"),
    /** Of a participation. */
    id: bytes("id"),
    /** How many rows a batch stored. */
    size: integer("size").notNull().default(1),
    /** What a batch stored: `{"tags": […], "rows": [[person, participation or null, bits], …]}`. */
    page: text("page"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.changeNo] })],
);

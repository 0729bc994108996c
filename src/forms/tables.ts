import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The last count of an action's answers, so that a page of results does not read a million rows again. */
export const formResults = sqliteTable(
  "form_results",
  {
    groupNo: integer("group_no").notNull(),
    actionNo: integer("action_no").notNull(),
    /** What was counted, by key and way; a count of other questions is no use. */
    asked: text("asked").notNull(),
    results: text("results", { mode: "json" }).$type<unknown>().notNull(),
    countedAt: integer("counted_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.actionNo] })],
);

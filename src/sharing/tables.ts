import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** About how often a variant was shown to somebody who acted ("shown"), and how often it was passed on each way. */
export const shareTallies = sqliteTable(
  "share_tallies",
  {
    groupNo: integer("group_no").notNull(),
    actionNo: integer("action_no").notNull(),
    /** The letter of the variant; empty where there is none. */
    variant: text("variant").notNull(),
    way: text("way").notNull(),
    count: integer("count").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.actionNo, table.variant, table.way] })],
);

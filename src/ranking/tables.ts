import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** A day whose mailings are ranked: each person gets only the first of those they match. No row: each mailing is for itself. */
export const rankedDays = sqliteTable(
  "ranked_days",
  {
    groupNo: integer("group_no").notNull(),
    /** By the group's clock: `2026-11-23`. */
    day: text("day").notNull(),
    /** Numbers of mailings, the first in rank first. Those of the day that are not named come after, as they start. */
    ranking: text("ranking", { mode: "json" }).$type<number[]>().notNull(),
    /** Raised by every change, which names the one it began from. */
    version: integer("version").notNull(),
    changedBy: integer("changed_by").notNull(),
    changedAt: integer("changed_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.day] })],
);

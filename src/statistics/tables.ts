import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * How far the participations of an action have been counted. A count made anew has the next number and is built beside the
 * one that is shown, which goes once the new one is whole.
 */
export const actionCounts = sqliteTable(
  "action_counts",
  {
    groupNo: integer("group_no").notNull(),
    actionNo: integer("action_no").notNull(),
    countNo: integer("count_no").notNull(),
    /** The zone whose days were counted. */
    timeZone: text("time_zone").notNull(),
    /** What the action's removals were when it began; with others it no longer holds. */
    removals: text("removals").notNull(),
    /** The last participation counted, in hexadecimal digits; empty before the first. */
    lastId: text("last_id").notNull(),
    /** Rows up to that one, removed ones included: rows that came late make more of them. */
    seen: integer("seen").notNull(),
    startedAt: integer("started_at").notNull(),
    /** When it first held everybody; it goes on growing after that. */
    finishedAt: integer("finished_at"),
    /** When the rows were last compared with `seen`. */
    comparedAt: integer("compared_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.actionNo, table.countNo] })],
);

/** What a count found on one day (2026-03-12, in the count's zone). */
export const actionDays = sqliteTable(
  "action_days",
  {
    groupNo: integer("group_no").notNull(),
    actionNo: integer("action_no").notNull(),
    countNo: integer("count_no").notNull(),
    day: text("day").notNull(),
    tally: text("tally", { mode: "json" }).$type<unknown>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.actionNo, table.countNo, table.day] })],
);

/** How often an action was opened on one day, in the zone the group had then. */
export const actionViews = sqliteTable(
  "action_views",
  {
    groupNo: integer("group_no").notNull(),
    actionNo: integer("action_no").notNull(),
    day: text("day").notNull(),
    pageViews: integer("page_views").notNull(),
    embedViews: integer("embed_views").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.actionNo, table.day] })],
);

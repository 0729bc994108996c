import { integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { uuid } from "../platform/columns";
import type { BreakdownId } from "./types";

/** Named reports that tell the people of a mailing apart. A mailing names one in its settings. */
export const breakdowns = sqliteTable(
  "breakdowns",
  {
    groupNo: integer("group_no").notNull(),
    breakdownNo: integer("breakdown_no").notNull(),
    id: uuid<BreakdownId>("id").notNull(),
    name: text("name").notNull(),
    /** Validated by `planSchema` on every write and read. */
    plan: text("plan", { mode: "json" }).$type<unknown>().notNull(),
    /** 1 of one at most: it is shown of every mailing that has none of its own. */
    isDefault: integer("is_default").notNull().default(0),
    revision: integer("revision").notNull().default(1),
    createdBy: integer("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedBy: integer("updated_by").notNull(),
    updatedAt: integer("updated_at").notNull(),
    removedAt: integer("removed_at"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.breakdownNo] }),
    uniqueIndex("breakdowns_by_id").on(table.groupNo, table.id),
  ],
);

/** What was counted of a sent mailing by a breakdown; kept and claimed as `mailing_results` is. */
export const breakdownCounts = sqliteTable(
  "breakdown_counts",
  {
    groupNo: integer("group_no").notNull(),
    mailingNo: integer("mailing_no").notNull(),
    breakdownNo: integer("breakdown_no").notNull(),
    /** The last whole count, a list of `LineCount`; null before there is one. */
    lines: text("lines"),
    /** Of which lines it is: another mark than theirs now is a count of something else. */
    mark: text("mark"),
    /** As of when, in ms: when the whole count began. */
    countedAt: integer("counted_at"),
    /** How long its statements took in all. */
    tookMs: integer("took_ms").notNull().default(0),
    /** A count under way, with how far it came. */
    growing: text("growing"),
    busyUntil: integer("busy_until").notNull().default(0),
    /** Raised by every claim; only the last one may write. */
    revision: integer("revision").notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.mailingNo, table.breakdownNo] })],
);

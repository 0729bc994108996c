import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * What was counted of a mailing, so that a page reads one row. `tally` and `totals` are the last whole count; `growing` is one under
 * way, with how far it came, which the next request takes further. Whoever counts has claimed it until `busyUntil`.
 */
export const mailingResults = sqliteTable(
  "mailing_results",
  {
    groupNo: integer("group_no").notNull(),
    mailingNo: integer("mailing_no").notNull(),
    tally: text("tally"),
    /** The few numbers of it that lists of mailings show. */
    totals: text("totals"),
    /** As of when, in ms: when the whole count began. */
    countedAt: integer("counted_at"),
    /** How long its statements took in all. */
    tookMs: integer("took_ms").notNull().default(0),
    growing: text("growing"),
    beganAt: integer("began_at"),
    busyUntil: integer("busy_until").notNull().default(0),
    /** Raised by every claim; only the last one may write. */
    revision: integer("revision").notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.mailingNo] })],
);

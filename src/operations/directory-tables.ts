import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { uuid } from "../platform/columns";
import type { ActionId } from "../platform/ids";

/** Messages that ran out of retries. They stay here until an operator replays or discards them. */
export const deadLetters = sqliteTable("dead_letters", {
  deadNo: integer("dead_no").primaryKey({ autoIncrement: true }),
  queue: text("queue").notNull(),
  /** Queue messages are delivered at least once; the id keeps a redelivery from showing twice. */
  messageId: text("message_id").notNull().unique(),
  body: text("body").notNull(),
  diedAt: integer("died_at").notNull(),
  replayedAt: integer("replayed_at"),
  discardedAt: integer("discarded_at"),
});

export const abuseReports = sqliteTable(
  "abuse_reports",
  {
    reportNo: integer("report_no").primaryKey({ autoIncrement: true }),
    groupNo: integer("group_no").notNull(),
    actionId: uuid<ActionId>("action_id"),
    /** Set when a mailing is reported, and no page. */
    mailingNo: integer("mailing_no"),
    url: text("url").notNull(),
    reason: text("reason").notNull(),
    detail: text("detail").notNull(),
    reportedAt: integer("reported_at").notNull(),
    settledAt: integer("settled_at"),
    settledBy: integer("settled_by"),
    outcome: text("outcome", { enum: ["dismissed", "action_limited", "group_limited", "group_suspended"] }),
  },
  (table) => [index("abuse_reports_open").on(table.settledAt, table.reportNo)],
);

import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { bytes, uuid } from "../platform/columns";
import type { AnswerId, ReplyId } from "./types";

/** What was reported of a copy, once a report. Few: of a hundred mails one or two come back. */
export const mailReturns = sqliteTable(
  "mail_returns",
  {
    groupNo: integer("group_no").notNull(),
    mailingNo: integer("mailing_no").notNull(),
    personNo: integer("person_no").notNull(),
    /** First 8 bytes of SHA-256 of the report's id. */
    event: bytes("event").notNull(),
    /** 1 hard, 2 soft, 3 delay, 4 complaint, 5 delivered (only of somebody whose mail came back before). */
    kind: integer("kind").notNull(),
    fault: text("fault").notNull(),
    /** In the server's own words. */
    reason: text("reason").notNull(),
    at: integer("at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.mailingNo, table.personNo, table.event] }),
    index("mail_returns_by_person").on(table.groupNo, table.personNo, table.at),
    index("mail_returns_by_time").on(table.groupNo, table.at),
  ],
);

/** How many came back in a day, by who keeps the mailbox and why: an early warning. */
export const mailReturnCounts = sqliteTable(
  "mail_return_counts",
  {
    groupNo: integer("group_no").notNull(),
    /** Days since 1970, UTC. */
    day: integer("day").notNull(),
    provider: text("provider").notNull(),
    kind: integer("kind").notNull(),
    fault: text("fault").notNull(),
    count: integer("count").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.day, table.provider, table.kind, table.fault] })],
);

/** What people answered to a mailing. */
export const mailReplies = sqliteTable(
  "mail_replies",
  {
    groupNo: integer("group_no").notNull(),
    replyNo: integer("reply_no").notNull(),
    id: uuid<ReplyId>("id").notNull(),
    /** The hash of the mail: the same one handed over twice is one answer. */
    event: bytes("event").notNull(),
    personNo: integer("person_no"),
    mailingNo: integer("mailing_no"),
    fromEmail: text("from_email").notNull(),
    fromName: text("from_name").notNull(),
    subject: text("subject").notNull(),
    text: text("text").notNull(),
    /** R2 key of the whole mail, "" when it could not be kept. */
    raw: text("raw").notNull(),
    fileCount: integer("file_count").notNull(),
    at: integer("at").notNull(),
    doneAt: integer("done_at"),
    doneBy: integer("done_by"),
    assignedTo: integer("assigned_to"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.replyNo] }),
    uniqueIndex("mail_replies_by_event").on(table.groupNo, table.event),
    uniqueIndex("mail_replies_by_id").on(table.groupNo, table.id),
  ],
);

/** What a group wrote back. */
export const mailAnswers = sqliteTable(
  "mail_answers",
  {
    groupNo: integer("group_no").notNull(),
    replyNo: integer("reply_no").notNull(),
    /** Of the form it was written in. */
    id: uuid<AnswerId>("id").notNull(),
    text: text("text").notNull(),
    accountNo: integer("account_no").notNull(),
    at: integer("at").notNull(),
    /** When it was put on its way; null when that failed. */
    sentAt: integer("sent_at"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.replyNo, table.id] })],
);

/** How a group parts from those who no longer read. A group without a row does not. */
export const sunsetRules = sqliteTable("sunset_rules", {
  groupNo: integer("group_no").primaryKey(),
  months: integer("months").notNull(),
  graceDays: integer("grace_days").notNull(),
  isDryRun: integer("is_dry_run").notNull(),
  isOn: integer("is_on").notNull(),
  savedBy: integer("saved_by").notNull(),
  savedAt: integer("saved_at").notNull(),
});

/** Every time it was applied to everybody, with what it came to. */
export const sunsetRuns = sqliteTable(
  "sunset_runs",
  {
    groupNo: integer("group_no").notNull(),
    /** The number of its long work. */
    runNo: integer("run_no").notNull(),
    startedAt: integer("started_at").notNull(),
    finishedAt: integer("finished_at"),
    isDryRun: integer("is_dry_run").notNull(),
    engaged: integer("engaged").notNull(),
    silent: integer("silent").notNull(),
    tagged: integer("tagged").notNull(),
    untagged: integer("untagged").notNull(),
    unsubscribed: integer("unsubscribed").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.runNo] })],
);

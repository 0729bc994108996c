import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * How engaged each person is (docs/engagement.md) and how they last stood on the mailing list, as the sweep of the group found
 * them (`sweep.ts`). One row for each person that a sweep has met; someone who came since has none yet and counts as level 0.
 */
export const peopleScores = sqliteTable(
  "people_scores",
  {
    groupNo: integer("group_no").notNull(),
    personNo: integer("person_no").notNull(),
    score: integer("score").notNull(),
    /** 0 quiet, 1 warm, 2 active, 3 core: `levels` in types.ts. */
    level: integer("level").notNull(),
    /** `people.email_status` when last met; 5 erased, 6 merged into somebody else. */
    status: integer("status").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.personNo] })],
);

/**
 * How many joined and left the mailing list on a day, and why. Written in the transaction in which `people_scores` takes note of
 * the change, so each change is counted once, and gains less losses is always the number of people met as subscribed.
 */
export const listDays = sqliteTable(
  "list_days",
  {
    groupNo: integer("group_no").notNull(),
    /** Days since 1970 in the group's time zone. */
    day: integer("day").notNull(),
    /** `listChanges` in types.ts */
    change: integer("change").notNull(),
    /** What made them leave, as `people.email_status_cause` has it; "" where the change says it all. */
    cause: text("cause").notNull(),
    peopleCount: integer("people_count").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.day, table.change, table.cause] })],
);

/** What brought people who are new to the group: the action (0 for none) and the source code, by the day they came. */
export const sourceDays = sqliteTable(
  "source_days",
  {
    groupNo: integer("group_no").notNull(),
    day: integer("day").notNull(),
    actionNo: integer("action_no").notNull(),
    source: text("source").notNull(),
    peopleCount: integer("people_count").notNull(),
    subscribedCount: integer("subscribed_count").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.day, table.actionNo, table.source] })],
);

/** Who gets the group's numbers by mail, and for which period they last did. */
export const reportMails = sqliteTable(
  "report_mails",
  {
    groupNo: integer("group_no").notNull(),
    accountNo: integer("account_no").notNull(),
    /** "week" or "month" */
    every: text("every", { enum: ["week", "month"] }).notNull(),
    /** The last day of the period that was mailed last (2026-03-12), "" before the first. Claimed before the mail is queued. */
    mailedUpTo: text("mailed_up_to").notNull().default(""),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.accountNo] })],
);

/** Up to four figures that a member wants to see on the group's home, in this order. */
export const reportHighlights = sqliteTable(
  "report_highlights",
  {
    groupNo: integer("group_no").notNull(),
    accountNo: integer("account_no").notNull(),
    figures: text("figures", { mode: "json" }).$type<string[]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.accountNo] })],
);

import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { uuid } from "../platform/columns";
import type { ParticipationId } from "../platform/ids";

/** Who came, as the hosts noted it at the door: to which shift, or "" where there are none. */
export const eventAttendances = sqliteTable(
  "event_attendances",
  {
    groupNo: integer("group_no").notNull(),
    actionNo: integer("action_no").notNull(),
    personNo: integer("person_no").notNull(),
    shift: text("shift").notNull().default(""),
    arrivedAt: integer("arrived_at").notNull(),
    accountNo: integer("account_no").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.actionNo, table.personNo, table.shift] })],
);

/**
 * The truth about each reminder and notice; a queue message is only a hint to look here. `occasion` tells one cause from
 * the next: the moment a mail was due, so that a moved event reminds again. States as in `receipts`.
 */
export const eventNotices = sqliteTable(
  "event_notices",
  {
    groupNo: integer("group_no").notNull(),
    actionNo: integer("action_no").notNull(),
    notice: integer("notice").notNull(),
    occasion: integer("occasion").notNull(),
    personNo: integer("person_no").notNull(),
    /** 1 claimed, 2 sent, 3 refused for good, 4 capped, 5 unknown, 6 waiting to be tried again. */
    state: integer("state").notNull(),
    claimedAt: integer("claimed_at").notNull(),
    settledAt: integer("settled_at"),
    attempts: integer("attempts").notNull().default(1),
    reason: text("reason"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.actionNo, table.notice, table.occasion, table.personNo] }),
  ],
);

/** When and where a live event is, and what those who replied before believe (`factsOf`); told only when an organiser says so. */
export const eventChanges = sqliteTable(
  "event_changes",
  {
    groupNo: integer("group_no").notNull(),
    actionNo: integer("action_no").notNull(),
    known: text("known").notNull(),
    now: text("now").notNull(),
    changedAt: integer("changed_at").notNull(),
    tellingAt: integer("telling_at"),
    note: text("note").notNull().default(""),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.actionNo] })],
);

/** The dates of a series and the events they have become; a date is taken once, however often the form is sent. */
export const eventSeries = sqliteTable(
  "event_series",
  {
    groupNo: integer("group_no").notNull(),
    series: text("series").notNull(),
    startsAt: text("starts_at").notNull(),
    actionNo: integer("action_no"),
    claimedAt: integer("claimed_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.series, table.startsAt] })],
);

/** What became of each offer to host an event of a campaign; an offer without a row waits for somebody to read it. */
export const eventHostings = sqliteTable(
  "event_hostings",
  {
    groupNo: integer("group_no").notNull(),
    campaignNo: integer("campaign_no").notNull(),
    /** The participation in the campaign that is the offer. */
    id: uuid<ParticipationId>("id").notNull(),
    /** 1 taken up, 2 turned down. */
    state: integer("state").notNull(),
    /** The event it has become. */
    actionNo: integer("action_no"),
    /** 0 where the campaign takes every offer. */
    accountNo: integer("account_no").notNull(),
    decidedAt: integer("decided_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.campaignNo, table.id] })],
);

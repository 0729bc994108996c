import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { uuid } from "../platform/columns";
import type { LeaveReason, TopicId } from "./types";

/** What a group writes about, so that somebody may leave one topic and stay on the list. Everybody has every topic until they refuse one. */
export const topics = sqliteTable(
  "topics",
  {
    groupNo: integer("group_no").notNull(),
    topicNo: integer("topic_no").notNull(),
    id: uuid<TopicId>("id").notNull(),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    /** The name in other languages, by language. */
    names: text("names", { mode: "json" }).$type<Record<string, string>>().notNull().default({}),
    position: integer("position").notNull(),
    createdAt: integer("created_at").notNull(),
    archivedAt: integer("archived_at"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.topicNo] }),
    uniqueIndex("topics_by_id").on(table.groupNo, table.id),
  ],
);

/** By topic first: the few who refuse one are a range, and one person's are a look for each topic. */
export const topicRefusals = sqliteTable(
  "topic_refusals",
  {
    groupNo: integer("group_no").notNull(),
    topicNo: integer("topic_no").notNull(),
    personNo: integer("person_no").notNull(),
    at: integer("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.topicNo, table.personNo] })],
);

/** What somebody on the list wishes of its mail. A row only for whoever wished for something. */
export const mailWishes = sqliteTable(
  "mail_wishes",
  {
    groupNo: integer("group_no").notNull(),
    personNo: integer("person_no").notNull(),
    /** No mailing before, in ms. */
    pausedUntil: integer("paused_until"),
    /** Mailings in seven days at most; the group's own cap holds too. */
    weeklyMax: integer("weekly_max"),
    at: integer("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.personNo] })],
);

/**
 * Who left, or asked for less, because of which mailing (0 for none) and why. One row a person and mailing: whoever changes their
 * mind on the page changes the row.
 */
export const departures = sqliteTable(
  "departures",
  {
    groupNo: integer("group_no").notNull(),
    mailingNo: integer("mailing_no").notNull(),
    personNo: integer("person_no").notNull(),
    /** In s. */
    atS: integer("at_s").notNull(),
    /** How they said so: `leaveWays` of types.ts. */
    way: integer("way").notNull(),
    /** What they chose: `leaveChoices` of types.ts. */
    choice: integer("choice").notNull(),
    /** One of `leaveReasons`; null when none was given. */
    reason: text("reason").$type<LeaveReason>(),
    /** In their own words. */
    comment: text("comment"),
    /** The variant they had got; null for the first. */
    variantNo: integer("variant_no"),
    /** When they came back by the link on the last page, in s. */
    backS: integer("back_s"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.mailingNo, table.personNo] })],
);

/** Whom a group with double opt-in asked to confirm, one row a person. */
export const confirmations = sqliteTable(
  "confirmations",
  {
    groupNo: integer("group_no").notNull(),
    personNo: integer("person_no").notNull(),
    /** Where they said yes. */
    actionNo: integer("action_no").notNull(),
    askedAt: integer("asked_at").notNull(),
    /** Mails handed over so far, the first one too. */
    mailCount: integer("mail_count").notNull(),
    /** When to remind them, in ms; null for never. */
    nextAt: integer("next_at"),
    /** 1 yes, 2 no; null while they have not answered. */
    answer: integer("answer"),
    answeredAt: integer("answered_at"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.personNo] }),
    index("confirmations_due").on(table.nextAt).where(sql`next_at IS NOT NULL`),
  ],
);

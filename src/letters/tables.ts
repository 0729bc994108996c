import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * The truth about each letter: one participation to one target. A row is claimed before the mail is handed over and
 * settled after, so that whatever is killed or repeated sends no letter twice.
 */
export const letters = sqliteTable(
  "letters",
  {
    groupNo: integer("group_no").notNull(),
    actionNo: integer("action_no").notNull(),
    personNo: integer("person_no").notNull(),
    nth: integer("nth").notNull(),
    /** The target's key. */
    target: text("target").notNull(),
    /** `letterStates` names them. */
    state: integer("state").notNull(),
    /** From when on a waiting one may be sent, in ms. */
    dueAt: integer("due_at").notNull(),
    attempts: integer("attempts").notNull().default(0),
    claimedAt: integer("claimed_at"),
    /** The day it was claimed on, counted from 1970 in UTC, for the cap; 0 before. */
    day: integer("day").notNull().default(0),
    settledAt: integer("settled_at"),
    reason: text("reason"),
    /** Of a sent one: names the mail it went in, for what the provider reports of it later (`messageKey`). */
    messageKey: integer("message_key"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.actionNo, table.personNo, table.nth, table.target] }),
    // The provider's report names a mail and no group, so this index begins with the mail.
    index("letters_by_message").on(table.messageKey).where(sql`message_key IS NOT NULL`),
    index("letters_by_target").on(table.groupNo, table.actionNo, table.target, table.state, table.day),
    // Only what is under way is in it; a query must say `state IN (1, 2)` for SQLite to see that it may use it.
    index("letters_open")
      .on(table.groupNo, table.actionNo, table.state, table.dueAt)
      .where(sql`state IN (1, 2)`),
  ],
);

/** Who letters of an action went to. The address here is the one that is used, so that a correction reaches what waits. */
export const letterTargets = sqliteTable(
  "letter_targets",
  {
    groupNo: integer("group_no").notNull(),
    actionNo: integer("action_no").notNull(),
    target: text("target").notNull(),
    name: text("name").notNull(),
    title: text("title").notNull(),
    office: text("office").notNull(),
    email: text("email").notNull(),
    /** When the provider said that the address does not work; nothing more is sent there until an organiser says so. */
    bouncedAt: integer("bounced_at"),
    /** Mails that came back since an organiser last said that the address works, and why the last one did. */
    bounces: integer("bounces").notNull().default(0),
    bounceReason: text("bounce_reason"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.actionNo, table.target] })],
);

/** The organiser's texts as they stood, once each, so that a letter nobody changed is stored as 16 characters. */
export const letterTexts = sqliteTable(
  "letter_texts",
  {
    groupNo: integer("group_no").notNull(),
    hash: text("hash").notNull(),
    subject: text("subject").notNull(),
    body: text("body").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.hash] })],
);

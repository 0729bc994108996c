import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { uuid } from "../platform/columns";
import type { MailingId } from "./types";

export const mailings = sqliteTable(
  "mailings",
  {
    groupNo: integer("group_no").notNull(),
    mailingNo: integer("mailing_no").notNull(),
    id: uuid<MailingId>("id").notNull(),
    subject: text("subject").notNull(),
    /** What organisers call it in lists; empty means the subject. */
    internalTitle: text("internal_title").notNull().default(""),
    status: text("status", {
      enum: ["draft", "preparing", "sending", "paused", "sent", "stopped"],
    }).notNull(),
    createdBy: integer("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    /** When the first message of it left. */
    sentAt: integer("sent_at"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.mailingNo] }),
    uniqueIndex("mailings_by_id").on(table.groupNo, table.id),
    // "Mailed lately" and a person's timeline begin with the mailings of some days.
    index("mailings_by_sent").on(table.groupNo, table.sentAt),
  ],
);

/**
 * Whom a mailing is for, one narrow row each. By mailing first: pages of a delivery, its numbers and "who got it" are ranges.
 * A person's mail is one look for each mailing of the group, of which there are some hundreds; an index by person would cost
 * as much again as the table.
 */
export const mailingRecipients = sqliteTable(
  "mailing_recipients",
  {
    groupNo: integer("group_no").notNull(),
    mailingNo: integer("mailing_no").notNull(),
    personNo: integer("person_no").notNull(),
    /** 1 waiting, 2 claimed, 3 sent, 4 left out, 5 failed, 6 unknown; `recipientStatus` names them. */
    status: integer("status").notNull(),
    /** Why somebody was left out or failed; null otherwise, which costs nothing. */
    reason: integer("reason"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.mailingNo, table.personNo] })],
);

/**
 * What became of a mail that was opened or clicked: one row a person and mailing, of about 20 bytes. Moments are in seconds
 * (4 bytes; ms would be 6). Keyed as recipients are, and for the same reason.
 */
export const mailEvents = sqliteTable(
  "mail_events",
  {
    groupNo: integer("group_no").notNull(),
    mailingNo: integer("mailing_no").notNull(),
    personNo: integer("person_no").notNull(),
    /** When it was first opened by a person, in s; null when only a machine did, or it was clicked without. */
    openedS: integer("opened_s"),
    /** When a link of it was first clicked, in s. */
    clickedS: integer("clicked_s"),
    /** Bits: 1 a machine opened it. Null, which costs nothing, for none. */
    flags: integer("flags"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.mailingNo, table.personNo] })],
);

/**
 * When somebody last opened or clicked any mail, in s: the highest moments of their rows of `mail_events`, written in the
 * batch that writes those. "Opened something in the last 90 days" reads this and not every mail of some years.
 */
export const mailReaders = sqliteTable(
  "mail_readers",
  {
    groupNo: integer("group_no").notNull(),
    personNo: integer("person_no").notNull(),
    openedS: integer("opened_s"),
    clickedS: integer("clicked_s"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.personNo] })],
);

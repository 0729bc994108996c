import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Tests of a mailing: how many somebody asked for, and how many were sent. No row: neither. */
export const mailingProofs = sqliteTable(
  "mailing_proofs",
  {
    groupNo: integer("group_no").notNull(),
    mailingNo: integer("mailing_no").notNull(),
    /** Null while nobody asked. */
    wanted: integer("wanted"),
    /** A day by the group's clock, `2026-11-23`; null for any. */
    wantedBy: text("wanted_by"),
    /** To how many addresses a test went, each time counted. */
    sent: integer("sent").notNull().default(0),
    sentAt: integer("sent_at"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.mailingNo] })],
);

import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { uuid } from "../platform/columns";
import type { InboundKind, KeptMailId } from "./types";

/** Incoming mail that nothing could be made of, until an operator has seen it. The mail itself is in R2. */
export const keptMails = sqliteTable(
  "kept_mails",
  {
    mailNo: integer("mail_no").primaryKey({ autoIncrement: true }),
    id: uuid<KeptMailId>("id").notNull().unique(),
    at: integer("at").notNull(),
    fromEmail: text("from_email").notNull(),
    toEmail: text("to_email").notNull(),
    subject: text("subject").notNull(),
    /** Why nothing could be made of it, in one word. */
    cause: text("cause").notNull(),
    size: integer("size").notNull(),
    raw: text("raw").notNull(),
    /** The group whose mail it seems to be about. */
    groupNo: integer("group_no"),
    settledAt: integer("settled_at"),
    settledBy: integer("settled_by"),
  },
  (table) => [index("kept_mails_by_time").on(table.at)],
);

/** What came in, by day and kind. */
export const inboundCounts = sqliteTable(
  "inbound_counts",
  {
    day: integer("day").notNull(),
    kind: text("kind").$type<InboundKind>().notNull(),
    count: integer("count").notNull(),
  },
  (table) => [primaryKey({ columns: [table.day, table.kind] })],
);

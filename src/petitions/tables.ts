import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** What happened to a petition after people signed it. Rows are never deleted: taking one off the page can be undone. */
export const petitionUpdates = sqliteTable(
  "petition_updates",
  {
    groupNo: integer("group_no").notNull(),
    actionNo: integer("action_no").notNull(),
    updateNo: integer("update_no").notNull(),
    sort: text("sort", { enum: ["news", "delivery", "response", "victory"] }).notNull(),
    title: text("title").notNull(),
    bodySource: text("body_source").notNull(),
    bodyHtml: text("body_html").notNull(),
    /** Whose response it is. */
    saidBy: text("said_by").notNull().default(""),
    /** A date (YYYY-MM-DD) at the place of the group. */
    happenedOn: text("happened_on"),
    /** How many signatures were handed over, or there were when it was won. */
    signatureCount: integer("signature_count"),
    /** The mailing that brings it to those who signed, once somebody has begun one. */
    mailingNo: integer("mailing_no"),
    postedBy: integer("posted_by").notNull(),
    postedAt: integer("posted_at").notNull(),
    removedBy: integer("removed_by"),
    removedAt: integer("removed_at"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.actionNo, table.updateNo] })],
);

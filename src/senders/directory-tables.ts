import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** A domain a group sends its mailings from, once its DNS says so. */
export const sendingDomains = sqliteTable(
  "sending_domains",
  {
    domainNo: integer("domain_no").primaryKey({ autoIncrement: true }),
    groupNo: integer("group_no").notNull(),
    domain: text("domain").notNull(),
    /** The selector and the public key of its DKIM record, and what the provider calls it. */
    detail: text("detail", { mode: "json" }).$type<Record<string, string>>().notNull(),
    /** What was found when it was last looked at: spf, dkim, dmarc and mx, each "found", "missing" or "wrong". */
    found: text("found", { mode: "json" }).$type<Record<string, string>>().notNull(),
    createdAt: integer("created_at").notNull(),
    checkedAt: integer("checked_at"),
    verifiedAt: integer("verified_at"),
    removedAt: integer("removed_at"),
  },
  (table) => [
    index("sending_domains_by_group").on(table.groupNo),
    // Whoever proves it has it: two groups may ask for the same one, one is verified.
    uniqueIndex("sending_domains_verified")
      .on(table.domain)
      .where(sql`verified_at IS NOT NULL AND removed_at IS NULL`),
  ],
);

/** What an installation allows a group to mail. A group without a row has the quota of a new one. */
export const sendingQuotas = sqliteTable("sending_quotas", {
  groupNo: integer("group_no").primaryKey(),
  /** Mails a day; it grows with good behaviour. */
  dailyMax: integer("daily_max").notNull(),
  /** When an operator allowed its first big send; null: that is still to come. */
  approvedAt: integer("approved_at"),
  approvedBy: integer("approved_by"),
  /** Set by an operator: it grows and shrinks no more by itself. */
  isFixed: integer("is_fixed").notNull().default(0),
  updatedAt: integer("updated_at").notNull(),
});

/** How many mails an hour one mailbox provider may get from a group's domain, where somebody of the group has said so. */
export const sendingPaces = sqliteTable(
  "sending_paces",
  {
    groupNo: integer("group_no").notNull(),
    /** The sending domain; "" for the platform's. */
    domain: text("domain").notNull(),
    /** One of `namedMailboxes`. */
    mailbox: text("mailbox").notNull(),
    hourlyMax: integer("hourly_max").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.domain, table.mailbox] })],
);

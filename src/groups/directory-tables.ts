import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { uuid } from "../platform/columns";
import type { GroupId, InvitationId } from "../platform/ids";
import type { GroupSettings, Look } from "./types";

export const groups = sqliteTable("groups", {
  groupNo: integer("group_no").primaryKey({ autoIncrement: true }),
  id: uuid<GroupId>("id").notNull().unique(),
  slug: text("slug").notNull().unique(),
  name: text("name").notNull(),
  /** The binding of the one shard that holds all of the group's rows, such as "SHARD_00". */
  shard: text("shard").notNull(),
  /** Where its objects must live by law: "eu", "us", "fedramp", or "" for anywhere. */
  jurisdiction: text("jurisdiction", { enum: ["", "eu", "us", "fedramp"] })
    .notNull()
    .default(""),
  timeZone: text("time_zone").notNull(),
  /** ISO 4217 */
  currency: text("currency").notNull(),
  locale: text("locale", { enum: ["en", "fr", "es"] }).notNull(),
  /** ISO 3166-1 alpha-2 */
  country: text("country").notNull(),
  postalAddress: text("postal_address").notNull().default(""),
  status: text("status", { enum: ["active", "limited", "suspended"] })
    .notNull()
    .default("active"),
  settings: text("settings", { mode: "json" }).$type<GroupSettings>().notNull(),
  createdAt: integer("created_at").notNull(),
});

export const memberships = sqliteTable(
  "memberships",
  {
    groupNo: integer("group_no").notNull(),
    accountNo: integer("account_no").notNull(),
    role: text("role", { enum: ["owner", "administrator", "organiser"] }).notNull(),
    createdAt: integer("created_at").notNull(),
    /** How many people a mailing they send may have; null: what the role allows. */
    mailCeiling: integer("mail_ceiling"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.accountNo] }),
    index("memberships_by_account").on(table.accountNo),
  ],
);

export const invitations = sqliteTable(
  "invitations",
  {
    id: uuid<InvitationId>("id").primaryKey(),
    groupNo: integer("group_no").notNull(),
    email: text("email").notNull(),
    emailKey: text("email_key").notNull(),
    role: text("role", { enum: ["owner", "administrator", "organiser"] }).notNull(),
    invitedBy: integer("invited_by").notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    acceptedAt: integer("accepted_at"),
    cancelledAt: integer("cancelled_at"),
  },
  (table) => [
    /** One open invitation per address and group, so that a double click sends one and an answer settles it. */
    uniqueIndex("invitations_open")
      .on(table.groupNo, table.emailKey)
      .where(sql`accepted_at IS NULL AND cancelled_at IS NULL`),
  ],
);

export const hostnames = sqliteTable(
  "hostnames",
  {
    host: text("host").primaryKey(),
    groupNo: integer("group_no").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [index("hostnames_by_group").on(table.groupNo)],
);

/** Append-only: triggers in the migration refuse updates and deletes. */
export const auditLog = sqliteTable(
  "audit_log",
  {
    auditNo: integer("audit_no").primaryKey({ autoIncrement: true }),
    /** Null for an act on the installation itself. */
    groupNo: integer("group_no"),
    /** Null when the software acted. */
    accountNo: integer("account_no"),
    act: text("act").notNull(),
    /** The id or slug of what was acted upon. */
    subject: text("subject").notNull().default(""),
    detail: text("detail", { mode: "json" }).$type<Record<string, unknown>>().notNull(),
    at: integer("at").notNull(),
  },
  (table) => [index("audit_log_by_group").on(table.groupNo, table.auditNo)],
);

/**
 * What a group's pages look like as its organisers wrote it: in the making, shown now, and before that. What pages are made
 * with is in `groups.settings`.
 */
export const groupLooks = sqliteTable("group_looks", {
  groupNo: integer("group_no").primaryKey(),
  draft: text("draft", { mode: "json" }).$type<Look | null>(),
  live: text("live", { mode: "json" }).$type<Look | null>(),
  previous: text("previous", { mode: "json" }).$type<Look | null>(),
});

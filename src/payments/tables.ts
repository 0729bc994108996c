import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { bytes, uuid } from "../platform/columns";
import type { PaymentId } from "./types";

/** One row for each charge that was asked for. Its id is also the participation's, which is how a charge counts once. */
export const payments = sqliteTable(
  "payments",
  {
    groupNo: integer("group_no").notNull(),
    id: uuid<PaymentId>("id").notNull(),
    actionNo: integer("action_no").notNull(),
    provider: text("provider").notNull(),
    account: text("account").notNull(),
    /** The provider's page that was opened for it, and the charge that came of it. */
    session: text("session"),
    ref: text("ref"),
    subscriptionId: uuid<PaymentId>("subscription_id"),
    /** In the currency's smallest unit. What is charged is both together. */
    amount: integer("amount").notNull(),
    feeCover: integer("fee_cover").notNull().default(0),
    currency: text("currency").notNull(),
    /** "" for a gift given once. */
    interval: text("interval").notNull().default(""),
    /** `paymentStates`; it only ever rises, so news may come in any order. */
    state: integer("state").notNull(),
    /** `PaymentOrder` as JSON: for whom to record it, and what the kind keeps of it. */
    order: text("order").notNull(),
    /** What the supporter answered, as JSON; emptied once the row of `participations` holds it. */
    participation: text("participation"),
    createdAt: integer("created_at").notNull(),
    paidAt: integer("paid_at"),
    /** When it was recorded and everything that follows was done. */
    settledAt: integer("settled_at"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.id] }),
    uniqueIndex("payments_by_ref").on(table.groupNo, table.provider, table.ref).where(sql`ref IS NOT NULL`),
    index("payments_by_action").on(table.groupNo, table.actionNo, table.id).where(sql`paid_at IS NOT NULL`),
  ],
);

/** A gift that is given again and again. Its id is that of its first payment. */
export const subscriptions = sqliteTable(
  "subscriptions",
  {
    groupNo: integer("group_no").notNull(),
    id: uuid<PaymentId>("id").notNull(),
    actionNo: integer("action_no").notNull(),
    provider: text("provider").notNull(),
    account: text("account").notNull(),
    ref: text("ref").notNull(),
    amount: integer("amount").notNull(),
    feeCover: integer("fee_cover").notNull().default(0),
    currency: text("currency").notNull(),
    interval: text("interval").notNull(),
    /** `subscriptionStates` */
    state: integer("state").notNull(),
    nextAt: integer("next_at"),
    order: text("order").notNull(),
    /** Each later charge is recorded with the same answer. */
    participation: text("participation").notNull(),
    createdAt: integer("created_at").notNull(),
    /** When the provider was asked for what this row says; an older answer changes nothing. */
    readAt: integer("read_at").notNull(),
    /** When it was paused because the group was suspended; null when it was not. */
    heldAt: integer("held_at"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.id] }),
    uniqueIndex("subscriptions_by_ref").on(table.groupNo, table.provider, table.ref),
    index("subscriptions_by_action").on(table.groupNo, table.actionNo, table.id),
  ],
);

/**
 * What happened to money, one line each, never changed and never removed (triggers in the migration refuse it). The key
 * is made of the provider's own ids, so a fact heard twice is one line; every sum is a sum of lines.
 */
export const ledgerEntries = sqliteTable(
  "ledger_entries",
  {
    groupNo: integer("group_no").notNull(),
    key: text("key").notNull(),
    paymentId: bytes("payment_id").notNull(),
    actionNo: integer("action_no").notNull(),
    /** `entryKinds` */
    kind: integer("kind").notNull(),
    /** Signed from the group's side, in the currency's smallest unit. */
    amount: integer("amount").notNull(),
    currency: text("currency").notNull(),
    occurredAt: integer("occurred_at").notNull(),
    notedAt: integer("noted_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.key] }),
    index("ledger_entries_by_payment").on(table.groupNo, table.paymentId),
  ],
);

/** The ledger's sums by action, kept by a trigger in the transaction of each line, so that a page reads a few rows. */
export const ledgerTotals = sqliteTable(
  "ledger_totals",
  {
    groupNo: integer("group_no").notNull(),
    actionNo: integer("action_no").notNull(),
    currency: text("currency").notNull(),
    kind: integer("kind").notNull(),
    amount: integer("amount").notNull(),
    entryCount: integer("entry_count").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.actionNo, table.currency, table.kind] })],
);

/** Each mail about a payment, claimed before it is queued. A claim that was not followed by the mail is taken again. */
export const paymentMails = sqliteTable(
  "payment_mails",
  {
    groupNo: integer("group_no").notNull(),
    paymentId: bytes("payment_id").notNull(),
    purpose: text("purpose").notNull(),
    claimedAt: integer("claimed_at").notNull(),
    sentAt: integer("sent_at"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.paymentId, table.purpose] })],
);

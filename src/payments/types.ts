import { z } from "zod";
import type { Group } from "../groups/types";
import type { IntakeTarget, Participation } from "../intake/types";
import type { Id } from "../platform/ids";
import type { Money } from "../platform/money";
import type { Interval } from "../platform/payments/types";

export type PaymentId = Id<"payment">;

/** How long the provider's page stays open. Stripe allows 30 minutes to 24 hours. */
export const CHECKOUT_MS = 2 * 3_600_000;
export const PAYMENTS_PAGE_SIZE = 50;
/** Mails about one turn of a regular gift that could not be taken; the provider goes on trying by itself. */
export const RECOVERY_MAILS_MAX = 3;

/** A later state is never left for an earlier one: a declined card may be followed by one that works, not the reverse. */
export const paymentStates = { open: 1, processing: 2, failed: 3, paid: 4 } as const;
export type PaymentState = keyof typeof paymentStates;

export const subscriptionStates = { waiting: 0, active: 1, past_due: 2, paused: 3, ended: 4 } as const;
export type SubscriptionState = keyof typeof subscriptionStates;

/** What is kept with a payment until it is recorded, and with a subscription for its later charges. */
export type PaymentOrder = {
  target: IntakeTarget;
  /** Where the supporter was: their part of the world decides which object takes the participation. */
  place?: { continent?: string | undefined; country?: string | undefined; longitude?: string | undefined };
  /** What the provider's page and the receipts call it. */
  title: string;
  locale: "en" | "fr" | "es";
  /** `https://host` of the group's page that was used; links in mails lead back there. */
  origin: string;
  /** What the kind of action keeps beside that: dedication, recipients. */
  details: Record<string, unknown>;
};

export type PaymentRow = {
  id: PaymentId;
  actionNo: number;
  provider: string;
  account: string;
  session: string | null;
  ref: string | null;
  subscriptionId: PaymentId | null;
  amount: number;
  feeCover: number;
  currency: string;
  interval: string;
  state: PaymentState;
  order: PaymentOrder;
  participation: Participation | null;
  createdAt: number;
  paidAt: number | null;
  settledAt: number | null;
};

export type SubscriptionRow = {
  id: PaymentId;
  actionNo: number;
  provider: string;
  account: string;
  ref: string;
  amount: number;
  feeCover: number;
  currency: string;
  interval: Interval;
  state: SubscriptionState;
  nextAt: number | null;
  order: PaymentOrder;
  participation: Participation;
  createdAt: number;
  readAt: number;
};

/** What payments must know of a group wherever they are handled. */
export type PaidGroup = Pick<Group, "no" | "id" | "shard" | "jurisdiction">;

/** What has come about and must be told: who follows is listed in `jobs.ts`. It may be told again, and must not care. */
export type PaymentNews =
  | { is: "paid"; payment: PaymentRow }
  | { is: "refunded"; payment: PaymentRow; key: string; money: Money; at: number }
  | { is: "bill_failed"; subscription: SubscriptionRow; bill: string; attempt: number };

export const webhookProvider = z.enum(["stripe", "test"]);
/** Stripe's largest events are far below. */
export const WEBHOOK_BYTES_MAX = 512 * 1024;

import type { Stripe } from "stripe";
import { fromStripe } from "./stripe-money";
import {
  type Interval,
  intervals,
  type LedgerFact,
  type PaymentFacts,
  type SubscriptionFacts,
} from "./types";

/** What a list call gives of one charge's refunds and disputes: nobody has more. */
export const LIST_MAX = 100;

const ms = (seconds: number) => seconds * 1000;

export function refOf(value: string | { id: string } | null | undefined): string | null {
  return typeof value === "string" ? value : (value?.id ?? null);
}

/** The charge and what the provider kept of it. */
export function chargeFacts(charge: Stripe.Charge): LedgerFact[] {
  if (!charge.captured || charge.status !== "succeeded") return [];
  const at = ms(charge.created);
  const money = fromStripe(charge.amount_captured, charge.currency);
  return [
    { key: `charge:${charge.id}`, kind: "charge", money, at },
    ...feeFact(charge.balance_transaction, at),
  ];
}

/** The fee is taken in the currency the account is settled in, which may be another. */
function feeFact(transaction: string | Stripe.BalanceTransaction | null, at: number): LedgerFact[] {
  if (transaction === null || typeof transaction === "string" || transaction.fee === 0) return [];
  const { id, fee, currency } = transaction;
  return [{ key: `fee:${id}`, kind: "fee", money: negative(fromStripe(fee, currency)), at }];
}

/** A refund that failed later is two facts: it went out, and it came back. */
export function refundFacts(refund: Stripe.Refund): LedgerFact[] {
  const at = ms(refund.created);
  const money = fromStripe(refund.amount, refund.currency);
  const out: LedgerFact = { key: `refund:${refund.id}`, kind: "refund", money: negative(money), at };
  if (refund.status !== "failed" && refund.status !== "canceled")
    return [out, ...feeFact(refund.balance_transaction, at)];
  return [out, { key: `refund_failed:${refund.id}`, kind: "refund_failed", money, at }];
}

/** An inquiry moves no money and is no fact of a ledger; a dispute takes the money at once and may give it back. */
export function disputeFacts(dispute: Stripe.Dispute): LedgerFact[] {
  const at = ms(dispute.created);
  const money = fromStripe(dispute.amount, dispute.currency);
  if (dispute.balance_transactions.length === 0) return [];
  const facts: LedgerFact[] = [
    { key: `dispute:${dispute.id}`, kind: "dispute", money: negative(money), at },
    ...dispute.balance_transactions.flatMap((transaction) => feeFact(transaction, ms(transaction.created))),
  ];
  if (dispute.status === "won")
    facts.push({ key: `dispute_won:${dispute.id}`, kind: "dispute_won", money, at });
  if (dispute.status === "lost")
    facts.push({
      key: `dispute_lost:${dispute.id}`,
      kind: "dispute_lost",
      money: { ...money, amount: 0 },
      at,
    });
  return facts;
}

function negative(money: { amount: number; currency: string }) {
  return { ...money, amount: -money.amount };
}

export function paymentStatus(intent: Stripe.PaymentIntent): PaymentFacts["status"] {
  switch (intent.status) {
    case "succeeded":
      return "paid";
    case "processing":
      return "processing";
    case "canceled":
      return "failed";
    default:
      return intent.last_payment_error ? "failed" : "open";
  }
}

const statuses: Record<string, SubscriptionFacts["status"]> = {
  active: "active",
  trialing: "active",
  past_due: "past_due",
  unpaid: "past_due",
  incomplete: "waiting",
};

export function subscriptionFacts(
  subscription: Stripe.Subscription,
  invoices: readonly Stripe.Invoice[],
): SubscriptionFacts {
  const [item] = subscription.items.data;
  const status = statuses[subscription.status] ?? "ended";
  const isPaused = subscription.pause_collection !== null && status !== "ended";
  return {
    ref: subscription.id,
    order: subscription.metadata.payment ?? null,
    status: isPaused ? "paused" : status,
    money: fromStripe((item?.price.unit_amount ?? 0) * (item?.quantity ?? 1), subscription.currency),
    interval: intervalOf(item?.price.recurring?.interval),
    nextAt: status === "ended" || !item ? null : ms(item.current_period_end),
    bills: invoices.map(billOf),
  };
}

function intervalOf(text: string | undefined): Interval {
  return intervals.find((interval) => interval === text) ?? "month";
}

function billOf(invoice: Stripe.Invoice): SubscriptionFacts["bills"][number] {
  const paid = invoice.payments?.data.find(({ status }) => status === "paid") ?? invoice.payments?.data[0];
  return {
    ref: invoice.id,
    payment: refOf(paid?.payment.payment_intent),
    status: invoice.status === "paid" ? "paid" : invoice.status === "open" ? "open" : "void",
    attempts: invoice.status === "open" ? invoice.attempt_count : 0,
  };
}

import { recordAct } from "../groups/audit";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Participation } from "../intake/types";
import type { Context } from "../platform/context";
import { newId } from "../platform/ids";
import type { Money } from "../platform/money";
import { paymentProvider } from "../platform/payments/provider";
import type { About, Interval } from "../platform/payments/types";
import { collectingOf } from "./account";
import { standingOf } from "./ledger";
import { paymentsOf } from "./objects";
import * as store from "./store";
import { factsOf } from "./store-ledger";
import { CHECKOUT_MS, type PaidGroup, type PaymentId, type PaymentOrder, type PaymentRow } from "./types";

export { isGiven, standingOf } from "./ledger";
export { listPaid, type PaidRow, paidById } from "./store";
export { factsOf, kindNamed, raised, type Total, totalsOf } from "./store-ledger";

export type PaymentAsked = {
  order: PaymentOrder;
  participation: Participation;
  gift: Money;
  feeCover: number;
  interval: Interval | null;
  /** Where the provider sends people back to, given the payment's id. */
  returnUrl(id: PaymentId): Promise<string>;
  cancelUrl: string;
};

export type PaymentStarted =
  | { is: "go"; href: string; id: PaymentId }
  /** No money can be taken for this group now; nothing was kept that anybody waits for. */
  | { is: "refused"; reason: "cannot_collect" | "amount" };

/**
 * Keeps what a supporter answered and opens the provider's page for paying it. The row is there before the page is, so
 * that no money can come in that we know nothing of.
 * @throws when D1 or the provider is away: nothing was promised, and asking again makes a payment of its own.
 */
export async function startPayment(
  ctx: Context,
  group: PaidGroup,
  asked: PaymentAsked,
): Promise<PaymentStarted> {
  const provider = paymentProvider(ctx.env, ctx.config);
  const collecting = await collectingOf(ctx, group.no);
  if (!provider || collecting.is !== "ready") return { is: "refused", reason: "cannot_collect" };
  const { order, participation, gift, feeCover, interval } = asked;
  const { account } = collecting;
  const id = newId<PaymentId>();
  const db = dbFor(ctx.env, group);
  await store.insertPayment(db, {
    ...{ id, provider: provider.name, account, order, participation, feeCover },
    ...{ actionNo: order.target.actionNo, amount: gift.amount, currency: gift.currency },
    interval: interval ?? "",
    createdAt: ctx.now,
  });
  const made = await provider.createCheckout({
    ...{ payment: id, account, interval, title: order.title, locale: order.locale },
    money: { ...gift, amount: gift.amount + feeCover },
    email: participation.e,
    successUrl: await asked.returnUrl(id),
    cancelUrl: asked.cancelUrl,
    expiresAt: ctx.now + CHECKOUT_MS,
  });
  if (made.is === "refused") {
    ctx.log.info("payments.refused", { reason: made.reason });
    return { is: "refused", reason: "amount" };
  }
  await store.keepSession(db, id, made.session);
  const about: About = { kind: "checkout", ref: made.session };
  await paymentsOf(ctx.env, group).watch(group, account, about, ctx.now + CHECKOUT_MS / 2);
  return { is: "go", href: made.href, id };
}

/** What became of a payment whose payer has come back. Asks the provider unless it is known already. */
export async function settleReturn(
  ctx: Context,
  group: PaidGroup,
  id: PaymentId,
): Promise<PaymentRow | null> {
  const db = dbFor(ctx.env, group);
  const payment = await store.paymentById(db, id);
  if (!payment?.session || payment.settledAt !== null) return payment;
  const about: About = { kind: "checkout", ref: payment.session };
  await paymentsOf(ctx.env, group).look(group, payment.account, about);
  return store.paymentById(db, id);
}

export type Refunded =
  | { is: "refunded" }
  | { is: "refused"; reason: "not_found" | "too_much" | "disputed" | "provider" };

/**
 * Gives money back, whole or in part.
 * @param refund.key names this refund: the same one asked for twice is given once
 */
export async function refundPayment(
  ctx: Context,
  group: PaidGroup,
  payment: Pick<PaymentRow, "id">,
  refund: { amount: number; key: string; by: number; actionId: string },
): Promise<Refunded> {
  const provider = paymentProvider(ctx.env, ctx.config);
  const db = dbFor(ctx.env, group);
  const row = await store.paymentById(db, payment.id);
  if (!row?.ref || row.provider !== provider?.name) return { is: "refused", reason: "not_found" };
  const { standing, held } = standingOf(await factsOf(db, row.id));
  if (standing === "disputed") return { is: "refused", reason: "disputed" };
  if (refund.amount < 1 || refund.amount > held) return { is: "refused", reason: "too_much" };
  const { currency } = row;
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: refund.by,
    act: "payment.refunded",
    subject: refund.actionId,
    detail: { payment: row.id, amount: refund.amount, currency },
  });
  const money = { amount: refund.amount, currency };
  const key = `refund-${row.id}-${refund.key}`;
  const answer = await provider.refund(row.account, row.ref, money, key);
  // Whatever it said, what it knows now is what counts.
  await paymentsOf(ctx.env, group).look(group, row.account, { kind: "payment", ref: row.ref });
  return answer.is === "done" ? { is: "refunded" } : { is: "refused", reason: "provider" };
}

/** A payment of this group, or null. */
export function findPayment(db: GroupDb, id: PaymentId): Promise<PaymentRow | null> {
  return store.paymentById(db, id);
}

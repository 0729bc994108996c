import { dbFor, type GroupDb } from "../groups/shard";
import { takeAction } from "../intake/participation";
import type { Context } from "../platform/context";
import { newId, parseId } from "../platform/ids";
import type { About, LedgerFact, PaymentFacts, PaymentProvider } from "../platform/payments/types";
import { keepSubscription, lookAtSubscription } from "./look-subscription";
import * as store from "./store";
import { insertFacts } from "./store-ledger";
import { subscriptionByRef } from "./store-subscriptions";
import type { PaidGroup, PaymentId, PaymentNews, PaymentRow, SubscriptionRow } from "./types";

/** What a look at the provider needs, and whom it tells. */
export type LookDeps = {
  ctx: Context;
  group: PaidGroup;
  provider: PaymentProvider;
  account: string;
  tell(news: PaymentNews): Promise<void>;
  /** Does works of one name one after the other, where this process can see to it. It spares work; nothing relies on it. */
  alone<R>(name: string, work: () => Promise<R>): Promise<R>;
  now(): number;
};

/** When to look again at what; null when nothing more can come. */
export type Next = { about: About; at: number | null };

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const OPEN_AGAIN_MS = 15 * MINUTE_MS;
/** Some ways to pay take days to say yes. */
const PROCESSING_AGAIN_MS = 6 * 60 * MINUTE_MS;
/** A refund or a dispute whose message was lost is found at one of these, after the charge. */
const LATER_LOOKS_MS = [DAY_MS, 7 * DAY_MS, 30 * DAY_MS, 100 * DAY_MS];

/**
 * Reads from the provider what became of something and brings our rows up to it: the state, the lines of the ledger, the
 * participation, and whoever follows. May run any number of times, from any message, late or early, and after any
 * interruption. Throws when the provider or D1 is away; whoever asked asks again.
 */
export async function lookAt(deps: LookDeps, about: About): Promise<Next[]> {
  switch (about.kind) {
    case "checkout":
      return lookAtCheckout(deps, about.ref);
    case "payment":
      return lookAtPayment(deps, about.ref);
    case "subscription":
      return lookAtSubscription(deps, about.ref);
    case "account":
      return [];
  }
}

async function lookAtCheckout(deps: LookDeps, ref: string): Promise<Next[]> {
  const { provider, account } = deps;
  const about: About = { kind: "checkout", ref };
  const facts = await provider.readCheckout(account, ref);
  const payment = await orderOf(deps, facts.order);
  if (!payment) return [{ about, at: null }];
  if (facts.status === "expired") {
    await store.raiseState(dbOf(deps), payment.id, { state: "failed", ref: null, paidAt: null }).run();
    return [{ about, at: null }];
  }
  const later = facts.subscription ? await lookAtSubscription(deps, facts.subscription) : [];
  const paid = facts.payment ? await lookAtPayment(deps, facts.payment) : [];
  const isOver = facts.status === "complete" && facts.payment !== null;
  return [...later, ...paid, { about, at: isOver ? null : deps.now() + OPEN_AGAIN_MS }];
}

/** Brings one charge up to date with the provider. */
export async function lookAtPayment(deps: LookDeps, ref: string): Promise<Next[]> {
  const facts = await deps.provider.readPayment(deps.account, ref);
  const about: About = { kind: "payment", ref };
  const payment = await paymentFor(deps, facts);
  if (!payment) {
    // The account may have business of its own beside ours.
    deps.ctx.log.info("payments.not_ours", { ref });
    return [{ about, at: null }];
  }
  const charge = facts.facts.find(({ kind }) => kind === "charge");
  const db = dbOf(deps);
  await db.d1.batch([
    store.raiseState(db, payment.id, {
      state: charge ? "paid" : facts.status === "paid" ? "processing" : facts.status,
      ref,
      paidAt: charge?.at ?? null,
    }),
    insertFacts(db, payment, facts.facts, deps.now()),
  ]);
  if (charge) await deps.alone(payment.id, () => finish(deps, payment.id));
  await tellRefunds(deps, payment, facts.facts);
  return [{ about, at: nextLook(deps.now(), facts, charge) }];
}

/** The row a charge belongs to: known by its reference, by the order it pays, or a further turn of a subscription. */
async function paymentFor(deps: LookDeps, facts: PaymentFacts): Promise<PaymentRow | null> {
  const db = dbOf(deps);
  const known =
    (await store.paymentByRef(db, deps.provider.name, facts.ref)) ?? (await orderOf(deps, facts.order));
  if (known) {
    if (facts.subscription && !known.settledAt && known.interval !== "")
      await keepSubscription(deps, facts.subscription, known);
    return known;
  }
  if (!facts.subscription || facts.order) return null;
  const subscription =
    (await subscriptionByRef(db, deps.provider.name, facts.subscription)) ??
    (await keepSubscription(deps, facts.subscription, null));
  return subscription && makeTurn(deps, facts, subscription);
}

async function makeTurn(
  deps: LookDeps,
  { ref, money }: PaymentFacts,
  subscription: SubscriptionRow,
): Promise<PaymentRow | null> {
  const feeCover = Math.min(subscription.feeCover, money.amount);
  const { actionNo, provider, account, interval, order, participation } = subscription;
  await store.insertPayment(dbOf(deps), {
    ...{ id: newId<PaymentId>(), actionNo, provider, account, interval, order, participation, ref, feeCover },
    amount: money.amount - feeCover,
    currency: money.currency,
    subscriptionId: subscription.id,
    createdAt: deps.now(),
  });
  // Two who heard of it at once made one row between them.
  return store.paymentByRef(dbOf(deps), provider, ref);
}

/** Our payment of that id, if the money came to the account it was asked for: another's order is nobody's here. */
export async function orderOf(deps: LookDeps, order: string | null): Promise<PaymentRow | null> {
  const id = order === null ? null : parseId<PaymentId>(order);
  const payment = id && (await store.paymentById(dbOf(deps), id));
  return payment && payment.account === deps.account && payment.provider === deps.provider.name
    ? payment
    : null;
}

/** Records a paid charge and does what follows, then forgets the answer. Interrupted anywhere, it is done again from the start. */
async function finish(deps: LookDeps, id: PaymentId): Promise<void> {
  const db = dbOf(deps);
  const payment = await store.paymentById(db, id);
  if (!payment || payment.settledAt !== null || !payment.participation) return;
  const { order, participation, amount, feeCover, currency } = payment;
  await takeAction(
    deps.ctx,
    order.target,
    { ...participation, k: id, am: amount + feeCover, cu: currency },
    order.place,
  );
  await deps.tell({ is: "paid", payment });
  await store.settlePayment(db, id, deps.now());
}

async function tellRefunds(deps: LookDeps, payment: PaymentRow, facts: LedgerFact[]): Promise<void> {
  for (const { kind, key, money, at } of facts) {
    const isBack = facts.some((fact) => fact.key === `refund_failed:${key.slice("refund:".length)}`);
    if (kind === "refund" && !isBack)
      await deps.tell({ is: "refunded", payment, key, money: { ...money, amount: -money.amount }, at });
  }
}

function nextLook(now: number, { status }: PaymentFacts, charge: LedgerFact | undefined): number | null {
  if (!charge) return status === "failed" || status === "open" ? null : now + PROCESSING_AGAIN_MS;
  return LATER_LOOKS_MS.map((after) => charge.at + after).find((at) => at > now) ?? null;
}

export function dbOf({ ctx, group }: Pick<LookDeps, "ctx" | "group">): GroupDb {
  return dbFor(ctx.env, group);
}

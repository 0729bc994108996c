import type { SubscriptionFacts } from "../platform/payments/types";
import { dbOf, type LookDeps, lookAtPayment, type Next, orderOf } from "./look";
import { linkSubscription, settledRefs } from "./store";
import { insertSubscription, subscriptionByRef, updateSubscription } from "./store-subscriptions";
import type { PaymentRow, SubscriptionRow } from "./types";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PAST_DUE_AGAIN_MS = 12 * HOUR_MS;
const PAUSED_AGAIN_MS = 7 * DAY_MS;

/** Brings a regular gift up to date with the provider, and every turn of it that was paid. */
export async function lookAtSubscription(deps: LookDeps, ref: string): Promise<Next[]> {
  const readAt = deps.now();
  const facts = await deps.provider.readSubscription(deps.account, ref);
  const about = { kind: "subscription" as const, ref };
  const row = await rowOf(deps, facts, null);
  if (!row) return [{ about, at: null }];
  await updateSubscription(dbOf(deps), row.id, { ...moneyOf(row, facts), ...stateOf(facts), readAt });
  const next: Next[] = [];
  const refs = facts.bills.flatMap(({ payment }) => payment ?? []);
  const settled = await settledRefs(dbOf(deps), deps.provider.name, refs);
  for (const { payment, status } of facts.bills.toReversed())
    if (payment && status === "paid" && !settled.has(payment))
      next.push(...(await lookAtPayment(deps, payment)));
  const [latest] = facts.bills;
  if (latest?.status === "open" && latest.attempts > 0)
    await deps.tell({ is: "bill_failed", subscription: row, bill: latest.ref, attempt: latest.attempts });
  return [...next, { about, at: nextLook(deps.now(), facts) }];
}

/** The row of a subscription, made from the payment it began with when it is new. */
export async function keepSubscription(
  deps: LookDeps,
  ref: string,
  first: PaymentRow | null,
): Promise<SubscriptionRow | null> {
  const known = await subscriptionByRef(dbOf(deps), deps.provider.name, ref);
  if (known) return known;
  return rowOf(deps, await deps.provider.readSubscription(deps.account, ref), first);
}

async function rowOf(
  deps: LookDeps,
  facts: SubscriptionFacts,
  given: PaymentRow | null,
): Promise<SubscriptionRow | null> {
  const db = dbOf(deps);
  const known = await subscriptionByRef(db, deps.provider.name, facts.ref);
  if (known) return known;
  const first = given ?? (await orderOf(deps, facts.order));
  if (!first?.participation) return null;
  const { id, actionNo, provider, account, amount, feeCover, currency, order, participation } = first;
  await insertSubscription(db, {
    ...{ id, actionNo, provider, account, amount, feeCover, currency, order, participation },
    ...{ ref: facts.ref, interval: facts.interval, createdAt: deps.now(), ...stateOf(facts) },
  });
  await linkSubscription(db, id, id);
  return subscriptionByRef(db, provider, facts.ref);
}

/** What the provider charges, parted into gift and cover as we know them; a sum changed at the provider is all gift. */
function moneyOf({ amount, feeCover }: SubscriptionRow, { money }: SubscriptionFacts) {
  return amount + feeCover === money.amount ? { amount, feeCover } : { amount: money.amount, feeCover: 0 };
}

function stateOf({ status, nextAt }: SubscriptionFacts): Pick<SubscriptionRow, "state" | "nextAt"> {
  return { state: status, nextAt };
}

function nextLook(now: number, { status, nextAt }: SubscriptionFacts): number | null {
  switch (status) {
    case "ended":
      return null;
    case "past_due":
      return now + PAST_DUE_AGAIN_MS;
    case "paused":
      return now + PAUSED_AGAIN_MS;
    case "waiting":
    case "active":
      return Math.max(nextAt ?? 0, now) + HOUR_MS;
  }
}

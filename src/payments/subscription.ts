import { dbFor } from "../groups/shard";
import type { Context } from "../platform/context";
import { newId } from "../platform/ids";
import { paymentProvider } from "../platform/payments/provider";
import type { SubscriptionChange } from "../platform/payments/types";
import { paymentsOf } from "./objects";
import { subscriptionById, updateSubscription } from "./store-subscriptions";
import type { PaidGroup, PaymentId, SubscriptionRow } from "./types";

export { listSubscriptions } from "./store-subscriptions";

/** A regular gift as it is now; null for none of this group's. */
export function findSubscription(
  ctx: Context,
  group: PaidGroup,
  id: PaymentId,
): Promise<SubscriptionRow | null> {
  return subscriptionById(dbFor(ctx.env, group), id);
}

export type GiftChange =
  | { to: "amount"; amount: number; feeCover: number }
  | { to: "paused" }
  | { to: "active" }
  | { to: "ended" };

/**
 * Changes a regular gift at the provider, then brings the row up to what the provider says.
 * @returns false when the provider refused, or it is over
 */
export async function changeGift(
  ctx: Context,
  group: PaidGroup,
  gift: SubscriptionRow,
  change: GiftChange,
): Promise<boolean> {
  const provider = paymentProvider(ctx.env, ctx.config);
  if (!provider || provider.name !== gift.provider || gift.state === "ended") return false;
  const answer = await provider.changeSubscription(gift.account, gift.ref, ordered(gift, change), newId());
  if (answer.is === "done" && change.to === "amount") {
    const { amount, feeCover } = change;
    const { state, nextAt } = gift;
    // Told apart here alone: the provider knows only the sum.
    await updateSubscription(dbFor(ctx.env, group), gift.id, {
      amount,
      feeCover,
      state,
      nextAt,
      readAt: ctx.now,
    });
  }
  const about = { kind: "subscription" as const, ref: gift.ref };
  await paymentsOf(ctx.env, group).look(group, gift.account, about);
  return answer.is === "done";
}

function ordered({ currency }: SubscriptionRow, change: GiftChange): SubscriptionChange {
  if (change.to !== "amount") return change;
  return { to: "amount", money: { amount: change.amount + change.feeCover, currency } };
}

/** The provider's page for putting in another card; null where there is no provider. */
export async function cardPage(
  ctx: Context,
  gift: SubscriptionRow,
  returnUrl: string,
): Promise<string | null> {
  const provider = paymentProvider(ctx.env, ctx.config);
  if (!provider || provider.name !== gift.provider) return null;
  return provider.cardPage(gift.account, gift.ref, returnUrl, gift.order.locale);
}

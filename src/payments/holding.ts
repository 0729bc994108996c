import { groupByNo } from "../groups/group";
import type { GroupStatusChanged } from "../groups/messages";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Context } from "../platform/context";
import { newId } from "../platform/ids";
import type { PaymentProvider } from "../platform/payments/types";
import { paymentsOf } from "./objects";
import { giftsToHold, giftsToRelease, setHeld } from "./store-subscriptions";
import type { PaidGroup, SubscriptionRow } from "./types";

/** Gifts changed by one alarm, one call to the provider each. */
const AT_ONCE = 20;

/** Lets the group's object see to its regular gifts after an operator changed what the group may do. */
export async function seeToGifts(ctx: Context, { groupNo }: GroupStatusChanged): Promise<void> {
  const group = await groupByNo(ctx.directory, groupNo);
  if (group) await paymentsOf(ctx.env, group).seeToGifts(group);
}

type Holding = { ctx: Context; group: PaidGroup; provider: PaymentProvider; now: number };

/**
 * Pauses the regular gifts of a suspended group, and lets those go on again that only this had paused: a suspended group has
 * no pages, so nobody could stop their gift. Changes some; the same gift asked for twice is changed once.
 * @returns whether others are left; throws when the provider or D1 is away, and then the next call goes on
 */
export async function holdGifts({ ctx, group, provider, now }: Holding): Promise<boolean> {
  const isHeld = (await groupByNo(ctx.directory, group.no))?.status === "suspended";
  const db = dbFor(ctx.env, group);
  const gifts = await (isHeld ? giftsToHold : giftsToRelease)(db, provider.name, AT_ONCE);
  for (const gift of gifts) await change(provider, db, gift, isHeld ? now : null);
  if (gifts.length > 0) ctx.log.info("payments.held", { groupNo: group.no, isHeld, count: gifts.length });
  return gifts.length === AT_ONCE;
}

async function change(
  provider: PaymentProvider,
  db: GroupDb,
  gift: SubscriptionRow & { heldAt: number | null },
  heldAt: number | null,
): Promise<void> {
  const to = heldAt === null ? "active" : "paused";
  const answer = await provider.changeSubscription(gift.account, gift.ref, { to }, newId());
  // What it refuses is over there; a look says so, and it is not asked for again.
  await setHeld(db, gift.id, { heldAt, state: answer.is === "done" ? to : gift.state });
}

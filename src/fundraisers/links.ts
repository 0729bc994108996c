import { z } from "zod";
import type { PaidGroup, PaymentId } from "../payments/types";
import type { Context } from "../platform/context";
import { parseId } from "../platform/ids";
import { signToken, verifyToken } from "../platform/tokens";

/** As long as a regular gift may go on between two receipts, and then some. Each receipt brings a new link. */
const MANAGE_SECONDS = 3 * 366 * 86_400;
/** Coming back from the provider's page. */
const RETURN_SECONDS = 2 * 86_400;

const claims = z.object({ group: z.string(), gift: z.string(), may: z.enum(["manage", "return"]) });
type May = z.infer<typeof claims>["may"];

/** What proves that somebody may look at one gift, and change it if it is a regular one. */
export function giftKey(
  ctx: Context,
  group: Pick<PaidGroup, "id">,
  gift: PaymentId,
  may: May,
): Promise<string> {
  return signToken(
    ctx.config.SIGNING_KEYS,
    "gift",
    { group: group.id, gift, may },
    { now: ctx.now, secondsToLive: may === "manage" ? MANAGE_SECONDS : RETURN_SECONDS },
  );
}

/** The gift a key is for; null for a key that is forged, expired, another group's, or for something else. Fails closed. */
export async function readGiftKey(
  ctx: Context,
  group: Pick<PaidGroup, "id">,
  key: string,
  may: May,
): Promise<PaymentId | null> {
  const read = claims.safeParse(await verifyToken(ctx.config.SIGNING_KEYS, "gift", key, ctx.now));
  if (!read.success || read.data.group !== group.id || read.data.may !== may) return null;
  return parseId<PaymentId>(read.data.gift);
}

/** Where a regular gift is looked after, on the host it was begun at. */
export async function manageUrl(
  ctx: Context,
  group: Pick<PaidGroup, "id">,
  { origin, gift }: { origin: string; gift: PaymentId },
): Promise<string> {
  return `${origin}${MANAGE_PATH}?key=${await giftKey(ctx, group, gift, "manage")}`;
}

/** Two steps below the kind's path, so that it is no action's address. */
const MANAGE_PATH = "/fundraisers/gifts/manage";

import { z } from "zod";
import type { Context } from "../platform/context";
import { type ActionId, parseId } from "../platform/ids";
import { signToken, verifyToken } from "../platform/tokens";
import type { Action } from "./types";

const DAY_SECONDS = 86_400;
/** Long enough for a colleague to look at a draft, short enough that a forwarded link dies. */
const PREVIEW_DAYS = 7;

const claims = z.object({ group: z.number().int(), action: z.string() });

/** What `?preview=` carries: whoever holds it may see this one action as it is now, published or not, for seven days. */
export function previewToken(ctx: Context, action: Pick<Action, "groupNo" | "id">): Promise<string> {
  return signToken(
    ctx.config.SIGNING_KEYS,
    "preview",
    { group: action.groupNo, action: action.id },
    { now: ctx.now, secondsToLive: PREVIEW_DAYS * DAY_SECONDS },
  );
}

/** Which action a preview token is for; null for one that is forged, expired or for something else. Fails closed. */
export async function readPreviewToken(
  ctx: Context,
  token: string,
): Promise<{ groupNo: number; actionId: ActionId } | null> {
  const read = claims.safeParse(await verifyToken(ctx.config.SIGNING_KEYS, "preview", token, ctx.now));
  const actionId = read.success ? parseId<ActionId>(read.data.action) : null;
  return read.success && actionId ? { groupNo: read.data.group, actionId } : null;
}

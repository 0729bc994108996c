import type { Action } from "../actions/types";
import type { Context } from "../platform/context";
import { type ParticipationId, parseId } from "../platform/ids";
import { signToken, verifyToken } from "../platform/tokens";
import { overAt } from "./times";
import { eventSettings } from "./types";

/** An event may be put off once its host has their link, and a list is wanted for a while after it. */
const HOST_LINK_DAYS = 60;
const DAY_MS = 86_400_000;

/** Where whoever hosts an event of a campaign finds who comes: no account, the link of their mail is the key. */
export async function hostUrl(
  ctx: Context,
  origin: string,
  event: Pick<Action, "id" | "slug" | "settings">,
  offer: ParticipationId,
): Promise<string> {
  const over = overAt(eventSettings.parse(event.settings)) ?? ctx.now;
  const until = Math.max(over, ctx.now) + HOST_LINK_DAYS * DAY_MS;
  const token = await signToken(
    ctx.config.SIGNING_KEYS,
    "event-host",
    { action: event.id, id: offer },
    { now: ctx.now, secondsToLive: Math.ceil((until - ctx.now) / 1_000) },
  );
  return `${origin}/events/${event.slug}/host?key=${token}`;
}

/** The offer that became this event, by the host's link; null when it is forged, too old or of another event. */
export async function readHostKey(
  ctx: Context,
  event: Pick<Action, "id">,
  key: string,
): Promise<ParticipationId | null> {
  const claims = await verifyToken(ctx.config.SIGNING_KEYS, "event-host", key, ctx.now);
  if (claims?.action !== event.id || typeof claims.id !== "string") return null;
  return parseId<ParticipationId>(claims.id);
}

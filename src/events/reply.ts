import type { Places } from "../actions/kind";
import type { Action, ActionSnapshot } from "../actions/types";
import type { Participation } from "../intake/types";
import type { Context } from "../platform/context";
import { type ParticipationId, parseId } from "../platform/ids";
import { signToken, verifyToken } from "../platform/tokens";
import type { Reply } from "./store";
import { overAt } from "./times";
import { eventSettingsOf, type OwnReply } from "./types";

const DAY_MS = 86_400_000;

/** How long a link in a mail about an event is good for: until the day after it. */
function secondsToLive(action: Pick<Action, "settings">, now: number): number {
  const over = overAt(eventSettingsOf(action.settings)) ?? now;
  return Math.ceil((Math.max(over, now) + DAY_MS - now) / 1_000);
}

type Purpose = "rsvp" | "check-in";

/** Proves that a link was sent to whoever gave the reply. It changes or cancels that reply and nothing else. */
export function replyToken(
  ctx: Context,
  action: Pick<Action, "id" | "settings">,
  id: ParticipationId,
  purpose: Purpose,
): Promise<string> {
  return signToken(
    ctx.config.SIGNING_KEYS,
    purpose,
    { action: action.id, id },
    { now: ctx.now, secondsToLive: secondsToLive(action, ctx.now) },
  );
}

/** The reply a link is about; null when it is forged, expired, for another purpose or another event. */
export async function readReplyToken(
  ctx: Context,
  action: Pick<Action, "id">,
  token: string,
  purpose: Purpose,
): Promise<ParticipationId | null> {
  const claims = await verifyToken(ctx.config.SIGNING_KEYS, purpose, token, ctx.now);
  if (claims?.action !== action.id || typeof claims.id !== "string") return null;
  return parseId<ParticipationId>(claims.id);
}

/** Where somebody changes or cancels their reply, on the group's host. */
export async function replyUrl(
  ctx: Context,
  origin: string,
  action: Pick<Action, "id" | "slug" | "settings">,
  id: ParticipationId,
): Promise<string> {
  return `${origin}/events/${action.slug}/rsvp?me=${await replyToken(ctx, action, id, "rsvp")}`;
}

/** What an attendee's QR code leads a host to. */
export async function checkInUrl(
  ctx: Context,
  group: { slug: string },
  action: Pick<Action, "id" | "settings">,
  id: ParticipationId,
): Promise<string> {
  const token = await replyToken(ctx, action, id, "check-in");
  return `${ctx.config.PLATFORM_ORIGIN}/groups/${group.slug}/actions/${action.id}/check-in?ticket=${token}`;
}

/** A reply said anew with other shifts, other guests, or taken back; everything else stays as it was. */
export function revisedReply(
  { action }: Pick<ActionSnapshot, "action">,
  reply: Pick<Reply, "id" | "email" | "answer" | "isNamed">,
  own: Partial<OwnReply>,
): Participation {
  const { slots, count } = placesOf(own);
  return {
    e: reply.email,
    o: { ...reply.answer, own },
    la: action.locale,
    co: 0,
    w: "",
    nm: reply.isNamed ? 1 : 0,
    pl: [slots, count],
    r: reply.id,
  };
}

/** The places a reply asks for in each of its shifts: the person and their guests; none when it was taken back. */
export function placesOf({ shifts = [], guests = 0, isCancelled }: Partial<OwnReply>): Places {
  return { slots: shifts.length > 0 ? shifts : [""], count: isCancelled ? 0 : 1 + guests };
}

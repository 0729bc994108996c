import { z } from "zod";
import type { Participation, RecordReply } from "../intake/types";
import type { Context } from "../platform/context";
import { meantAddress } from "../platform/email-typo";
import { type ParticipationId, parseId } from "../platform/ids";
import { openSealed, seal } from "../platform/sealed-tokens";
import { actionPath } from "./action-path";
import type { ActionSnapshot, Kind } from "./types";

/** Below an action's path: where a slip in the address of what was just sent is put right. */
const CORRECTION = "/correction";
/** Long enough to read the thank-you page; the link is in nobody's mail. */
const CORRECTION_SECONDS = 3_600;

const claims = z.object({ action: z.string(), id: z.string(), email: z.string(), meant: z.string() });

/** What was written, what was probably meant, and under which id it was recorded. */
export type Correction = { id: ParticipationId; email: string; meant: string };

/** Where doing it again under another address does nothing twice: no mail to a third, no place, no payment. */
export function isCorrectable(kind: Pick<Kind, "isOnce" | "capacities" | "afterwards" | "take">): boolean {
  return kind.isOnce && !kind.capacities && !kind.take && (kind.afterwards?.length ?? 0) === 0;
}

/**
 * A token for whoever has just signed with an address that looks like a slip; "" for everybody else. Only of what is new: a
 * newer answer may be of somebody whose address it is. Encrypted, since it travels in an address.
 */
export async function correctionToken(
  ctx: Context,
  kind: Parameters<typeof isCorrectable>[0],
  { action }: ActionSnapshot,
  said: Pick<Participation, "e"> | null,
  { outcome, id }: Pick<RecordReply, "outcome" | "id">,
): Promise<string> {
  if (!said || outcome !== "counted" || !isCorrectable(kind)) return "";
  const meant = meantAddress(said.e, ctx.now);
  if (meant === null) return "";
  return seal(
    ctx.config.SIGNING_KEYS,
    "correction",
    { action: action.id, id, email: said.e, meant },
    { now: ctx.now, secondsToLive: CORRECTION_SECONDS },
  );
}

/** What a token says; null when it says nothing true about this action, or no longer. */
export async function readCorrection(
  ctx: Context,
  { action }: ActionSnapshot,
  token: string,
): Promise<Correction | null> {
  if (token === "") return null;
  const read = claims.safeParse(await openSealed(ctx.config.SIGNING_KEYS, "correction", token, ctx.now));
  const id = read.success && read.data.action === action.id ? parseId<ParticipationId>(read.data.id) : null;
  return read.success && id ? { id, email: read.data.email, meant: read.data.meant } : null;
}

export function correctionPath(kind: Pick<Kind, "path">, { action }: ActionSnapshot, token: string): string {
  return `${actionPath(kind, action.slug)}${CORRECTION}?fix=${encodeURIComponent(token)}`;
}

import { z } from "zod";
import { OWN_DATA_PATH } from "../groups/public";
import type { Group } from "../groups/types";
import type { PersonRow } from "../people/edit";
import type { Context } from "../platform/context";
import type { PersonId } from "../platform/ids";
import { parseId } from "../platform/ids";
import { signToken, verifyToken } from "../platform/tokens";

/** Where supporters ask for their data, and where they see it, on their group's host. */
export const ASK_PATH = OWN_DATA_PATH;
export const OWN_PATH = "/privacy/mine";
/** Whoever has the link sees everything, so it does not live long; a new one is a mail away. */
export const OWN_LINK_HOURS = 24;

const claims = z.object({ group: z.string(), person: z.string() });

/** What proves that somebody reads the mail of one of a person's addresses. */
export function ownKey(
  ctx: Context,
  group: Pick<Group, "id">,
  person: Pick<PersonRow, "id">,
): Promise<string> {
  return signToken(
    ctx.config.SIGNING_KEYS,
    "privacy",
    { group: group.id, person: person.id },
    { now: ctx.now, secondsToLive: OWN_LINK_HOURS * 3_600 },
  );
}

/** The person a key is for; null for one that is forged, expired, another group's or for something else. Fails closed. */
export async function readOwnKey(
  ctx: Context,
  group: Pick<Group, "id">,
  key: string,
): Promise<PersonId | null> {
  const read = claims.safeParse(await verifyToken(ctx.config.SIGNING_KEYS, "privacy", key, ctx.now));
  return read.success && read.data.group === group.id ? parseId<PersonId>(read.data.person) : null;
}

import type { ActionSnapshot } from "../actions/types";
import type { Context } from "../platform/context";
import { hmacSha256 } from "../platform/crypto";
import type { GroupId } from "../platform/ids";
import { LruCache } from "../platform/lru";
import { intakeStub } from "./objects";
import { objectName, regionOf } from "./place";
import type { IntakeTarget, Participation, RecordReply } from "./types";

/** How many objects each action was last known to be spread over. Stale is harmless: D1 decides who counts. */
const spreads = new LruCache<number>(5_000);
const SPREAD_KNOWN_MS = 60_000;

/**
 * Records one person's doing of an action. When it returns, the participation is on disk in an object and will reach D1
 * whatever happens; the count includes it.
 * @throws when no object could take it: nothing was promised, and the same call may simply be made again.
 */
export async function takeAction(
  ctx: Context,
  target: IntakeTarget,
  participation: Participation,
  cf: { continent?: string; country?: string; longitude?: string } | undefined,
): Promise<RecordReply> {
  const identity = await identityHash(ctx.config.IDENTITY_PEPPER, target.groupId, participation.e);
  const spread = spreads.get(target.actionId, ctx.now) ?? 1;
  const name = objectName(target.actionId, regionOf(cf), identity, spread);
  const reply = await recordOnce(ctx, target, name, identity, JSON.stringify(participation));
  spreads.set(target.actionId, reply.spread, ctx.now + SPREAD_KNOWN_MS);
  return reply;
}

/** Recording twice is safe, so a connection that broke is tried once more; an overloaded object is left alone. */
async function recordOnce(
  ctx: Context,
  target: IntakeTarget,
  name: string,
  identity: Uint8Array,
  body: string,
): Promise<RecordReply> {
  try {
    return await intakeStub(ctx.env, target.jurisdiction, name).record(target, identity, body);
  } catch (error) {
    if (!isRetryable(error)) throw error;
    return intakeStub(ctx.env, target.jurisdiction, name).record(target, identity, body);
  }
}

function isRetryable(error: unknown): boolean {
  return (
    error instanceof Error &&
    "retryable" in error &&
    error.retryable === true &&
    !("overloaded" in error && error.overloaded)
  );
}

/** 16 bytes that stand for one address in one group; without the pepper they say nothing about the address. */
export async function identityHash(pepper: string, groupId: GroupId, email: string): Promise<Uint8Array> {
  return (await hmacSha256(pepper, `${groupId}:${email}`)).slice(0, 16);
}

/** What the intake of a served action must know; everything is in its snapshot. */
export function intakeTarget(snapshot: ActionSnapshot, kind: { isOnce: boolean }): IntakeTarget {
  const { group, action } = snapshot;
  return {
    groupNo: group.no,
    groupId: group.id,
    shard: group.shard,
    jurisdiction: group.jurisdiction,
    actionNo: action.no,
    actionId: action.id,
    kind: action.kind,
    isOnce: kind.isOnce,
    tagNos: snapshot.tagNos,
    hasReceipt: action.settings.autoresponse.isOn,
  };
}

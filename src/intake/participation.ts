import type { ActionSnapshot, Kind } from "../actions/types";
import type { Context } from "../platform/context";
import { hmacSha256 } from "../platform/crypto";
import { type GroupId, type ParticipationId, parseId } from "../platform/ids";
import { LruCache } from "../platform/lru";
import { targetText } from "./known-target";
import { intakeStub } from "./objects";
import { objectName, regionOf, singleName } from "./place";
import type { IntakeTarget, Participation, RecordReply } from "./types";

/** How many objects each action was last known to be spread over. Stale is harmless: D1 decides who counts. */
const spreads = new LruCache<number>(5_000);
const SPREAD_KNOWN_MS = 60_000;

/**
 * Records one person's doing of an action. When it returns, the participation is on disk in an object and will reach D1
 * whatever happens; the count includes it.
 * @param signedAt when it was signed on paper, or given as a client says, in ms; for what a person does once where no places run
 * out, and for what counts under an id of its own
 * @throws when no object could take it: nothing was promised, and the same call may simply be made again.
 */
export async function takeAction(
  ctx: Context,
  target: IntakeTarget,
  participation: Participation,
  cf: Parameters<typeof regionOf>[0],
  signedAt?: number,
): Promise<RecordReply> {
  return record(ctx, target, await placed(ctx, target, participation, cf), participation, signedAt);
}

/** What was taken, and whether the database has it, or has refused it. */
export type TakenAndStored = { reply: RecordReply; isStored: boolean };

/**
 * The same for callers that read back what they wrote. While the database is away, or is behind, what was taken is on disk and
 * will reach it: saying it again is safe for what a person does once and for what counts under an id of its own, and nowhere else.
 */
export async function takeAndStore(
  ctx: Context,
  target: IntakeTarget,
  participation: Participation,
  cf: Parameters<typeof regionOf>[0],
  signedAt?: number,
): Promise<TakenAndStored> {
  const place = await placed(ctx, target, participation, cf);
  const reply = await record(ctx, target, place, participation, signedAt);
  if (reply.outcome === "closed" || reply.outcome === "full") return { reply, isStored: true };
  const stored = intakeStub(ctx.env, target.jurisdiction, place.name).store(place.identity);
  return { reply, isStored: await stored.catch(() => false) };
}

type Placed = { identity: Uint8Array; paid: ParticipationId | undefined; name: string };

/** Which object takes it. */
async function placed(
  ctx: Context,
  target: IntakeTarget,
  participation: Participation,
  cf: Parameters<typeof regionOf>[0],
): Promise<Placed> {
  const identity = await identityHash(ctx.config.IDENTITY_PEPPER, target.groupId, participation.e);
  const paid = participation.k === undefined ? undefined : idOfPayment(participation.k);
  // A payment is heard of in two places at once: one and the same object takes it, however wide the action is spread.
  const spread = paid ? 1 : (spreads.get(target.actionId, ctx.now) ?? 1);
  const name = target.places
    ? singleName(target.actionId)
    : objectName(target.actionId, regionOf(cf), identity, spread);
  return { identity, paid, name };
}

async function record(
  ctx: Context,
  target: IntakeTarget,
  { identity, paid, name }: Placed,
  participation: Participation,
  signedAt: number | undefined,
): Promise<RecordReply> {
  const reply = await recordOnce(ctx, target, name, {
    ...{ identity, body: JSON.stringify(participation), paid, signedAt },
  });
  spreads.set(target.actionId, reply.spread, ctx.now + SPREAD_KNOWN_MS);
  return reply;
}

type Recording = {
  identity: Uint8Array;
  body: string;
  paid: ParticipationId | undefined;
  signedAt: number | undefined;
};

/** Recording twice is safe, so a connection that broke is tried once more; an overloaded object is left alone. */
async function recordOnce(
  ctx: Context,
  target: IntakeTarget,
  name: string,
  { identity, body, paid, signedAt }: Recording,
): Promise<RecordReply> {
  const text = targetText(target);
  const record = () =>
    intakeStub(ctx.env, target.jurisdiction, name).record(text, identity, body, paid, signedAt);
  try {
    return await record();
  } catch (error) {
    if (!isRetryable(error)) throw error;
    return record();
  }
}

function idOfPayment(text: string): ParticipationId {
  const id = parseId<ParticipationId>(text);
  if (!id) throw new Error("a payment whose id is none");
  return id;
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

type TargetKind = Pick<Kind, "isOnce" | "capacities"> & { afterwards?: readonly unknown[] };

const targets = new WeakMap<
  ActionSnapshot["action"],
  Pick<ActionSnapshot, "group" | "version"> & { kind: TargetKind; target: IntakeTarget }
>();

/** What the intake of a served action must know; everything is in its snapshot, and made once for it. */
export function intakeTarget(snapshot: ActionSnapshot, kind: TargetKind): IntakeTarget {
  const { group, action, version } = snapshot;
  const known = targets.get(action);
  if (known?.group === group && known.version === version && known.kind === kind) return known.target;
  const target = targetOf(snapshot, kind);
  targets.set(action, { group, version, kind, target });
  return target;
}

function targetOf(snapshot: ActionSnapshot, kind: TargetKind): IntakeTarget {
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
    // What else follows is looked for together with the thank-you mails.
    hasReceipt:
      action.settings.autoresponse.isOn ||
      group.settings.mail.doubleOptIn ||
      (kind.afterwards?.length ?? 0) > 0,
    // Left out when it is off, so that a target reads as it did before there was a choice.
    keepsDrained: group.settings.keepsForRecovery || undefined,
    ...(kind.capacities
      ? { places: { version: snapshot.version, capacities: kind.capacities(snapshot) } }
      : {}),
  };
}

/** Has what an action with places took brought to D1 now, for callers that read back what they wrote. */
export async function drainNow(ctx: Context, target: IntakeTarget): Promise<void> {
  const { error } = await intakeStub(ctx.env, target.jurisdiction, singleName(target.actionId)).drain();
  if (error !== null) throw new Error(error);
}

/** Tells the object of an action how many places there are now, so that whoever waits moves up. */
export async function tellPlaces(
  ctx: Context,
  target: Pick<IntakeTarget, "actionId" | "jurisdiction">,
  places: NonNullable<IntakeTarget["places"]>,
): Promise<void> {
  await intakeStub(ctx.env, target.jurisdiction, singleName(target.actionId)).learnPlaces(places);
}

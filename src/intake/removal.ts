import type { Action } from "../actions/types";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import type { ParticipationId } from "../platform/ids";
import { homeOf } from "./objects";
import type { SignerFilter } from "./signers";
import * as store from "./store-removals";
import type { IntakeTarget } from "./types";

export type Removal = {
  no: number;
  cause: "organiser" | "person" | "erasure" | "merge";
  criteria: Record<string, unknown>;
  count: number;
  removedBy: number | null;
  removedAt: number;
  undoneAt: number | null;
};

/** Participations named one by one in a removal. */
export const REMOVAL_IDS_MAX = 1_000;

/**
 * Takes participations out of the count: those named, or all that a filter finds. They keep their rows, so that it can be
 * undone and so that a late drain or a second try of the same person brings nothing back.
 * @returns the removal's number, to undo it by, and how many it took; null when it found nothing to take.
 */
export async function removeParticipations(
  ctx: Context,
  group: Group,
  action: Action,
  what: { by: number; filter: SignerFilter } | { by: number; ids: ParticipationId[] },
): Promise<{ removalNo: number; count: number } | null> {
  const db = dbFor(ctx.env, group);
  const target = targetOf(group, action);
  await warnHome(ctx, target);
  const removal = await store.insertRemoval(db, action.no, what, ctx.now);
  if (removal) await tellHome(ctx, target);
  return removal;
}

/** Puts a removal's participations back. Gives how many; 0 when it was undone before. */
export async function undoRemoval(
  ctx: Context,
  group: Group,
  action: Action,
  removalNo: number,
  by: number,
): Promise<number> {
  const target = targetOf(group, action);
  await warnHome(ctx, target);
  const count = await store.undoRemoval(dbFor(ctx.env, group), action.no, removalNo, by, ctx.now);
  if (count > 0) await tellHome(ctx, target);
  return count;
}

export function listRemovals(db: GroupDb, actionNo: number): Promise<Removal[]> {
  return store.selectRemovals(db, actionNo);
}

/** Said before rows are changed: the home looks by itself soon, should nobody live to tell it of the change. */
export async function warnHome(ctx: Context, target: IntakeTarget): Promise<void> {
  try {
    await homeOf(ctx.env, target).checkSoon(target);
  } catch (error) {
    ctx.log.error("removal.home_away", error, { actionId: target.actionId });
  }
}

/** The home reads the new numbers from D1; if it is away now, its next comparison finds them. */
export async function tellHome(ctx: Context, target: IntakeTarget): Promise<void> {
  try {
    await homeOf(ctx.env, target).readjust(target);
  } catch (error) {
    ctx.log.error("removal.home_away", error, { actionId: target.actionId });
  }
}

/** What the objects of an action must know of it, from its rows. */
export function targetOf(
  group: Group,
  action: Action,
  kind: { isOnce: boolean } = { isOnce: true },
  tagNos: number[] = [],
): IntakeTarget {
  return {
    groupNo: group.no,
    groupId: group.id,
    shard: group.shard,
    jurisdiction: group.jurisdiction,
    actionNo: action.no,
    actionId: action.id,
    kind: action.kind,
    isOnce: kind.isOnce,
    tagNos,
    // What follows looks by itself whether it is wanted; the kind, which knows, is not always at hand.
    hasReceipt: true,
    keepsDrained: group.settings.keepsForRecovery || undefined,
  };
}

import type { Action } from "../actions/types";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { unfoldConsents } from "../people/consent";
import { beginMerge, endMerge, SPLIT_DAYS, splitPlan } from "../people/merge";
import { emailsOf, erasurePlan, type MergeChoices, mergePlan } from "../people/person";
import { indexNow } from "../people/search-index";
import type { MergeCause, MergeId } from "../people/types";
import type { Context } from "../platform/context";
import { toHex } from "../platform/crypto";
import { newId, type ParticipationId } from "../platform/ids";
import { homeOf } from "./objects";
import { identityHash } from "./participation";
import { targetOf, tellHome, warnHome } from "./removal";
import {
  areWhole,
  eraseParticipations,
  insertOwnRemoval,
  isCounted,
  mergeParticipations,
} from "./store-removals";
import type { IntakeTarget } from "./types";

/**
 * Forgets a person: their rows are emptied, their participations leave the counts, and objects drop what waits. What was
 * said before now and arrives later is not stored; acting again later makes a new person.
 * @param targets the group's actions: one may hold something of the person that D1 has not seen yet.
 * @param options.more what else is forgotten in the same transaction
 * @param options.identities every identity hash of the person, where they are known; none leaves no mark, so that somebody
 * forgotten for being long away may come back by any way
 * @throws when an action's home could not be told. D1 has forgotten by then; calling again finishes the rest.
 */
export async function erasePerson(
  ctx: Context,
  group: Group,
  personNo: number,
  emails: string[],
  targets: IntakeTarget[],
  options: { more?: D1PreparedStatement[]; identities?: readonly Uint8Array[] } = {},
): Promise<void> {
  const db = dbFor(ctx.env, group);
  const identities = options.identities ?? (await identitiesOf(ctx, group, personNo, emails));
  for (const target of targets) await warnHome(ctx, target);
  await db.d1.batch([
    // Before the participations are emptied, by which some of it is found.
    ...(options.more ?? []),
    ...eraseParticipations(db, personNo, ctx.now),
    ...erasurePlan(db, personNo, identities.map(toHex), ctx.now),
  ]);
  for (const target of targets) await forgetIn(ctx, target, identities);
}

/** What stands for each address a person has or had wherever no address is kept. */
export async function identitiesOf(
  ctx: Context,
  group: Pick<Group, "id" | "no" | "shard">,
  personNo: number,
  emails: string[] = [],
): Promise<Uint8Array[]> {
  const all = [...new Set([...emails, ...(await emailsOf(dbFor(ctx.env, group), personNo))])];
  return Promise.all(all.map((email) => identityHash(ctx.config.IDENTITY_PEPPER, group.id, email)));
}

/** Has the objects of one action drop whatever they hold of somebody who was erased. Throws when one could not be told. */
export async function forgetIn(
  ctx: Context,
  target: IntakeTarget,
  identities: readonly Uint8Array[],
): Promise<void> {
  for (const identity of identities) await homeOf(ctx.env, target).forget(target, identity);
  // Somebody without an address is in no object; their rows left the count all the same.
  if (identities.length === 0) await tellHome(ctx, target);
}

/**
 * Takes one thing a person did out of the count, at their own word and for good: what they said is emptied, and nothing said
 * before brings it back, but for what was said in the last seconds in an object that has not reported to its home yet.
 * Whoever does it again counts again. False when it is not theirs, or was out already.
 * @throws when an object that may hold something of theirs was not reached; nothing is taken out then
 */
export async function takeOutOwn(
  ctx: Context,
  group: Group,
  action: Action,
  own: { personNo: number; id: ParticipationId },
): Promise<boolean> {
  const db = dbFor(ctx.env, group);
  const target = targetOf(group, action);
  if (!(await isCounted(db, own.personNo, { actionNo: action.no, id: own.id }))) return false;
  await warnHome(ctx, target);
  // First, so that what waits in objects is in the row that is emptied, and an answer given afterwards is a new one.
  await forgetIn(ctx, target, await identitiesOf(ctx, group, own.personNo));
  const count = await insertOwnRemoval(db, own.personNo, { actionNo: action.no, id: own.id }, ctx.now);
  if (count > 0) await tellHome(ctx, target);
  return count > 0;
}

export type MergeOptions = { by: number | null; cause: MergeCause; choices: MergeChoices };

/**
 * Makes two people one, keeping `kept`: nobody who acted as both is counted twice, and the newest answer stays. What arrives
 * later of either's addresses is the one person's. Can be undone for some time (`splitPeople`).
 * @param targets the actions that both took part in: their counts change
 * @returns the merge's id; null when either is not there, erased, merged before, or both are the same
 */
export async function mergePeople(
  ctx: Context,
  group: Group,
  { kept, lost }: { kept: number; lost: number },
  targets: IntakeTarget[],
  { by, cause, choices }: MergeOptions = { by: null, cause: "organiser", choices: {} },
): Promise<MergeId | null> {
  const db = dbFor(ctx.env, group);
  if (kept === lost || !(await areWhole(db, [kept, lost]))) return null;
  const id = newId<MergeId>();
  for (const target of targets) await warnHome(ctx, target);
  try {
    await db.d1.batch([
      ...unfoldConsents(db, [kept, lost]),
      beginMerge(db, { kept, lost }, { id, accountNo: by, cause, now: ctx.now }),
      ...mergeParticipations(db, kept, lost, ctx.now),
      ...mergePlan(db, kept, lost, choices),
      endMerge(db, { kept }, id),
    ]);
  } catch (error) {
    // Somebody else merged or erased one of them between the look and the batch, which then did nothing.
    if (!(await areWhole(db, [kept, lost]))) return null;
    throw error;
  }
  for (const target of targets) await tellHome(ctx, target);
  await indexNow(db, [kept, lost], ctx.now);
  return id;
}

/**
 * Makes the two of a merge two people again. What each had before it is theirs again; what came since stays with the person
 * kept, but for an opt-out, which holds for both.
 * @param targets the actions both had taken part in when they were merged
 * @returns the two; null when the merge is too old, was undone before, or either of them was erased or merged on
 */
export async function splitPeople(
  ctx: Context,
  group: Group,
  merge: MergeId,
  by: number | null,
  targets: IntakeTarget[],
): Promise<{ kept: number; lost: number } | null> {
  const db = dbFor(ctx.env, group);
  const since = ctx.now - SPLIT_DAYS * 86_400_000;
  for (const target of targets) await warnHome(ctx, target);
  const [claimed] = await db.d1.batch<{ kept: number; lost: number }>(
    splitPlan(db, merge, { by, now: ctx.now, since }),
  );
  const two = claimed?.results[0];
  if (!two) return null;
  for (const target of targets) await tellHome(ctx, target);
  await indexNow(db, [two.kept, two.lost], ctx.now);
  return two;
}

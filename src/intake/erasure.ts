import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { emailsOf, erasurePlan, mergePlan } from "../people/person";
import type { Context } from "../platform/context";
import { toHex } from "../platform/crypto";
import { homeOf } from "./objects";
import { identityHash } from "./participation";
import { tellHome, warnHome } from "./removal";
import { eraseParticipations, mergeParticipations } from "./store-removals";
import type { IntakeTarget } from "./types";

/**
 * Forgets a person: their rows are emptied, their participations leave the counts, and objects drop what waits. What was
 * said before now and arrives later is not stored; acting again later makes a new person.
 * @param targets the group's actions: one may hold something of the person that D1 has not seen yet.
 * @throws when an action's home could not be told. D1 has forgotten by then; calling again finishes the rest.
 */
export async function erasePerson(
  ctx: Context,
  group: Group,
  personNo: number,
  emails: string[],
  targets: IntakeTarget[],
): Promise<void> {
  const db = dbFor(ctx.env, group);
  const all = [...new Set([...emails, ...(await emailsOf(db, personNo))])];
  const identities = await Promise.all(
    all.map((email) => identityHash(ctx.config.IDENTITY_PEPPER, group.id, email)),
  );
  for (const target of targets) await warnHome(ctx, target);
  await db.d1.batch([
    ...eraseParticipations(db, personNo, ctx.now),
    ...erasurePlan(db, personNo, identities.map(toHex), ctx.now),
  ]);
  for (const target of targets) {
    for (const identity of identities) await homeOf(ctx.env, target).forget(target, identity);
  }
}

/** Makes two people one, keeping `kept`: nobody who acted as both is counted twice, and the newest answer stays. */
export async function mergePeople(
  ctx: Context,
  group: Group,
  people: { kept: number; lost: number },
  targets: IntakeTarget[],
): Promise<void> {
  const db = dbFor(ctx.env, group);
  for (const target of targets) await warnHome(ctx, target);
  await db.d1.batch([
    ...mergeParticipations(db, people.kept, people.lost, ctx.now),
    ...mergePlan(db, people.kept, people.lost),
  ]);
  for (const target of targets) await tellHome(ctx, target);
}

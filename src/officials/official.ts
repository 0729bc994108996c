import type { Context } from "../platform/context";
import { sha256, toHex } from "../platform/crypto";
import { matchBuiltin } from "./builtin";
import { isAmerican, isCanadian, matchListed } from "./listed";
import { type ListOwner, servedTargets } from "./target-list";
import {
  MATCHED_MAX,
  type Match,
  type Target,
  type TargetPerson,
  type TargetSource,
  type Where,
} from "./types";

/**
 * Whom somebody can reach, by where they live: fixed people, built-in officials, or a list of the group's. Where their
 * postal code leaves the district open, `districts` holds those to choose from, and `targets` is empty until one is.
 * Neither: nobody is for them. Needs no D1 once the list is published.
 * @throws when the look-up data or the list cannot be read; asking again may work.
 */
export async function matchTargets(
  ctx: Context,
  owner: ListOwner,
  source: TargetSource,
  where: Where,
): Promise<Match> {
  const { targets, districts } = await matched(ctx, owner, source, where);
  const one = new Map(targets.map((target) => [target.key, target]));
  return { targets: [...one.values()].slice(0, MATCHED_MAX), districts };
}

async function matched(ctx: Context, owner: ListOwner, source: TargetSource, where: Where): Promise<Match> {
  switch (source.from) {
    case "fixed":
      return { targets: await fixedTargets(source), districts: [] };
    case "builtin":
      return matchBuiltin(ctx, source.sets, where);
    case "list": {
      const listed = await servedTargets(ctx, owner, source.listId);
      return listed ? matchListed(ctx, listed, where) : { targets: [], districts: [] };
    }
  }
}

/** Kept with the source of a served action: whoever signs is led to the same people as everybody before. */
const fixed = new WeakMap<TargetSource, readonly Target[]>();
const fallbacks = new WeakMap<TargetSource, Target>();

async function fixedTargets(source: TargetSource): Promise<Target[]> {
  const known = fixed.get(source) ?? (await Promise.all(source.people.map(fixedTarget)));
  fixed.set(source, known);
  return [...known];
}

/** Whom the organiser named for those who match nobody; null when nobody was. */
export async function fallbackTarget(source: TargetSource): Promise<Target | null> {
  if (source.fallback.name === "") return null;
  const known = fallbacks.get(source) ?? (await fixedTarget({ ...source.fallback, language: "" }));
  fallbacks.set(source, known);
  return known;
}

async function fixedTarget(person: TargetPerson): Promise<Target> {
  return { ...person, key: await targetKey(person), office: "", form: "" };
}

/** Stands for one person: by address where there is one, since a name may be spelled anew. */
export async function targetKey(person: { name: string; email: string; phone: string }): Promise<string> {
  const text = [person.name, person.email || person.phone].join("\n").toLowerCase();
  return toHex((await sha256(text)).slice(0, 8));
}

/** The countries whose look-up data matching by this source reads, and whose makers must be named. */
export async function attributions(
  ctx: Context,
  owner: ListOwner,
  source: TargetSource,
): Promise<("us" | "ca")[]> {
  switch (source.from) {
    case "fixed":
      return [];
    case "builtin":
      return [
        ...(source.sets.some((set) => set !== "ca-commons") ? (["us"] as const) : []),
        ...(source.sets.includes("ca-commons") ? (["ca"] as const) : []),
      ];
    case "list": {
      const codes =
        (await servedTargets(ctx, owner, source.listId))?.flatMap(({ districts }) => districts) ?? [];
      return [
        ...(codes.some(isAmerican) ? (["us"] as const) : []),
        ...(codes.some(isCanadian) ? (["ca"] as const) : []),
      ];
    }
  }
}

import type { Context } from "../platform/context";
import { type FormValues, single } from "../platform/forms";
import { normalisePostalCode } from "../platform/postal-code";
import { fallbackTarget, matchTargets } from "./official";
import type { ListOwner } from "./target-list";
import type { District, Match, Target, TargetSource, Where } from "./types";

/** Whom a form's answers lead to, or what must be asked or said first. */
export type Reached =
  | { is: "found"; targets: Target[]; district: string }
  | { is: "choose"; districts: District[] }
  /** No postal code yet, or one that is none: what all kinds ask of it says so. */
  | { is: "unasked"; isMissing: boolean }
  | { is: "nobody" }
  | { is: "trouble" };

type Asking = {
  owner: ListOwner & { country: string };
  source: TargetSource;
  values: FormValues;
  locale: string;
  reachedBy: "email" | "phone";
};

/**
 * Reads where somebody lives from a form and finds whom they can reach. Whoever cannot be reached in this way gives way to
 * the organiser's fallback, if there is one that can. Never throws: data out of reach is an outcome.
 */
export async function reach(
  ctx: Context,
  { owner, source, values, locale, reachedBy }: Asking,
): Promise<Reached> {
  const country = single(values, "country") || owner.country;
  const given = single(values, "postalCode").trim();
  const postalCode = given === "" ? "" : normalisePostalCode(given, country);
  if (source.from !== "fixed" && !postalCode) return { is: "unasked", isMissing: postalCode === "" };
  const district = single(values, "district");
  const where = { country, postalCode: postalCode ?? "", district, locale };
  try {
    const { targets, districts } = await reachable(ctx, { owner, source, where, reachedBy });
    if (districts.length > 0) return { is: "choose", districts };
    return targets.length > 0 ? { is: "found", targets, district } : { is: "nobody" };
  } catch (error) {
    ctx.log.error("targets.unmatched", error);
    return { is: "trouble" };
  }
}

/**
 * Whom somebody can reach by where they live, the organiser's fallback in the place of whom they cannot; no targets, and the districts
 * to choose from, where their code leaves it open.
 * @throws when the look-up data or the list cannot be read; asking again may work
 */
export async function reachable(
  ctx: Context,
  {
    owner,
    source,
    where,
    reachedBy,
  }: { owner: ListOwner; source: TargetSource; where: Where; reachedBy: "email" | "phone" },
): Promise<Match> {
  const match = await matchTargets(ctx, owner, source, where);
  if (match.districts.length > 0) return { targets: [], districts: match.districts };
  const targets = withFallback(match.targets, await fallbackTarget(source), reachedBy);
  return { targets, districts: [] };
}

function withFallback(
  targets: readonly Target[],
  fallback: Target | null,
  reachedBy: "email" | "phone",
): Target[] {
  if (!fallback) return [...targets];
  if (targets.length === 0) return [fallback];
  if (fallback[reachedBy] === "") return [...targets];
  const reachable = targets.filter((target) => target[reachedBy] !== "");
  return reachable.length === targets.length ? reachable : [...reachable, fallback];
}

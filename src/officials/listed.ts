import type { Context } from "../platform/context";
import { bare, districtsOf, nameDistricts } from "./builtin";
import { type Near, nearOf } from "./list-index";
import { DISTRICTS_MAX, type District, type ListedTarget, type Match, type Where } from "./types";

/** `CA-32`, `35100`: codes whose place the built-in data knows. Others are a group's own, such as "Ward 4". */
const isBuiltin = (code: string) => isAmerican(code) || isCanadian(code);

export function isAmerican(code: string): boolean {
  return /^[A-Z]{2}-\d{1,2}$/.test(code);
}

export function isCanadian(code: string): boolean {
  return /^\d{5}$/.test(code);
}

/** A district code as it is compared: capitals, one space, `CA-07` and `AK-AL` as `CA-7` and `AK-0`. */
export function districtCode(text: string): string {
  const code = text.trim().toUpperCase().replace(/\s+/g, " ");
  const us = /^([A-Z]{2})-?(\d{1,2}|AL)$/.exec(code);
  return us ? `${us[1]}-${us[2] === "AL" ? 0 : Number(us[2])}` : code;
}

/**
 * Who of a list is for somebody. A target with postal prefixes is for codes that begin so; one with districts for whoever
 * lives there; one with both for whoever fits both; one with neither for everybody. Where several districts are left, they
 * are offered, and nobody is matched until one is picked. Throws when the look-up data is needed and cannot be read.
 * @param list the same array for as long as it says the same: what is quick to look up in it is kept with it
 */
export async function matchListed(ctx: Context, list: readonly ListedTarget[], where: Where): Promise<Match> {
  const near = nearOf(list, bare(where.postalCode), isBuiltin);
  const known = near.hasBuiltin() ? (await districtsOf(ctx, where)).filter((code) => near.has(code)) : [];
  const possible = [...known, ...near.ownDistricts(DISTRICTS_MAX)];
  const chosen = possible.length === 1 ? possible[0] : chosenOf(where.district, known, near);
  if (chosen === undefined && possible.length > 1)
    return { targets: [], districts: await named(ctx, near, possible.slice(0, DISTRICTS_MAX), where.locale) };
  return { targets: near.targets(chosen), districts: [] };
}

/** What somebody picked, if it is among what they could pick from. */
function chosenOf(district: string | undefined, known: readonly string[], near: Near): string | undefined {
  if (district === undefined) return undefined;
  return known.includes(district) || (!isBuiltin(district) && near.has(district)) ? district : undefined;
}

async function named(
  ctx: Context,
  near: Near,
  codes: readonly string[],
  locale: string,
): Promise<District[]> {
  const known = codes.filter(isBuiltin);
  const labels = new Map(
    known.length === 0
      ? []
      : (await nameDistricts(ctx, known, locale)).map(({ code, label }) => [code, label] as const),
  );
  return codes.map((code) => ({ code, label: labels.get(code) ?? code, names: near.namesIn(code) }));
}

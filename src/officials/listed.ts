import type { Context } from "../platform/context";
import { bare, districtsOf, nameDistricts } from "./builtin";
import {
  DISTRICTS_MAX,
  type District,
  type ListedTarget,
  type Match,
  type Target,
  type Where,
} from "./types";

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
 */
export async function matchListed(ctx: Context, list: readonly ListedTarget[], where: Where): Promise<Match> {
  const code = bare(where.postalCode);
  const near = list.filter(
    ({ prefixes }) => prefixes.length === 0 || prefixes.some((prefix) => code.startsWith(prefix)),
  );
  const possible = await possibleDistricts(ctx, near, where);
  const chosen = possible.length === 1 ? possible[0] : possible.find((one) => one === where.district);
  if (chosen === undefined && possible.length > 1)
    return { targets: [], districts: await named(ctx, near, possible, where.locale) };
  const found = near.filter(
    ({ districts }) => districts.length === 0 || (chosen !== undefined && districts.includes(chosen)),
  );
  return { targets: found.map(withoutPlace), districts: [] };
}

async function possibleDistricts(
  ctx: Context,
  near: readonly ListedTarget[],
  where: Where,
): Promise<string[]> {
  const codes = [...new Set(near.flatMap(({ districts }) => districts))];
  if (!codes.some(isBuiltin)) return codes.toSorted(asPeopleCount);
  const known = await districtsOf(ctx, where);
  const own = codes.filter((code) => !isBuiltin(code));
  return [...known.filter((code) => codes.includes(code)), ...own.toSorted(asPeopleCount)];
}

const collator = new Intl.Collator("en", { numeric: true });
const asPeopleCount = (one: string, other: string) => collator.compare(one, other);

async function named(
  ctx: Context,
  near: readonly ListedTarget[],
  codes: readonly string[],
  locale: string,
): Promise<District[]> {
  const isKnown = codes.some(isBuiltin);
  const districts = isKnown
    ? await nameDistricts(ctx, codes, locale)
    : codes.map((code) => ({ code, label: code, names: [] }));
  return districts.slice(0, DISTRICTS_MAX).map((district) => ({
    ...district,
    names: near.filter(({ districts }) => districts.includes(district.code)).map(({ name }) => name),
  }));
}

function withoutPlace({ districts: _districts, prefixes: _prefixes, ...target }: ListedTarget): Target {
  return target;
}

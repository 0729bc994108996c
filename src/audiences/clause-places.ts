import { joined, num, type Values } from "./sql";
import type { ClauseOf } from "./types";

const BARE_CODE = "upper(replace(replace(ifnull(p.postal_code, ''), ' ', ''), '-', ''))";

/** A postal code as it is compared: in capitals, without gaps. */
export function bareCode(code: string): string {
  return code.replace(/[a-z]/g, (letter) => letter.toUpperCase()).replace(/[ -]/g, "");
}

/** Prefixes of one length are one set: a look for each length, however many they are. */
export function beginsWithAny(prefixes: readonly string[], values: Values): string {
  const byLength = Map.groupBy(new Set(prefixes.map(bareCode)), (prefix) => [...prefix].length);
  return joined(
    [...byLength].map(([length, all]) => `substr(${BARE_CODE}, 1, ${num(length)}) IN ${values.list(all)}`),
    "OR",
  );
}

/** How many characters of a code its place is looked up by; there is no gap before them. */
export const CODE_LENGTHS = { CA: 3, US: 5 } as const;

/** Whether somebody's code is one of a country's. */
export function inCodes(country: "CA" | "US", codes: readonly string[], values: Values): string {
  if (codes.length === 0) return "0";
  return `(ifnull(p.country, '') = ${values.one(country)} AND upper(substr(ifnull(p.postal_code, ''), 1, ${CODE_LENGTHS[country]})) IN ${values.list(codes)})`;
}

/** Of the codes of a place, those of a country. */
export function codesOfCountry(codes: readonly string[], country: "CA" | "US"): string[] {
  return codes.filter((code) => (/^[A-Z]/.test(code) ? "CA" : "US") === country);
}

/** What a place is looked up under. */
export function placeKey(clause: ClauseOf<"near"> | ClauseOf<"district">): string {
  return clause.is === "near"
    ? `near ${clause.country} ${bareCode(clause.postalCode)} ${clause.km}`
    : `district ${clause.districts.toSorted().join(" ")}`;
}

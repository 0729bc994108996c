import { num } from "./sql";

/*
 * Chance that stays the same: a number for each person, from a seed, that SQL and JavaScript work out alike. Multiplied, squared and
 * multiplied again within a prime field; neighbours come out far from each other, and every value is about as likely.
 */

const PRIME = 2_147_483_647;
const FIRST = 48_271;
const SECOND = 69_621;

/** The highest number chance gives. */
export const CHANCE_MAX = PRIME - 1;
/** A share is asked in hundredths of a percent. */
export const SHARES = 10_000;

/** A number from 0 to `CHANCE_MAX` for a person, always the same for a seed. */
export function chanceOf(personNo: number, seed: number): number {
  const one = ((BigInt(personNo) % BigInt(PRIME)) + BigInt(seed) + 1n) * BigInt(FIRST);
  const two = one % BigInt(PRIME);
  const three = (two * two + BigInt(seed)) % BigInt(PRIME);
  return Number((three * BigInt(SECOND)) % BigInt(PRIME));
}

/** The same in SQL. */
export function chanceSql(column: string, seed: number): string {
  const two = `((${column} % ${PRIME} + ${num(seed + 1)}) * ${FIRST} % ${PRIME})`;
  return `((${two} * ${two} + ${num(seed)}) % ${PRIME} * ${SECOND} % ${PRIME})`;
}

/** Below which number those are who belong to a share. */
export function chanceBelow(share: number): number {
  return Math.floor((share * PRIME) / SHARES);
}

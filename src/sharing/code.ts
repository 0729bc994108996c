import { hmacSha256 } from "../platform/crypto";
import { type GroupId, idTime, type ParticipationId } from "../platform/ids";
import { personalCode } from "./source";

/*
 * The code of a personal link is the participation's moment (40 bits) and the end of its random part (20 bits), scrambled
 * with a key of the group. Nothing is stored for it, it says nothing of the id without the key, and it leads back to the
 * few participations of one millisecond, which an index finds.
 */
const EPOCH_MS = Date.UTC(2020, 0, 1);
const MOMENT_MAX = 2 ** 40;
const TAIL = 2 ** 20;
/** The bits of the moment in the second half, which the tail fills up. */
const LOW = 2 ** 10;
const HALF = 2 ** 30;
/** Four rounds make a Feistel network over a pseudo-random function a strong permutation (Luby and Rackoff, 1988). */
const ROUNDS = 4;
/** Crockford's base 32: no letter that is read as a digit. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const HALF_LETTERS = 6;

/** Whose code it may be: the moment, in ms, and the last bits of the id. */
export type Bearer = { at: number; tail: number };

type Halves = readonly [number, number];

/** The code of somebody's own link, the same each time; null for an id that was not made of a moment. */
export async function codeFor(pepper: string, groupId: GroupId, id: ParticipationId): Promise<string | null> {
  const moment = idTime(id) - EPOCH_MS;
  if (id[14] !== "7" || moment < 0 || moment >= MOMENT_MAX) return null;
  let halves: Halves = [Math.floor(moment / LOW), (moment % LOW) * TAIL + tailOf(id)];
  for (let round = 0; round < ROUNDS; round += 1)
    halves = [halves[1], (halves[0] ^ (await scramble(pepper, groupId, round, halves[1]))) >>> 0];
  return halves.map(inLetters).join("");
}

/** What a code says; null for one that is no code. A forged code says something too, which fits nobody. */
export async function readCode(pepper: string, groupId: GroupId, code: string): Promise<Bearer | null> {
  if (!personalCode.test(code)) return null;
  let halves: Halves = [fromLetters(code.slice(0, HALF_LETTERS)), fromLetters(code.slice(HALF_LETTERS))];
  for (let round = ROUNDS - 1; round >= 0; round -= 1)
    halves = [(halves[1] ^ (await scramble(pepper, groupId, round, halves[0]))) >>> 0, halves[0]];
  const moment = halves[0] * LOW + Math.floor(halves[1] / TAIL);
  return { at: moment + EPOCH_MS, tail: halves[1] % TAIL };
}

/** The last 20 bits of an id. */
export function tailOf(id: ParticipationId): number {
  return Number.parseInt(id.slice(-5), 16);
}

async function scramble(pepper: string, groupId: GroupId, round: number, half: number): Promise<number> {
  const bytes = await hmacSha256(pepper, `link:${groupId}:${round}:${half}`);
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  return (a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) % HALF;
}

function inLetters(value: number): string {
  let left = value;
  let letters = "";
  for (let place = 0; place < HALF_LETTERS; place += 1) {
    letters = ALPHABET.charAt(left % 32) + letters;
    left = Math.floor(left / 32);
  }
  return letters;
}

function fromLetters(letters: string): number {
  let value = 0;
  for (const letter of letters) value = value * 32 + ALPHABET.indexOf(letter);
  return value;
}

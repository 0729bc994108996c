import type { GroupDb } from "../groups/shard";
import { placeSql, type Question } from "./compile";
import { inRanges } from "./ranges";
import { boundsRange, selectPart, spreadRange } from "./store-questions";
import type { Limit } from "./types";

/*
 * "The first ten thousand in this order" is looked up once, as the place and number of the last one within, and from then on is a
 * condition on each person alone. Places are counted in parts of their range, then within the part that holds the last one, and so
 * on, so that no statement hands out more than some thousand rows.
 */

const PARTS = 10_000;
/** So few people are looked at one by one. */
const FEW = 5_000;

/** The last one within a limit: their place and number. Whoever has that place or less, and everybody if they are fewer, is within. */
export async function lookUpLimit(
  db: GroupDb,
  question: Question,
  limit: Limit,
  highest: number,
): Promise<[number, number]> {
  const place = placeSql(limit);
  let bounds: { low: number; high: number } | null = await boundsOf(db, question, place, highest);
  if (!bounds) return [0, 0];
  const end: [number, number] = [bounds.high, highest];
  let left = limit.people;
  for (;;) {
    const size = Math.ceil((bounds.high - bounds.low + 1) / PARTS);
    const counts = await spreadOver(db, question, place, { low: bounds.low, size, highest });
    const part = counts.find(({ count }) => {
      if (count >= left) return true;
      left -= count;
      return false;
    });
    if (!part) return end;
    const low: number = bounds.low + part.part * size;
    bounds = { low, high: low + size - 1 };
    if (part.count <= FEW || size === 1) return lastOf(db, question, place, { ...bounds, left, highest });
  }
}

async function boundsOf(
  db: GroupDb,
  question: Question,
  place: string,
  highest: number,
): Promise<{ low: number; high: number } | null> {
  let low: number | null = null;
  let high: number | null = null;
  await inRanges({ after: 0, highest }, async (after, upTo) => {
    const found = await boundsRange(db, question, place, after, upTo);
    if (found.low !== null) low = Math.min(low ?? found.low, found.low);
    if (found.high !== null) high = Math.max(high ?? found.high, found.high);
    return found.ms;
  });
  return low === null || high === null ? null : { low, high };
}

async function spreadOver(
  db: GroupDb,
  question: Question,
  place: string,
  { low, size, highest }: { low: number; size: number; highest: number },
): Promise<{ part: number; count: number }[]> {
  const totals = new Map<number, number>();
  await inRanges({ after: 0, highest }, async (after, upTo) => {
    const { counts, ms } = await spreadRange(db, question, place, { after, upTo, low, size, parts: PARTS });
    for (const [part, count] of counts) totals.set(part, (totals.get(part) ?? 0) + count);
    return ms;
  });
  return [...totals]
    .map(([part, count]) => ({ part, count }))
    .toSorted((one, other) => one.part - other.part);
}

/** The `left`-th of a part, in the order of places and then of numbers. */
async function lastOf(
  db: GroupDb,
  question: Question,
  place: string,
  { low, high, left, highest }: { low: number; high: number; left: number; highest: number },
): Promise<[number, number]> {
  if (low === high) return [low, await nthAt(db, question, place, { low, left, highest })];
  const all: [number, number][] = [];
  await inRanges({ after: 0, highest }, async (after, upTo) => {
    const { people, ms } = await selectPart(db, question, place, { after, upTo, low, high, limit: FEW });
    all.push(...people);
    return ms;
  });
  all.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  return all[left - 1] ?? [high, highest];
}

/** Very many may be alike, such as those of one import. */
async function nthAt(
  db: GroupDb,
  question: Question,
  place: string,
  { low, left, highest }: { low: number; left: number; highest: number },
): Promise<number> {
  let missing = left;
  let found = highest;
  await inRanges({ after: 0, highest }, async (after, upTo) => {
    const { counts, ms } = await spreadRange(db, question, place, { after, upTo, low, size: 1, parts: 1 });
    const count = counts.get(0) ?? 0;
    if (count < missing) {
      missing -= count;
      return ms;
    }
    found = await nthWithin(db, question, place, { after, upTo, low, missing });
    return null;
  });
  return found;
}

async function nthWithin(
  db: GroupDb,
  question: Question,
  place: string,
  range: { after: number; upTo: number; low: number; missing: number },
): Promise<number> {
  const { low } = range;
  let { after, missing } = range;
  for (;;) {
    const limit = Math.min(missing, FEW);
    const { people } = await selectPart(db, question, place, {
      after,
      upTo: range.upTo,
      low,
      high: low,
      limit,
    });
    const last = people.at(-1)?.[1];
    if (last === undefined || missing <= FEW) return last ?? range.upTo;
    missing -= people.length;
    after = last;
  }
}

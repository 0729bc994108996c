import { z } from "zod";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { duplicateKeys, reasonOf, type Searchable, termsOf } from "./search-terms";
import * as store from "./store-search-index";

/** People an index statement writes at once; FTS5 merges its segments while it writes, which the longest of them pay (decision 0023). */
const STEP = 250;
/** People a sweep looks at in one statement; it reads and compares, and writes only those who changed. */
const SWEEP_STEP = 5_000;
/** One message works so long, then asks for the next: other groups' work waits no longer than that. */
const WORK_MS = 10_000;
/** A tail up to this length is read with every search anyway. */
const TAIL_SHORT = 200;
/** How often everybody is looked at again, for changes that no message told of. */
const SWEEP_MS = 24 * 3_600_000;
/** What people did may arrive later than they did it. */
const LATE_MS = 7 * 86_400_000;
const NAMED_MAX = 1_000;
/** So many at once are a wave: its changes of name are left to the sweep, since the database has the wave itself to store. */
const WAVE = 20;
/** With so many behind, a wave is indexed while it lasts: about a second of the database's time. */
const TAIL_LONG = 20_000;

/** On the WORK queue: bring the index of a group's people up to date, and the people named in any case. */
export const indexDue = z.object({
  type: z.literal("people.index"),
  groupNo: z.number().int(),
  shard: z.string(),
  people: z.array(z.number().int()).max(NAMED_MAX).default([]),
  /** Set when people acted, and nobody waits to find them: those not indexed yet are found anyway. */
  isNews: z.boolean().default(false),
});
type IndexDue = z.infer<typeof indexDue>;

/** Asks for the index to be brought up to date, behind everything anybody waits for. Asking twice does no harm. */
export async function askToIndex(
  { env }: Pick<Context, "env">,
  group: Pick<Group, "no" | "shard">,
  people: number[] = [],
): Promise<void> {
  const about = { type: "people.index" as const, groupNo: group.no, shard: group.shard };
  const pages: number[][] = people.length === 0 ? [[]] : [];
  for (let start = 0; start < people.length; start += NAMED_MAX)
    pages.push(people.slice(start, start + NAMED_MAX));
  for (const page of pages) await env.WORK.send({ ...about, people: page, isNews: false } satisfies IndexDue);
}

/**
 * Asks the same for people who have just acted, where it is worth a message: somebody known may have a new name, or very many
 * are new. A look into the database costs a thousandth of a message.
 */
export async function askToIndexNews(
  { env }: Pick<Context, "env">,
  group: Pick<Group, "no" | "shard">,
  people: number[],
): Promise<void> {
  const { indexedTo, last } = await store.selectProgress(dbFor(env, group));
  const known = people.length > WAVE ? [] : people.filter((no) => no <= indexedTo);
  if (known.length === 0 && last - indexedTo < TAIL_LONG) return;
  const about = { type: "people.index" as const, groupNo: group.no, shard: group.shard };
  await env.WORK.send({ ...about, people: known, isNews: true } satisfies IndexDue);
}

/** Whether the index is worth asking for: many are not in it, or nobody has looked for changes for a day. */
export function isIndexBehind({ last, indexedTo, sweepBeganAt }: store.Progress, now: number): boolean {
  return last - indexedTo > TAIL_SHORT || (last > 0 && now - sweepBeganAt > SWEEP_MS);
}

/**
 * Follows `askToIndex`, by ranges of people, one short statement after the other; what is left after ten seconds is another
 * message. May run twice, and beside itself: whoever is written twice is in the index once.
 */
export async function indexPeople(ctx: Context, due: IndexDue): Promise<void> {
  const group = { no: due.groupNo, shard: due.shard };
  const db = dbFor(ctx.env, group);
  const until = Date.now() + WORK_MS;
  const { indexedTo, last } = await store.selectProgress(db);
  const named = due.people.filter((no) => no <= indexedTo);
  if (named.length > 0) await indexRows(db, await store.selectNumbered(db, named), null, ctx.now);
  if (due.isNews && last - indexedTo < TAIL_LONG) return;
  const isDone = (await indexNew(ctx, db, until)) && (await sweep(ctx, db, until));
  if (!isDone) await askToIndex(ctx, group);
}

/** The same for few people at once, for whoever changed them and looks at the result next. */
export async function indexNow(db: GroupDb, people: number[], now: number): Promise<void> {
  // Whoever is above the cursor is found without the index, and comes into it in their turn.
  await indexRows(db, await store.selectNumbered(db, people), null, now);
}

async function indexNew(ctx: Context, db: GroupDb, until: number): Promise<boolean> {
  let { indexedTo } = await store.selectProgress(db);
  for (;;) {
    const rows = await store.selectRange(db, indexedTo, STEP);
    const last = rows.at(-1)?.[0];
    if (last === undefined) return true;
    await indexRows(db, rows, last, ctx.now);
    await store.insertSamePhone(db, { after: indexedTo, upTo: last }, ctx.now);
    indexedTo = last;
    if (rows.length < STEP) return true;
    if (Date.now() > until) return false;
  }
}

/** Once a day, everybody indexed before: who has changed without being named, and whose phone is another's now. */
async function sweep(ctx: Context, db: GroupDb, until: number): Promise<boolean> {
  const { sweptTo, sweepBeganAt, sweptSince } = await store.selectProgress(db);
  const isUnderWay = sweptTo > 0;
  if (!isUnderWay && ctx.now - sweepBeganAt < SWEEP_MS) return true;
  const began = isUnderWay ? sweepBeganAt : ctx.now;
  // What changed since the sweep before began. There was none before the first: everybody has just been indexed.
  const since = isUnderWay ? sweptSince : Math.max(0, sweepBeganAt - LATE_MS);
  if (sweepBeganAt === 0) {
    await store.updateSweep(db, { sweptTo: 0, sweepBeganAt: began, sweptSince: 0 });
    return true;
  }
  for (let at = sweptTo; Date.now() <= until; ) {
    const { rows, last } = await store.selectChanged(db, { after: at, limit: SWEEP_STEP, since });
    for (let start = 0; start < rows.length; start += STEP)
      await indexRows(db, rows.slice(start, start + STEP), null, ctx.now);
    if (last !== null) await store.insertSamePhone(db, { after: at, upTo: last }, ctx.now);
    await store.updateSweep(db, { sweptTo: last ?? 0, sweepBeganAt: began, sweptSince: since });
    if (last === null) return true;
    at = last;
  }
  return false;
}

async function indexRows(
  db: GroupDb,
  rows: store.SearchRow[],
  indexedTo: number | null,
  now: number,
): Promise<void> {
  const terms: [number, string][] = [];
  const gone: number[] = [];
  const keys: [number, string, string][] = [];
  for (const [no, givenName, familyName, street, locality, postalCode, email, isGone, others] of rows) {
    if (isGone) {
      gone.push(no);
      continue;
    }
    const emails = [...(email ? [email] : []), ...others];
    const person: Searchable = { givenName, familyName, street, locality, postalCode, emails };
    terms.push([no, termsOf(person)]);
    for (const key of duplicateKeys(person)) keys.push([no, key, reasonOf(key)]);
  }
  await store.writeTerms(db, terms, gone, indexedTo);
  if (keys.length > 0) await store.insertNeighbours(db, keys, now);
}

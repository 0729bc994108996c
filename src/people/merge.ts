import type { GroupDb } from "../groups/shard";
import * as store from "./store-merge";
import type { MergeId } from "./types";

/** How long two people who were made one can be parted again. */
export const SPLIT_DAYS = 30;
const DAY_MS = 86_400_000;
const DUPLICATES_PAGE_SIZE = 25;
const MERGES_PAGE_SIZE = 25;

export type { DuplicateRow, MergeRow } from "./store-merge";
/** The statements around a merge: what is changed is written down before, and what came of it after. */
export { beginMergeStatement as beginMerge, endMergeStatement as endMerge } from "./store-merge";
/** What of a person stays under the numbers of whoever was merged into them is read by these. */
export { existsUnderNumbers, numbersOf, rootOf } from "./store-numbers";
/** The statements that part two people again; the first gives who they are, when they may be. */
export { splitStatements as splitPlan } from "./store-split";

/** Pairs who may be one person, by keyset; `next` is null at the end. */
export async function listDuplicates(
  group: GroupDb,
  after: [first: number, second: number] = [0, 0],
): Promise<{ pairs: store.DuplicateRow[]; next: string | null }> {
  const found = await store.selectDuplicates(group, after, DUPLICATES_PAGE_SIZE + 1);
  const pairs = found.slice(0, DUPLICATES_PAGE_SIZE);
  const last = pairs.at(-1);
  return { pairs, next: found.length > pairs.length && last ? `${last.firstNo}-${last.secondNo}` : null };
}

/** Two people are two: the pair is suggested no more. False when it never was. */
export function dismissDuplicate(
  group: GroupDb,
  pair: { first: number; second: number },
  by: number,
  now: number,
): Promise<boolean> {
  return store.dismissDuplicate(group, pair, by, now);
}

/** Takes a dismissal back. */
export function restoreDuplicate(group: GroupDb, pair: { first: number; second: number }): Promise<boolean> {
  return store.dismissDuplicate(group, pair, null, null);
}

/** The group's merges, newest first; `next` is the `before` of the page after. Forgets what old ones kept to be undone. */
export async function listMerges(
  group: GroupDb,
  before: MergeId | null,
  now: number,
): Promise<{ merges: store.MergeRow[]; next: MergeId | null }> {
  await store.forgetOldMerges(group, now - SPLIT_DAYS * DAY_MS);
  const found = await store.selectMerges(group, before, MERGES_PAGE_SIZE + 1);
  const merges = found.slice(0, MERGES_PAGE_SIZE);
  return { merges, next: found.length > merges.length ? (merges.at(-1)?.id ?? null) : null };
}

export function findMerge(group: GroupDb, id: MergeId): Promise<store.MergeRow | null> {
  return store.selectMerge(group, id);
}

/** Whether a merge is still young enough to be undone, as far as can be told without trying. */
export function canSplit(merge: store.MergeRow, now: number): boolean {
  return merge.isKnown && merge.undoneAt === null && merge.mergedAt > now - SPLIT_DAYS * DAY_MS;
}

/** What merging two would touch: the actions both took, and how much the one who goes took part. */
export function sharedActions(
  group: GroupDb,
  { kept, lost }: { kept: number; lost: number },
): Promise<{ actionNos: number[]; lostCount: number }> {
  return store.selectShared(group, kept, lost);
}

/** The actions whose counts change when a merge is undone. */
export function mergedActions(group: GroupDb, id: MergeId): Promise<number[]> {
  return store.selectMergedActions(group, id);
}

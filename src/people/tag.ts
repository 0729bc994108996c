import type { GroupDb } from "../groups/shard";
import * as store from "./store-tags";
import { tagKey, tagName } from "./tag-name";

export type { TagRow as Tag } from "./store-tags";
export { tagKey, tagName, tagNames } from "./tag-name";

/** A group that needs more uses them for what fields are made for. */
export const TAGS_MAX = 5_000;

/** The numbers of those of the named tags that exist, by any name they have or had, whatever its capitals. */
export async function tagNosOf(group: GroupDb, names: string[]): Promise<number[]> {
  const found = await store.selectTagNos(group, names.map(tagKey));
  return [...new Set(found.flatMap((no) => (no === null ? [] : [no])))];
}

/** Makes those of the named tags that do not exist yet. A name of nothing a tag may hold is passed over. */
export async function makeTags(group: GroupDb, names: string[], now: number): Promise<void> {
  const wanted = new Map(names.map((name) => [tagKey(name), tagName(name)]));
  wanted.delete("");
  const pairs = [...wanted].map(([key, name]) => ({ name, key }));
  if (pairs.length > 0) await store.insertTags(group, pairs, now);
}

/** The numbers of the named tags, made where there is none yet. A name of nothing a tag may hold has no number. */
export async function ensureTags(group: GroupDb, names: string[], now = Date.now()): Promise<number[]> {
  await makeTags(group, names, now);
  return tagNosOf(group, names);
}

/** Every tag that people can have, by name; those hidden from pick-lists too. */
export function listTags(group: GroupDb): Promise<store.TagRow[]> {
  return store.selectTags(group, "kept");
}

/** The tags of a person, by name. */
export function tagsOf(
  group: GroupDb,
  personNo: number,
): Promise<{ no: number; name: string; isHidden: boolean; taggedAt: number }[]> {
  return store.selectTagsOf(group, personNo);
}

/**
 * Gives people a tag. Whoever has it keeps the day they got it; whoever was forgotten gets none. May be called again.
 * @returns how many have it now who had it not
 */
export function tagPeople(
  group: GroupDb,
  tagNo: number,
  personNos: readonly number[],
  at: number,
): Promise<number> {
  return inPages(personNos, (page) => store.insertTaggings(group, tagNo, page, at));
}

/** Takes a tag from people. Gives how many had it. */
export function untagPeople(group: GroupDb, tagNo: number, personNos: readonly number[]): Promise<number> {
  return inPages(personNos, (page) => store.deleteTaggings(group, tagNo, page));
}

async function inPages(
  personNos: readonly number[],
  change: (page: readonly number[]) => Promise<number>,
): Promise<number> {
  let changed = 0;
  for (let start = 0; start < personNos.length; start += store.TAGGED_AT_ONCE_MAX)
    changed += await change(personNos.slice(start, start + store.TAGGED_AT_ONCE_MAX));
  return changed;
}

import type { GroupDb } from "../groups/shard";
import * as store from "./store-tags";

/** The numbers of those of the named tags that exist. */
export function tagNosOf(group: GroupDb, names: string[]): Promise<number[]> {
  return store.selectTagNos(group, names);
}

/** Makes those of the named tags that do not exist yet. */
export async function makeTags(group: GroupDb, names: string[], now: number): Promise<void> {
  if (names.length > 0) await store.insertTags(group, names, now);
}

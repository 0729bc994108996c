import type { GroupDb } from "../groups/shard";
import { tagKey } from "../people/tag";
import { selectTagLists, updateTagLists } from "./store-tagged";

/** Lists written by one statement. */
const LISTS_AT_ONCE = 500;

/**
 * Calls a tag otherwise in every action that gives it; null takes it out. Pages need no new snapshot: they name tags by
 * number. An editor that is open meanwhile saves the old name, which goes on meaning the tag.
 * @returns how many actions were changed
 */
export async function renameTagInActions(db: GroupDb, from: string, to: string | null): Promise<number> {
  const changed = (await selectTagLists(db)).flatMap(({ actionNo, tags }) => {
    const after = renamed(tags, tagKey(from), to);
    return after === null ? [] : [{ actionNo, before: tags, after }];
  });
  let count = 0;
  for (let start = 0; start < changed.length; start += LISTS_AT_ONCE)
    count += await updateTagLists(db, changed.slice(start, start + LISTS_AT_ONCE));
  return count;
}

/** The list with the other name, each name once; null when the tag is not in it. */
function renamed(text: string, from: string, to: string | null): string | null {
  const tags: unknown = JSON.parse(text);
  if (!Array.isArray(tags)) return null;
  const names = tags.filter((name) => typeof name === "string");
  if (!names.some((name) => tagKey(name) === from)) return null;
  const next = names.flatMap((name) => {
    if (tagKey(name) !== from) return [name];
    return to === null ? [] : [to];
  });
  const kept = new Map<string, string>();
  for (const name of next) if (!kept.has(tagKey(name))) kept.set(tagKey(name), name);
  return JSON.stringify([...kept.values()]);
}

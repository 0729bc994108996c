import { recordAct } from "../groups/audit";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { emptyPage } from "./store-emptying";
import * as store from "./store-tags";
import { makeTags, TAGS_MAX, tagKey, tagName, tagNames } from "./tag";
import { type Step, startWork } from "./work";

/** How long a deleted tag or field can be brought back. */
export const UNDO_MS = 7 * 86_400_000;
/** After this its people are counted anew when somebody looks. */
const COUNT_FRESH_MS = 10 * 60_000;
/** A page of tags counts for this long; what it has no time for shows the last number. */
const COUNTING_MS = 300;
export const NOTE_MAX = 500;
/** Messages of the page still in the air may give a merged tag once more; its rows are looked at again after this. */
const SWEEP_AGAIN_MS = 3_600_000;

export const tagWorks = ["tag.merge", "tag.empty"] as const;

/** Renames a tag in whatever refers to tags by name: the actions. `to` null takes it out. `app.tsx` hands it in. */
export type RenameInActions = (db: GroupDb, from: string, to: string | null) => Promise<number>;

export type TagListed = store.TagRow & { actionCount: number };

/** Every tag with how many people have it, counted as far as there is time, and how many actions give it. */
export async function tagsWithUses(ctx: Context, db: GroupDb): Promise<TagListed[]> {
  const [tags, uses] = await Promise.all([store.selectTags(db, "kept"), actionsByTag(db)]);
  await countSome(ctx, db, tags);
  return tags.map((tag) => ({ ...tag, actionCount: uses.get(tagKey(tag.name)) ?? 0 }));
}

export async function actionsByTag(db: GroupDb): Promise<Map<string, number>> {
  const uses = new Map<string, number>();
  for (const { tags } of await store.tagsInActions(db)) {
    const read: unknown = JSON.parse(tags);
    if (!Array.isArray(read)) continue;
    for (const key of new Set(read.map((name) => tagKey(String(name)))))
      uses.set(key, (uses.get(key) ?? 0) + 1);
  }
  return uses;
}

async function countSome(ctx: Context, db: GroupDb, tags: store.TagRow[]): Promise<void> {
  const until = Date.now() + COUNTING_MS;
  const stale = tags
    .filter(({ countedAt }) => countedAt === null || countedAt < ctx.now - COUNT_FRESH_MS)
    .sort((a, b) => (a.countedAt ?? 0) - (b.countedAt ?? 0));
  for (const tag of stale) {
    if (Date.now() > until) return;
    tag.personCount = await store.countPeople(db, tag.no, ctx.now);
    tag.countedAt = ctx.now;
  }
}

export type TagsMade =
  | { made: string[]; known: string[]; changed: boolean }
  | { problem: "empty" | "tooMany" };

/** Makes the tags of a line of names with commas. `changed`: something that no tag may hold was left out. */
export async function createTags(ctx: Context, db: GroupDb, text: string): Promise<TagsMade> {
  const names = tagNames(text);
  if (names.length === 0) return { problem: "empty" };
  if ((await store.countTags(db)) + names.length > TAGS_MAX) return { problem: "tooMany" };
  const keys = names.map(tagKey);
  // Whoever makes a tag by hand means a new one, even where an old tag was once called so.
  await store.deleteAliases(db, keys);
  const before = await store.selectTagNos(db, keys);
  await makeTags(db, names, ctx.now);
  const typed = text
    .split(/[,;\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  return {
    made: names.filter((_, at) => before[at] === null),
    known: names.filter((_, at) => before[at] !== null),
    changed: typed.some((part) => tagName(part) !== part),
  };
}

export type TagSaved = "saved" | "missing" | "taken" | "empty";

/** Saves what a tag is called, what is noted about it and whether it is offered. A new name is its name everywhere. */
export async function saveTag(
  ctx: Context,
  group: Group,
  tag: store.TagRow,
  form: { name: string; note: string; isHidden: boolean },
  by: number,
  renameInActions: RenameInActions,
): Promise<TagSaved> {
  const db = dbFor(ctx.env, group);
  const name = tagName(form.name);
  if (name === "") return "empty";
  if (name !== tag.name) {
    if (!(await store.renameTag(db, tag.no, { name, key: tagKey(name) }))) return "taken";
    await renameInActions(db, tag.name, name);
    const detail = { from: tag.name, to: name };
    await recordAct(ctx, { groupNo: group.no, accountNo: by, act: "tag.renamed", subject: name, detail });
  }
  const hiddenAt = form.isHidden ? ctx.now : null;
  const isSaved = await store.updateTag(db, tag.no, { note: form.note.slice(0, NOTE_MAX), hiddenAt });
  return isSaved ? "saved" : "missing";
}

/** Makes `lost` the same as `kept`: at once for whoever is given it from now on, people who have it follow behind. */
export async function mergeTags(
  ctx: Context,
  group: Group,
  { kept, lost }: { kept: store.TagRow; lost: store.TagRow },
  by: number,
  renameInActions: RenameInActions,
): Promise<boolean> {
  const db = dbFor(ctx.env, group);
  if (!(await store.markMerged(db, kept.no, lost.no))) return false;
  await renameInActions(db, lost.name, kept.name);
  const detail = { from: lost.name, to: kept.name };
  await recordAct(ctx, { groupNo: group.no, accountNo: by, act: "tag.merged", subject: kept.name, detail });
  const work = { sort: "tag.merge", subject: lost.no, startedBy: by };
  await startWork(ctx, db, { ...work, totalCount: lost.personCount });
  await startWork(ctx, db, { ...work, dueAt: ctx.now + SWEEP_AGAIN_MS });
  return true;
}

/** Takes a tag from everybody and from the actions that give it. It can be brought back for some days. */
export async function deleteTag(
  ctx: Context,
  group: Group,
  tag: store.TagRow,
  by: number,
  renameInActions: RenameInActions,
): Promise<boolean> {
  const db = dbFor(ctx.env, group);
  const count = await store.countPeople(db, tag.no, ctx.now);
  if (!(await store.markDeleted(db, tag.no, ctx.now))) return false;
  await renameInActions(db, tag.name, null);
  const detail = { count };
  await recordAct(ctx, {
    ...{ groupNo: group.no, accountNo: by },
    ...{ act: "tag.deleted", subject: tag.name, detail },
  });
  const dueAt = ctx.now + UNDO_MS;
  await startWork(ctx, db, {
    ...{ sort: "tag.empty", subject: tag.no, startedBy: by, dueAt, totalCount: count },
  });
  return true;
}

/** Gives a deleted tag back to whoever had it. False when it was emptied meanwhile, or its name is another tag's by now. */
export async function restoreTag(
  ctx: Context,
  group: Group,
  tag: store.TagRow,
  by: number,
): Promise<boolean> {
  const db = dbFor(ctx.env, group);
  const name = tag.formerName ?? "";
  if (!(await store.unmarkDeleted(db, tag.no, tagKey(name)))) return false;
  await recordAct(ctx, { groupNo: group.no, accountNo: by, act: "tag.restored", subject: name });
  return true;
}

/** What is done behind of tags: the people of merged ones are moved, those of deleted ones emptied when time is up. */
export const tagSteps: Record<(typeof tagWorks)[number], Step> = {
  "tag.merge": async (ctx, group, work) => {
    const db = dbFor(ctx.env, group);
    // What it was merged into may have been merged on since.
    const kept = await store.selectMergedInto(db, work.subject);
    const done = kept === null ? 0 : await store.moveTaggings(db, kept, work.subject);
    // The cursor only counts turns here: what is moved is gone, so a turn taken twice moves nothing twice.
    return { cursor: work.cursor + 1, done, isOver: done === 0 };
  },
  "tag.empty": async (ctx, group, work) => {
    const db = dbFor(ctx.env, group);
    const deletedBy = ctx.now - UNDO_MS;
    let done = 0;
    for (const no of [work.subject, ...(await store.mergedInto(db, work.subject))])
      done += await emptyPage(db, "tag", no, deletedBy);
    if (done === 0) await store.markEmptied(db, work.subject, deletedBy, ctx.now);
    return { cursor: work.cursor + 1, done, isOver: done === 0 };
  },
};

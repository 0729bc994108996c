import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { newId, parseId } from "../platform/ids";
import { ReadThroughCache } from "../platform/read-through";
import * as store from "./store";
import { LIST_TARGETS_MAX, LISTS_MAX, type ListedTarget, type TargetList, type TargetListId } from "./types";

/** Enough to know whose list it is. */
export type ListOwner = Pick<Group, "no" | "shard">;

/** The shortest KV allows (Cloudflare's docs, KV). A list replaced shows everywhere within about a minute. */
const FRESH_MS = 30_000;
const KV_CACHE_SECONDS = 30;

const served = new ReadThroughCache<ListedTarget[]>({
  entriesMax: 20,
  freshMs: FRESH_MS,
  staleMs: 60_000,
  absentMs: 5_000,
});

function servedKey(groupNo: number, id: string): string {
  return `targets/${groupNo}/${id}`;
}

/** As if this isolate had just started; for tests. */
export function forgetLists(): void {
  served.clear();
}

/**
 * The targets of a group's list, from memory, then KV, then D1, so that nobody who acts waits for D1. Null for another
 * group's list and for none. Throws when neither holds it and D1 cannot be asked.
 */
export async function servedTargets(
  ctx: Context,
  owner: ListOwner,
  listId: string,
): Promise<ListedTarget[] | null> {
  const id = parseId<TargetListId>(listId);
  if (!id) return null;
  const key = servedKey(owner.no, id);
  return served.read(ctx, key, async () => (await fromKv(ctx, key)) ?? (await fromD1(ctx, owner, id)));
}

async function fromKv(ctx: Context, key: string): Promise<ListedTarget[] | null> {
  try {
    return await ctx.env.SITES.get<ListedTarget[]>(key, { type: "json", cacheTtl: KV_CACHE_SECONDS });
  } catch (error) {
    ctx.log.error("targets.kv", error);
    return null;
  }
}

async function fromD1(ctx: Context, owner: ListOwner, id: TargetListId): Promise<ListedTarget[] | null> {
  const db = dbFor(ctx.env, owner);
  if (!(await store.selectList(db, id))) return null;
  return store.selectTargets(db, id, { after: 0, limit: LIST_TARGETS_MAX });
}

/** A new list without targets; null when the group has too many. */
export async function createList(ctx: Context, group: Group, name: string): Promise<TargetList | null> {
  const db = dbFor(ctx.env, group);
  if ((await store.selectLists(db)).length >= LISTS_MAX) return null;
  const none = { targetCount: 0, emailCount: 0, phoneCount: 0 };
  const list = { id: newId<TargetListId>(), name, ...none, createdAt: ctx.now, updatedAt: ctx.now };
  await store.insertList(db, list);
  return list;
}

export function listLists(ctx: Context, group: ListOwner): Promise<TargetList[]> {
  return store.selectLists(dbFor(ctx.env, group));
}

/** The group's list of that id; null for another group's, for none, and for what is no id. */
export async function findList(ctx: Context, group: ListOwner, id: string): Promise<TargetList | null> {
  const listId = parseId<TargetListId>(id);
  return listId ? store.selectList(dbFor(ctx.env, group), listId) : null;
}

/** A page of a list in the order of its file. */
export function listTargets(
  ctx: Context,
  group: ListOwner,
  list: TargetList,
  page: { after: number; limit: number },
) {
  return store.selectTargets(dbFor(ctx.env, group), list.id, page);
}

/** Puts these targets in the place of all there were. What is served follows within about a minute. */
export async function replaceList(
  ctx: Context,
  group: ListOwner,
  list: TargetList,
  listed: readonly ListedTarget[],
): Promise<void> {
  await store.replaceTargets(dbFor(ctx.env, group), list.id, listed, ctx.now);
  const key = servedKey(group.no, list.id);
  await ctx.env.SITES.put(key, JSON.stringify(listed));
  served.put(key, [...listed], ctx.now);
}

export type ListRemoval = { outcome: "removed" } | { outcome: "used"; by: { id: string; title: string }[] };

/** Actions, closed ones apart, that are addressed to the list. */
export function usersOf(ctx: Context, group: ListOwner, list: TargetList) {
  return store.actionsUsing(dbFor(ctx.env, group), list.id);
}

/** Deletes a list no open action is addressed to. */
export async function removeList(ctx: Context, group: ListOwner, list: TargetList): Promise<ListRemoval> {
  const by = await usersOf(ctx, group, list);
  if (by.length > 0) return { outcome: "used", by };
  await store.deleteList(dbFor(ctx.env, group), list.id);
  const key = servedKey(group.no, list.id);
  await ctx.env.SITES.delete(key);
  served.forget(key);
  return { outcome: "removed" };
}

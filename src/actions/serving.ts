import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { AppError } from "../platform/errors";
import { readPreviewToken } from "./preview";
import { buildSnapshot, type StoredSnapshot, snapshotKey } from "./publication";
import { type Listed, lists, served, servedKey } from "./served";
import { loadAction } from "./store";
import { listPublished } from "./store-public";
import { type ActionSnapshot, actionSlug, type Kind } from "./types";

/** The shortest KV allows (Cloudflare's docs, KV): a page that was stopped must be stopped soon everywhere. */
const KV_CACHE_SECONDS = 30;

/** As in groups/tenant.ts: a reader's copy may have been overtaken, so only what publication writes stays in KV. */
const WRITE_BACK_SECONDS = 3_600;

type KindOf = Pick<Kind, "name" | "settings">;

export type Serving =
  | { is: "shown"; snapshot: ActionSnapshot }
  | { is: "moved"; slug: string }
  | { is: "absent" };

/**
 * The action that answers at a slug of a group: published or closed, limited too, never a draft. From memory, then KV,
 * then D1, so that neither a page nor a signature needs D1 once the action is published.
 * @throws AppError unavailable when neither memory nor KV holds it and D1 cannot be asked.
 */
export async function snapshotFor(ctx: Context, group: Group, kind: KindOf, slug: string): Promise<Serving> {
  if (!actionSlug.safeParse(slug).success) return { is: "absent" };
  const key = servedKey(group.no, kind.name, slug);
  const stored = await served.read(ctx, key, () => findSnapshot(ctx, group, kind, slug));
  if (!stored) return { is: "absent" };
  if (stored.action.slug !== slug) return { is: "moved", slug: stored.action.slug };
  return { is: "shown", snapshot: { ...stored, group } };
}

async function findSnapshot(
  ctx: Context,
  group: Group,
  kind: KindOf,
  slug: string,
): Promise<StoredSnapshot | null> {
  const found =
    (await snapshotFromKv(ctx, group, kind, slug)) ?? (await snapshotFromD1(ctx, group, kind, slug));
  const held = served.held(servedKey(group.no, kind.name, slug), ctx.now);
  // KV shows a write elsewhere after a minute or so; what this isolate published itself is newer until then.
  return held && found?.action.id === held.action.id && found.version < held.version ? held : found;
}

/** KV out of reach, or holding what an older release wrote, counts as KV without the entry. */
async function snapshotFromKv(
  ctx: Context,
  group: Group,
  kind: KindOf,
  slug: string,
): Promise<StoredSnapshot | null> {
  try {
    const stored = await ctx.env.SITES.get<StoredSnapshot>(snapshotKey(group.no, kind.name, slug), {
      type: "json",
      cacheTtl: KV_CACHE_SECONDS,
    });
    return stored && readSnapshot(kind, stored);
  } catch (error) {
    ctx.log.error("snapshot.kv", error, { groupNo: group.no });
    return null;
  }
}

/** Settings as the kind reads them now: an older release may have written fewer. */
function readSnapshot(kind: KindOf, { action, ...rest }: StoredSnapshot): StoredSnapshot {
  return { ...rest, action: { ...action, settings: kind.settings.parse(action.settings) } };
}

async function snapshotFromD1(
  ctx: Context,
  group: Group,
  kind: KindOf,
  slug: string,
): Promise<StoredSnapshot | null> {
  try {
    const db = dbFor(ctx.env, group);
    const action = await loadAction(db, kind, slug);
    if (!action || action.status === "draft") return null;
    const snapshot = readSnapshot(kind, await buildSnapshot(ctx, db, action));
    const key = snapshotKey(group.no, kind.name, slug);
    ctx.later(ctx.env.SITES.put(key, JSON.stringify(snapshot), { expirationTtl: WRITE_BACK_SECONDS }));
    return snapshot;
  } catch (error) {
    throw new AppError("unavailable", "shard", { retryAfterSeconds: 10, cause: error });
  }
}

/**
 * A draft as it would be published, for whoever holds a link to its preview; null when the token is forged, expired, or
 * for another action. Always from D1: an organiser sees what was saved a moment ago.
 */
export async function previewFor(
  ctx: Context,
  group: Group,
  kind: KindOf,
  slug: string,
  token: string,
): Promise<ActionSnapshot | null> {
  const allowed = await readPreviewToken(ctx, token);
  if (allowed?.groupNo !== group.no || !actionSlug.safeParse(slug).success) return null;
  const db = dbFor(ctx.env, group);
  const action = await loadAction(db, kind, slug);
  if (action?.id !== allowed.actionId) return null;
  return { ...readSnapshot(kind, await buildSnapshot(ctx, db, action)), group };
}

/** D1 that hangs is as good as down for a page that can do without it. */
const D1_WAIT_MS = 2_000;

/**
 * The published actions of a group, newest first. From D1 when it answers, since a list is not written at publication; KV
 * keeps the last one seen for when it does not.
 * @throws AppError unavailable when memory, D1 and KV all fail.
 */
export async function publishedActions(ctx: Context, group: Group): Promise<Listed[]> {
  return (await lists.read(ctx, String(group.no), () => findList(ctx, group))) ?? [];
}

async function findList(ctx: Context, group: Group): Promise<Listed[]> {
  const key = `actions/${group.no}`;
  try {
    const found = await Promise.race([listPublished(dbFor(ctx.env, group)), late()]);
    ctx.later(keepList(ctx, key, JSON.stringify(found)));
    return found;
  } catch (error) {
    const kept = await ctx.env.SITES.get<Listed[]>(key, "json").catch(() => null);
    if (!kept) throw new AppError("unavailable", "list", { retryAfterSeconds: 10, cause: error });
    return kept;
  }
}

async function late(): Promise<never> {
  await scheduler.wait(D1_WAIT_MS);
  throw new Error("D1 did not answer in time");
}

/** A write costs ten reads, and most looks find nothing new. */
async function keepList(ctx: Context, key: string, text: string): Promise<void> {
  if ((await ctx.env.SITES.get(key)) !== text) await ctx.env.SITES.put(key, text);
}

/** Empties this isolate's memory, as a new isolate starts. */
export function forgetServed(): void {
  served.clear();
  lists.clear();
}

import type { Account } from "../accounts/account";
import type { Kind } from "../actions/types";
import { recordAct } from "../groups/audit";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { newId } from "../platform/ids";
import { keyOf, sourceOf } from "./driving";
import { exportsOf } from "./objects";
import { type Source, streamOf } from "./source";
import * as store from "./store";
import {
  type ExportId,
  type ExportOrder,
  type ExportRow,
  LISTED_MAX,
  OPEN_MAX,
  SMALL_ROWS_MAX,
} from "./types";

export type Asked =
  | { is: "file"; body: ReadableStream<Uint8Array> }
  | { is: "started"; id: ExportId }
  | { is: "refused"; reason: "too_many" | "nothing" };

type Who = { group: Group; account: Pick<Account, "no"> };

/** When a waiting export that nothing has begun to make is handed to the object once more, in ms. */
const LOST_MS = 30_000;

/**
 * Exports something: at once where it is small, else behind, with a mail when it is ready. In the audit log before a byte leaves.
 * @param options.isBehind asks for the second way whatever the size
 */
export async function askFor(
  ctx: Context,
  { group, account }: Who,
  order: ExportOrder,
  { kinds, title, isBehind }: { kinds: readonly Kind[]; title: string; isBehind: boolean },
): Promise<Asked> {
  const source = await sourceOf(ctx, group, order, kinds);
  if (!source) return { is: "refused", reason: "nothing" };
  const rows = order.what === "group" ? 0 : await source.expected();
  const isSmall = order.what !== "group" && !isBehind && rows <= SMALL_ROWS_MAX;
  const id = newId<ExportId>();
  const db = dbFor(ctx.env, group);
  if (!isSmall) {
    const asked = { id, order, title, askedBy: account.no, askedAt: ctx.now };
    if (!(await store.insertExport(db, asked, OPEN_MAX))) return { is: "refused", reason: "too_many" };
  }
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: account.no,
    act: order.what === "group" ? "group.exported" : "people.exported",
    subject: isSmall ? "" : id,
    detail: { what: order.what, title, ...columnsIn(order), count: rows },
  });
  if (isSmall) return { is: "file", body: streamOf(source) };
  await exportsOf(ctx.env, group).begin(partOf(group), id);
  return { is: "started", id };
}

export type { Source };

function columnsIn(order: ExportOrder): Record<string, unknown> {
  return order.what === "group" ? {} : { columns: order.columns.join(" "), format: order.format };
}

function partOf({ no, id, shard, jurisdiction }: Group) {
  return { no, id, shard, jurisdiction };
}

/** What a group has exported lately, the newest first. What waits though nothing makes it, is handed over again. */
export async function listExports(ctx: Context, group: Group): Promise<ExportRow[]> {
  const rows = await store.listExports(dbFor(ctx.env, group), LISTED_MAX);
  const lost = rows.filter(({ state, askedAt }) => state === "waiting" && askedAt < ctx.now - LOST_MS);
  for (const { id } of lost) ctx.later(exportsOf(ctx.env, group).begin(partOf(group), id));
  return rows;
}

/** An export of this group, or null. */
export function findExport(ctx: Context, group: Group, id: ExportId): Promise<ExportRow | null> {
  return store.exportById(dbFor(ctx.env, group), id);
}

/** Stops making a file. False: it had ended. */
export async function cancelExport(ctx: Context, group: Group, id: ExportId): Promise<boolean> {
  const end = { state: "cancelled", now: ctx.now } as const;
  const isCancelled = await store.endExport(dbFor(ctx.env, group), id, end);
  if (isCancelled) await exportsOf(ctx.env, group).cancel(id);
  return isCancelled;
}

/** Deletes a file that is ready. Its line stays. */
export async function removeFile(ctx: Context, { group, account }: Who, row: ExportRow): Promise<void> {
  if (row.state !== "ready") return;
  await recordAct(ctx, {
    ...{ groupNo: group.no, accountNo: account.no },
    ...{ act: "export.removed", subject: row.id, detail: { title: row.title } },
  });
  await exportsOf(ctx.env, group).remove(row.id);
  await store.markExpired(dbFor(ctx.env, group), row.id);
}

/**
 * Somebody was forgotten: what was prepared before may hold them, so it is fetched no more and deleted, and what is being
 * prepared comes to nothing. May be called again. Call it once their rows are gone.
 */
export async function withdrawFiles(ctx: Context, group: Group): Promise<void> {
  const left = await store.withdrawExports(dbFor(ctx.env, group));
  for (const id of left) await exportsOf(ctx.env, group).remove(id);
}

/** The file of an export that is ready, for somebody who may have it: in the audit log before a byte leaves. Null: it is gone. */
export async function fetchFile(
  ctx: Context,
  { group, account }: Who,
  row: ExportRow,
): Promise<R2ObjectBody | null> {
  if (row.state !== "ready" || (row.expiresAt ?? 0) <= ctx.now) return null;
  const file = await ctx.env.FILES.get(keyOf(group, row.id));
  if (!file) return null;
  await recordAct(ctx, {
    ...{ groupNo: group.no, accountNo: account.no },
    ...{ act: "export.fetched", subject: row.id, detail: { title: row.title, count: row.rowsDone } },
  });
  return file;
}

import { accountOf } from "../accounts/account";
import { actionByNo } from "../actions/action";
import type { Kind } from "../actions/types";
import { audienceSchema, countAudience, peopleOf } from "../audiences/audience";
import type { Env } from "../env";
import { groupByNo } from "../groups/group";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { parseId } from "../platform/ids";
import { sendLater } from "../platform/mail/mail";
import { translator } from "../ui/i18n";
import { actionSource } from "./action";
import { archiveSource } from "./archive";
import { readyMail } from "./email";
import { giftsSource } from "./gifts";
import { fileLink } from "./link";
import { discard, type Making, type MakingDeps, makeOn } from "./making";
import { type Chosen, peopleSource } from "./people";
import type { Source } from "./source";
import * as store from "./store";
import {
  type ExportGroup,
  type ExportId,
  type ExportOrder,
  type ExportRow,
  KEPT_MS,
  SMALL_ROWS_MAX,
} from "./types";

/** What the object knows of one file it is to make further. */
export type Due = {
  group: ExportGroup;
  id: string;
  making: Making;
  kinds: readonly Kind[];
  mayGoOn(): boolean;
};

const contentTypes = {
  csv: "text/csv; charset=utf-8",
  jsonl: "application/x-ndjson; charset=utf-8",
  zip: "application/zip",
} as const;

export function extensionOf(order: ExportOrder): keyof typeof contentTypes {
  return order.what === "group" ? "zip" : order.format;
}

/** Below no group's public files, and known by its number and id alone. */
export function keyOf(group: Pick<ExportGroup, "no">, id: string): string {
  return `exports/${group.no}/${id}`;
}

/** Where an export's rows come from; null when what it is about is there no more. */
export async function sourceOf(
  ctx: Context,
  group: Group,
  order: ExportOrder,
  kinds: readonly Kind[],
): Promise<Source | null> {
  const t = translator(order.locale);
  const db = dbFor(ctx.env, group);
  if (order.what === "group") return archiveSource(ctx, group, t);
  const wording = { t, timeZone: order.timeZone };
  switch (order.what) {
    case "people": {
      const who = typeof order.who === "string" ? order.who : audienceSource(ctx, group, order.who.audience);
      return peopleSource(db, order, { wording, who });
    }
    case "gifts":
      return giftsSource(db, order, wording);
    case "action": {
      const action = await actionByNo(db, order.actionNo);
      const kind = kinds.find(({ name }) => name === action?.kind);
      if (!action) return null;
      return actionSource(db, { action, own: kind?.columns?.(action) ?? [] }, order, wording);
    }
  }
}

/**
 * Makes a file as far as one turn allows.
 * @throws when D1 or R2 is away; asking again goes on from what was saved
 */
export async function goOnWith(
  ctx: Context,
  due: Due,
  keep: (step: Making) => boolean,
): Promise<"done" | "more" | "stopped"> {
  const id = parseId<ExportId>(due.id);
  const group = await groupByNo(ctx.directory, due.group.no);
  const row = id && group && (await store.exportById(dbFor(ctx.env, group), id));
  if (!row || !group || (row.state !== "waiting" && row.state !== "running")) {
    await abandon(ctx.env, due.group, due.id, due.making);
    return "stopped";
  }
  const source = await sourceOf(ctx, group, row.order, due.kinds);
  if (!source) {
    await failFor(ctx, due.group, due.id);
    return "stopped";
  }
  const db = dbFor(ctx.env, group);
  const expected = row.rowsExpected || (await source.expected());
  const deps: MakingDeps = {
    ...{ bucket: ctx.env.FILES, key: keyOf(group, due.id), source },
    metadata: { contentType: contentTypes[extensionOf(row.order)] },
    mayGoOn: due.mayGoOn,
    async save(step) {
      if (!keep(step)) return false;
      const { rows, bytes } = step;
      return store.saveProgress(db, row.id, { rows, bytes, expected, now: Date.now() });
    },
  };
  return makeOn(deps, due.making);
}

/** Says that a file is ready, to the page and to whoever asked. Gives when it is to be deleted; null when nobody wants it any more. */
export async function endReady(
  ctx: Context,
  due: ExportGroup,
  idText: string,
  { rows, bytes }: Making,
): Promise<{ key: string; deleteAt: number } | null> {
  const id = parseId<ExportId>(idText);
  const group = await groupByNo(ctx.directory, due.no);
  if (!id || !group) return null;
  const db = dbFor(ctx.env, group);
  const deleteAt = ctx.now + KEPT_MS;
  const before = await store.exportById(db, id);
  if (before?.state !== "ready") {
    const filename = before ? filenameOf(group, before, ctx.now) : "";
    const end = { state: "ready", filename, rows, bytes, now: ctx.now, expiresAt: deleteAt } as const;
    if (!before || !(await store.endExport(db, id, end))) {
      await ctx.env.FILES.delete(keyOf(group, id));
      return null;
    }
  }
  const ready = await store.exportById(db, id);
  if (ready) await tell(ctx, group, ready);
  return { key: keyOf(group, id), deleteAt: ready?.expiresAt ?? deleteAt };
}

/** `clean-air-people-2026-03-12.csv` */
export function filenameOf(
  group: Pick<Group, "slug">,
  { order, title }: Pick<ExportRow, "order" | "title">,
  now: number,
): string {
  const words = title
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
  const day = new Date(now).toISOString().slice(0, 10);
  return `${[group.slug, words, day].filter((part) => part).join("-")}.${extensionOf(order)}`;
}

async function tell(ctx: Context, group: Group, row: ExportRow): Promise<void> {
  const account = await accountOf(ctx, row.askedBy);
  if (!account) return;
  const href = await fileLink(ctx, group, row.id, Math.floor(((row.expiresAt ?? ctx.now) - ctx.now) / 1000));
  const origin = ctx.config.PLATFORM_ORIGIN;
  await sendLater(ctx, readyMail({ account, group, row, href: `${origin}${href}` }), "notice");
}

export async function failFor(ctx: Context, group: ExportGroup, idText: string): Promise<void> {
  const id = parseId<ExportId>(idText);
  if (id) await store.endExport(dbFor(ctx.env, group), id, { state: "failed", now: Date.now() });
}

/** Deletes what there is of a file nobody wants any more. */
export async function abandon(
  env: Env,
  group: Pick<ExportGroup, "no">,
  id: string,
  making: Making,
): Promise<void> {
  await discard({ bucket: env.FILES, key: keyOf(group, id) }, making);
}

/** Deletes a file whose time is over. */
export async function forgetFile(
  ctx: Context,
  group: ExportGroup,
  idText: string,
  key: string,
): Promise<void> {
  await ctx.env.FILES.delete(key);
  const id = parseId<ExportId>(idText);
  if (id) await store.markExpired(dbFor(ctx.env, group), id);
}

/** The people of an audience that was fixed when the export was asked for. Throws when it cannot be read any more. */
function audienceSource(ctx: Context, group: Group, tree: unknown): Chosen {
  const audience = audienceSchema.parse(tree);
  const db = dbFor(ctx.env, group);
  return {
    people: (after, limit) => peopleOf(ctx, db, audience, { after, limit }),
    async count() {
      const { count, isWhole } = await countAudience(ctx, db, audience);
      return isWhole ? count : Math.max(count, SMALL_ROWS_MAX + 1);
    },
  };
}

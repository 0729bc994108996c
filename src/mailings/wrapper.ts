import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { newId } from "../platform/ids";
import * as store from "./store-kept";
import type { Snippet, SnippetId, Template, TemplateId, Wrapper, WrapperId } from "./types";

/* What a group keeps for its mailings: wrappers, templates and snippets. Each is saved from the revision somebody began with. */

type By = { no: number };
/** `full`: the group has as many as it may. `taken`: another snippet has the name. `stale`: somebody saved since. */
export type KeptResult<KeptId> = { is: "saved"; id: KeptId } | { is: "full" | "taken" | "stale" };

/** By name; removed ones are not among them. */
export function listWrappers(db: GroupDb): Promise<Wrapper[]> {
  return store.wrappers.all(db);
}

export function listTemplates(db: GroupDb): Promise<Template[]> {
  return store.templates.all(db);
}

export function listSnippets(db: GroupDb): Promise<Snippet[]> {
  return store.snippets.all(db);
}

export function wrapperById(db: GroupDb, id: WrapperId): Promise<Wrapper | null> {
  return store.wrappers.byId(db, id);
}

export function templateById(db: GroupDb, id: TemplateId): Promise<Template | null> {
  return store.templates.byId(db, id);
}

export function snippetById(db: GroupDb, id: SnippetId): Promise<Snippet | null> {
  return store.snippets.byId(db, id);
}

/** How many of the mailings in the lists wear each wrapper, by its number. */
export function wrapperUsage(db: GroupDb): Promise<Map<number, number>> {
  return store.countWearing(db);
}

/** The mailings that have not left yet and name a snippet, by their subjects. */
export function snippetUsage(db: GroupDb, name: string): Promise<string[]> {
  return store.selectNaming(db, name);
}

export function saveWrapper(
  ctx: Context,
  group: Group,
  by: By,
  {
    id,
    name,
    html,
    plain,
    revision,
  }: Pick<Wrapper, "name" | "html" | "plain" | "revision"> & { id: WrapperId | null },
): Promise<KeptResult<WrapperId>> {
  return save(ctx, group, by, { table: "mailing_wrappers", id, revision, columns: { name, html, plain } });
}

export function saveTemplate(
  ctx: Context,
  group: Group,
  by: By,
  {
    id,
    revision,
    wrapperNo,
    ...words
  }: Omit<Template, "no" | "id" | "updatedAt"> & { id: TemplateId | null },
): Promise<KeptResult<TemplateId>> {
  const { name, subject, preview, form, body } = words;
  const columns = { name, subject, preview, form, body, wrapper_no: wrapperNo };
  return save(ctx, group, by, { table: "mailing_templates", id, revision, columns });
}

export function saveSnippet(
  ctx: Context,
  group: Group,
  by: By,
  { id, name, form, body, revision }: Omit<Snippet, "no" | "id" | "updatedAt"> & { id: SnippetId | null },
): Promise<KeptResult<SnippetId>> {
  return save(ctx, group, by, { table: "mailing_snippets", id, revision, columns: { name, form, body } });
}

async function save<KeptId extends WrapperId | TemplateId | SnippetId>(
  ctx: Context,
  group: Group,
  by: By,
  {
    table,
    id,
    revision,
    columns,
  }: Pick<store.KeptRow, "table" | "columns"> & { id: KeptId | null; revision: number },
): Promise<KeptResult<KeptId>> {
  const db = dbFor(ctx.env, group);
  const saving = { by: by.no, now: ctx.now };
  const row = { table, id: id ?? newId<KeptId>(), columns };
  const isSaved = id
    ? await store.updateKept(db, row, revision, saving)
    : await store.insertKept(db, row, saving);
  if (isSaved) return { is: "saved", id: row.id };
  if (table === "mailing_snippets" && (await isTaken(db, String(columns.name), row.id)))
    return { is: "taken" };
  return { is: id ? "stale" : "full" };
}

async function isTaken(db: GroupDb, name: string, id: string): Promise<boolean> {
  return (await store.snippets.all(db)).some((each) => each.name === name && each.id !== id);
}

/** Takes one out of the lists, or brings it back. Mailings go on wearing a wrapper that was removed. False when it is so already. */
export function removeKept(
  ctx: Context,
  group: Group,
  kept: { kind: "wrapper" | "template" | "snippet"; id: WrapperId | TemplateId | SnippetId },
  isRemoved: boolean,
): Promise<boolean> {
  const row = { table: `mailing_${kept.kind}s`, id: kept.id } as const;
  return store.updateKeptRemoved(dbFor(ctx.env, group), row, isRemoved ? ctx.now : null);
}

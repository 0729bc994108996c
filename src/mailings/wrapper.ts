import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { newId } from "../platform/ids";
import * as store from "./store-kept";
import type {
  KeptWrapper,
  MailingVersion,
  Snippet,
  SnippetId,
  Template,
  TemplateId,
  Wrapper,
  WrapperId,
  WrapperVersion,
} from "./types";

/* What a group keeps for its mailings: wrappers, templates and snippets. Each is saved from the revision somebody began with. */

type By = { no: number };
/** `full`: the group has as many as it may. `taken`: another snippet has the name. `stale`: somebody saved since. */
export type KeptResult<KeptId> = { is: "saved"; id: KeptId } | { is: "full" | "taken" | "stale" };

/** By name; removed ones are not among them. */
export function listWrappers(db: GroupDb): Promise<KeptWrapper[]> {
  return store.wrappers.all(db);
}

export function listTemplates(db: GroupDb): Promise<Template[]> {
  return store.templates.all(db);
}

export function listSnippets(db: GroupDb): Promise<Snippet[]> {
  return store.snippets.all(db);
}

export async function wrapperById(db: GroupDb, id: WrapperId): Promise<Wrapper | null> {
  return whole(db, await store.wrappers.byId(db, id));
}

/** A wrapper by its number, also one that was removed: what names one goes on wearing it. Null for none. */
export async function wrapperByNo(db: GroupDb, no: number | null): Promise<Wrapper | null> {
  return no === null ? null : whole(db, await store.wrappers.everByNo(db, no));
}

async function whole(db: GroupDb, kept: KeptWrapper | null): Promise<Wrapper | null> {
  if (!kept) return null;
  return {
    ...kept,
    versions: kept.others.length === 0 ? [] : await store.selectWrapperVersions(db, kept.no),
  };
}

/** The language of a wrapper's own words, where it has others too. */
export function firstLanguage(
  { language }: Pick<KeptWrapper, "language">,
  { locale }: Pick<Group, "locale">,
): MailingVersion["language"] {
  return language ?? locale;
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

type SavedWrapper = Pick<Wrapper, "name" | "html" | "plain" | "revision"> &
  Partial<WrapperVersion> & { id: WrapperId | null };

/** Saves a wrapper in one of its languages. A new one is in its first, and every other is saved beside that. */
export async function saveWrapper(
  ctx: Context,
  group: Group,
  by: By,
  { id, name, revision, ...words }: SavedWrapper,
): Promise<KeptResult<WrapperId>> {
  const version = { language: group.locale, foot: "", amp: "", ...words };
  const db = dbFor(ctx.env, group);
  const kept = id && (await store.wrappers.byId(db, id));
  const first = kept ? firstLanguage(kept, group) : version.language;
  if (id === null || version.language === first) {
    const { html, plain, foot, amp } = version;
    const columns = { name, language: first, html, plain, foot, amp };
    return save(ctx, group, by, { table: "mailing_wrappers", id, revision, columns });
  }
  const saving = { by: by.no, now: ctx.now, revision, first };
  return (await store.saveWrapperVersion(db, { ...version, id, name }, saving))
    ? { is: "saved", id }
    : { is: "stale" };
}

/** Takes a language from a wrapper; mails in it wear what it says in its first, which stays. False when it has no such other language. */
export function removeWrapperLanguage(
  ctx: Context,
  group: Group,
  by: By,
  id: WrapperId,
  language: MailingVersion["language"],
): Promise<boolean> {
  return store.deleteWrapperVersion(dbFor(ctx.env, group), id, language, { by: by.no, now: ctx.now });
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

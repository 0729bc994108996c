import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { newId, parseId } from "../platform/ids";
import { shareFiles } from "../sharing/reading";
import { translator } from "../ui/i18n";
import { changesBetween, mergeChanges } from "./changes";
import { withConsentText } from "./consent";
import { type Edited, type Problems, readEdit } from "./editing";
import { dropPictures, keepPictures, readPictures } from "./pictures";
import { extraOf, prepareAnswers, tellKind, updatePage } from "./publication";
import { bindingProblems } from "./question-library";
import { freeSlug, isSlug } from "./slug";
import * as store from "./store";
import {
  ACTION_TITLE_MAX,
  ACTIONS_MAX,
  ACTIONS_PAGE_SIZE,
  type Action,
  type ActionStatus,
  BY_CLIENT,
  type Change,
  type CommonSettings,
  type Kind,
  SLUGS_MAX,
} from "./types";

export { actionByNo, countActions, loadAction, toAction } from "./store";

/** The group's action of that id; null for another group's, for one that an API client made, for none, and for what is no id. */
export async function findAction(ctx: Context, group: Group, id: string): Promise<Action | null> {
  const actionId = parseId<Action["id"]>(id);
  const action = actionId && (await store.actionById(dbFor(ctx.env, group), actionId));
  return action && !action.api ? action : null;
}

/** A page of the group's actions, newest first. `next` is the `before` of the page after, null at the end. */
export async function listActions(
  ctx: Context,
  group: Group,
  options: {
    status?: ActionStatus | undefined;
    before?: number | undefined;
    limit?: number;
    search?: string;
    ofClients?: boolean;
  } = {},
): Promise<{ actions: Action[]; next: number | null }> {
  const limit = options.limit ?? ACTIONS_PAGE_SIZE;
  const found = await store.listActions(dbFor(ctx.env, group), { ...options, limit: limit + 1 });
  const actions = found.slice(0, limit);
  return { actions, next: found.length > limit ? (actions.at(-1)?.no ?? null) : null };
}

/** Two drafts of one name made at the same moment want the same slug; the second takes the next. */
const SLUG_TRIES_MAX = 5;

/** A new draft with a title and everything else as the kind and the group have it. Null: the group has too many actions. */
export async function createDraft(
  ctx: Context,
  group: Group,
  kind: Kind,
  given: { title: string; by: number; locale?: Action["locale"]; starting?: CommonSettings },
): Promise<Action | null> {
  const { title, by, locale = group.locale, starting = kind.starting(group) } = given;
  const settings = { ...starting, consent: withConsentText(starting.consent, group, locale) };
  return insert(ctx, dbFor(ctx.env, group), {
    kind: kind.name,
    title,
    locale,
    settings,
    createdBy: by,
    act: "created",
    changes: [],
  });
}

/**
 * A new draft with everything of another action but its participations and its history.
 * @param translatedTo another language: the draft is to be translated, so it keeps the title
 */
export async function duplicate(
  ctx: Context,
  group: Group,
  kind: Pick<Kind, "copied">,
  action: Action,
  by: number,
  translatedTo?: Action["locale"],
): Promise<Action | null> {
  const copy = translator(action.locale)("actions.duplicate.title", { title: "" });
  const room = ACTION_TITLE_MAX - copy.length;
  const copied = translator(action.locale)("actions.duplicate.title", { title: action.title.slice(0, room) });
  const title = translatedTo ? action.title : copied;
  const changes: Change[] = [{ field: "copyOf", before: "", after: action.title }];
  const locale = translatedTo ?? action.locale;
  const settings = kind.copied?.(action.settings) ?? action.settings;
  return insert(ctx, dbFor(ctx.env, group), {
    kind: action.kind,
    title,
    locale,
    settings: { ...settings, consent: withConsentText(settings.consent, group, locale, action.locale) },
    createdBy: by,
    act: "duplicated",
    changes,
  });
}

async function insert(
  ctx: Context,
  db: GroupDb,
  action: Omit<store.NewAction, "id" | "slug" | "createdAt">,
): Promise<Action | null> {
  if ((await store.countActions(db)) >= ACTIONS_MAX) return null;
  for (let attempt = 0; attempt < SLUG_TRIES_MAX; attempt += 1) {
    const slug = await freeSlug(db, action.kind, action.title);
    const no = await store.insertAction(db, { ...action, id: newId(), slug, createdAt: ctx.now });
    if (no !== null) return store.actionByNo(db, no);
  }
  throw new Error("no free slug");
}

export type Saved =
  | { outcome: "saved"; action: Action; removed: string[] }
  | { outcome: "invalid"; problems: Problems }
  | { outcome: "conflict"; current: Action; yours: Change[] };

/** Saves of one person within this time are one line of the history, so that autosaving does not fill it. */
const ONE_EDIT_MS = 10 * 60_000;

type Posted = {
  form: Record<string, string | string[]>;
  /** The version the form was made from. */
  fromVersion: number;
  by: number;
  /** A new picture; null takes the present one away. */
  picture?: Blob | null | undefined;
  /** Other files of the form: the pictures of share variants. */
  files?: Record<string, File>;
};

/**
 * Saves what was posted over `action`, as the version after the one the form was made from. What is live changes at once.
 * `conflict`: somebody saved since; `yours` says where the form differs from what is stored now.
 */
export async function editAction(
  ctx: Context,
  group: Group,
  kind: Kind,
  action: Action,
  posted: Posted,
): Promise<Saved> {
  const read = readEdit(kind, group, action, posted.form, ctx.now);
  if (read.is === "invalid") return { outcome: "invalid", problems: read.problems };
  const unbound = await bindingProblems(dbFor(ctx.env, group), read.edited.settings.questions);
  if (Object.keys(unbound).length > 0) return { outcome: "invalid", problems: unbound };
  const taken = await slugProblem(dbFor(ctx.env, group), action, read.edited.slug);
  if (taken) return { outcome: "invalid", problems: { slug: { key: taken } } };
  const changes = changesBetween(action, { ...action, ...read.edited });
  const pictures = shareFiles(posted.form, posted.files ?? {});
  if (changes.length === 0 && posted.picture === undefined && pictures.length === 0)
    return { outcome: "saved", action, removed: read.removed };
  if (posted.fromVersion !== action.version) return { outcome: "conflict", current: action, yours: changes };
  const shown = await readPictures(group, read.edited.settings, posted, pictures);
  if ("problems" in shown) return { outcome: "invalid", problems: shown.problems };
  const edited = { ...read.edited, settings: shown.settings };
  await keepPictures(ctx, shown.pictures);
  const saved = await saveEdit(ctx, group, kind, action, edited, posted.by);
  if (saved) return { outcome: "saved", action: saved, removed: read.removed };
  await dropPictures(ctx, shown.pictures);
  const current = (await store.actionByNo(dbFor(ctx.env, group), action.no)) ?? action;
  return { outcome: "conflict", current, yours: changesBetween(current, { ...current, ...edited }) };
}

/** Saves what a client of the API changed. Null when somebody saved meanwhile. What is live changes at once. */
export function changeAction(
  ctx: Context,
  group: Group,
  kind: Kind,
  action: Action,
  edited: Pick<Edited, "title" | "internalTitle" | "settings">,
): Promise<Action | null> {
  const { locale, slug } = action;
  return saveEdit(ctx, group, kind, action, { locale, slug, ...edited }, BY_CLIENT);
}

async function saveEdit(
  ctx: Context,
  group: Group,
  kind: Kind,
  action: Action,
  edited: Edited,
  by: number,
): Promise<Action | null> {
  const db = dbFor(ctx.env, group);
  const changed = { ...action, ...edited };
  const next = { ...changed, extra: await extraOf(ctx, group, kind, changed) };
  const changes = changesBetween(action, next);
  if (action.status !== "draft") await prepareAnswers(ctx, db, next);
  const last = await store.editOf(db, action.no, action.version);
  const isSameSitting =
    action.status === "draft" &&
    last?.act === "edited" &&
    last.accountNo === by &&
    ctx.now - last.editedAt < ONE_EDIT_MS;
  const line = { act: "edited" as const, accountNo: by, at: ctx.now };
  const isSaved = isSameSitting
    ? await store.saveAction(
        db,
        next,
        { ...line, changes: mergeChanges(last.changes, changes) },
        { replacesLast: true },
      )
    : await store.saveAction(db, next, { ...line, changes });
  if (!isSaved) return null;
  await updatePage(ctx, db, action.no);
  const saved = await store.actionByNo(db, action.no);
  if (saved) await tellKind(ctx, group, kind, saved);
  return saved;
}

/** Why the action cannot have this address; null when it can. */
async function slugProblem(
  db: GroupDb,
  action: Action,
  slug: string,
): Promise<"actions.problems.slugTaken" | "actions.problems.slugsUsed" | null> {
  if (slug === action.slug) return null;
  const own = await store.slugsOf(db, action.no);
  if (own.includes(slug)) return null;
  if ((await store.takenSlugs(db, action.kind, [slug])).size > 0) return "actions.problems.slugTaken";
  return own.length >= SLUGS_MAX ? "actions.problems.slugsUsed" : null;
}

export type Moved =
  | { outcome: "moved"; action: Action }
  | {
      outcome: "refused";
      reason: "actions.problems.slug" | "actions.problems.slugTaken" | "actions.problems.slugsUsed";
    }
  | { outcome: "conflict" };

/** Gives the action another address. Once published, the old one goes on leading to it for as long as the action exists. */
export async function changeSlug(
  ctx: Context,
  group: Group,
  action: Action,
  slug: string,
  by: number,
): Promise<Moved> {
  if (!isSlug(slug)) return { outcome: "refused", reason: "actions.problems.slug" };
  if (slug === action.slug) return { outcome: "moved", action };
  const db = dbFor(ctx.env, group);
  const reason = await slugProblem(db, action, slug);
  if (reason) return { outcome: "refused", reason };
  const changes: Change[] = [{ field: "slug", before: action.slug, after: slug }];
  const isSaved = await store.saveAction(
    db,
    { ...action, slug },
    { act: "renamed", accountNo: by, at: ctx.now, changes },
  );
  if (!isSaved) return { outcome: "conflict" };
  await updatePage(ctx, db, action.no);
  return { outcome: "moved", action: (await store.actionByNo(db, action.no)) ?? action };
}

/** Who saved last, and when. */
export async function lastEdit(
  ctx: Context,
  group: Group,
  action: Action,
): Promise<{ accountNo: number; editedAt: number }> {
  const line = await store.editOf(dbFor(ctx.env, group), action.no, action.version);
  return line ?? { accountNo: action.createdBy, editedAt: action.updatedAt };
}

/** Who changed what and when, newest first. */
export function historyOf(ctx: Context, group: Group, action: Action): Promise<store.EditLine[]> {
  return store.listEdits(dbFor(ctx.env, group), action.no);
}

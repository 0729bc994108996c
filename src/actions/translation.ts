import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { type Locale, locales } from "../ui/i18n";
import { duplicate, findAction, listActions } from "./action";
import { forgetCount } from "./count";
import { refreshPages } from "./publication";
import { joinSet, leaveSet, type Sibling, siblingsOf } from "./store-translations";
import type { Action, Kind } from "./types";

export type { Sibling } from "./store-translations";

/** Actions offered for linking; the newest are the likeliest. */
const OFFERED_MAX = 100;

export type Translations = {
  siblings: Sibling[];
  /** Languages nobody of the set speaks yet. */
  missing: Locale[];
  /** Actions of the same kind in those languages, by number. */
  linkable: Action[];
};

/** An action's translations, and what could become one. */
export async function translationsOf(ctx: Context, group: Group, action: Action): Promise<Translations> {
  const siblings = await siblingsOf(dbFor(ctx.env, group), action.no);
  const spoken = [action.locale, ...siblings.map(({ locale }) => locale)];
  const missing = locales.filter((locale) => !spoken.includes(locale));
  const { actions } = await listActions(ctx, group, { limit: OFFERED_MAX });
  const linkable = actions.filter(({ kind, locale }) => kind === action.kind && missing.includes(locale));
  return { siblings, missing, linkable };
}

/** The other language versions of an action, the oldest first; whatever their status. */
export function languageVersions(ctx: Context, group: Group, action: Action): Promise<Sibling[]> {
  return siblingsOf(dbFor(ctx.env, group), action.no);
}

/**
 * Makes a draft in another language with everything of the action, linked to it, for somebody to translate. Null when the
 * set speaks that language already, or the group has too many actions.
 */
export async function startTranslation(
  ctx: Context,
  group: Group,
  kind: Kind,
  action: Action,
  locale: Locale,
  by: number,
): Promise<Action | null> {
  const { missing } = await translationsOf(ctx, group, action);
  if (!missing.includes(locale)) return null;
  const draft = await duplicate(ctx, group, kind, action, by, locale);
  if (draft) await joinSet(dbFor(ctx.env, group), action.no, draft.no);
  return draft;
}

/** Links two actions of one kind in different languages. False when they are not, or the other belongs to a set already. */
export async function linkTranslation(
  ctx: Context,
  group: Group,
  action: Action,
  otherId: string,
): Promise<boolean> {
  const other = await findAction(ctx, group, otherId);
  const db = dbFor(ctx.env, group);
  if (!other || !(await joinSet(db, action.no, other.no))) return false;
  await refresh(ctx, group, [action, ...(await siblingsOf(db, action.no))]);
  return true;
}

/** Takes one action out of the set; its page and the others' no longer know each other. */
export async function unlinkTranslation(ctx: Context, group: Group, action: Action): Promise<void> {
  const db = dbFor(ctx.env, group);
  const siblings = await siblingsOf(db, action.no);
  await leaveSet(db, action.no);
  await refresh(ctx, group, [action, ...siblings]);
}

async function refresh(
  ctx: Context,
  group: Group,
  members: readonly Pick<Action, "no" | "id">[],
): Promise<void> {
  for (const { id } of members) forgetCount(id);
  await refreshPages(
    ctx,
    dbFor(ctx.env, group),
    members.map(({ no }) => no),
  );
}

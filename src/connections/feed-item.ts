import { hrefsOf, isStopped } from "../actions/public-found";
import { inOneLanguage } from "../actions/public-languages";
import type { Listed } from "../actions/served";
import { publishedActions, snapshotFor } from "../actions/serving";
import type { ActionSnapshot, Kind } from "../actions/types";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import type { Locale } from "../ui/i18n";

/** Which actions a feed is asked for; null for all. */
export type FeedFilter = { kind: Kind | null; locale: Locale | null; slug: string | null };

/** A published action as feeds show it: nothing that its public page does not. */
export type FeedItem = {
  kind: Kind;
  snapshot: ActionSnapshot;
  url: string;
  publishedAt: Date | null;
  changedAt: Date;
};

/** An edit that nobody dated: a list kept by an earlier release. */
const UNDATED = 0;

/**
 * The actions of a group's public list, newest first, each once: in the language asked for alone, or else in the group's where
 * it is translated. What is private, hidden or stopped is not in that list. Needs no D1 once the list was served: memory and
 * KV hold it and each action.
 * @throws AppError unavailable when an action cannot be read: a feed without it would say that it is gone
 */
export async function feedItems(
  ctx: Context,
  { group, origin, kinds }: { group: Group; origin: string; kinds: readonly Kind[] },
  filter: FeedFilter,
  limit: number,
): Promise<FeedItem[]> {
  const listed = wanted(await publishedActions(ctx, group), group, filter);
  const found = await Promise.all(
    hrefsOf(kinds, listed)
      .slice(0, limit)
      .map(async ({ href, ...action }): Promise<FeedItem[]> => {
        const kind = kinds.find(({ name }) => name === action.kind);
        if (!kind) return [];
        const serving = await snapshotFor(ctx, group, kind, action.slug);
        if (serving.is !== "shown" || isStopped(serving.snapshot)) return [];
        const { publishedAt } = serving.snapshot.action;
        return [
          {
            kind,
            snapshot: serving.snapshot,
            url: `${origin}${href}`,
            publishedAt: publishedAt === null ? null : new Date(publishedAt),
            changedAt: new Date(action.updatedAt ?? publishedAt ?? UNDATED),
          },
        ];
      }),
  );
  return found.flat();
}

function wanted(listed: readonly Listed[], group: Group, { kind, locale, slug }: FeedFilter): Listed[] {
  const fits = listed.filter(
    (action) =>
      (kind === null || action.kind === kind.name) &&
      (locale === null || action.locale === locale) &&
      (slug === null || action.slug === slug),
  );
  return inOneLanguage(fits, [group.locale]);
}

/** When the newest of these was edited; the epoch for none. */
export function newestChange(items: readonly FeedItem[]): Date {
  return new Date(Math.max(UNDATED, ...items.map(({ changedAt }) => changedAt.getTime())));
}

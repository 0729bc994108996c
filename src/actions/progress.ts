import { formatNumber } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { goalFor } from "./goal";
import type { ActionSnapshot, Kind, PublicCount } from "./types";

/** The count in words, also for `count.json`, so that the script that refreshes the page needs no language of its own. */
function countWords(
  t: T,
  {
    kind,
    locale,
    total,
    goal,
  }: { kind: Pick<Kind, "words">; locale: Locale; total: number; goal: number | null },
) {
  return {
    total: total === 0 ? "" : formatNumber(total, locale),
    people:
      total === 0 ? t("public.count.none") : t(kind.words.people ?? "public.count.people", { count: total }),
    goal: goal === null ? "" : t("public.count.goal", { goal: formatNumber(goal, locale) }),
  };
}

/** How far an action is, in what its kind counts: people, unless it has a tally of its own. */
export function progressOf(
  t: T,
  { kind, snapshot, count }: { kind: Kind; snapshot: ActionSnapshot; count: PublicCount },
) {
  const { settings, locale } = snapshot.action;
  const { total, tally } = count;
  if (kind.tally && tally !== undefined) {
    const goal = kind.tally.goal(snapshot, tally);
    return { value: tally, goal, words: kind.tally.words(t, snapshot, { tally, people: total, goal }) };
  }
  const goal = goalFor(settings.goal, total);
  return { value: total, goal, words: countWords(t, { kind, locale, total, goal }) };
}

import { formatDate, formatExact, formatRelative, formatSaid } from "./format";
import type { Locale } from "./i18n";

type WhenProps = {
  at: number | Date;
  now: number | Date;
  locale: Locale;
  timeZone: string;
  /** `said` (today, 14:05), `date` (12 March 2026) or `relative` (3 minutes ago). */
  form?: "said" | "date" | "relative";
};

/** A moment as people say it, with the exact time on hover and for machines. */
export function When({ at, now, locale, timeZone, form = "said" }: WhenProps) {
  const said = {
    said: () => formatSaid(at, locale, timeZone, now),
    date: () => formatDate(at, locale, timeZone),
    relative: () => formatRelative(at, locale, now),
  };
  return (
    <time datetime={new Date(at).toISOString()} title={formatExact(at, locale, timeZone)}>
      {said[form]()}
    </time>
  );
}

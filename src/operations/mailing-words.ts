import { formatNumber, formatPercent } from "../ui/format";
import type { Locale } from "../ui/i18n";

/** "3 (0.06 %)"; a dash for what is not known, and a count alone of nothing. */
export function rateWords(locale: Locale, count: number | undefined, of: number | undefined): string {
  if (count === undefined) return "–";
  const said = formatNumber(count, locale);
  return of ? `${said} (${formatPercent(count / of, locale, 2)})` : said;
}

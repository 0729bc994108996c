import { plainAmount } from "../platform/money";
import { formatDate, formatList, formatMoney } from "../ui/format";
import type { Locale } from "../ui/i18n";
import { type FactName, type Facts, factNames } from "./types";

export function isFact(name: string): name is FactName {
  return factNames.some((each) => each === name);
}

/** Always there, as a number: a condition may compare them. */
const numbers = new Set<FactName>(["last_gift_number", "gifts_total_number", "gifts_count", "actions_count"]);

/** Whether a fact is blank for some, so that a mail should say what stands there then. */
export function mayBeBlank(name: FactName): boolean {
  return !numbers.has(name);
}

/**
 * Facts as a mail in a language says them. What there is nothing of is left out, so that `default` and `{% if %}` work; counts are
 * numbers, 0 too. Totals of several currencies are listed, and the number is of the newest gift's.
 * @param setting.currency the group's own, whose code need not be said
 */
export function factWords(
  { lastGift, gifts, actions, lastAction }: Facts,
  { locale, timeZone, currency: own }: { locale: Locale; timeZone: string; currency: string },
): Partial<Record<FactName, string | number>> {
  const number = (amount: number, currency: string) => Number(plainAmount({ amount, currency }));
  const [newest] = gifts;
  // Several dollars have one sign.
  const money = (amount: number, currency: string) =>
    formatMoney(amount, currency, locale) + (currency === own && gifts.length < 2 ? "" : `\u00a0${currency}`);
  return {
    last_gift_number: lastGift ? number(lastGift.amount, lastGift.currency) : 0,
    gifts_total_number: newest ? number(newest.amount, newest.currency) : 0,
    gifts_count: gifts.reduce((sum, { count }) => sum + count, 0),
    actions_count: actions,
    ...(lastGift
      ? {
          last_gift_amount: money(lastGift.amount, lastGift.currency),
          last_gift_date: formatDate(lastGift.at, locale, timeZone),
        }
      : {}),
    ...(newest
      ? {
          gifts_total: formatList(
            gifts.map(({ amount, currency }) => money(amount, currency)),
            locale,
          ),
        }
      : {}),
    ...(lastAction
      ? { last_action_title: lastAction.title, last_action_date: formatDate(lastAction.at, locale, timeZone) }
      : {}),
  };
}

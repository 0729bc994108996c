import { minorDigits } from "../platform/money";
import type { Locale } from "./i18n";

const DAY_MS = 86_400_000;
const FORMATTERS_MAX = 300;

/** Making an Intl object costs a hundred times what using it costs, so each is made once per isolate. */
function kept<F>(make: (...key: string[]) => F): (...key: string[]) => F {
  const made = new Map<string, F>();
  return (...key) => {
    const name = key.join("|");
    const known = made.get(name);
    if (known) return known;
    if (made.size >= FORMATTERS_MAX) made.clear();
    const fresh = make(...key);
    made.set(name, fresh);
    return fresh;
  };
}

// Spanish writes 1234 without a separator and 12 345 with one; four-digit counts beside five-digit ones must line up.
const numbers = kept((locale = "en") => new Intl.NumberFormat(locale, { useGrouping: "always" }));
const percents = kept(
  (locale = "en", digits = "0") =>
    new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: Number(digits) }),
);
const currencies = kept(
  (locale = "en", currency = "USD", digits?: string) =>
    new Intl.NumberFormat(locale, {
      style: "currency",
      currency,
      currencyDisplay: "narrowSymbol",
      ...(digits === undefined
        ? {}
        : { maximumFractionDigits: Number(digits), minimumFractionDigits: Number(digits) }),
    }),
);
const lists = kept(
  (locale = "en", type = "conjunction") =>
    new Intl.ListFormat(locale, { type: type === "disjunction" ? "disjunction" : "conjunction" }),
);
const relatives = kept((locale = "en") => new Intl.RelativeTimeFormat(locale, { numeric: "auto" }));
const days = kept(
  (locale = "en", timeZone = "UTC", withYear = "") =>
    new Intl.DateTimeFormat(locale, {
      timeZone,
      day: "numeric",
      month: "long",
      ...(withYear ? { year: "numeric" } : {}),
    }),
);
const hours = kept(
  (locale = "en", timeZone = "UTC") =>
    new Intl.DateTimeFormat(locale, { timeZone, hour: "numeric", minute: "2-digit" }),
);
const exactTimes = kept(
  (locale = "en", timeZone = "UTC") =>
    new Intl.DateTimeFormat(locale, {
      timeZone,
      weekday: "long",
      day: "numeric",
      month: "long",
      year: "numeric",
      hour: "numeric",
      minute: "2-digit",
      timeZoneName: "short",
    }),
);
const civilDays = kept(
  (timeZone = "UTC") => new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" }),
);

/** 12,409 */
export function formatNumber(value: number, locale: Locale): string {
  return numbers(locale).format(value);
}

/** 62%, from a ratio (0.62), rounded down so that 99.9 % of a goal never reads as all of it. */
export function formatPercent(ratio: number, locale: Locale, digits = 0): string {
  const step = 10 ** (digits + 2);
  // The nudge undoes binary fractions: 0.29 × 100 is 28.999….
  return percents(locale, String(digits)).format(Math.floor(ratio * step + 1e-9) / step);
}

/** $25 or $25.50, from minor units (2550). Currencies without minor units are given in their only unit. */
export function formatMoney(minorUnits: number, currency: string, locale: Locale): string {
  const digits = minorDigits(currency);
  const amount = minorUnits / 10 ** digits;
  return currencies(locale, currency, Number.isInteger(amount) ? "0" : String(digits)).format(amount);
}

/** "Ana, Bo and Chris"; with `or`, "Ana, Bo or Chris". */
export function formatList(items: readonly string[], locale: Locale, options: { or?: boolean } = {}): string {
  return lists(locale, options.or ? "disjunction" : "conjunction").format(items);
}

/** 12 March 2026: always the same, for what is read long after. */
export function formatDate(at: number | Date, locale: Locale, timeZone: string): string {
  return days(locale, timeZone, "year").format(at);
}

/** 14:05 or 2:05 PM, as the language has it. */
export function formatTime(at: number | Date, locale: Locale, timeZone: string): string {
  return hours(locale, timeZone).format(at);
}

/** Thursday, 12 March 2026 at 14:05 EDT: what stands behind every shorter form. */
export function formatExact(at: number | Date, locale: Locale, timeZone: string): string {
  return exactTimes(locale, timeZone).format(at);
}

/** As people say it: "today, 14:05", "yesterday, 9:12", "12 March", "12 March 2024". */
export function formatSaid(at: number | Date, locale: Locale, timeZone: string, now: number | Date): string {
  const distance = daysBetween(at, now, timeZone);
  if (distance === 0 || distance === 1) {
    return `${relatives(locale).format(-distance, "day")}, ${formatTime(at, locale, timeZone)}`;
  }
  const isThisYear = civilDay(at, timeZone).slice(0, 4) === civilDay(now, timeZone).slice(0, 4);
  return days(locale, timeZone, isThisYear ? "" : "year").format(at);
}

const relativeSteps = [
  ["minute", 60_000, 60],
  ["hour", 3_600_000, 24],
  ["day", DAY_MS, 30],
  ["month", 30.44 * DAY_MS, 12],
] as const;

/** "3 minutes ago", "in 2 days", and "now" within a minute. */
export function formatRelative(at: number | Date, locale: Locale, now: number | Date): string {
  const distance = Number(at) - Number(now);
  if (Math.abs(distance) < 60_000) return relatives(locale).format(0, "second");
  for (const [unit, ms, limit] of relativeSteps) {
    const value = Math.trunc(distance / ms);
    if (Math.abs(value) < limit) return relatives(locale).format(value, unit);
  }
  return relatives(locale).format(Math.trunc(distance / (365.25 * DAY_MS)), "year");
}

/** How many midnights of the zone lie between the two; positive when `at` is in the past. */
function daysBetween(at: number | Date, now: number | Date, timeZone: string): number {
  return Math.round((Date.parse(civilDay(now, timeZone)) - Date.parse(civilDay(at, timeZone))) / DAY_MS);
}

/** The calendar day of the zone, as 2026-03-12. */
export function civilDay(at: number | Date, timeZone: string): string {
  return civilDays(timeZone).format(at);
}

import { formatList, formatTime } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import type { Plan } from "./types";

/** A Monday. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** What a weekday is called; 1 is Monday. */
export function weekdayName(weekday: number, locale: Locale): string {
  const day = new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" });
  return day.format(MONDAY + (weekday - 1) * DAY_MS);
}

/** How often a series runs, in words. */
export function planWords({ every, weekdays, monthDay, at }: Plan, t: T, locale: Locale): string {
  const moment = formatTime(Date.parse(`2024-01-01T${at}:00Z`), locale, "UTC");
  // Of the hour itself: one o'clock has an article of its own in Spanish.
  const time = t("series.every.time", { time: moment, count: Number(at.slice(0, 2)) });
  switch (every) {
    case "day":
      return t("series.every.day", { time });
    case "week": {
      const days = formatList(
        weekdays.map((weekday) => weekdayName(weekday, locale)),
        locale,
      );
      return t("series.every.week", { days, time });
    }
    case "month":
      return monthDay === 31
        ? t("series.every.monthLast", { time })
        : t("series.every.month", { day: monthDay, time, count: monthDay });
  }
}

/** A zone as people read it. */
export function zoneWords(timeZone: string): string {
  return timeZone.replaceAll("_", " ");
}

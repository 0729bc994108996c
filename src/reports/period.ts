import { momentOf } from "../platform/local-time";
import { civilDay } from "../ui/format";
import { dayIn, dayName, type Span, stepStart } from "./range";
import { DAY_MS } from "./types";

/** How often somebody gets the numbers by mail. */
export const everies = ["week", "month"] as const;
export type Every = (typeof everies)[number];

/** When on the first day after a period it is mailed, on the reader's clock. */
const AT_HOUR = "07:00";
const HOURS_MS = 7 * 3_600_000;

/** The last day (2026-03-08) of the newest week (to Sunday) or month that may be mailed by now, on the reader's clock. */
export function lastPeriod(every: Every, now: number, timeZone: string): string {
  // Before seven, the day before yesterday's end is still the newest.
  const day = dayIn(civilDay(now - HOURS_MS, timeZone)) ?? Math.floor(now / DAY_MS);
  return dayName(stepStart(day, every) - 1);
}

/** The days of the period that ends with a day. */
export function periodSpan(every: Every, upTo: string): Span {
  const to = dayIn(upTo) ?? 0;
  return { from: stepStart(to, every), to };
}

/** The moment (ms) at which the period after the one mailed last is due. */
export function nextDue(every: Every, mailedUpTo: string, timeZone: string): number {
  const first = (dayIn(mailedUpTo) ?? 0) + 1;
  const following = every === "week" ? first + 7 : stepStart(first + 31, "month");
  return momentOf(`${dayName(following)}T${AT_HOUR}`, timeZone);
}

import { DAY_MS } from "./types";

/** How far back: days, today included, everything, or between two days. */
export const ranges = ["30", "90", "365", "all"] as const;
export const steps = ["day", "week", "month"] as const;
export type Step = (typeof steps)[number];

/** Days since 1970; both are within. */
export type Span = { from: number; to: number };
export type Range = Span & {
  name: (typeof ranges)[number] | "custom";
  by: Step;
};

const USUAL = "90";
/** Days of a chart of everything. */
const DAYS_MAX = 6_000;
/** Of a longer time one looks at weeks, of a still longer one at months, unless one says otherwise. */
const DAILY_MAX = 45;
const WEEKLY_MAX = 400;
/** A table of more days is no page. */
const DAILY_MOST = 800;

/** 2026-03-12 */
export function dayName(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** The number of a day as a form writes it; null for what is no day. */
export function dayIn(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text ? null : at / DAY_MS;
}

/**
 * The time an address asks for; what it says wrongly is as if it were not said.
 * @param earliest the first day anything is known of, for "all"
 */
export function rangeIn(
  query: (name: string) => string | undefined,
  { today, earliest }: { today: number; earliest: number },
): Range {
  const from = dayIn(query("from") ?? "");
  const to = dayIn(query("to") ?? "");
  const asked = ranges.find((name) => name === query("range")) ?? USUAL;
  const isCustom = from !== null && to !== null && from <= to;
  const span = isCustom ? { from: Math.max(from, to - DAYS_MAX), to } : spanOf(asked, today, earliest);
  const wanted = steps.find((step) => step === query("by")) ?? usualStep(span);
  const by = wanted === "day" && span.to - span.from >= DAILY_MOST ? "week" : wanted;
  return { ...span, name: isCustom ? "custom" : asked, by };
}

function spanOf(name: (typeof ranges)[number], today: number, earliest: number): Span {
  if (name !== "all") return { from: today - Number(name) + 1, to: today };
  // A chart of one day says nothing.
  return { from: Math.max(Math.min(earliest, today - 6), today - DAYS_MAX), to: today };
}

function usualStep({ from, to }: Span): Step {
  const days = to - from + 1;
  if (days <= DAILY_MAX) return "day";
  return days <= WEEKLY_MAX ? "week" : "month";
}

/** The first day of the day, week (from Monday) or month that a day is in. */
export function stepStart(day: number, by: Step): number {
  switch (by) {
    case "day":
      return day;
    case "week":
      // 1970 began on a Thursday.
      return day - ((((day + 3) % 7) + 7) % 7);
    case "month": {
      const at = new Date(day * DAY_MS);
      return Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1) / DAY_MS;
    }
  }
}

/** The first days of all steps of a time, oldest first, also of those in which nothing happened. */
export function stepsOf({ from, to, by }: Range): number[] {
  const starts: number[] = [];
  for (let day = from; day <= to; day += 1) {
    const start = stepStart(day, by);
    if (start !== starts.at(-1)) starts.push(start);
  }
  return starts;
}

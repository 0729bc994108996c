import { addToLocalTime, localTimeAt, momentOf } from "../platform/local-time";
import type { Plan } from "./types";

/** The longest between two runs: from the last day of a month to that of the next but one, should a plan ever leave one out. */
const DAYS_LOOKED_AT = 64;
/** Times that passed while nothing ran are counted up to here. */
const MISSED_MAX = 5_000;
const DAY_MS = 86_400_000;

/**
 * The first moment (ms) after another at which a plan runs; null when its last day is over. Each day has one at most: a time the clocks
 * leave out is as much later as they jump, and of one they show twice it is the first.
 */
export function runAfter(plan: Plan, after: number): number | null {
  const today = localTimeAt(after, plan.timeZone).slice(0, 10);
  let [day = today] = [today, plan.from].toSorted().toReversed();
  for (let looked = 0; looked < DAYS_LOOKED_AT; looked += 1) {
    if (plan.until !== null && day > plan.until) return null;
    const at = isDayOf(plan, day) ? momentOf(`${day}T${plan.at}`, plan.timeZone) : after;
    if (at > after) return at;
    day = addToLocalTime(`${day}T00:00`, { days: 1 }).slice(0, 10);
  }
  return null;
}

function isDayOf({ every, weekdays, monthDay }: Plan, day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  switch (every) {
    case "day":
      return true;
    case "week":
      return weekdays.includes(date.getUTCDay() || 7);
    case "month": {
      const isLast = new Date(date.getTime() + DAY_MS).getUTCDate() === 1;
      return date.getUTCDate() === monthDay || (isLast && date.getUTCDate() < monthDay);
    }
  }
}

/** Of everything due from `firstAt` up to now only the last runs; the rest was missed. */
export function lastDue(plan: Plan, firstAt: number, now: number): { at: number; missed: number } {
  let at = firstAt;
  for (let missed = 0; missed < MISSED_MAX; missed += 1) {
    const next = runAfter(plan, at);
    if (next === null || next > now) return { at, missed };
    at = next;
  }
  return { at, missed: MISSED_MAX };
}

/** The next few moments of a plan, to be shown. */
export function runsAhead(plan: Plan, after: number, count: number): number[] {
  const found: number[] = [];
  for (let at = runAfter(plan, after); at !== null && found.length < count; at = runAfter(plan, at))
    found.push(at);
  return found;
}

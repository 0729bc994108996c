import { addMinutes, localTimeAt, momentOf } from "../platform/local-time";

const DAY_MS = 86_400_000;
/** When an office opens its mail. */
const MORNING = "08:00";

/** The day a moment lies in, counted from 1970 in UTC: the cap starts anew with each. */
export function dayOf(at: number): number {
  return Math.floor(at / DAY_MS);
}

export function startOfTomorrow(at: number): number {
  return (dayOf(at) + 1) * DAY_MS;
}

/** The next eight o'clock in the morning of a zone after a moment, in ms. */
export function nextMorning(at: number, timeZone: string): number {
  const today = localTimeAt(at, timeZone).slice(0, 10);
  const morning = momentOf(`${today}T${MORNING}`, timeZone);
  return morning > at ? morning : momentOf(addMinutes(`${today}T${MORNING}`, 24 * 60), timeZone);
}

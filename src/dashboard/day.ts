const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
/** No group has signatures from before, and no calendar of ours goes further. */
const YEAR_MIN = 1970;
const YEAR_MAX = 9_999;

/**
 * The first moment of a calendar day (2026-03-12) in a zone, in ms; null for what is no day.
 * @param plusDays counts on from it: 1 gives the end of the day
 */
export function startOfDay(text: string, timeZone: string, plusDays = 0): number | null {
  const [, year = 0, month = 0, day = 0] = (DAY.exec(text) ?? []).map(Number);
  const asUtc = Date.UTC(year, month - 1, day);
  const read = new Date(asUtc);
  if (year < YEAR_MIN || year > YEAR_MAX || read.getUTCMonth() !== month - 1 || read.getUTCDate() !== day)
    return null;
  const wanted = Date.UTC(year, month - 1, day + plusDays);
  // The offset is asked twice: the first answer may be that of the other side of a change of clocks.
  const guess = wanted - offsetAt(wanted, timeZone);
  return wanted - offsetAt(guess, timeZone);
}

/** By how much the zone's clocks are ahead of UTC at a moment, in ms. */
function offsetAt(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    ...{
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    },
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((found) => found.type === type)?.value ?? 0);
  const shown = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return shown - at;
}

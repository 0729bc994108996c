const MOMENT =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?)?(Z|[+-]\d{2}:?\d{2})?$/;
/** A zone whose plus came as a blank, since nobody encoded it. */
const BLANK_ZONE = /(:\d{2}(?:\.\d{1,9})?) (\d{2}:?\d{2})$/;

/**
 * The moment a text means, in ms; null when it means none. Takes what clients send (osdi-api.md §1.5): a day, a date and time with
 * "T" or a space, with or without zone (its "+" may have become a blank); without one it is UTC.
 */
export function momentIn(text: string): number | null {
  const found = MOMENT.exec(text.trim().replace(BLANK_ZONE, "$1+$2"));
  if (!found) return null;
  const [, year, month, day, hour = "00", minute = "00", second = "00", zone = "Z"] = found;
  const offset = zone === "Z" || zone.includes(":") ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
  if (Number.isNaN(at)) return null;
  // A day that no month has becomes the next month's first: refused, since nobody means that.
  return new Date(`${year}-${month}-${day}T00:00:00Z`).getUTCDate() === Number(day) ? at : null;
}

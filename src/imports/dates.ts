import type { ImportOptions } from "./types";

const DAY_FIRST = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]+(.*))?$/;
const DAY_LAST = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?:[T ,]+(.*))?$/;
const TIME = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([ap])?\.?m?\.?\s*(z|utc|gmt|[+-]\d{2}:?\d{2})?/i;
/** Nobody who is on a list of today joined it before. */
const YEAR_MIN = 1970;

type Parts = { year: number; month: number; day: number; rest: string };

/**
 * A moment as exports write it, in ms: 2024-03-12, 2024-03-12 14:05:33 UTC, 12/03/2024, 3/12/2024 2:05 PM. Without a zone it
 * is UTC. Null for what is no day of the calendar.
 * @param order which comes first where the year comes last; what only one of them can be is read so all the same
 */
export function readMoment(text: string, order: ImportOptions["dateOrder"]): number | null {
  const parts = readParts(text.trim(), order);
  if (!parts) return null;
  const { year, month, day } = parts;
  const midnight = new Date(Date.UTC(year, month - 1, day));
  if (year < YEAR_MIN || midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return null;
  return midnight.getTime() + timeOf(parts.rest);
}

/** The day alone, as 2024-03-12. */
export function readDate(text: string, order: ImportOptions["dateOrder"]): string | null {
  const parts = readParts(text.trim(), order);
  if (!parts) return null;
  const { year, month, day } = parts;
  const midnight = new Date(Date.UTC(year, month - 1, day));
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day || year < 1000) return null;
  return midnight.toISOString().slice(0, 10);
}

function readParts(text: string, order: ImportOptions["dateOrder"]): Parts | null {
  const first = DAY_FIRST.exec(text);
  if (first) {
    const [, year, month, day, rest = ""] = first;
    return { year: Number(year), month: Number(month), day: Number(day), rest };
  }
  const last = DAY_LAST.exec(text);
  if (!last) return null;
  const [, one = "", two = "", year = "", rest = ""] = last;
  const isMonthFirst = order === "mdy" ? Number(one) <= 12 : Number(two) > 12;
  const [month, day] = isMonthFirst ? [one, two] : [two, one];
  return { year: fullYear(year), month: Number(month), day: Number(day), rest };
}

function fullYear(text: string): number {
  const year = Number(text);
  if (text.length === 4) return year;
  return year < 70 ? 2000 + year : 1900 + year;
}

function timeOf(rest: string): number {
  const [, hours, minutes, seconds, half, zone] = TIME.exec(rest.trim()) ?? [];
  if (hours === undefined) return 0;
  const hour = half ? (Number(hours) % 12) + (half.toLowerCase() === "p" ? 12 : 0) : Number(hours);
  const offset = /^[+-]/.test(zone ?? "") ? minutesOf(zone ?? "") : 0;
  return ((hour * 60 + Number(minutes) - offset) * 60 + Number(seconds ?? 0)) * 1000;
}

function minutesOf(zone: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

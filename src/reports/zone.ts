import { DAY_MS } from "./types";

const YEARS = 25;
const MINUTE_MS = 60_000;

const kept = new Map<string, string>();

/**
 * SQL that gives by how many ms a zone's clocks were ahead of UTC at a moment: SQLite knows no zones. One branch for each
 * change of the clocks in the last 25 years; what was before counts as the earliest of them. `isTimeZone` must have let the
 * zone pass; nothing of its name is in the SQL.
 * @param column SQL for a moment in ms
 */
export function offsetSql(column: string, timeZone: string, now: number): string {
  const year = new Date(now).getUTCFullYear();
  const name = `${timeZone}/${year}`;
  const known = kept.get(name) ?? changesOf(timeZone, Date.UTC(year - YEARS, 0, 1), Date.UTC(year + 2, 0, 1));
  kept.set(name, known);
  return known.replaceAll("?at?", column);
}

/** SQL for the day of a moment, in days since 1970 on the zone's clocks. */
export function daySql(column: string, timeZone: string, now: number): string {
  return `((${column} + ${offsetSql(column, timeZone, now)}) / ${DAY_MS})`;
}

/** The day a moment is on, in days since 1970 on the zone's clocks. */
export function dayNumber(at: number, timeZone: string): number {
  return Math.floor((at + offsetAt(formatOf(timeZone), at)) / DAY_MS);
}

function changesOf(timeZone: string, from: number, to: number): string {
  const format = formatOf(timeZone);
  const branches: string[] = [];
  let before = offsetAt(format, from);
  const first = before;
  for (let at = from; at < to; at += 7 * DAY_MS) {
    const after = offsetAt(format, at + 7 * DAY_MS);
    if (after === before) continue;
    branches.push(`WHEN ?at? >= ${changeBetween(format, at, at + 7 * DAY_MS)} THEN ${after}`);
    before = after;
  }
  return branches.length === 0 ? String(first) : `CASE ${branches.toReversed().join(" ")} ELSE ${first} END`;
}

function changeBetween(format: Intl.DateTimeFormat, from: number, to: number): number {
  const after = offsetAt(format, to);
  let [low, high] = [from, to];
  while (high - low > MINUTE_MS) {
    const middle = Math.floor((low + high) / 2 / MINUTE_MS) * MINUTE_MS;
    if (offsetAt(format, middle) === after) high = middle;
    else low = middle;
  }
  return high;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset", year: "numeric" });
}

function offsetAt(format: Intl.DateTimeFormat, at: number): number {
  const name = format.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours = "0", minutes = "0"] = /GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? [];
  return (Number(hours) * 60 + Number(minutes)) * MINUTE_MS * (sign === "-" ? -1 : 1);
}

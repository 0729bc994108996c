const QUARTER_MS = 15 * 60_000;
const MINUTE_MS = 60_000;
/** Quarters of an hour whose offset is kept: a file of people who came over years meets fewer. */
const KEPT_MAX = 50_000;

/**
 * Writes moments (ms) as a zone's clocks showed them, with the difference to UTC: `2026-03-12T14:05:09-04:00`. Every zone
 * changes at whole quarters of an hour, so each is asked for once; asking Intl for each row would take all the time.
 */
export function clockOf(timeZone: string): (at: number) => string {
  const offsets = new Map<number, readonly [ms: number, text: string]>();
  const parts = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset", year: "numeric" });
  const offsetAt = (quarter: number) => {
    const name =
      parts.formatToParts(quarter * QUARTER_MS).find(({ type }) => type === "timeZoneName")?.value ?? "";
    const [, sign = "+", hours = "00", minutes = "00"] = /GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? [];
    const ms = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS * (sign === "-" ? -1 : 1);
    return [ms, `${sign}${hours}:${minutes}`] as const;
  };
  return (at) => {
    const quarter = Math.floor(at / QUARTER_MS);
    let offset = offsets.get(quarter);
    if (!offset) {
      if (offsets.size >= KEPT_MAX) offsets.clear();
      offset = offsetAt(quarter);
      offsets.set(quarter, offset);
    }
    return new Date(at + offset[0]).toISOString().slice(0, 19) + offset[1];
  };
}

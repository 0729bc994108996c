/** Nobody who answers was born before, and nothing anybody plans comes after. */
export const DAY_MIN = "1900-01-01";
export const DAY_MAX = "2199-12-31";

const DAY = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;

/**
 * A day as a date field sends it, 2026-03-12; null for what is no day of the calendar or absurdly far away. Other ways to
 * write a day are refused and not guessed: 3/4 is March in one country and April in the next.
 */
export function readDay(text: string): string | null {
  const [, year = "", month = "", day = ""] = DAY.exec(text) ?? [];
  const at = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (year === "" || at.getUTCMonth() !== Number(month) - 1 || at.getUTCDate() !== Number(day)) return null;
  const read = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  return read >= DAY_MIN && read <= DAY_MAX ? read : null;
}

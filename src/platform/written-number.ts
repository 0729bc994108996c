/** Beyond this a number is a slip of the finger, and no longer exact. */
export const NUMBER_MAX = 1_000_000_000_000;
const DECIMALS_MAX = 6;
const NUMBER_TEXT_MAX = 40;

/** U+2212 is the minus of typographers; spaces of every width and apostrophes group digits. */
const GROUPING = /[\s\u00a0\u202f'’_]/g;
const PLAIN = /^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)$/;

/**
 * A number as people write it: 1234, 1,234.5, 1.234,5, 1 234,5, 1'234.5, with either sign of the decimals; null for what is no
 * number, is beyond all measure or has more decimals than we keep. A lone comma or point before exactly three digits groups
 * them only where the place writes thousands so: 1,234 is a thousand and more in Canada's English, and less than two in France.
 * @param place language and country, "en-CA"
 */
export function readNumber(text: string, place: string): number | null {
  const compact = text.replace(GROUPING, "").replace("\u2212", "-");
  if (compact === "" || compact.length > NUMBER_TEXT_MAX) return null;
  const plain = withPoint(compact, place);
  if (plain === null || !PLAIN.test(plain)) return null;
  const value = Number(plain);
  const decimals = plain.split(".")[1] ?? "";
  if (!Number.isFinite(value) || Math.abs(value) > NUMBER_MAX || decimals.length > DECIMALS_MAX) return null;
  return value === 0 ? 0 : value;
}

/** The same without marks between thousands, and a point before the decimals. */
function withPoint(text: string, place: string): string | null {
  const lastPoint = text.lastIndexOf(".");
  const lastComma = text.lastIndexOf(",");
  if (lastPoint >= 0 && lastComma >= 0) {
    const [grouping, decimal] = lastPoint > lastComma ? ([",", "."] as const) : ([".", ","] as const);
    const [whole = "", ...decimals] = text.split(decimal);
    if (decimals.length !== 1 || !isGrouped(whole, grouping)) return null;
    return `${whole.replaceAll(grouping, "")}.${decimals[0]}`;
  }
  const mark = lastPoint >= 0 ? "." : ",";
  const parts = text.split(mark);
  if (parts.length > 2) return isGrouped(text, mark) ? parts.join("") : null;
  const groups = isGrouped(text, mark) && mark === groupMarkOf(place);
  return groups ? parts.join("") : text.replace(",", ".");
}

/** Whether the mark stands where thousands end: 1,234 and 12,345,678, but not 0,234. */
function isGrouped(text: string, mark: "." | ","): boolean {
  return (mark === "." ? /^[+-]?[1-9]\d{0,2}(?:\.\d{3})+$/ : /^[+-]?[1-9]\d{0,2}(?:,\d{3})+$/).test(text);
}

const groupMarks = new Map<string, string>();

function groupMarkOf(place: string): string {
  const kept = groupMarks.get(place);
  if (kept !== undefined) return kept;
  const parts = new Intl.NumberFormat(place, { useGrouping: "always" }).formatToParts(12_345);
  const mark = parts.find(({ type }) => type === "group")?.value ?? "";
  groupMarks.set(place, mark);
  return mark;
}

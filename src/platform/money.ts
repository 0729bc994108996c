import { isCurrency } from "./currencies";

/** Money everywhere: a whole number of the currency's smallest unit, and the currency (ISO 4217). */
export type Money = { amount: number; currency: string };

/** More than any gift, and far below where whole numbers lose exactness once summed over a shard. */
export const MONEY_MAX = 1_000_000_000_000;

// ISO 4217, amendment 179: the exponents that are not 2. Intl is not asked, since its data rounds some currencies to what
// shops do and may change with the runtime; what is stored must mean the same for ever.
const NO_DIGITS = new Set("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(" "));
const THREE_DIGITS = new Set("BHD IQD JOD KWD LYD OMR TND".split(" "));

/** How many digits of a currency's amount stand after its decimal mark. */
export function minorDigits(currency: string): number {
  if (NO_DIGITS.has(currency)) return 0;
  return THREE_DIGITS.has(currency) ? 3 : 2;
}

/** "25.50", for machines: never grouped, always with every digit the currency has. */
export function plainAmount({ amount, currency }: Money): string {
  const digits = minorDigits(currency);
  const sign = amount < 0 ? "-" : "";
  const text = String(Math.abs(amount)).padStart(digits + 1, "0");
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** "25" or "25.50", for a box that people write in. */
export function shortAmount(money: Money): string {
  return plainAmount(money).replace(/\.0+$/, "");
}

export type ReadAmount =
  | { is: "amount"; amount: number }
  | {
      is: "invalid";
      reason: "missing" | "not_a_number" | "negative" | "too_precise" | "too_large" | "currency";
    };

/** Longer than any amount people write, with its currency and spaces. */
const AMOUNT_TEXT_MAX = 40;
const SPACES = /[\s'’]/g;
const WORD = "[\\p{L}\\p{Sc}]+";
const WITH_CURRENCY = new RegExp(`^(${WORD})?([^\\p{L}\\p{Sc}]*?)(${WORD})?$`, "u");

/**
 * An amount as people write it: "25", "25.50", "25,50", "1,000", "1 000,50", "$25", "25 CAD".
 * A mark before exactly three digits may part thousands or begin a fraction. It parts thousands only where the language
 * writes its fractions with the other mark, since charging a thousand times too much is worse than asking again.
 * @param decimalMark the one of the page's language
 */
export function readAmount(text: string, currency: string, decimalMark: "." | ","): ReadAmount {
  if (text.length > AMOUNT_TEXT_MAX) return { is: "invalid", reason: "too_large" };
  const compact = plainDigits(text.normalize("NFKC")).replace(SPACES, "");
  const [, before, number = compact, after] = WITH_CURRENCY.exec(compact) ?? [];
  for (const word of [before, after]) {
    const problem = word === undefined ? null : problemOfWord(word, currency);
    if (problem) return { is: "invalid", reason: problem };
  }
  if (number === "") return { is: "invalid", reason: "missing" };
  if (/^[-\u2212]/.test(number)) return { is: "invalid", reason: "negative" };
  if (!/^\d[\d.,]*$/.test(number)) return { is: "invalid", reason: "not_a_number" };
  return minorUnits(number, minorDigits(currency), decimalMark);
}

/** Whether a word beside the number names this currency, another one, or nothing. */
function problemOfWord(word: string, currency: string): "currency" | "not_a_number" | null {
  const name = word.toUpperCase();
  if (namesOf(currency).has(name)) return null;
  return /\p{Sc}/u.test(word) || isCurrency(name) ? "currency" : "not_a_number";
}

function namesOf(currency: string): Set<string> {
  const signs = (["narrowSymbol", "symbol"] as const).map(
    (currencyDisplay) =>
      new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay })
        .formatToParts(1)
        .find(({ type }) => type === "currency")?.value ?? currency,
  );
  return new Set([currency, ...signs.map((sign) => sign.toUpperCase())]);
}

/** @param text digits and marks only */
function minorUnits(text: string, digits: number, decimalMark: "." | ","): ReadAmount {
  const [whole = "", fraction = ""] = wholeAndFraction(text, decimalMark) ?? [];
  if (!/^(\d+|\d{1,3}([.,])\d{3}(\2\d{3})*)$/.test(whole) || !/^\d*$/.test(fraction))
    return { is: "invalid", reason: "not_a_number" };
  if (/[1-9]/.test(fraction.slice(digits)) || (digits > 0 && fraction.length > digits))
    return { is: "invalid", reason: "too_precise" };
  const amount = Number(whole.replace(/[.,]/g, "") + fraction.slice(0, digits).padEnd(digits, "0"));
  return amount > MONEY_MAX ? { is: "invalid", reason: "too_large" } : { is: "amount", amount };
}

/** Where the fraction begins: at the last mark, unless that one parts thousands. Null for marks that make no number. */
function wholeAndFraction(text: string, decimalMark: "." | ","): [string, string] | null {
  const at = Math.max(text.lastIndexOf("."), text.lastIndexOf(","));
  if (at === -1) return [text, ""];
  const mark = text[at] ?? "";
  const [whole, rest] = [text.slice(0, at), text.slice(at + 1)];
  const isRepeated = whole.includes(mark);
  const isMixed = /[.,]/.test(whole) && !isRepeated;
  if (isRepeated) return [text, ""];
  if (rest.length === 3 && !isMixed && mark !== decimalMark) return [text, ""];
  return [whole, rest];
}

const ZEROS = [0x0660, 0x06f0, 0x0966];

/** Arabic, Persian and Hindi digits as 0–9. */
function plainDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    const zero = ZEROS.find((start) => code >= start && code < start + 10);
    return zero === undefined ? digit : String(code - zero);
  });
}

/**
 * Parts an amount by shares so that the parts are whole and add up to it: each gets its share rounded down, and what is
 * left goes, one unit each, to those who lost most by rounding (largest remainder).
 */
export function splitAmount(amount: number, shares: readonly number[]): number[] {
  const whole = shares.reduce((sum, share) => sum + share, 0);
  if (whole <= 0) return shares.map(() => 0);
  const exact = shares.map((share) => (amount * share) / whole);
  const parts = exact.map(Math.floor);
  let left = amount - parts.reduce((sum, part) => sum + part, 0);
  const order = exact
    .map((part, index) => ({ index, lost: part - Math.floor(part) }))
    .sort((one, other) => other.lost - one.lost || one.index - other.index);
  for (const { index } of order) {
    if (left <= 0) break;
    parts[index] = (parts[index] ?? 0) + 1;
    left -= 1;
  }
  return parts;
}

export const POSTAL_CODE_MAX = 12;

const SHAPE = /^[A-Z0-9](?:[A-Z0-9 -]*[A-Z0-9])?$/;

/** Where a country writes a gap, so that "k1a0b1" and "K1A 0B1" are one place. Codes of other countries stay as written. */
const gaps: Record<string, { pattern: RegExp; written: string }> = {
  CA: { pattern: /^([A-Z]\d[A-Z])(\d[A-Z]\d)$/, written: "$1 $2" },
  GB: { pattern: /^([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})$/, written: "$1 $2" },
  US: { pattern: /^(\d{5})(\d{4})$/, written: "$1-$2" },
  NL: { pattern: /^(\d{4})([A-Z]{2})$/, written: "$1 $2" },
  BR: { pattern: /^(\d{5})(\d{3})$/, written: "$1-$2" },
};

/**
 * A postal code in capitals with the gap its country (ISO 3166-1 alpha-2, or "") writes. Null when it holds anything but
 * letters, digits, spaces and hyphens: whether such a code exists is not for a form to know.
 */
export function normalisePostalCode(text: string, country: string): string | null {
  const code = text.trim().toUpperCase().replace(/\s+/g, " ");
  if (code.length > POSTAL_CODE_MAX || !SHAPE.test(code)) return null;
  const gap = Object.hasOwn(gaps, country) ? gaps[country] : undefined;
  if (!gap) return code;
  const bare = code.replace(/[ -]/g, "");
  return gap.pattern.test(bare) ? bare.replace(gap.pattern, gap.written) : code;
}

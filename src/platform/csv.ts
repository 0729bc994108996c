/** Tells spreadsheets that a file is UTF-8. */
export const BYTE_ORDER_MARK = "\uFEFF";

/** One record of a CSV file (RFC 4180), safe to open in a spreadsheet. */
export function csvLine(values: readonly string[]): string {
  return `${values.map(csvCell).join(",")}\r\n`;
}

// A spreadsheet runs a cell that begins like this (OWASP, CSV injection); a number or a phone number in E.164 is only itself.
const FORMULA = /^[=+\-@\t\r]/;
// Where a spreadsheet parts cells by semicolons, as in most of Europe, it sees no cell of ours as quoted: one of its own begins
// after each semicolon and line break. What calculates there calls a function or a program, or begins with "=" or "@".
const INNER_FORMULA = /([;\n])(?="*(?:[=@\t]|[+-][^;\n]*[(|]))/g;
// Nearly every cell is neither a formula nor has anything to quote: one look tells.
const SPECIAL = /^[=+\-@\t]|[",;\r\n]/;
const NUMBER = /^[+-]\d{1,15}(?:\.\d{1,15})?$/;

function csvCell(value: string): string {
  if (!SPECIAL.test(value)) return value;
  const inner = value.replace(INNER_FORMULA, "$1'");
  const safe = FORMULA.test(value) && !NUMBER.test(value) ? `'${inner}` : inner;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * Characters no one types and that would disturb whoever reads the text: C0 and C1 controls but the line break, and the
 * embeddings, overrides and isolates that turn the text around them. Joiners stay, since emoji and Persian need them.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for.
const UNTYPED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g;

/** Text of several lines as it is stored: NFC, no control characters, no lone surrogates, no space around it. */
export function cleanText(text: string): string {
  return text.toWellFormed().normalize("NFC").replace(/\t/g, " ").replace(UNTYPED, "").trim();
}

// What French and Spanish writers put before a colon or between a number and its unit keeps the two on one line.
const NO_BREAK = /\s*([\u00a0\u202f])\s*/g;

/** The same for one line; a no-break space somebody typed stays one. */
export function cleanLine(text: string): string {
  return cleanText(text.replace(/[^\S\u00a0\u202f]+/g, " ").replace(NO_BREAK, "$1"));
}

export const SOURCE_MAX = 100;
const REFERRER_MAX = 300;

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

/** The same for one line. */
export function cleanLine(text: string): string {
  return cleanText(text.replace(/\s+/g, " "));
}

const LINK =
  /:\/\/|\bwww\.|[\p{L}\d-]+\.(?:com|net|org|info|biz|io|co|ru|xyz|top|site|online|shop|club|link)\b/iu;

/** Whether a name holds a web address: what spammers sign with, and nobody is called. */
export function hasLink(text: string): boolean {
  return LINK.test(text);
}

/** The source code of the link that led here. One that is no code is dropped: a bad link must not cost a signature. */
export function sourceOf(address: URL): string {
  const source = cleanLine(address.searchParams.get("source") ?? "").slice(0, SOURCE_MAX);
  return /^[\p{L}\p{N} ._:~+@-]*$/u.test(source) ? source : "";
}

/** The page someone came from, without its query, which may hold what is private to them. Ours do not count. */
export function referrerOf(value: string | string[] | undefined, address: URL): string {
  if (typeof value !== "string" || !URL.canParse(value)) return "";
  const page = new URL(value);
  if (page.protocol !== "https:" && page.protocol !== "http:") return "";
  if (page.hostname === address.hostname) return "";
  return `${page.origin}${page.pathname}`.slice(0, REFERRER_MAX);
}

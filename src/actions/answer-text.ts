import { cleanLine, cleanText } from "../platform/clean-text";

export { cleanLine, cleanText };

export const SOURCE_MAX = 100;
const REFERRER_MAX = 300;

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

/** Longer than any address of ours that one is sent back to. */
const NEXT_MAX = 2_000;

// Stands for whatever host we are on: only where a path leads relative to it matters.
const HERE = "https://here.invalid";

/**
 * Where to go after signing in: a path on this site, "/" for anything else. Browsers read "//x", "/\x" and a tab within
 * as the start of another site, so the URL parser decides, not a pattern (WHATWG URL).
 */
export function safeNext(text: string): string {
  if (!text.startsWith("/") || text.length > NEXT_MAX || !URL.canParse(text, HERE)) return "/";
  const url = new URL(text, HERE);
  if (url.origin !== HERE) return "/";
  const path = url.pathname + url.search + url.hash;
  // "/.//x" parses to the path "//x", which alone would be another site.
  return path.startsWith("//") ? "/" : path;
}

import type { Child } from "hono/jsx";

/**
 * A phrase with marked parts: `Read <terms>the terms</terms>.` with `{ terms: (words) => <a href="/terms">{words}</a> }`.
 * Only the names given are read as marks; everything else, a value with `<` in it too, stays text.
 */
export function Rich({ text, parts }: { text: string; parts: Record<string, (words: string) => Child> }) {
  const names = Object.keys(parts).join("|");
  const pieces: Child[] = [];
  let at = 0;
  for (const found of text.matchAll(new RegExp(`<(${names})>(.*?)</\\1>`, "gs"))) {
    const [whole, name = "", words = ""] = found;
    pieces.push(text.slice(at, found.index), parts[name]?.(words));
    at = found.index + whole.length;
  }
  pieces.push(text.slice(at));
  return <>{pieces}</>;
}

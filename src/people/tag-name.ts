import { cleanLine } from "../platform/clean-text";

export const TAG_NAME_MAX = 60;

/**
 * A tag's name as it is stored: letters and digits of any script, "_" and "-". Spaces become "-", whatever else there is
 * goes; "" when nothing is left.
 */
export function tagName(text: string): string {
  const words = cleanLine(text)
    .replace(/^#+/, "")
    .replace(/\s+/g, "-")
    .replace(/[^\p{L}\p{M}\p{N}_-]+/gu, "")
    .replace(/^-+|-+$/g, "");
  return [...words].slice(0, TAG_NAME_MAX).join("");
}

/** What two spellings of one name have in common: capitals do not tell tags apart. */
export function tagKey(text: string): string {
  return tagName(text).normalize("NFKC").toLowerCase();
}

/** Several names written with commas or on lines of their own, as they are stored, each once. */
export function tagNames(text: string): string[] {
  const names = new Map<string, string>();
  for (const part of text.split(/[,;\n]/)) {
    const name = tagName(part);
    if (name !== "" && !names.has(tagKey(name))) names.set(tagKey(name), name);
  }
  return [...names.values()];
}

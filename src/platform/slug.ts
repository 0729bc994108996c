// Letters that Unicode does not take apart into a base letter and a mark.
const letters: Record<string, string> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ł: "l",
  ı: "i",
};

/** "L’Été, now!" gives "lete-now", at most `max` long, of whole words. Empty for a text without Latin letters or digits. */
export function slugOf(text: string, max: number): string {
  const slug = text
    .toLowerCase()
    .replace(/[ßæœøđðþłı]/g, (letter) => letters[letter] ?? "")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/['’]/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  if (slug.length <= max) return slug;
  const wordsEnd = slug.lastIndexOf("-", max);
  // A first word that is very long is cut all the same.
  return slug.slice(0, wordsEnd > max / 2 ? wordsEnd : max);
}

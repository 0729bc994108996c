// Suggests a web address while a name is typed, for inputs with data-slug-of="<name of the other field>". It stops as
// soon as somebody writes the address themselves; the server makes one from the name in any case.

const letters = { ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", þ: "th", ł: "l", ı: "i" };

/** The same rule as src/platform/slug.ts. @param {string} text @param {number} max */
function slugOf(text, max) {
  const slug = text
    .toLowerCase()
    .replace(/[ßæœøđðþłı]/g, (letter) => letters[letter])
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/['’]/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  if (slug.length <= max) return slug;
  const wordsEnd = slug.lastIndexOf("-", max);
  return slug.slice(0, wordsEnd > max / 2 ? wordsEnd : max);
}

for (const slug of document.querySelectorAll("input[data-slug-of]")) {
  const name = slug.form?.elements.namedItem(slug.dataset.slugOf);
  if (!name || slug.value !== "") continue;
  const suggest = () => {
    slug.value = slugOf(name.value, slug.maxLength);
  };
  name.addEventListener("input", suggest);
  slug.addEventListener("input", () => name.removeEventListener("input", suggest), { once: true });
}

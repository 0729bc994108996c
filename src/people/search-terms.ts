/** Longer words are cut: nobody types more of one before they look at what was found. */
const WORD_MAX = 30;
/** A record full of words is a mistake or an attack; its first ones find it. */
const TERMS_MAX = 60;
/** How much of a word is protected against a slip of the finger. */
const TYPO_LETTERS = 6;
/** Shorter words differ by one letter from too many others. */
const TYPO_LETTERS_MIN = 4;
/** Suffixes of a word written without gaps that are found by themselves. */
const SUFFIXES_MAX = 8;

const TYPO_MARK = "~";
const NAME_MARK = "=n";
const EMAIL_MARK = "=e";

/** What search reads of a person. */
export type Searchable = {
  givenName: string | null;
  familyName: string | null;
  street: string | null;
  locality: string | null;
  postalCode: string | null;
  emails: readonly string[];
};

const LIGATURES: Record<string, string> = {
  ...{ ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i" },
};

/** A text as it is compared: small letters, without accents, compatible forms made one. */
export function fold(text: string): string {
  const small = text.toLowerCase();
  // Most names are plain letters, and looking for marks in them costs more than all the rest.
  if (/^[\x20-\x7e]*$/.test(small)) return small;
  return small
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[ßæœøłđðþı]/g, (letter) => LIGATURES[letter] ?? letter);
}

/** The words of a text as they are compared; one with an apostrophe or a hyphen both whole and in parts. */
export function wordsOf(text: string | null): string[] {
  if (!text) return [];
  const words: string[] = [];
  for (const piece of fold(text).split(/[^\p{L}\p{N}'’‘-]+/u)) {
    const parts = piece.split(/['’‘-]+/).filter((part) => part !== "");
    words.push(...parts);
    if (parts.length > 1) words.push(parts.join(""));
  }
  return words.map((word) => word.slice(0, WORD_MAX)).filter((word) => word !== "");
}

/** Every term under which a person is found, one gap between two. Holds nothing that the index could take for a command. */
export function termsOf(person: Searchable): string {
  const names = [...wordsOf(person.givenName), ...wordsOf(person.familyName)];
  const terms = new Set(names);
  for (const word of names) {
    for (const suffix of suffixesOf(word)) terms.add(suffix);
    for (const key of typoKeys(word)) terms.add(key);
  }
  for (const email of person.emails) for (const term of emailTerms(email)) terms.add(term);
  for (const key of duplicateKeys(person)) terms.add(key);
  for (const word of [...wordsOf(person.locality), ...wordsOf(person.street)]) terms.add(word);
  const code = compact(person.postalCode);
  if (code) terms.add(code);
  return [...terms].slice(0, TERMS_MAX).join(" ");
}

function emailTerms(email: string): string[] {
  const at = email.lastIndexOf("@");
  return [
    ...wordsOf(email.slice(0, at).replaceAll("_", " ")),
    email.slice(at + 1).replace(/[^\x21-\x7e]/g, ""),
  ].filter((term) => term !== "" && !/["\s]/.test(term));
}

// Chinese, Japanese and Korean names are one word, and a given name is looked for by itself.
const WITHOUT_GAPS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u1100-\u11ff]/u;

function suffixesOf(word: string): string[] {
  if (!WITHOUT_GAPS.test(word)) return [];
  const letters = [...word];
  return letters.slice(1, SUFFIXES_MAX).map((_letter, index) => letters.slice(index + 1).join(""));
}

/**
 * Keys that two words share when they differ by one letter that is wrong, missing, too many or swapped with its neighbour:
 * the beginning of the word, whole and without each of its letters (the "deletion neighbourhood").
 */
export function typoKeys(word: string): string[] {
  const letters = [...word].slice(0, TYPO_LETTERS);
  if (letters.length < TYPO_LETTERS_MIN || /\d/.test(word)) return [];
  const keys = letters.map((_letter, index) =>
    letters.filter((_other, position) => position !== index).join(""),
  );
  return [...new Set([letters.join(""), ...keys])].map((key) => TYPO_MARK + key);
}

/** Keys that two records of one person would share: the same name at the same postal code, or one address spelled in two ways. */
export function duplicateKeys({ givenName, familyName, postalCode, emails }: Searchable): string[] {
  const name = wordsOf([givenName, familyName].filter((part) => part).join(" "));
  const code = compact(postalCode);
  return [
    ...(givenName && familyName && code ? [NAME_MARK + hashOf(`${[...name].sort().join(" ")}|${code}`)] : []),
    ...emails.map((email) => EMAIL_MARK + hashOf(plainEmail(email))),
  ];
}

/** Which of two records' reasons to be one a key stands for. */
export function reasonOf(key: string): "name" | "email" {
  return key.startsWith(NAME_MARK) ? "name" : "email";
}

const DOMAIN_SLIPS: Record<string, string> = {
  "googlemail.com": "gmail.com",
  "gmial.com": "gmail.com",
  "gmai.com": "gmail.com",
  "gmail.co": "gmail.com",
  "gmail.con": "gmail.com",
  "gnail.com": "gmail.com",
  "hotmial.com": "hotmail.com",
  "hotmai.com": "hotmail.com",
  "hotmail.con": "hotmail.com",
  "yaho.com": "yahoo.com",
  "yahooo.com": "yahoo.com",
  "yahoo.con": "yahoo.com",
  "outlok.com": "outlook.com",
  "outlook.con": "outlook.com",
  "iclod.com": "icloud.com",
};

/** An address without what people add to it, leave out of it or slip on: dots, plus parts, common misspellings of a provider. */
function plainEmail(email: string): string {
  const at = email.lastIndexOf("@");
  const local = email.slice(0, at).replace(/\+.*$/, "").replace(/[._-]/g, "");
  const domain = email.slice(at + 1);
  return `${local}@${DOMAIN_SLIPS[domain] ?? domain}`;
}

export function compact(code: string | null): string {
  return fold(code ?? "").replace(/[^\p{L}\p{N}]/gu, "");
}

/** 52 bits of the text (FNV-1a, twice) in letters and digits; whoever compares by it looks at the rows afterwards. */
function hashOf(text: string): string {
  let [one, two] = [0x811c9dc5, 0x1b873593];
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    one = Math.imul(one ^ code, 0x01000193);
    two = Math.imul(two ^ code, 0x85ebca6b);
  }
  return ((two >>> 12) * 2 ** 32 + (one >>> 0)).toString(36);
}

/** How many letters must be changed, left out, added or swapped to make one word of another; `most` + 1 when it is more. */
export function distance(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let before: number[] = [];
  let above = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      let least = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (isSame ? 0 : 1),
      );
      if (row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1])
        least = Math.min(least, (before[column - 2] ?? 0) + 1);
      current.push(least);
    }
    [before, above] = [above, current];
  }
  return Math.min(above[other.length] ?? 0, most + 1);
}

import { sha256, toHex } from "../platform/crypto";
import type { LetterLanguage, Variant } from "./types";

type OneText = Pick<Variant, "subject" | "body">;

const hashes = new WeakMap<OneText, string>();

/** Stands for one text of the organiser's, 16 hexadecimal digits; worked out once for each object that holds it. */
export async function textHash(text: OneText): Promise<string> {
  const known = hashes.get(text);
  if (known !== undefined) return known;
  const hash = toHex((await sha256(`${text.subject}\n${text.body}`)).slice(0, 8));
  hashes.set(text, hash);
  return hash;
}

/** The texts in a language; where there is none in it, those in the page's. */
export function variantsIn(
  variants: readonly Variant[],
  language: LetterLanguage,
  pageLanguage: LetterLanguage,
): Variant[] {
  const inPages = ({ language: own }: Variant) => own === "" || own === pageLanguage;
  if (language === pageLanguage) return variants.filter(inPages);
  const own = variants.filter((one) => one.language === language);
  return own.length > 0 ? own : variants.filter(inPages);
}

/** The language of the letter to somebody: theirs, if there is a text in it. */
export function letterLanguage(
  variants: readonly Variant[],
  spoken: LetterLanguage | "",
  pageLanguage: LetterLanguage,
): LetterLanguage {
  return spoken !== "" && variants.some(({ language }) => language === spoken) ? spoken : pageLanguage;
}

/**
 * Which text somebody starts from: by their address, so that it is the same each time they see the form, and all texts are
 * handed out about equally often.
 */
export function variantFor(variants: readonly Variant[], email: string): Variant | undefined {
  // FNV-1a: https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
  let hash = 0x811c9dc5;
  for (const unit of email.trim().toLowerCase())
    hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193);
  return variants[(hash >>> 0) % Math.max(variants.length, 1)];
}

const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}'’-]*/gu;

/** How many words of a text are not the organiser's: those that stand in it more often than in what it began as. */
export function ownWords(text: string, began: string): number {
  const given = new Map<string, number>();
  for (const word of wordsOf(began)) given.set(word, (given.get(word) ?? 0) + 1);
  let own = 0;
  for (const word of wordsOf(text)) {
    const left = given.get(word) ?? 0;
    if (left > 0) given.set(word, left - 1);
    else own += 1;
  }
  return own;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(WORD) ?? [];
}

import { oneLine } from "./headers";

/** RFC 2047 §2: an encoded word with its delimiters. */
const WORD_MAX = 75;
const WORD_OPENS = "=?utf-8?B?";
const WORD_CLOSES = "?=";
/** RFC 2047 §2: a line with an encoded word is no longer, its header's name included. */
const WORD_LINE_MAX = 76;
/** RFC 5322 §2.1.1: lines should be no longer. They must not be longer than 998, which a word as long as `WORD_MAX_PLAIN` leaves room for. */
const LINE_MAX = 78;
const WORD_MAX_PLAIN = 900;

const LONG_WORD = new RegExp(`[^ ]{${WORD_MAX_PLAIN}}`);
const PLAIN = /^[\x20-\x7e]*$/;
const PHRASE = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~ ]*$/;
const encoder = new TextEncoder();

/** A header line with its end, whatever the text: one line of text, encoded where it is not ASCII, folded where it is long. */
export function textHeader(name: string, text: string, max: number): string {
  const line = oneLine(text, max);
  const begun = name.length + 2;
  return `${name}: ${isPlain(line) ? folded(begun, line) : encodedWords(begun, line)}\r\n`;
}

/** `Name <address>`, the name a phrase, a quoted string or encoded words. The address must be checked before. */
export function addressHeader(header: string, name: string, address: string, max: number): string {
  const begun = header.length + 2;
  const phrase = phraseOf(begun, oneLine(name, max));
  const most = phrase.startsWith(WORD_OPENS) ? WORD_LINE_MAX : LINE_MAX;
  return phrase === ""
    ? `${header}: ${address}\r\n`
    : `${header}: ${folded(begun, `${phrase} <${address}>`, most)}\r\n`;
}

/**
 * A header whose value has its own form (`List-Id`, `List-Unsubscribe`, `X-…`): ASCII is folded at its spaces; otherwise what
 * stands before a last `<…>` is encoded as a phrase, or all of it as text.
 */
export function otherHeader(name: string, value: string, max: number): string {
  const line = oneLine(value, max).replaceAll(/ {2,}/g, " ");
  const begun = name.length + 2;
  if (PLAIN.test(line)) return `${name}: ${folded(begun, line)}\r\n`;
  const [, phrase, inner] = /^(.*?)\s*(<[\x21-\x3b\x3d\x3f-\x7e]+>)$/.exec(line) ?? [];
  if (phrase === undefined || inner === undefined) return `${name}: ${encodedWords(begun, line)}\r\n`;
  return `${name}: ${encodedWords(begun, phrase)}\r\n ${inner}\r\n`;
}

/** ASCII that comes back as it is: it does not look encoded, and no fold of it is blank or too long. */
function isPlain(line: string): boolean {
  if (!PLAIN.test(line) || line.includes("=?")) return false;
  return line.length < LINE_MAX - 20 || (!line.includes("  ") && !hasLongWord(line));
}

function phraseOf(begun: number, name: string): string {
  if (!PLAIN.test(name) || name.includes("=?") || name.includes("  "))
    return name === "" ? "" : encodedWords(begun, name);
  return PHRASE.test(name) ? name : `"${name.replace(/["\\]/g, "\\$&")}"`;
}

/** Whether a value has a word that no fold makes short enough for a line. */
export function hasLongWord(value: string): boolean {
  return value.length >= WORD_MAX_PLAIN && LONG_WORD.test(value);
}

/** Broken before a space wherever the line would become too long. A word that is too long by itself stays whole. */
function folded(begun: number, text: string, most: number = LINE_MAX): string {
  if (begun + text.length <= most) return text;
  let result = "";
  let length = begun;
  for (const [position, word] of text.split(" ").entries()) {
    const isOver = position > 0 && length + 1 + word.length > most;
    const gap = position === 0 ? "" : isOver ? "\r\n " : " ";
    length = isOver ? 1 + word.length : length + gap.length + word.length;
    // Encoded words bring their own line ends.
    const end = word.lastIndexOf("\n");
    if (end >= 0) length = word.length - end;
    result += gap + word;
  }
  return result;
}

/** RFC 2047: words in base64, each of whole characters, a line each, the first behind what the line has already. */
function encodedWords(begun: number, text: string): string {
  const words: string[] = [];
  let piece = "";
  let bytes = 0;
  let most = bytesOfWord(begun);
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes + size > most) {
      words.push(word(piece));
      most = bytesOfWord(1);
      piece = "";
      bytes = 0;
    }
    piece += character;
    bytes += size;
  }
  words.push(word(piece));
  return words.join("\r\n ");
}

/** The bytes of text that fit one word on a line so far along; one character at least. */
function bytesOfWord(begun: number): number {
  const room = Math.min(WORD_MAX, WORD_LINE_MAX - begun) - WORD_OPENS.length - WORD_CLOSES.length;
  return Math.max(6, Math.floor(room / 4) * 3);
}

function word(text: string): string {
  return WORD_OPENS + encoder.encode(text).toBase64() + WORD_CLOSES;
}

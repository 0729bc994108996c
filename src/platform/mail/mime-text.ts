/** How the text of a part travels. */
export type TransferEncoding = "7bit" | "quoted-printable" | "base64";

/** RFC 2045 §6.7 and §6.8. */
const ENCODED_LINE_MAX = 76;
/** One column stays free for the "=" of a soft break. */
export const QUOTED_LINE_MAX = ENCODED_LINE_MAX - 1;
/** RFC 5322 §2.1.1. */
const LINE_MAX = 998;

const CR = 13;
const LF = 10;
const SPACE = 32;
const TAB = 9;
const EQUALS = 61;
const DOT = 46;
const CAPITAL_F = 70;
const HEX = new TextEncoder().encode("0123456789ABCDEF");

/**
 * The lightest form in which a text arrives unharmed: as it is when that is ASCII of short lines, base64 when more than about
 * one byte in six would have to be escaped, quoted-printable otherwise.
 */
export function chooseEncoding(bytes: Uint8Array): TransferEncoding {
  const { escaped, longest } = shapeOf(bytes);
  if (escaped === 0 && longest <= LINE_MAX) return "7bit";
  return isHeavy(escaped, bytes.length) ? "base64" : "quoted-printable";
}

/** Whether base64 is lighter than quoted-printable. */
export function isHeavy(escaped: number, size: number): boolean {
  return escaped * 6 > size;
}

/** How many of its bytes must be escaped, and how long its longest line is. */
export function shapeOf(bytes: Uint8Array): { escaped: number; longest: number } {
  let escaped = 0;
  let line = 0;
  let longest = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === LF || byte === CR) {
      if (line > longest) longest = line;
      line = 0;
      continue;
    }
    line += 1;
    if (byte > 126 || (byte < SPACE && byte !== TAB)) escaped += 1;
  }
  return { escaped, longest: Math.max(line, longest) };
}

/** The most bytes a text becomes. */
export function encodedMost(length: number): number {
  return Math.ceil(length * 3.2) + 16;
}

/**
 * Writes a text in an encoding. Every kind of line break becomes CRLF.
 * @returns where the next byte goes
 */
export function writeText(
  target: Uint8Array,
  from: number,
  bytes: Uint8Array,
  encoding: TransferEncoding,
): number {
  switch (encoding) {
    case "7bit":
      return writeLines(target, from, bytes);
    case "quoted-printable":
      return quotedFrom(target, from, bytes);
    case "base64":
      return writeBase64(target, from, bytes);
  }
}

function writeLines(target: Uint8Array, from: number, bytes: Uint8Array): number {
  let to = from;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === CR || byte === LF) {
      if (byte === CR && bytes[at + 1] === LF) at += 1;
      target[to++] = CR;
      target[to++] = LF;
    } else target[to++] = byte;
  }
  return to;
}

function quotedFrom(target: Uint8Array, from: number, bytes: Uint8Array): number {
  const place = { to: from, column: 0 };
  writeQuotedPrintable(target, place, bytes);
  return place.to;
}

/** Where the next byte goes, and in which column of its line that is. */
export type Place = { to: number; column: number };

/** Writes on from a place within a quoted-printable part, and moves the place. */
export function writeQuotedPrintable(target: Uint8Array, place: Place, bytes: Uint8Array): void {
  let { to, column } = place;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    const kind = KINDS[byte];
    if (kind === BREAK) {
      if (byte === CR && bytes[at + 1] === LF) at += 1;
      target[to++] = CR;
      target[to++] = LF;
      column = 0;
      continue;
    }
    const mayStand = kind === PLAIN || (kind === BLANK && maySpace(bytes[at + 1]));
    if (column + (mayStand ? 1 : 3) > QUOTED_LINE_MAX) {
      target[to++] = EQUALS;
      target[to++] = CR;
      target[to++] = LF;
      column = 0;
    }
    if (mayStand && !(column === 0 && opensBadly(byte))) {
      target[to++] = byte;
      column += 1;
    } else {
      target[to++] = EQUALS;
      target[to++] = HEX[byte >> 4] ?? 0;
      target[to++] = HEX[byte & 15] ?? 0;
      column += 3;
    }
  }
  place.to = to;
  place.column = column;
}

/**
 * The same for a short text of plain ASCII, without the detour by bytes.
 * @returns false, with nothing moved, for any other text
 */
export function writePlainQuoted(target: Uint8Array, place: Place, text: string): boolean {
  let { to, column } = place;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    // A blank at the end might end a line.
    if (code > 126 || !(KINDS[code] === PLAIN || (code === SPACE && at + 1 < text.length))) return false;
    if (column + 1 > QUOTED_LINE_MAX) {
      target[to++] = EQUALS;
      target[to++] = CR;
      target[to++] = LF;
      column = 0;
    }
    if (column === 0 && opensBadly(code)) return false;
    target[to++] = code;
    column += 1;
  }
  place.to = to;
  place.column = column;
  return true;
}

const PLAIN = 0;
const ESCAPED = 1;
const BREAK = 2;
const BLANK = 3;

/** What each byte is to quoted-printable: looked up, since this loop is most of what making a mail costs. */
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === CR || byte === LF) return BREAK;
  if (byte === SPACE || byte === TAB) return BLANK;
  return byte > SPACE && byte < 127 && byte !== EQUALS ? PLAIN : ESCAPED;
});

/** A dot, which ends a mail in SMTP, and "From", which begins one in a mailbox file: relays have harmed lines that begin so. */
function opensBadly(byte: number): boolean {
  return byte === DOT || byte === CAPITAL_F;
}

/** A space or tab stands for itself unless the line ends after it. */
function maySpace(next: number | undefined): boolean {
  return next !== undefined && next !== CR && next !== LF;
}

/** Lines of 57 bytes, which are 76 characters. The line breaks inside are made CRLF first, as text must have them. */
function writeBase64(target: Uint8Array, from: number, bytes: Uint8Array): number {
  const lines = new Uint8Array(bytes.length * 2);
  const text = lines.subarray(0, writeLines(lines, 0, bytes)).toBase64();
  let to = from;
  for (let at = 0; at < text.length; at += ENCODED_LINE_MAX) {
    to += encoder.encodeInto(text.slice(at, at + ENCODED_LINE_MAX), target.subarray(to)).written;
    target[to++] = CR;
    target[to++] = LF;
  }
  return to;
}

const encoder = new TextEncoder();

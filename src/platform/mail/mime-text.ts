/** How the text of a part travels. */
export type TransferEncoding = "7bit" | "quoted-printable" | "base64";

/** RFC 2045 §6.7 and §6.8. */
const ENCODED_LINE_MAX = 76;
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
  if (escaped === 0 && Math.max(line, longest) <= LINE_MAX) return "7bit";
  return escaped * 6 > bytes.length ? "base64" : "quoted-printable";
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
      return writeQuotedPrintable(target, from, bytes);
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

function writeQuotedPrintable(target: Uint8Array, from: number, bytes: Uint8Array): number {
  let to = from;
  let column = 0;
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
    // One column stays free for the "=" of a soft break.
    if (column + (mayStand ? 1 : 3) > ENCODED_LINE_MAX - 1) {
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
  return to;
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

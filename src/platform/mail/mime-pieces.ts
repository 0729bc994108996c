import type { FixedText, MailText, Quoted } from "./mail-text";
import {
  encodedMost,
  isHeavy,
  type Place,
  QUOTED_LINE_MAX,
  shapeOf,
  writePlainQuoted,
  writeQuotedPrintable,
} from "./mime-text";

/*
 * A text in pieces, as quoted-printable: what stands alike in every copy of a mailing is encoded once and copied from then on. That
 * a line may be broken anywhere (RFC 2045 §6.7, rule 5) is what makes the pieces independent of what stands before them.
 */

type Pieces = Exclude<MailText, string>;

const SOFT_BREAK = Uint8Array.of(61, 13, 10);
const encoder = new TextEncoder();

/** Whether this text is made lighter and sooner by its pieces: most of it is alike in all copies, and little must be escaped. */
export function isForPieces(pieces: Pieces): boolean {
  let size = 0;
  let escaped = 0;
  let own = 0;
  for (const piece of pieces) {
    if (typeof piece === "string") own += piece.length;
    else {
      const quoted = quotedOf(piece);
      size += quoted.size;
      escaped += quoted.escaped;
    }
  }
  return size > own && !isHeavy(escaped, size);
}

/** The most bytes the pieces become. */
export function quotedMost(pieces: Pieces): number {
  let most = 0;
  for (const piece of pieces)
    most +=
      typeof piece === "string"
        ? encodedMost(piece.length * 3)
        : quotedOf(piece).bytes.length + SOFT_BREAK.length;
  return most;
}

/** @returns where the next byte goes */
export function writePieces(target: Uint8Array, from: number, pieces: Pieces): number {
  const place = { to: from, column: 0 };
  for (const piece of pieces) {
    if (typeof piece !== "string") copy(target, place, quotedOf(piece));
    else if (!writePlainQuoted(target, place, piece))
      writeQuotedPrintable(target, place, encoder.encode(piece));
  }
  return place.to;
}

function copy(target: Uint8Array, place: Place, { bytes, firstLine, breaks, endColumn }: Quoted): void {
  if (place.column > 0 && place.column + firstLine > QUOTED_LINE_MAX) {
    target.set(SOFT_BREAK, place.to);
    place.to += SOFT_BREAK.length;
    place.column = 0;
  }
  target.set(bytes, place.to);
  place.to += bytes.length;
  place.column = breaks ? endColumn : place.column + bytes.length;
}

function quotedOf(fixed: FixedText): Quoted {
  fixed.quoted ??= quoted(fixed.text);
  return fixed.quoted;
}

function quoted(text: string): Quoted {
  const plain = encoder.encode(text);
  const room = new Uint8Array(encodedMost(plain.length));
  const place = { to: 0, column: 0 };
  writeQuotedPrintable(room, place, plain);
  const bytes = room.slice(0, place.to);
  const end = bytes.indexOf(13);
  return {
    bytes,
    firstLine: end < 0 ? bytes.length : end,
    breaks: end >= 0,
    endColumn: place.column,
    size: plain.length,
    escaped: shapeOf(plain).escaped,
  };
}

import bidiFactory, { type EmbeddingLevels } from "bidi-js";
import { joined, type Piece, type Typeface } from "./typeface";

export const bidi = bidiFactory();

export type Line = Piece & {
  /** The paragraph begins on the right. */
  isRtl: boolean;
  /** What it says in the order it is read, where that is not the order it is drawn in; else "". */
  spoken: string;
};

/** Hebrew, Arabic and every other writing from right to left, with the blocks kept for more of it (Unicode 17, DerivedBidiClass). */
const FROM_RIGHT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
/** What never shows: marks of direction, soft hyphens, variation selectors. Joiners have their part in Arabic and Persian. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}--[\u200c\u200d]]/gv;
const MARK = /\p{M}/u;

type Paragraph = { text: string; levels: EmbeddingLevels | null };

/**
 * Text as lines no wider than `width` (in thousandths of the size of the type), each ordered as the Unicode bidirectional
 * algorithm (UAX 9) has it. A word that is wider than a line is broken anywhere.
 */
export function linesOf(face: Typeface, text: string, width: number): Line[] {
  const seen = text.replace(UNSEEN, "");
  return seen.split("\n").flatMap((given) => {
    const paragraph = { text: given.replace(/ +/g, " ").trim(), levels: null };
    return FROM_RIGHT.test(paragraph.text)
      ? wrapped(face, { ...paragraph, levels: bidi.getEmbeddingLevels(paragraph.text, "auto") }, width)
      : wrapped(face, paragraph, width);
  });
}

/** One line of the text, which ends in … where not all of it fits. */
export function oneLineOf(face: Typeface, text: string, width: number): Line | undefined {
  const [line, more] = linesOf(face, text.replaceAll("\n", " "), width);
  if (!more) return line;
  const dots = face.piece("…", false);
  const [shorter] = linesOf(face, text.replaceAll("\n", " "), width - dots.width);
  if (!shorter) return line;
  const { isRtl, spoken } = shorter;
  return { ...joined(isRtl ? [dots, shorter] : [shorter, dots]), isRtl, spoken: spoken && `${spoken}…` };
}

function wrapped(face: Typeface, paragraph: Paragraph, width: number): Line[] {
  const space = face.piece(" ", false).width;
  const lines: Line[] = [];
  let start = 0;
  let end = 0;
  let used = 0;
  const close = () => {
    if (end > start) lines.push(lineOf(face, paragraph, start, end));
  };
  for (const { index, 0: word } of paragraph.text.matchAll(/[^ ]+/g)) {
    const needed = widthOf(face, paragraph, index, index + word.length);
    if (end > start && used + space + needed > width) {
      close();
      start = end = index;
      used = 0;
    }
    if (needed <= width) {
      used += (end > start ? space : 0) + needed;
      end = index + word.length;
      continue;
    }
    for (const { index: offset, 0: char } of word.matchAll(/./gsu)) {
      const more = widthOf(face, paragraph, index + offset, index + offset + char.length);
      if (used + more > width && end > start) {
        close();
        start = end = index + offset;
        used = 0;
      }
      used += more;
      end = index + offset + char.length;
    }
  }
  close();
  return lines;
}

/** Stretches of one direction, in the order they are read. */
function stretches(
  { text, levels }: Paragraph,
  from: number,
  to: number,
): { text: string; isRtl: boolean }[] {
  if (!levels) return [{ text: text.slice(from, to), isRtl: false }];
  const found: { text: string; isRtl: boolean }[] = [];
  let start = from;
  for (let at = from + 1; at <= to; at += 1) {
    if (at < to && isOdd(levels, at) === isOdd(levels, start)) continue;
    found.push({ text: text.slice(start, at), isRtl: isOdd(levels, start) });
    start = at;
  }
  return found;
}

function widthOf(face: Typeface, paragraph: Paragraph, from: number, to: number): number {
  return stretches(paragraph, from, to).reduce(
    (sum, { text, isRtl }) => sum + face.piece(text, isRtl).width,
    0,
  );
}

function lineOf(face: Typeface, { text, levels }: Paragraph, from: number, to: number): Line {
  const said = text.slice(from, to);
  if (!levels) {
    return { ...joined(drawn(face, said, false)), isRtl: false, spoken: MARK.test(said) ? said : "" };
  }
  const order = bidi.getReorderedIndices(text, levels, from, to - 1).slice(from, to);
  const pieces: Piece[] = [];
  for (let at = 0; at < order.length; ) {
    const first = order[at] ?? from;
    const isRtl = isOdd(levels, first);
    const step = isRtl ? -1 : 1;
    let length = 1;
    while (order[at + length] === first + step * length && isOdd(levels, first + step * length) === isRtl)
      length += 1;
    const start = isRtl ? first - length + 1 : first;
    pieces.push(...drawn(face, text.slice(start, start + length), isRtl));
    at += length;
  }
  return { ...joined(pieces), isRtl: (levels.paragraphs[0]?.level ?? 0) % 2 === 1, spoken: said };
}

/** The words of a stretch and the spaces between them, from left to right. */
function drawn(face: Typeface, text: string, isRtl: boolean): Piece[] {
  const words = text.split(/( )/).filter((word) => word !== "");
  return (isRtl ? words.reverse() : words).map((word) => face.piece(word, isRtl && word !== " "));
}

function isOdd({ levels }: EmbeddingLevels, at: number): boolean {
  return (levels[at] ?? 0) % 2 === 1;
}

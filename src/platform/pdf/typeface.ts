import type { Font } from "@pdf-lib/fontkit";
import type { PDFFont } from "pdf-lib";

/** Glyphs written one after the other. Lengths are thousandths of the size of the type. */
type Part = {
  /** Four digits a glyph. */
  hex: string;
  /** How far right of the pen the glyphs stand, and how far the pen moves on after them beyond their width. */
  shift: number;
  after: number;
  rise: number;
};

export type Piece = {
  parts: Part[];
  width: number;
  /** Characters the typeface does not have; each is drawn as a box. */
  unknown: number;
};

export type Typeface = {
  font: PDFFont;
  /** The glyphs of a word in the order they are drawn, left to right. A word holds one direction of writing. */
  piece(word: string, isRtl: boolean): Piece;
};

const BOX = "\u25a1";
/** A clean cache now and then costs less than words without end. */
const PIECES_MAX = 20_000;
const JOINERS = new Set([0x200c, 0x200d]);
const MARK = /\p{M}/u;
/** Letters that change with their neighbours or carry vowels, written from right to left; digits are not among them. */
const JOINED = /[[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Nko}\p{M}\u200c\u200d]--\p{Nd}]+/gv;

/** What a typeface draws, by what fontkit knows of it. `mirrored` gives the bracket that stands for one read from the right. */
export function typeface(font: PDFFont, kit: Font, mirrored: (char: string) => string): Typeface {
  const known = new Set(kit.characterSet);
  const scale = 1_000 / kit.unitsPerEm;
  const pieces = new Map<string, Piece>();

  const kept = (key: string, make: () => Piece): Piece => {
    const found = pieces.get(key);
    if (found) return found;
    if (pieces.size >= PIECES_MAX) pieces.clear();
    const piece = make();
    pieces.set(key, piece);
    return piece;
  };

  const drawable = (text: string) => {
    let unknown = 0;
    const chars = [...text].map((char) => {
      if (known.has(char.codePointAt(0) ?? 0)) return char;
      unknown += 1;
      return BOX;
    });
    return { text: chars.join(""), unknown };
  };

  const shaped = (word: string): Piece => {
    const { text, unknown } = drawable(word);
    if (!text) return { parts: [], width: 0, unknown };
    const { glyphs, positions } = kit.layout(text);
    const hex = font.encodeText(text).asString();
    const parts: Part[] = [];
    let width = 0;
    for (const [nth, glyph] of glyphs.entries()) {
      if (glyph.codePoints.every((code) => JOINERS.has(code))) continue;
      const { xOffset = 0, yOffset = 0, xAdvance = glyph.advanceWidth } = positions[nth] ?? {};
      width += xAdvance * scale;
      parts.push({
        hex: hex.slice(nth * 4, nth * 4 + 4),
        shift: xOffset * scale,
        after: (xAdvance - glyph.advanceWidth - xOffset) * scale,
        rise: yOffset * scale,
      });
    }
    return { parts, width, unknown };
  };

  const single = (char: string): Piece => {
    const code = char.codePointAt(0) ?? 0;
    if (JOINERS.has(code)) return { parts: [], width: 0, unknown: 0 };
    const isKnown = known.has(code);
    const drawn = isKnown ? char : BOX;
    const part = { hex: font.encodeText(drawn).asString(), shift: 0, after: 0, rise: 0 };
    return { parts: [part], width: font.widthOfTextAtSize(drawn, 1_000), unknown: isKnown ? 0 : 1 };
  };
  const singles = (text: string) => [...text].map((char) => kept(char, () => single(char)));

  const fromRight = (word: string): Piece => {
    const found: Piece[] = [];
    let at = 0;
    for (const match of word.matchAll(JOINED)) {
      found.push(...singles(mirror(word.slice(at, match.index))), shaped(match[0]));
      at = match.index + match[0].length;
    }
    found.push(...singles(mirror(word.slice(at))));
    return joined(found.toReversed());
  };
  const mirror = (text: string) => [...text].map(mirrored).join("");

  return {
    font,
    piece(word, isRtl) {
      if (isRtl) return kept(`rtl ${word}`, () => fromRight(word));
      if (MARK.test(word)) return kept(`ltr ${word}`, () => shaped(word));
      return joined(singles(word));
    },
  };
}

/** Pieces beside each other as one. */
export function joined(pieces: readonly Piece[]): Piece {
  const whole: Piece = { parts: [], width: 0, unknown: 0 };
  for (const { parts, width, unknown } of pieces) {
    for (const part of parts) {
      const last = whole.parts.at(-1);
      if (last && last.after === 0 && part.shift === 0 && last.rise === part.rise)
        whole.parts[whole.parts.length - 1] = { ...last, hex: last.hex + part.hex, after: part.after };
      else whole.parts.push(part);
    }
    whole.width += width;
    whole.unknown += unknown;
  }
  return whole;
}

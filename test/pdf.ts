import {
  decodePDFRawStream,
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFName,
  type PDFPage,
  PDFRawStream,
  PDFStream,
} from "pdf-lib";

/** The texts of a PDF as whoever copies them gets them: by page, and by line in the order they are written. */
export async function textsOf(bytes: ArrayBuffer | Uint8Array): Promise<string[][]> {
  const document = await PDFDocument.load(bytes);
  return document.getPages().map((page) => linesOf(page));
}

const LINE =
  /(?:\/Span <<\/ActualText <([0-9A-F]*)>>> BDC )?BT [^/]*\/(\w+) [^T]*Tf [^T]*Tm (.*?)ET(?: EMC)?/g;

/** The lines of a page as they look, from left to right, whatever they say. */
export function looksOf(page: PDFPage): string[] {
  return linesOf(page, { asRead: false });
}

function linesOf(page: PDFPage, { asRead } = { asRead: true }): string[] {
  const content = contentOf(page);
  const fonts = new Map(["plain", "bold"].map((name) => [name, charactersOf(page, name)]));
  return [...content.matchAll(LINE)].map(([, actual, font = "", shown = ""]) => {
    if (actual && asRead) return utf16(actual).replace("\ufeff", "");
    const glyphs = [...shown.matchAll(/<([0-9A-F]+)>/g)].flatMap(([, hex = ""]) => hex.match(/.{4}/g) ?? []);
    return glyphs.map((glyph) => fonts.get(font)?.get(glyph) ?? "?").join("");
  });
}

/** What is drawn, as operators. */
export function contentOf(page: PDFPage): string {
  const parts = page.node.Contents();
  if (!(parts instanceof PDFArray)) throw new Error("a page without an array of contents");
  return parts
    .asArray()
    .map((ref) => text(page.doc.context.lookup(ref, PDFStream)))
    .join("\n");
}

function charactersOf(page: PDFPage, name: string): Map<string, string> {
  const font = page.node.Resources()?.lookup(PDFName.of("Font"), PDFDict).lookup(PDFName.of(name), PDFDict);
  if (!font) throw new Error(`a page without the font ${name}`);
  const map = text(font.lookup(PDFName.of("ToUnicode"), PDFStream));
  return new Map(
    [...map.matchAll(/^<([0-9A-F]{4})> <([0-9A-F]+)>$/gim)].map(([, glyph = "", hex = ""]) => [
      glyph.toUpperCase(),
      utf16(hex),
    ]),
  );
}

function text(stream: PDFStream): string {
  if (!(stream instanceof PDFRawStream)) throw new Error("a stream that was not stored");
  return new TextDecoder("latin1").decode(decodePDFRawStream(stream).decode());
}

function utf16(hex: string): string {
  const units = hex.match(/.{4}/g) ?? [];
  return String.fromCharCode(...units.map((unit) => Number.parseInt(unit, 16)));
}

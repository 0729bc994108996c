import type { PDFDocument, PDFName, PDFPage } from "pdf-lib";
import { cleanText } from "../clean-text";
import { bidi, type Line, linesOf, oneLineOf } from "./lines";
import { withSubsetsAtOnce } from "./subset";
import { type Typeface, typeface } from "./typeface";

/** The libraries are a megabyte that only files for paper need, so an isolate reads them when it makes its first. */
const libraries = () => Promise.all([import("pdf-lib"), import("@pdf-lib/fontkit")]);

/** Points of 1/72 inch. */
export type PaperShape = { width: number; height: number };
export const SHAPES = {
  a4: { width: 595.28, height: 841.89 },
  letter: { width: 612, height: 792 },
} as const satisfies Record<string, PaperShape>;

export type Weight = "plain" | "bold";
/** `size` in points, `colour` as "#rrggbb". */
export type Style = { weight: Weight; size: number; colour: string };
export type PaperFacts = { title: string; author: string; language: string; now: number; shape: PaperShape };

type Page = { page: PDFPage; body: string[] };
type Face = Typeface & { name: PDFName };

/**
 * A PDF that is written from its first page to its last. Places are points from the upper left corner; `y` of a text is its
 * base line. Finished pages are kept compressed, so that a long file fits the memory of a Worker.
 */
export class Paper {
  readonly shape: PaperShape;
  /** Characters drawn as a box, since the typeface does not have them. */
  unknown = 0;
  private readonly document: PDFDocument;
  private readonly faces: Record<Weight, Face>;
  private readonly hexOf: (text: string) => string;
  private readonly pages: Page[] = [];
  private current: Page | null = null;

  private constructor(
    document: PDFDocument,
    faces: Record<Weight, Face>,
    shape: PaperShape,
    hexOf: (text: string) => string,
  ) {
    this.document = document;
    this.faces = faces;
    this.shape = shape;
    this.hexOf = hexOf;
  }

  /** @param files the TrueType file of each weight; only the glyphs that are used go into the PDF */
  static async begin(files: Record<Weight, Uint8Array>, facts: PaperFacts): Promise<Paper> {
    const [{ PDFDocument, PDFHexString, PDFName }, { default: fontkit }] = await libraries();
    const document = await PDFDocument.create();
    document.setTitle(facts.title, { showInWindowTitleBar: true });
    document.setAuthor(facts.author);
    document.setLanguage(facts.language);
    document.setCreator("Groundswell");
    document.setProducer("Groundswell");
    document.setCreationDate(new Date(facts.now));
    document.setModificationDate(new Date(facts.now));
    const face = async (weight: Weight): Promise<Face> => {
      const kit = withSubsetsAtOnce(fontkit.create(files[weight]));
      document.registerFontkit({ create: () => kit });
      const font = await document.embedFont(files[weight], { subset: true });
      return { ...typeface(font, kit, mirrored), name: PDFName.of(weight) };
    };
    const faces = { plain: await face("plain"), bold: await face("bold") };
    return new Paper(document, faces, facts.shape, (text) => PDFHexString.fromText(text).asString());
  }

  /** Text as lines of at most `width` points. */
  lines(text: string, { weight, size }: Style, width: number): Line[] {
    return linesOf(this.faces[weight], cleanText(text), (width / size) * 1_000);
  }

  oneLine(text: string, { weight, size }: Style, width: number): Line | undefined {
    return oneLineOf(this.faces[weight], cleanText(text), (width / size) * 1_000);
  }

  addPage(): void {
    this.closePage();
    const page = this.document.addPage([this.shape.width, this.shape.height]);
    this.current = { page, body: [] };
    this.pages.push(this.current);
  }

  /** Draws a line between `x` and `x + width`: at the left, or at the right when that is asked for. */
  text(line: Line, at: { x: number; y: number; width?: number; isRight?: boolean }, style: Style): void {
    const { size, weight, colour } = style;
    const left = at.isRight ? at.x + (at.width ?? 0) - (line.width * size) / 1_000 : at.x;
    this.unknown += line.unknown;
    const place = `1 0 0 1 ${short(left)} ${short(this.shape.height - at.y)} Tm`;
    const drawn = `BT ${rgb(colour)} rg /${weight} ${short(size)} Tf ${place} ${shown(line, size)}ET`;
    this.write(line.spoken ? `/Span <</ActualText <${this.hexOf(line.spoken)}>>> BDC ${drawn} EMC` : drawn);
  }

  /** Fills a rectangle whose upper left corner is `x`, `y`. */
  fill(x: number, y: number, width: number, height: number, colour: string): void {
    const corner = `${short(x)} ${short(this.shape.height - y - height)}`;
    this.write(`${rgb(colour)} rg ${corner} ${short(width)} ${short(height)} re f`);
  }

  /** Goes back to each page, now that one knows how many there are, and gives the bytes of the file. */
  async finish(onEach: (nth: number, pages: number) => void): Promise<Uint8Array<ArrayBuffer>> {
    this.closePage();
    for (const [index, page] of this.pages.entries()) {
      this.current = page;
      onEach(index + 1, this.pages.length);
      this.closePage();
    }
    return new Uint8Array(await this.document.save({ objectsPerTick: Number.POSITIVE_INFINITY }));
  }

  private write(operators: string): void {
    this.current?.body.push(operators);
  }

  private closePage(): void {
    if (!this.current) return;
    const { page, body } = this.current;
    if (body.length > 0) {
      const { context } = this.document;
      page.node.addContentStream(context.register(context.flateStream(`q ${body.join("\n")}\nQ`)));
      for (const { name, font } of Object.values(this.faces)) page.node.setFontDictionary(name, font.ref);
      body.length = 0;
    }
    this.current = null;
  }
}

/** The operators that show a line: glyphs, moved where marks stand above or below their letter. */
function shown({ parts }: Line, size: number): string {
  let operators = "";
  let array = "";
  let rise = 0;
  const flush = () => {
    if (array) operators += `[${array}] TJ `;
    array = "";
  };
  for (const part of parts) {
    if (part.rise !== rise) {
      flush();
      rise = part.rise;
      operators += `${short((rise * size) / 1_000)} Ts `;
    }
    array += `${part.shift ? short(-part.shift) : ""}<${part.hex}>${part.after ? short(-part.after) : ""}`;
  }
  flush();
  return rise === 0 ? operators : `${operators}0 Ts `;
}

function rgb(colour: string): string {
  return [1, 3, 5].map((at) => short(Number.parseInt(colour.slice(at, at + 2), 16) / 255)).join(" ");
}

/** A number as PDF has it, without an exponent. */
function short(value: number): string {
  return String(Number(value.toFixed(3)));
}

function mirrored(char: string): string {
  return bidi.getMirroredCharacter(char) ?? char;
}

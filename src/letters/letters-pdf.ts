import type { Group } from "../groups/types";
import { paperSize } from "../platform/paper-size";
import { Paper, SHAPES, type Style, type Weight } from "../platform/pdf/paper";
import { formatDate, formatNumber } from "../ui/format";
import { type Locale, type T, translator } from "../ui/i18n";
import { DEFAULT_ACCENT } from "../ui/theme";
import type { LetterTarget, WrittenLetter } from "./email";

const INK = "#231f1a";
const SOFT = "#6a6259";
const HAIR = "#ddd6cb";
const MARGIN = 64;
const HEAD_Y = 40;

const TITLE: Style = { weight: "bold", size: 25, colour: INK };
const FIGURE: Style = { weight: "bold", size: 40, colour: INK };
const SUBJECT: Style = { weight: "bold", size: 13, colour: INK };
const TEXT: Style = { weight: "plain", size: 10.5, colour: INK };
const LABEL: Style = { weight: "bold", size: 8.5, colour: SOFT };
const SMALL: Style = { weight: "plain", size: 8.5, colour: SOFT };

export type LettersFile = {
  group: Group;
  target: Omit<LetterTarget, "address">;
  letters: readonly WrittenLetter[];
  /** What the letters are about, and the language of whatever we say ourselves. */
  title: string;
  locale: Locale;
  fonts: Record<Weight, Uint8Array>;
  now: number;
};

/**
 * The letters to one person as a file to print and to keep: a cover, then each letter on a page of its own.
 * @returns the bytes, and how many characters the typeface does not have: each of them is drawn as a box
 */
export async function lettersPdf(file: LettersFile): Promise<{ bytes: Uint8Array; unknown: number }> {
  const { group, title, locale, fonts, now } = file;
  const shape = SHAPES[paperSize(undefined, group.country)];
  const paper = await Paper.begin(fonts, { title, author: group.name, language: locale, now, shape });
  const sheet = new Sheet(paper, file);
  sheet.cover();
  for (const [index, letter] of file.letters.entries()) sheet.letter(letter, index + 1);
  return { bytes: await sheet.finish(), unknown: paper.unknown };
}

/** What is written, and how far down the page it has come. */
class Sheet {
  private readonly paper: Paper;
  private readonly file: LettersFile;
  private readonly t: T;
  private readonly width: number;
  private readonly bottom: number;
  /** What the head of each page says. */
  private readonly heads: string[] = [];
  private head = "";
  private y = 0;

  constructor(paper: Paper, file: LettersFile) {
    this.paper = paper;
    this.file = file;
    this.t = translator(file.locale);
    this.width = paper.shape.width - 2 * MARGIN;
    this.bottom = paper.shape.height - MARGIN;
  }

  cover(): void {
    const { group, target, letters, title, locale, now } = this.file;
    this.newPage();
    this.paper.fill(0, 0, this.paper.shape.width, 10, group.settings.accent || DEFAULT_ACCENT);
    this.y = MARGIN + 24;
    this.block(group.name, { ...LABEL, size: 11 });
    this.y += 42;
    this.block(title, TITLE, 1.22);
    this.y += 30;
    this.block(formatNumber(letters.length, locale), FIGURE, 1.1);
    this.block(this.t("letters.pdf.letters", { count: letters.length }), { ...TEXT, size: 13 });
    this.y += 6;
    this.block(formatDate(now, locale, group.timeZone), SMALL, 1.55);
    this.y += 28;
    this.block(this.t("letters.to"), LABEL, 1.9);
    this.block(target.name, { ...TEXT, weight: "bold" });
    for (const line of [target.title, target.office]) if (line) this.block(line, { ...TEXT, colour: SOFT });
    this.y += 28;
    this.block(this.t("letters.pdf.answers"), TEXT, 1.5);
  }

  letter({ subject, body, signature }: WrittenLetter, nth: number): void {
    const { letters, locale } = this.file;
    const number = (value: number) => formatNumber(value, locale);
    this.head = this.t("letters.digest.nth", { nth: number(nth), count: number(letters.length) });
    this.newPage();
    this.y += 26;
    this.block(subject, SUBJECT, 1.3);
    this.y += 14;
    for (const paragraph of body.split(/\n{2,}/)) {
      for (const line of paragraph.split("\n")) this.block(line, TEXT, 1.5);
      this.y += 8;
    }
    this.y += 10;
    for (const line of signature) this.block(line, TEXT, 1.5);
  }

  /** Adds what can only be said at the end: the head and the foot of each page. */
  finish(): Promise<Uint8Array> {
    const { paper, width, t } = this;
    const { title, locale } = this.file;
    return paper.finish((nth, pages) => {
      const y = paper.shape.height - 36;
      const number = t("letters.pdf.page", {
        ...{ nth: formatNumber(nth, locale), pages: formatNumber(pages, locale) },
      });
      this.oneLine(number, { x: MARGIN, y, width, isRight: true });
      if (nth === 1) return;
      this.oneLine(title, { x: MARGIN, y: HEAD_Y, width: width * 0.66 });
      const at = { x: MARGIN + width * 0.7, y: HEAD_Y, width: width * 0.3, isRight: true };
      this.oneLine(this.heads[nth - 1] ?? "", at);
      paper.fill(MARGIN, HEAD_Y + 8, width, 0.6, HAIR);
    });
  }

  private oneLine(text: string, at: { x: number; y: number; width: number; isRight?: boolean }): void {
    const line = this.paper.oneLine(text, SMALL, at.width);
    if (line) this.paper.text(line, at, SMALL);
  }

  /** A paragraph over the whole width, on as many pages as it takes. */
  private block(text: string, style: Style, leading = 1.35): void {
    const { width } = this;
    for (const line of this.paper.lines(text, style, width)) {
      if (this.y + style.size * leading > this.bottom) this.newPage();
      this.y += style.size * leading;
      const y = this.y - style.size * (leading - 1);
      this.paper.text(line, { x: MARGIN, y, width, isRight: line.isRtl }, style);
    }
  }

  private newPage(): void {
    this.paper.addPage();
    this.heads.push(this.head);
    this.y = HEAD_Y + 16;
  }
}

import type { Group } from "../groups/types";
import { listSigners, type Signer } from "../intake/signers";
import { countriesIn } from "../platform/countries";
import type { ParticipationId } from "../platform/ids";
import { type PaperSize, paperSize } from "../platform/paper-size";
import { Paper, SHAPES, type Style, type Weight } from "../platform/pdf/paper";
import { formatDate, formatNumber } from "../ui/format";
import { type Locale, localeNames } from "../ui/i18n";
import { DEFAULT_ACCENT } from "../ui/theme";
import { commentOf, type Delivery, nameOf } from "./delivery";
import { CHARACTERS_MAX, CHARACTERS_OF_ROW, type Part } from "./delivery-parts";
import { petitionSettings } from "./types";

/** Rows read from D1 at a time, so that a signature waiting behind them does not notice. */
const PAGE = 500;

const INK = "#231f1a";
const SOFT = "#6a6259";
const HAIR = "#ddd6cb";
const MARGIN = 56;
const HEAD_Y = 38;
const NUMBER_WIDTH = 40;
const GAP = 14;

const TITLE: Style = { weight: "bold", size: 27, colour: INK };
const FIGURE: Style = { weight: "bold", size: 40, colour: INK };
const LABEL: Style = { weight: "bold", size: 8.5, colour: SOFT };
const TEXT: Style = { weight: "plain", size: 10.5, colour: INK };
const SMALL: Style = { weight: "plain", size: 8.5, colour: SOFT };
const NAME: Style = { weight: "bold", size: 9, colour: INK };
const PLACE: Style = { weight: "plain", size: 9, colour: INK };
const COMMENT: Style = { weight: "plain", size: 8.5, colour: SOFT };
const NUMBER: Style = { weight: "plain", size: 8, colour: SOFT };

/**
 * The signatures as a PDF: a cover that says what is asked of whom, then everybody of the part, numbered, newest first.
 * @returns the bytes of one file
 */
export async function deliveryPdf(
  delivery: Delivery,
  part: Part,
  fonts: Record<Weight, Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { action, group, now } = delivery;
  const paper = await Paper.begin(fonts, {
    title: action.title,
    author: group.name,
    language: action.locale,
    now,
    shape: shapeOf(group),
  });
  const sheet = new Sheet(paper, delivery);
  sheet.cover(part);
  await sheet.signers(part);
  return sheet.finish();
}

/** "Toronto, Ontario, M5V 3L9, Canada" */
function placeOf({ answer }: Signer, locale: Locale, withPostalCode: boolean): string {
  const country = countriesIn(locale).find(({ code }) => code === answer.country)?.name ?? answer.country;
  const parts = [answer.locality, answer.region, withPostalCode ? answer.postalCode : "", country];
  return parts.filter((part) => part).join(", ");
}

function shapeOf({ country }: Group) {
  const size: PaperSize = paperSize(undefined, country);
  return SHAPES[size];
}

/** What is written, and how far down the page it has come. */
class Sheet {
  private readonly paper: Paper;
  private readonly delivery: Delivery;
  private readonly width: number;
  private readonly bottom: number;
  private y = 0;
  private isList = false;

  constructor(paper: Paper, delivery: Delivery) {
    this.paper = paper;
    this.delivery = delivery;
    this.width = paper.shape.width - 2 * MARGIN;
    this.bottom = paper.shape.height - MARGIN - 14;
  }

  cover(part: Part): void {
    const { t, group, action, filter, now } = this.delivery;
    const { total } = part;
    const { targets, ask } = petitionSettings.parse(action.settings);
    const { locale } = action;
    this.paper.addPage();
    this.paper.fill(0, 0, this.paper.shape.width, 10, group.settings.accent || DEFAULT_ACCENT);
    this.y = MARGIN + 24;
    this.block(group.name, { ...LABEL, size: 11 });
    this.y += 42;
    this.block(action.title, TITLE, 1.22);
    this.y += 30;
    this.block(formatNumber(total, locale), FIGURE, 1.1);
    this.block(t("petitions.delivery.signatures", { count: total }), { ...TEXT, size: 13 });
    this.y += 6;
    const facts = [
      t("petitions.delivery.asOf", {
        date: formatDate(part.parts > 1 ? part.until : now, locale, group.timeZone),
      }),
      ...(filter.place ? [t("petitions.delivery.onlyFrom", { place: filter.place })] : []),
      t("petitions.delivery.language", { language: localeNames[locale] }),
      ...(part.parts > 1 ? [this.partInWords(part)] : []),
    ];
    for (const fact of facts) this.block(fact, SMALL, 1.55);
    this.y += 28;
    if (targets.length > 0) this.block(t("petitions.to"), LABEL, 1.9);
    for (const { name, title } of targets) {
      this.block(name, { ...TEXT, weight: "bold" });
      if (title) this.block(title, { ...TEXT, colour: SOFT });
      this.y += 5;
    }
    this.y += 16;
    if (ask.trim()) this.block(t("petitions.weAsk"), LABEL, 1.9);
    for (const paragraph of ask.trim().split(/\n\s*\n/)) {
      this.block(paragraph, TEXT, 1.5);
      this.y += 7;
    }
  }

  /** Everybody of the part, read page by page. */
  async signers({ before, last, first }: Part): Promise<void> {
    const { db, action, filter } = this.delivery;
    this.isList = true;
    this.y = this.bottom;
    let nth = first;
    let characters = 0;
    let cursor: ParticipationId | null = before;
    for (let isMore = true; isMore; ) {
      const found = await listSigners(db, action.no, {
        ...{ filter, limit: PAGE },
        ...(cursor ? { before: cursor } : {}),
      });
      const within = found.signers.filter(({ id }) => last === null || id >= last);
      for (const signer of within) {
        characters += CHARACTERS_OF_ROW + (this.delivery.withComments ? signer.comment.length : 0);
        // Only a form that was written by hand asks for this: no part that is offered comes near.
        if (characters > 2 * CHARACTERS_MAX) throw new Error("a part of a delivery without its bounds");
        this.signer(nth, signer);
        nth += 1;
      }
      cursor = found.next;
      isMore = cursor !== null && within.length === found.signers.length;
    }
  }

  /** Adds what can only be said at the end: page numbers, the head of each page, and that some writing is missing. */
  finish(): Promise<Uint8Array<ArrayBuffer>> {
    const { t, action, group } = this.delivery;
    const { paper, width } = this;
    if (paper.unknown > 0) {
      this.y += 10;
      this.block(t("petitions.delivery.boxes"), SMALL, 1.5);
    }
    return paper.finish((nth, pages) => {
      const y = paper.shape.height - 34;
      const number = t("petitions.delivery.page", {
        ...{ nth: formatNumber(nth, action.locale), pages: formatNumber(pages, action.locale) },
      });
      this.oneLine(number, SMALL, { x: MARGIN, y, width, isRight: true });
      if (nth === 1) return;
      this.oneLine(action.title, LABEL, { x: MARGIN, y: HEAD_Y, width: width * 0.62 });
      const at = { x: MARGIN + width * 0.66, y: HEAD_Y, width: width * 0.34, isRight: true };
      this.oneLine(group.name, SMALL, at);
      paper.fill(MARGIN, HEAD_Y + 8, width, 0.6, HAIR);
    });
  }

  private signer(nth: number, signer: Signer): void {
    const { action, withComments, withPostalCode } = this.delivery;
    const { names, places, nameWidth, placeWidth } = this.columns();
    const leading = NAME.size * 1.4;
    const name = this.paper.lines(nameOf(signer), NAME, nameWidth);
    const place = this.paper.lines(placeOf(signer, action.locale, withPostalCode), PLACE, placeWidth);
    const comment = withComments
      ? this.paper.lines(commentOf(signer), COMMENT, this.width - NUMBER_WIDTH - GAP)
      : [];
    const rows = Math.max(name.length, place.length, 1);
    // A name stays with the first line of what its owner wrote.
    this.need(rows * leading + (comment.length > 0 ? COMMENT.size * 1.45 : 0) + 10);
    this.paper.fill(MARGIN, this.y, this.width, 0.4, HAIR);
    const top = this.y + 4.5;
    this.oneLine(formatNumber(nth, action.locale), NUMBER, {
      ...{ x: MARGIN, y: top + NAME.size, width: NUMBER_WIDTH, isRight: true },
    });
    for (const [index, line] of name.entries())
      this.paper.text(line, { x: names, y: top + NAME.size + index * leading }, NAME);
    for (const [index, line] of place.entries())
      this.paper.text(line, { x: places, y: top + NAME.size + index * leading }, PLACE);
    this.y = top + rows * leading + 1;
    const width = this.width - NUMBER_WIDTH - GAP;
    for (const line of comment) {
      this.need(COMMENT.size * 1.45);
      this.y += COMMENT.size * 1.45;
      this.paper.text(line, { x: names, y: this.y - 3, width, isRight: line.isRtl }, COMMENT);
    }
    this.y += comment.length > 0 ? 5.5 : 3;
  }

  private columns() {
    const names = MARGIN + NUMBER_WIDTH + GAP;
    const nameWidth = (this.width - NUMBER_WIDTH - 2 * GAP) * 0.5;
    return { names, nameWidth, places: names + nameWidth + GAP, placeWidth: nameWidth };
  }

  private partInWords({ nth, parts, first, count }: Part): string {
    const { t, action } = this.delivery;
    const number = (value: number) => formatNumber(value, action.locale);
    return t("petitions.delivery.part", {
      ...{ nth: number(nth), parts: number(parts), first: number(first), last: number(first + count - 1) },
    });
  }

  private oneLine(
    text: string,
    style: Style,
    at: { x: number; y: number; width: number; isRight?: boolean },
  ): void {
    const line = this.paper.oneLine(text, style, at.width);
    if (line) this.paper.text(line, at, style);
  }

  /** A paragraph over the whole width. */
  private block(text: string, style: Style, leading = 1.35): void {
    const { width } = this;
    for (const line of this.paper.lines(text, style, width)) {
      this.need(style.size * leading);
      this.y += style.size * leading;
      const y = this.y - style.size * (leading - 1);
      this.paper.text(line, { x: MARGIN, y, width, isRight: line.isRtl }, style);
    }
  }

  private need(height: number): void {
    if (this.y + height > this.bottom) this.newPage();
  }

  private newPage(): void {
    const { t } = this.delivery;
    this.paper.addPage();
    this.y = HEAD_Y + 24;
    if (!this.isList) return;
    const { names, places, nameWidth, placeWidth } = this.columns();
    this.oneLine(t("petitions.delivery.name"), LABEL, { x: names, y: this.y + 6, width: nameWidth });
    this.oneLine(t("petitions.delivery.from"), LABEL, { x: places, y: this.y + 6, width: placeWidth });
    this.y += 14;
  }
}

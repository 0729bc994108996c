import { askedFields } from "../actions/answer";
import type { ActionSnapshot, CommonSettings, Kind, StandardField } from "../actions/types";
import { cleanLine } from "../platform/clean-text";

export { type PaperSize, paperSize, paperSizes } from "../platform/paper-size";

/** The source code of who comes by a QR code, and by a flyer, unless the organiser says another. */
export const QR_SOURCE = "qr";
export const FLYER_SOURCE = "flyer";

/** Sheets printed at once, and rows typed in at once. */
export const SHEETS_MAX = 20;
export const ROWS_TYPED = 10;

/**
 * Whether people may sign it on paper: whoever acts once, and is asked nothing that only the page can ask, such as money, a
 * place or a letter to their own representative.
 */
export function takesPaper(kind: Kind): boolean {
  return kind.isOnce && !kind.take && !kind.readFields && !kind.capacities;
}

export type SheetField = { name: StandardField | "email"; isRequired: boolean };

/**
 * What a sheet asks of what the page asks. Not the country, for which the group's is taken. A name and an address by which
 * to tell people apart must be there; what else somebody left blank cannot be asked again.
 */
export function sheetFields(settings: CommonSettings): SheetField[] {
  const kept = new Set<string>(["email", "givenName", "familyName"]);
  return askedFields(settings)
    .filter(({ name }) => name !== "country")
    .map(({ name, isRequired }) => ({ name, isRequired: isRequired && kept.has(name) }));
}

/** How a wording of consent that stood on paper is kept: it was a box to tick, whatever the page shows. */
export const PAPER_MODE = "paper";

/** Without letters and digits that a hand writes alike. */
const ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const RANDOM_LENGTH = 4;
export const SHEET_MAX = 40;
const SHEET = /^[\p{L}\p{N}](?:[\p{L}\p{N} ._-]*[\p{L}\p{N}])?$/u;
/** A number as we print it: what was asked, which printing, which sheet of it. */
const OURS = /^([2-9A-HJ-NP-Z]{2})-[2-9A-HJ-NP-Z]{4}-\d{1,2}$/;

/** Numbers for sheets that are printed together. They begin with a mark of what the sheet asks consent to. */
export function sheetNumbers(consentHash: string, count: number): string[] {
  const random = crypto.getRandomValues(new Uint8Array(RANDOM_LENGTH));
  const printing = [...random].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
  return Array.from({ length: count }, (_, index) => `${markOf(consentHash)}-${printing}-${index + 1}`);
}

/** Ten bits of the wording's hash. */
function markOf(consentHash: string): string {
  const bits = Number.parseInt(consentHash.slice(0, 4), 16) >> 6;
  return `${ALPHABET[bits >> 5]}${ALPHABET[bits & 31]}`;
}

/** A sheet's number as it is kept; "" for none, null for what is no number. */
export function readSheet(text: string): string | null {
  const sheet = cleanLine(text).toUpperCase();
  return sheet === "" || (sheet.length <= SHEET_MAX && SHEET.test(sheet)) ? sheet : null;
}

/** Whether it is one of our numbers, printed while the action asked consent to something else. */
export function hasOtherWording(sheet: string, consentHash: string): boolean {
  const mark = OURS.exec(sheet)?.[1];
  return mark !== undefined && mark !== markOf(consentHash);
}

/** The source code of who signed on a sheet. */
export function paperSource(sheet: string): string {
  return sheet === "" ? "paper" : `paper-${sheet}`;
}

/** The moment that stands for a day of signing: noon where the group is, or now if that is still to come. */
export type SignedDay = { day: string; at: number };

/** What every row that is typed in together has in common. */
export type Batch = { sheet: string; signed: SignedDay; isThanked: boolean };

export type Subject = { kind: Kind; snapshot: ActionSnapshot };

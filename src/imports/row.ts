import { fieldMax } from "../actions/answer";
import { type Defined, parseFieldValue } from "../people/field-value";
import { tagNames } from "../people/tag-name";
import { type DetailField, detailFields } from "../people/types";
import { cleanLine, cleanText } from "../platform/clean-text";
import { normaliseEmail } from "../platform/email-address";
import { idToHex, parseId } from "../platform/ids";
import { readAmount } from "../platform/money";
import { normalisePhone } from "../platform/phone";
import { normalisePostalCode } from "../platform/postal-code";
import { timeZoneNamed } from "../platform/time-zones";
import { readDate, readMoment } from "./dates";
import { readCountry, readLanguage } from "./place-names";
import type { ColumnRole, ImportOptions, Mapping, rejectReasons } from "./types";

export type RejectReason = (typeof rejectReasons)[number];
/** A value that could not be taken although its row was. */
export type NoteReason =
  | "phone"
  | "country"
  | "language"
  | "timeZone"
  | "postalCode"
  | "date"
  | "field"
  | "long"
  | "optIn"
  | "amount";

/** What of a custom field decides how its cells are read. */
export type FieldShape = { no: number } & Defined;

/** How the rows of one import are read. */
export type Reading = {
  mapping: Mapping;
  options: ImportOptions;
  /** The field of each column that is of one, by column. */
  fields: ReadonlyMap<number, FieldShape>;
  /** How many headings there are. */
  columnCount: number;
  /** Where phones, postal codes and numbers are read as: the group's. */
  country: string;
  place: string;
  /** The moment as of which the import speaks where the row names none. */
  at: number;
};

/** One person as the store's statements read them; "" clears. */
export type PersonRow = {
  /** Kind of identity (1 email, 2 phone) and its value; the id of a person, 32 hexadecimal digits, where rows are matched by it. */
  k: 1 | 2 | 0;
  v: string;
  t: number;
  /** 1: they asked for mail. 2: they said stop. 0: nothing is known. */
  co: 0 | 1 | 2;
  /** The same of text messages; not there where nothing is known. */
  mo?: 1 | 2;
  /** What they gave, in the smallest unit of the action's currency. */
  am?: number;
  o: Partial<Record<DetailField | "phone", string>>;
  f: [fieldNo: number, value: string][];
};

export type Note = { column: number; why: NoteReason };
export type RowRead =
  | { is: "person"; row: PersonRow; tags: string[]; notes: Note[] }
  | { is: "blank" }
  | { is: "rejected"; why: RejectReason; column: number | null };

const YES =
  /^(?:x|✓|✔|1|y|yes|true|t|on|o|oui|vrai|s|si|sí|verdadero|subscribed|opt[ _-]?in|opted[ _-]?in|active|activated|abonn[ée]e?|inscrite?|suscrit[oa])$/i;
const STOP =
  /^(?:unsubscribed?|opt(?:ed)?[ _-]?out|bounc(?:ed|ing)|complain(?:ed|t)|cleaned|blocked|never|do not (?:email|contact)|spam(?: complaint)?|hard bounce|d[ée]sabonn[ée]e?|d[ée]sinscrite?|baja|dad[oa] de baja)$/i;
const NO = /^(?:0|n|no|non|false|f|off|none|faux|falso|unknown|pending)$/i;

/** Reads one record as a person, or says why it is none. What a cell holds is text and nothing else: a formula is a strange name. */
export function readRow(cells: readonly string[], reading: Reading): RowRead {
  if (cells.every((cell) => cell.trim() === "")) return { is: "blank" };
  if (cells.slice(reading.columnCount).some((cell) => cell.trim() !== ""))
    return { is: "rejected", why: "cells", column: null };
  const key = readKey(cells, reading);
  if ("why" in key) return { is: "rejected", ...key };
  const notes: Note[] = [];
  const row: PersonRow = {
    ...key,
    t: momentOf(cells, reading, notes),
    co: consentOf(cells, reading, notes, { role: "optIn", wish: reading.options.subscribe }),
    o: detailsOf(cells, reading, notes),
    f: fieldsOf(cells, reading, notes),
  };
  const mobile = consentOf(cells, reading, notes, { role: "mobileOptIn", wish: reading.options.mobile });
  if (mobile !== 0) row.mo = mobile;
  const amount = amountOf(cells, reading, notes);
  if (amount !== null) row.am = amount;
  return { is: "person", row, tags: tagsOf(cells, reading), notes };
}

function columnOf({ mapping }: Reading, role: ColumnRole): number {
  return mapping.indexOf(role);
}

function cellOf(cells: readonly string[], reading: Reading, role: ColumnRole): string {
  const column = columnOf(reading, role);
  return column === -1 ? "" : cleanLine(cells[column] ?? "");
}

function readKey(
  cells: readonly string[],
  reading: Reading,
): { k: 0 | 1 | 2; v: string } | { why: RejectReason; column: number | null } {
  if (reading.options.match === "id") {
    const text = cellOf(cells, reading, "id");
    const id = parseId(text);
    return id
      ? { k: 0, v: idToHex(id) }
      : { why: text === "" ? "noId" : "id", column: columnOf(reading, "id") };
  }
  const written = cellOf(cells, reading, "email");
  if (written !== "") {
    const email = normaliseEmail(bareAddress(written));
    return email ? { k: 1, v: email } : { why: "email", column: columnOf(reading, "email") };
  }
  const text = cellOf(cells, reading, "phone");
  if (text === "") return { why: "noKey", column: null };
  const phone = normalisePhone(text, countryOf(cells, reading));
  return phone ? { k: 2, v: phone } : { why: "phone", column: columnOf(reading, "phone") };
}

/** "Amina Sow <amina@example.org>" and "mailto:amina@example.org" hold an address. */
function bareAddress(text: string): string {
  const [, inside = text] = /<([^<>]+)>\s*$/.exec(text) ?? [];
  return inside.replace(/^mailto:/i, "");
}

function momentOf(cells: readonly string[], reading: Reading, notes: Note[]): number {
  const text = cellOf(cells, reading, "date");
  if (text === "") return reading.at;
  const moment = readMoment(text, reading.options.dateOrder);
  if (moment === null) notes.push({ column: columnOf(reading, "date"), why: "date" });
  return Math.min(moment ?? reading.at, reading.at);
}

function consentOf(
  cells: readonly string[],
  reading: Reading,
  notes: Note[],
  { role, wish }: { role: "optIn" | "mobileOptIn"; wish: ImportOptions["subscribe"] },
): 0 | 1 | 2 {
  const text = cellOf(cells, reading, role);
  if (wish === "stop" || STOP.test(text)) return 2;
  if (wish === "none") return 0;
  if (text === "") return wish === "all" ? 1 : 0;
  if (YES.test(text)) return 1;
  if (!NO.test(text)) notes.push({ column: columnOf(reading, role), why: "optIn" });
  return 0;
}

/** What somebody gave. A row without a gift that can be read stores its person, and no gift. */
function amountOf(cells: readonly string[], reading: Reading, notes: Note[]): number | null {
  const { history } = reading.options;
  if (!history?.currency) return null;
  const read = readAmount(cellOf(cells, reading, "amount"), history.currency, decimalMarkIn(reading.place));
  if (read.is === "amount" && read.amount > 0) return read.amount;
  notes.push({ column: columnOf(reading, "amount"), why: "amount" });
  return null;
}

function decimalMarkIn(place: string): "." | "," {
  return new Intl.NumberFormat(place).format(0.5).includes(",") ? "," : ".";
}

function countryOf(cells: readonly string[], reading: Reading): string {
  return readCountry(cellOf(cells, reading, "country")) || reading.options.country || reading.country;
}

function detailsOf(cells: readonly string[], reading: Reading, notes: Note[]): PersonRow["o"] {
  const said: PersonRow["o"] = {};
  const names = nameOf(cells, reading);
  for (const detail of detailFields) {
    const column = columnOf(reading, detail);
    const text = names[detail] ?? cellOf(cells, reading, detail);
    if (column === -1 && text === "") continue;
    const value = text === "" ? "" : readDetail(detail, text, cells, reading);
    if (typeof value === "object")
      notes.push({ column: column === -1 ? columnOf(reading, "fullName") : column, why: value.why });
    else if (value !== "" || clears(reading, column)) said[detail] = value;
  }
  if (!said.country && reading.options.country !== "") said.country = reading.options.country;
  const phone = phoneOf(cells, reading, notes);
  if (phone !== null) said.phone = phone;
  return said;
}

function clears({ options }: Reading, column: number): boolean {
  return column !== -1 && options.doBlanksClear && options.values === "overwrite";
}

function phoneOf(cells: readonly string[], reading: Reading, notes: Note[]): string | null {
  const column = columnOf(reading, "phone");
  if (column === -1) return null;
  const text = cellOf(cells, reading, "phone");
  if (text === "") return clears(reading, column) ? "" : null;
  const phone = normalisePhone(text, countryOf(cells, reading));
  if (phone === null) notes.push({ column, why: "phone" });
  return phone;
}

/** A whole name in one column: the first word is the given name, unless a comma says that the family's comes first. */
function nameOf(cells: readonly string[], reading: Reading): Partial<Record<DetailField, string>> {
  const street2 = cellOf(cells, reading, "street2");
  const street = [cellOf(cells, reading, "street"), street2].filter((part) => part !== "").join(", ");
  const whole = cellOf(cells, reading, "fullName");
  const parts: Partial<Record<DetailField, string>> = street2 === "" ? {} : { street };
  if (whole === "") return parts;
  const comma = whole.indexOf(",");
  const space = whole.indexOf(" ");
  const [given, family] =
    comma > 0
      ? [whole.slice(comma + 1), whole.slice(0, comma)]
      : space > 0
        ? [whole.slice(0, space), whole.slice(space + 1)]
        : [whole, ""];
  const givenName = cellOf(cells, reading, "givenName") || given.trim();
  const familyName = cellOf(cells, reading, "familyName") || family.trim();
  return { ...parts, givenName, familyName };
}

function readDetail(
  detail: DetailField,
  text: string,
  cells: readonly string[],
  reading: Reading,
): string | { why: NoteReason } {
  switch (detail) {
    case "country":
      return readCountry(text) || { why: "country" };
    case "language":
      return readLanguage(text) || { why: "language" };
    case "timeZone":
      return timeZoneNamed(text) ?? { why: "timeZone" };
    case "preferredName":
      return text.length > fieldMax.givenName ? { why: "long" } : text;
    case "postalCode":
      return normalisePostalCode(text, countryOf(cells, reading)) ?? { why: "postalCode" };
    default:
      return text.length > fieldMax[detail] ? { why: "long" } : text;
  }
}

function fieldsOf(cells: readonly string[], reading: Reading, notes: Note[]): PersonRow["f"] {
  const values: PersonRow["f"] = [];
  for (const [column, field] of reading.fields) {
    const text = cleanText(cells[column] ?? "");
    if (text === "") {
      if (clears(reading, column)) values.push([field.no, ""]);
      continue;
    }
    const value = readField(text, field, reading);
    if (typeof value === "string") values.push([field.no, value]);
    else notes.push({ column, why: value.why });
  }
  return values;
}

/** A cell as the values of a field of that type are written (`people/types.ts`). */
function readField(
  text: string,
  field: FieldShape,
  { options, place }: Reading,
): string | { why: NoteReason } {
  const day = field.type === "date" ? readDate(text, options.dateOrder) : null;
  const parsed = parseFieldValue(field, day ?? text, place);
  return parsed.ok ? parsed.value : { why: "field" };
}

/** A row has few tags, and a column that was taken for tags by mistake must not make thousands. */
const TAGS_OF_ROW_MAX = 30;

function tagsOf(cells: readonly string[], { mapping, options }: Reading): string[] {
  const written = mapping.flatMap((use, column) =>
    use === "tags" ? tagNames((cells[column] ?? "").replaceAll("|", ",")) : [],
  );
  return [...new Set([...options.tags, ...written])].slice(0, TAGS_OF_ROW_MAX);
}

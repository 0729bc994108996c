import { delimiters, type FileFormat } from "./types";

/** Where in a file something begins: bytes from its start, and the line as an editor counts it, from 1. */
export type Place = { byte: number; line: number };

/**
 * One record of a file: its cells, or why it has none. `next` is where the record after it begins.
 * tooLong: more than `RECORD_BYTES_MAX`. quote: a quotation mark opens a cell and nothing closes it where it should.
 */
export type FileRecord = { at: Place; next: Place } & (
  | { cells: string[] }
  | { cells: null; why: "tooLong" | "quote"; text: string }
);

/** Of a row of people this is a novel; whatever is longer is passed over, so that no line can fill the memory. */
const RECORD_BYTES_MAX = 128 * 1024;
/** A cell may hold line breaks; a cell of so many is the rest of the file behind a lost quotation mark. */
const LINES_IN_RECORD_MAX = 200;
/** What is kept of a record that cannot be read, for whoever looks for it. */
const TEXT_KEPT = 200;
/** Cells of one record; what is beyond has no column one could give it a meaning in. */
export const COLUMNS_MAX = 500;

const MARK_UNITS_MAX = 3;
const LF = 10;
const CR = 13;
const QUOTE = 34;

const CELL_START = 0;
const PLAIN = 1;
const QUOTED = 2;
const AFTER_QUOTE = 3;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const windows = new TextDecoder("windows-1252");
const utf16 = new TextDecoder("utf-16le", { fatal: false, ignoreBOM: true });

/**
 * Reads delimited text (RFC 4180, and what spreadsheets make of it) as it comes, in memory that does not grow with the file.
 * It works on the bytes, so that it can stop after any record and another begin there: UTF-8 and Windows-1252 keep ASCII as
 * it is, and in UTF-16 a unit is two bytes. A UTF-8 record that is none is read as Windows-1252: files get glued together.
 */
export class RecordReader {
  readonly #isWide: boolean;
  readonly #swaps: boolean;
  readonly #encoding: FileFormat["encoding"];
  readonly #delimiter: string;
  readonly #delimiterUnit: number;
  readonly #columnCount: number | null;
  #units: Uint8Array | Uint16Array;
  #length = 0;
  /** Half of a unit, at the end of a chunk. */
  #half: number | null = null;
  /** Where `#units` begins in the file. */
  #base: Place;
  #start = 0;
  #scanned = 0;
  #state = CELL_START;
  #lines = 0;
  /** After the first line break inside a quoted cell of this record, and where the text before it ends. */
  #break: { textEnd: number; next: number } | null = null;
  /** At the start of a file whose first units have not been looked at. */
  #isFresh: boolean;
  /** Set while the rest of a line that is too long is passed over. */
  #skipped: { at: Place; text: string } | null = null;

  /**
   * @param columnCount of the headings: a record of several lines with another number of cells is a lost quotation mark.
   */
  constructor(format: FileFormat, start: Place, columnCount: number | null = null) {
    this.#encoding = format.encoding;
    this.#isWide = format.encoding === "utf-16le" || format.encoding === "utf-16be";
    this.#swaps = format.encoding === "utf-16be";
    this.#delimiter = delimiters[format.delimiter];
    this.#delimiterUnit = this.#delimiter.charCodeAt(0);
    this.#columnCount = columnCount;
    this.#base = { ...start };
    this.#isFresh = start.byte === 0;
    this.#units = this.#isWide ? new Uint16Array(0) : new Uint8Array(0);
  }

  /** The records that are whole once this chunk has come. */
  push(chunk: Uint8Array): FileRecord[] {
    this.#append(chunk);
    return this.#read(false);
  }

  /** What is left when nothing more comes. */
  end(): FileRecord[] {
    return this.#read(true);
  }

  #append(chunk: Uint8Array): void {
    const kept = this.#units.subarray(this.#start, this.#length);
    const unitBytes = this.#isWide ? 2 : 1;
    this.#base = { byte: this.#base.byte + this.#start * unitBytes, line: this.#base.line };
    this.#scanned -= this.#start;
    if (this.#break)
      this.#break = { textEnd: this.#break.textEnd - this.#start, next: this.#break.next - this.#start };
    this.#start = 0;
    const added = this.#isWide ? this.#wide(chunk) : chunk;
    const units =
      this.#units instanceof Uint16Array
        ? new Uint16Array(kept.length + added.length)
        : new Uint8Array(kept.length + added.length);
    units.set(kept);
    units.set(added, kept.length);
    this.#units = units;
    this.#length = units.length;
  }

  #wide(chunk: Uint8Array): Uint16Array {
    const bytes = this.#half === null ? chunk : joined(this.#half, chunk);
    const units = new Uint16Array(Math.floor(bytes.length / 2));
    for (let at = 0; at < units.length; at += 1)
      units[at] = this.#unit(bytes[2 * at] ?? 0, bytes[2 * at + 1] ?? 0);
    this.#half = bytes.length % 2 === 1 ? (bytes.at(-1) ?? 0) : null;
    return units;
  }

  #unit(first: number, second: number): number {
    return this.#swaps ? (first << 8) | second : first | (second << 8);
  }

  /** The byte order mark is no part of the first cell. */
  #passMark(): void {
    const [one, two, three] = this.#units;
    const isMarked = this.#isWide ? one === 0xfeff : one === 0xef && two === 0xbb && three === 0xbf;
    this.#isFresh = false;
    if (!isMarked) return;
    this.#start = this.#isWide ? 1 : 3;
    this.#scanned = this.#start;
  }

  #read(isEnd: boolean): FileRecord[] {
    const found: FileRecord[] = [];
    if (this.#isFresh && this.#length < MARK_UNITS_MAX && !isEnd) return found;
    if (this.#isFresh) this.#passMark();
    for (;;) {
      const record = this.#skipped ? this.#skip(isEnd) : this.#next(isEnd);
      if (record === "more") return found;
      if (record) found.push(record);
    }
  }

  /** The next record; null when something was looked at again from elsewhere; "more" when bytes are missing. */
  #next(isEnd: boolean): FileRecord | null | "more" {
    const end = this.#scan(isEnd);
    if (end) return this.#whole(end.text, end.next);
    const isLong = this.#scanned - this.#start > this.#unitsMax || this.#lines > LINES_IN_RECORD_MAX;
    if (!isLong && !isEnd) return "more";
    if (this.#start >= this.#length) return "more";
    if (this.#state === QUOTED && this.#break) return this.#lostQuote(this.#break);
    if (isEnd && !isLong)
      return this.#state === QUOTED
        ? this.#unreadable("quote", this.#length, this.#length)
        : this.#whole(this.#length, this.#length);
    this.#skipped = {
      at: this.#placeOf(this.#start, 0),
      text: this.#decode(this.#start, this.#start + TEXT_KEPT),
    };
    return null;
  }

  get #unitsMax(): number {
    return this.#isWide ? RECORD_BYTES_MAX / 2 : RECORD_BYTES_MAX;
  }

  /** Looks for the end of the record from where it stopped looking. */
  #scan(isEnd: boolean): { text: number; next: number } | null {
    const units = this.#units;
    const delimiter = this.#delimiterUnit;
    const limit = this.#start + this.#unitsMax + 1;
    const length = Math.min(this.#length, limit);
    let at = this.#scanned;
    let state = this.#state;
    let found: { text: number; next: number } | null = null;
    while (at < length) {
      const unit = units[at];
      if (unit === LF || unit === CR) {
        if (unit === CR && at + 1 >= this.#length && !isEnd) break;
        const next = unit === CR && units[at + 1] === LF ? at + 2 : at + 1;
        if (state !== QUOTED) {
          found = { text: at, next };
          break;
        }
        this.#lines += 1;
        this.#break ??= { textEnd: at, next };
        at = next;
        if (this.#lines > LINES_IN_RECORD_MAX) break;
        continue;
      }
      if (state === QUOTED) {
        if (unit === QUOTE) state = AFTER_QUOTE;
      } else if (unit === delimiter) state = CELL_START;
      else if (unit === QUOTE && (state === CELL_START || state === AFTER_QUOTE)) state = QUOTED;
      else state = PLAIN;
      at += 1;
    }
    this.#scanned = at;
    this.#state = state;
    return found;
  }

  #whole(textEnd: number, next: number): FileRecord | null {
    const cells = split(this.#decode(this.#start, textEnd), this.#delimiter);
    if (this.#break && this.#columnCount !== null && cells.length !== this.#columnCount)
      return this.#lostQuote(this.#break);
    const at = this.#placeOf(this.#start, 0);
    const after = this.#placeOf(next, this.#lines + 1);
    this.#begin(next, this.#lines + 1);
    return { at, next: after, cells };
  }

  /** Gives up the first line alone, and looks again at what comes after it. */
  #lostQuote({ textEnd, next }: { textEnd: number; next: number }): FileRecord {
    this.#lines = 0;
    return this.#unreadable("quote", textEnd, next);
  }

  #unreadable(why: "quote" | "tooLong", textEnd: number, next: number): FileRecord {
    const at = this.#placeOf(this.#start, 0);
    const text = this.#decode(this.#start, Math.min(textEnd, this.#start + TEXT_KEPT));
    const after = this.#placeOf(next, 1);
    this.#begin(next, 1);
    return { at, next: after, cells: null, why, text };
  }

  /** Passes over the rest of a line that is too long. */
  #skip(isEnd: boolean): FileRecord | null | "more" {
    const skipped = this.#skipped;
    if (!skipped) return null;
    let at = this.#start;
    while (at < this.#length && this.#units[at] !== LF && this.#units[at] !== CR) at += 1;
    const isCut = at >= this.#length || (this.#units[at] === CR && at + 1 >= this.#length);
    if (isCut && !isEnd) {
      this.#begin(at, 0);
      return "more";
    }
    const isPair = this.#units[at] === CR && this.#units[at + 1] === LF;
    const next = Math.min(this.#length, at + (isPair ? 2 : 1));
    const after = this.#placeOf(next, 1);
    this.#begin(next, 1);
    this.#skipped = null;
    return { at: skipped.at, next: after, cells: null, why: "tooLong", text: skipped.text };
  }

  #begin(start: number, lines: number): void {
    this.#base = { byte: this.#base.byte, line: this.#base.line + lines };
    this.#start = start;
    this.#scanned = start;
    this.#state = CELL_START;
    this.#lines = 0;
    this.#break = null;
  }

  #placeOf(unit: number, lines: number): Place {
    return { byte: this.#base.byte + unit * (this.#isWide ? 2 : 1), line: this.#base.line + lines };
  }

  #decode(from: number, to: number): string {
    const units = this.#units.subarray(from, Math.min(to, this.#length));
    if (units instanceof Uint16Array)
      return utf16.decode(new Uint8Array(units.buffer, units.byteOffset, units.byteLength));
    if (this.#encoding === "windows-1252") return windows.decode(units);
    try {
      return utf8.decode(units);
    } catch {
      return windows.decode(units);
    }
  }
}

function joined(first: number, rest: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(rest.length + 1);
  bytes[0] = first;
  bytes.set(rest, 1);
  return bytes;
}

/** The cells of one record. Text after a closing quotation mark belongs to the cell; one inside a plain cell is itself. */
function split(text: string, delimiter: string): string[] {
  if (!text.includes('"')) return text.split(delimiter, COLUMNS_MAX);
  const cells: string[] = [];
  let at = 0;
  while (at <= text.length && cells.length < COLUMNS_MAX) {
    let cell = "";
    if (text[at] === '"') {
      at += 1;
      for (;;) {
        const close = text.indexOf('"', at);
        if (close === -1) {
          cell += text.slice(at);
          at = text.length;
          break;
        }
        cell += text.slice(at, close);
        at = close + 1;
        if (text[at] !== '"') break;
        cell += '"';
        at += 1;
      }
    }
    const end = text.indexOf(delimiter, at);
    cell += end === -1 ? text.slice(at) : text.slice(at, end);
    cells.push(cell);
    if (end === -1) break;
    at = end + 1;
  }
  return cells;
}

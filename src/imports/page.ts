import { cellsOf, type Problem } from "./problems";
import type { FileRecord, Place } from "./records";
import { type PersonRow, type Reading, type RejectReason, type RowRead, readRow } from "./row";

/** Rows stored by one batch: as many as the drain of signatures takes, so that neither holds the shard up for long. */
export const PAGE_ROWS = 500;
/** In characters; a parameter of D1 holds 2 MB. */
const PAGE_CHARACTERS = 600_000;
/** Blank lines and the like: the cursor moves past them too. */
const PAGE_RECORDS = 5_000;

export type ReadPerson = { row: PersonRow; tags: string[]; line: number; cells: readonly string[] };

/** Rows of a file on their way into the database: what one batch stores. Where a page ends depends on the file alone. */
export class Page {
  readonly from: Place;
  to: Place;
  readonly people: ReadPerson[] = [];
  readonly problems: Problem[] = [];
  rowCount = 0;
  rejectedCount = 0;
  notedCount = 0;
  #records = 0;
  #characters = 0;
  readonly #reading: Reading;
  readonly #headings: readonly string[];

  constructor(from: Place, reading: Reading, headings: readonly string[]) {
    this.from = from;
    this.to = from;
    this.#reading = reading;
    this.#headings = headings;
  }

  get isFull(): boolean {
    return this.rowCount >= PAGE_ROWS || this.#characters >= PAGE_CHARACTERS || this.#records >= PAGE_RECORDS;
  }

  add(record: FileRecord): void {
    this.to = record.next;
    this.#records += 1;
    const read: RowRead = record.cells
      ? readRow(record.cells, this.#reading)
      : { is: "rejected", why: record.why, column: null };
    if (read.is === "blank") return;
    this.rowCount += 1;
    const cells = cellsOf(record);
    for (const cell of cells) this.#characters += cell.length;
    const line = record.at.line;
    if (read.is === "rejected") {
      this.#reject(line, cells, read.why, read.column);
      return;
    }
    const { row, tags, notes } = read;
    this.people.push({ row, tags, line, cells });
    if (notes.length === 0) return;
    this.notedCount += 1;
    this.problems.push({ is: "noted", line, cells, headings: this.#headings, notes });
  }

  /** Takes out people the database will not have. @param positions among `people` */
  rejectPeople(positions: ReadonlySet<number>, why: RejectReason): void {
    const kept = this.people.filter((person, position) => {
      if (!positions.has(position)) return true;
      this.#reject(person.line, person.cells, why, null);
      return false;
    });
    this.people.splice(0, this.people.length, ...kept);
  }

  #reject(line: number, cells: readonly string[], why: RejectReason, column: number | null): void {
    this.rejectedCount += 1;
    this.problems.push({ is: "rejected", line, cells, headings: this.#headings, why, column });
  }
}

import { detectFormat, SAMPLE_BYTES } from "../imports/format";
import { type FileRecord, RecordReader } from "../imports/records";
import { cleanLine, cleanText } from "../platform/clean-text";
import { keyIn } from "./keys";
import {
  MERGE_CELL_MAX,
  MERGE_COLUMN_NAME_MAX,
  MERGE_COLUMNS_MAX,
  MERGE_PROBLEMS_MAX,
  MERGE_ROWS_MAX,
  type MergeColumn,
  type MergeKind,
  type RowProblem,
  type RowReason,
} from "./types";

/** Bytes read at once, so that a whole file is never there as cells. */
const PIECE_BYTES = 64 * 1024;
const HEADING_MAX = 200;
/** Rows looked at to tell what the key is, and how many of them must be able to be that. */
const GUESSED_ROWS = 50;
const GUESSED_SHARE = 0.5;

/** A file as somebody looks at it before they say what its columns are. */
export type Outlook = {
  headings: string[];
  /** The first rows, as they stand. */
  rows: string[][];
};

/** Why nothing of a file can be taken. */
export type UnreadableTable = "empty" | "noHeadings" | "manyColumns";

/** The headings of a file and its first rows. The first line is always the headings: without names nothing can be merged. */
export function outlookOf(bytes: Uint8Array, rowsMax: number): Outlook | UnreadableTable {
  const rows: string[][] = [];
  let headings: string[] | null = null;
  for (const { cells } of recordsIn(bytes)) {
    if (isBlank(cells)) continue;
    if (!headings) headings = headingsIn(cells ?? []);
    else if (cells) rows.push(cells.map((cell) => cleanText(cell).slice(0, MERGE_CELL_MAX)));
    if (rows.length >= rowsMax) break;
  }
  if (!headings) return "empty";
  if (headings.length < 2) return "noHeadings";
  if (headings.length > MERGE_COLUMNS_MAX + 1) return "manyColumns";
  return rows.length === 0 ? "empty" : { headings, rows };
}

/** What spreadsheets leave at the end of a line is no column. */
function headingsIn(cells: readonly string[]): string[] {
  const headings = cells.map((cell) => cleanLine(cell).slice(0, HEADING_MAX));
  return headings.slice(0, headings.findLastIndex((heading) => heading !== "") + 1);
}

function isBlank(cells: readonly string[] | null): boolean {
  return cells?.every((cell) => cell.trim() === "") ?? false;
}

function* recordsIn(bytes: Uint8Array): Generator<FileRecord> {
  const format = detectFormat(bytes.subarray(0, SAMPLE_BYTES));
  const reader = new RecordReader(format, { byte: 0, line: 1 });
  for (let at = 0; at < bytes.length; at += PIECE_BYTES)
    yield* reader.push(bytes.subarray(at, at + PIECE_BYTES));
  yield* reader.end();
}

/** How a mail calls the columns of a file; the key is no column. Names are plain and none is twice. */
export function columnsOf(headings: readonly string[], keyAt: number): MergeColumn[] {
  const taken = new Set<string>();
  return headings.flatMap((heading, index) => {
    if (index === keyAt) return [];
    const base = nameOf(heading) || `column_${index + 1}`;
    let name = base;
    for (let nth = 2; taken.has(name); nth += 1) name = `${base}_${nth}`;
    taken.add(name);
    return [{ name, heading }];
  });
}

/** What Liquid means by them is something else than a column. */
const meant = new Set(["size", "first", "last"]);

function nameOf(heading: string): string {
  const plain = heading
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, MERGE_COLUMN_NAME_MAX)
    .replace(/_+$/, "");
  if (plain === "" || meant.has(plain)) return plain === "" ? "" : `${plain}_value`;
  return /^\d/.test(plain) ? `c_${plain}` : plain;
}

export type MergeRow = { key: string; cells: string[] };
export type ReadRow = { row: MergeRow } | { row: null; problem: RowProblem };

/**
 * The rows of a file, in order, each as it is to be stored or with what is wrong with it. Of a key that comes again the first row
 * counts. Blank lines are passed over.
 */
export function* rowsIn(
  bytes: Uint8Array,
  { kind, keyAt }: { kind: MergeKind; keyAt: number },
): Generator<ReadRow> {
  const seen = new Set<string>();
  let headings: string[] | null = null;
  for (const { at, ...record } of recordsIn(bytes)) {
    const wrong = (reason: RowReason): ReadRow => ({ row: null, problem: { line: at.line, reason } });
    const { cells } = record;
    if (!cells) {
      yield wrong("why" in record ? record.why : "quote");
      continue;
    }
    if (isBlank(cells)) continue;
    if (!headings) {
      headings = headingsIn(cells);
      continue;
    }
    const read = readRow(cells, headings.length, { kind, keyAt });
    if (typeof read === "string") yield wrong(read);
    else if (seen.has(read.key)) yield wrong("repeated");
    else yield { row: read };
    if (typeof read !== "string") seen.add(read.key);
  }
}

function readRow(
  cells: readonly string[],
  width: number,
  { kind, keyAt }: { kind: MergeKind; keyAt: number },
): MergeRow | RowReason {
  if (cells.slice(width).some((cell) => cell.trim() !== "")) return "cells";
  const clean = Array.from({ length: width }, (_, index) => cleanText(cells[index] ?? ""));
  if (clean.some((cell) => cell.length > MERGE_CELL_MAX)) return "longCell";
  const keyCell = clean[keyAt] ?? "";
  if (keyCell === "") return "noKey";
  const key = keyIn(kind, keyCell);
  return key === null ? "badKey" : { key, cells: clean.filter((_, index) => index !== keyAt) };
}

export type Survey = { rows: number; problems: RowProblem[]; problemCount: number; isOver: boolean };

/** How many rows a file has and what is wrong with the others; it looks no further than one row too many. */
export function surveyOf(bytes: Uint8Array, how: { kind: MergeKind; keyAt: number }): Survey {
  const survey: Survey = { rows: 0, problems: [], problemCount: 0, isOver: false };
  for (const read of rowsIn(bytes, how)) {
    if (read.row) survey.rows += 1;
    else {
      survey.problemCount += 1;
      if (survey.problems.length < MERGE_PROBLEMS_MAX) survey.problems.push(read.problem);
    }
    if (survey.rows > MERGE_ROWS_MAX) return { ...survey, isOver: true };
  }
  return survey;
}

const names: Record<Exclude<MergeKind, "field" | "postal_prefix">, RegExp> = {
  email: /^(e_?mail|courriel|correo|address_email)/,
  postal_code: /^(postal|post_?code|zip|code_postal|codigo_postal|plz|cp$|npa)/,
  country: /^(country|pays|pais)/,
  region: /^(region|state|province|provincia|estado|departement|canton)/,
};

/** What the key most likely is: by its heading, and by whether its cells can be that. */
export function guessKey({ headings, rows }: Outlook): { keyAt: number; kind: MergeKind } {
  const sample = rows.slice(0, GUESSED_ROWS);
  for (const kind of ["email", "postal_code", "country", "region"] as const)
    for (const [keyAt, heading] of headings.entries()) {
      const filled = sample.map((cells) => cells[keyAt] ?? "").filter((cell) => cell !== "");
      const fit = filled.filter((cell) => keyIn(kind, cell) !== null).length;
      const isFit = fit > 0 && fit >= filled.length * GUESSED_SHARE;
      if (!names[kind].test(nameOf(heading)) || !isFit) continue;
      return { keyAt, kind: kind === "postal_code" && isShort(filled) ? "postal_prefix" : kind };
    }
  return { keyAt: 0, kind: "field" };
}

/** Three characters are the beginning of a code nearly everywhere, and the whole of it hardly anywhere. */
function isShort(codes: readonly string[]): boolean {
  return codes.every((code) => code.replace(/[\s*…-]/g, "").length <= 3);
}

import { BYTE_ORDER_MARK, csvLine } from "../platform/csv";
import type { Format } from "./types";

/** What a column holds for one row: text for a spreadsheet, a value for JSON. */
export type Column<Row> = {
  /** Names it in JSON and in the address of a choice, for ever. */
  key: string;
  /** Its heading in a spreadsheet, in words. */
  title: string;
  text(row: Row): string;
  json(row: Row): unknown;
};

/** The first line of a file: headings for a spreadsheet; JSON lines name each value anyway. */
export function headOf<Row>(format: Format, columns: readonly Column<Row>[]): string {
  return format === "csv" ? BYTE_ORDER_MARK + csvLine(columns.map(({ title }) => title)) : "";
}

/** Rows as lines. Spreadsheets run what begins like a formula, so `csvLine` makes text of it; JSON is as it was written. */
export function linesOf<Row>(format: Format, columns: readonly Column<Row>[], rows: readonly Row[]): string {
  if (format === "csv") {
    let text = "";
    for (const row of rows) text += csvLine(columns.map((column) => column.text(row)));
    return text;
  }
  let text = "";
  for (const row of rows) {
    const line: Record<string, unknown> = {};
    for (const column of columns) line[column.key] = column.json(row);
    text += `${JSON.stringify(line)}\n`;
  }
  return text;
}

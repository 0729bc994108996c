import { BYTE_ORDER_MARK, csvLine } from "../platform/csv";
import type { ReportTable, Value } from "./report-tables";

/** A table for a spreadsheet: whole, with numbers as machines read them. */
export function csvOf({ columns, rows }: ReportTable): string {
  return (
    BYTE_ORDER_MARK +
    csvLine(columns.map(({ title }) => title)) +
    rows.map((row) => csvLine(row.map(plain))).join("")
  );
}

/** A table for other software: a line of JSON a row, by the columns' keys. */
export function jsonLinesOf({ columns, rows }: ReportTable): string {
  return rows
    .map((row) => Object.fromEntries(columns.map(({ key }, index) => [key, row[index] ?? null])))
    .map((line) => `${JSON.stringify(line)}\n`)
    .join("");
}

function plain(value: Value): string {
  if (value === null) return "";
  return typeof value === "number" && !Number.isInteger(value) ? value.toFixed(4) : String(value);
}

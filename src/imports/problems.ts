import { csvLine } from "../platform/csv";
import { type Locale, translator } from "../ui/i18n";
import type { FileRecord } from "./records";
import type { Note, RejectReason } from "./row";

/** What went wrong with one row, as the downloaded list shows it. */
export type Problem = { line: number; cells: readonly string[]; headings: readonly string[] } & (
  | { is: "rejected"; why: RejectReason; column: number | null }
  | { is: "noted"; notes: readonly Note[] }
);

/** Longest cell repeated in the list; the file itself has the rest. */
const CELL_MAX = 500;

/** One line of the list: where, what became of the row, why, and what it held. */
export function problemLine(problem: Problem, locale: Locale): string {
  const t = translator(locale);
  const heading = (column: number | null) => (column === null ? "" : (problem.headings[column] ?? ""));
  const words =
    problem.is === "rejected"
      ? [t("imports.problems.rejected"), t(`imports.why.${problem.why}`), heading(problem.column)]
      : [
          t("imports.problems.noted"),
          [...new Set(problem.notes.map(({ why }) => t(`imports.noted.${why}`)))].join(" "),
          problem.notes.map(({ column }) => heading(column)).join(", "),
        ];
  return csvLine([String(problem.line), ...words, ...problem.cells.map((cell) => cell.slice(0, CELL_MAX))]);
}

/** The first line of the list. */
export function problemHeading(headings: readonly string[], locale: Locale): string {
  const t = translator(locale);
  const own = (["line", "outcome", "reason", "column"] as const).map((name) => t(`imports.problems.${name}`));
  return csvLine([...own, ...headings]);
}

/** What can be shown of a record that has no cells. */
export function cellsOf(record: FileRecord): readonly string[] {
  return record.cells ?? [record.text];
}

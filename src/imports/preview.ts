import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import type { ImportRow } from "./import";
import { readingOf } from "./plan";
import { type NoteReason, type PersonRow, type RejectReason, readRow } from "./row";
import { readSample } from "./sample";

/** People shown before an import begins, and examples of each column. */
const SHOWN_ROWS = 5;
const SAMPLES_SHOWN = 3;
const SAMPLE_MAX = 60;

export type PreviewProblem = { count: number; line: number } & (
  | { is: "rejected"; why: RejectReason }
  | { is: "noted"; why: NoteReason }
);
export type Preview = {
  /** Examples of what is in each column. */
  samples: string[][];
  people: { line: number; row: PersonRow; tags: string[] }[];
  problems: PreviewProblem[];
  rows: number;
};

/** The first rows of a file as they would be stored, and what is wrong with them. Null when the file is gone. */
export async function previewOf(ctx: Context, group: Group, row: ImportRow): Promise<Preview | null> {
  const sample = await readSample(ctx, group, row, row.format ?? undefined);
  if (!sample) return null;
  const reading = await readingOf(ctx, group, row);
  const records = sample.format.hasHeader ? sample.records.slice(1) : sample.records;
  const preview: Preview = { samples: (row.headings ?? []).map(() => []), people: [], problems: [], rows: 0 };
  const problems = new Map<string, PreviewProblem>();
  const note = (problem: PreviewProblem) => {
    const known = problems.get(problem.is + problem.why);
    if (known) known.count += 1;
    else problems.set(problem.is + problem.why, problem);
  };
  for (const record of records) {
    collect(preview.samples, record.cells ?? []);
    const read = record.cells ? readRow(record.cells, reading) : { is: "rejected" as const, why: record.why };
    if (read.is === "blank") continue;
    preview.rows += 1;
    const { line } = record.at;
    if (read.is === "rejected") {
      note({ is: "rejected", why: read.why, count: 1, line });
      continue;
    }
    for (const { why } of read.notes) note({ is: "noted", why, count: 1, line });
    if (preview.people.length < SHOWN_ROWS) preview.people.push({ line, row: read.row, tags: read.tags });
  }
  preview.problems = [...problems.values()];
  return preview;
}

function collect(samples: string[][], cells: readonly string[]): void {
  for (const [column, found] of samples.entries()) {
    const text = (cells[column] ?? "").trim().slice(0, SAMPLE_MAX);
    if (text !== "" && found.length < SAMPLES_SHOWN && !found.includes(text)) found.push(text);
  }
}

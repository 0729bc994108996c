import type { Group } from "../groups/types";
import { cleanLine } from "../platform/clean-text";
import type { Context } from "../platform/context";
import { fileKey } from "./files";
import { detectFormat, recordsOf, SAMPLE_BYTES } from "./format";
import { COLUMNS_MAX, type FileRecord } from "./records";
import type { ImportRow } from "./store";
import type { FileFormat } from "./types";

/** Rows looked at before an import begins: the first of them are shown, and the problems of all are counted. */
const SAMPLE_ROWS = 200;
const HEADING_MAX = 200;

export type Sample = { format: FileFormat; records: FileRecord[] };

/** The beginning of a file. Null when it is gone or empty. @param told how it is written, if somebody has said so */
export async function readSample(
  ctx: Context,
  group: Group,
  row: Pick<ImportRow, "id">,
  told?: FileFormat,
): Promise<Sample | null> {
  const object = await ctx.env.FILES.get(fileKey({ group, id: row.id }), {
    range: { offset: 0, length: SAMPLE_BYTES },
  });
  if (!object) return null;
  const bytes = new Uint8Array(await object.arrayBuffer());
  if (bytes.length === 0) return null;
  const format = told ?? detectFormat(bytes);
  return { format, records: recordsOf(bytes, format, SAMPLE_ROWS + 1) };
}

/** The headings, or numbers in their place: as many as the first record has cells. */
export function headingsIn({ format, records }: Sample): string[] {
  const cells = records[0]?.cells ?? [];
  const headings = cells.slice(0, COLUMNS_MAX).map((cell) => cleanLine(cell).slice(0, HEADING_MAX));
  return format.hasHeader ? headings : headings.map(() => "");
}

import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { listFields } from "../people/custom-field";
import type { Context } from "../platform/context";
import type { FieldShape, Reading } from "./row";
import type { ImportRow } from "./store";
import { importColumns, type PageOptions } from "./store-row-rules";
import {
  type ColumnRole,
  type ColumnUse,
  fieldTypeOf,
  type ImportOptions,
  importOptions,
  type Mapping,
} from "./types";

const FIELD = /^field:(\d+)$/;

/** The number of the custom field a column is of, or null. */
export function fieldNoOf(use: ColumnUse): number | null {
  const [, no] = FIELD.exec(use) ?? [];
  return no === undefined ? null : Number(no);
}

type Started = Pick<
  ImportRow,
  "importNo" | "mapping" | "options" | "headings" | "startedAt" | "statementHash"
>;

/** How the rows of a file are read: the same at every step, and in its preview. */
export async function readingOf(ctx: Context, group: Group, row: Started): Promise<Reading> {
  const mapping: Mapping = row.mapping ?? [];
  const shapes = mapping.some((use) => use.startsWith("field:"))
    ? await listFields(dbFor(ctx.env, group))
    : [];
  const fields = new Map<number, FieldShape>();
  for (const [column, use] of mapping.entries()) {
    const shape = shapes.find(({ no }) => no === fieldNoOf(use));
    if (shape) fields.set(column, shape);
    else if (use.startsWith("new:")) fields.set(column, newShape(use, column));
  }
  return {
    mapping,
    options: importOptions.parse(row.options ?? {}),
    fields,
    columnCount: row.headings?.length ?? 0,
    country: group.country,
    place: `${group.locale}-${group.country}`,
    at: row.startedAt ?? ctx.now,
  };
}

/** A field that is to be made, for the preview; numbers below zero are no field's. */
function newShape(use: ColumnUse, column: number): FieldShape {
  return { no: -1 - column, type: fieldTypeOf(use) ?? "text", choices: [], rules: {} };
}

/** Which roles fill which column of `people`. */
const roleColumns: Record<string, readonly ColumnRole[]> = {
  given_name: ["givenName", "fullName"],
  family_name: ["familyName", "fullName"],
  street: ["street", "street2"],
  locality: ["locality"],
  region: ["region"],
  postal_code: ["postalCode"],
  country: ["country"],
  language: ["language"],
  preferred_name: ["preferredName"],
  time_zone: ["timeZone"],
  phone: ["phone"],
};

/** What the statements of an import's pages have in common, and of undoing it. */
export function pageOptionsOf(row: Started): PageOptions {
  const mapping: Mapping = row.mapping ?? [];
  const options: ImportOptions = importOptions.parse(row.options ?? {});
  const used = new Set<ColumnUse>(mapping);
  const overwrites = options.values === "overwrite";
  // A newer postal code ends the street and town of the older one, which are then remembered with it.
  const isWholeAddress = overwrites && used.has("postalCode");
  return {
    importNo: row.importNo,
    isById: options.match === "id",
    columns: importColumns.flatMap(([column]) => {
      const isUsed = (roleColumns[column] ?? []).some((role) => used.has(role));
      const isLeftWithCode = isWholeAddress && (column === "street" || column === "locality");
      const isGiven = column === "country" && options.country !== "";
      return isUsed || isLeftWithCode || isGiven ? [column] : [];
    }),
    fieldNos: [...new Set(mapping.flatMap((use) => fieldNoOf(use) ?? []))],
    hasTags: options.tags.length > 0 || used.has("tags"),
    overwrites,
    stopsCount: used.has("date") || options.subscribe === "stop",
    mobile:
      options.mobile !== "none" || used.has("mobileOptIn")
        ? { stopsCount: used.has("date") || options.mobile === "stop" }
        : null,
    history: options.history,
    source: options.source,
    statementHash: row.statementHash,
    startedAt: row.startedAt ?? 0,
  };
}

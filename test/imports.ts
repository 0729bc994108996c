import { env } from "cloudflare:workers";
import type { Env } from "../src/env";
import type { Group } from "../src/groups/types";
import { findImport, type ImportRow, saveMapping, startImport } from "../src/imports/import";
import { type ImportOptions, importOptions, type Mapping } from "../src/imports/types";
import { takeWhole } from "../src/imports/upload";
import { takeTurn } from "../src/imports/work";
import type { Context } from "../src/platform/context";
import { contextOf } from "./groups";

/** Bindings whose driver sleeps, so that a test takes every turn itself. */
export const undriven = {
  ...env,
  IMPORTS: { getByName: () => ({ wake: async () => undefined }) },
} as unknown as Env;

/** Who brings files. */
export const by = { no: 1, name: "Rosa Marchetti", email: "rosa@cleanair.example", locale: "en" as const };

/** Uploads a file and starts its import; nothing of it is stored yet. */
export async function bring(
  group: Group,
  file: string | Uint8Array,
  { mapping, ...options }: Partial<ImportOptions> & { mapping?: Mapping } = {},
  ctx: Context = contextOf(undriven),
): Promise<ImportRow> {
  const content = typeof file === "string" ? new TextEncoder().encode(file) : file;
  const { id } = await takeWhole(ctx, group, by, { name: "people.csv", content: content.slice().buffer });
  const row = await findImport(ctx, group, id);
  if (!row?.mapping) throw new Error("the file was not read");
  await saveMapping(ctx, group, row, mapping ?? row.mapping, importOptions.parse(options));
  const statement = { text: "They asked for it.", name: "Rosa", isTicked: true, locale: "en" as const };
  const problems = await startImport(
    ctx,
    group,
    { ...row, mapping: mapping ?? row.mapping, options: importOptions.parse(options) },
    by,
    statement,
  );
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return again(group, row);
}

/** The import as it stands now. */
export async function again(group: Group, row: ImportRow): Promise<ImportRow> {
  const found = await findImport(contextOf(), group, row.id);
  if (!found) throw new Error("the import is gone");
  return found;
}

/** Turns of the driver until nothing is due. */
export async function work(
  group: Group,
  row: ImportRow,
  ctx: Context = contextOf(undriven),
): Promise<ImportRow> {
  for (let turn = 0; turn < 50; turn += 1) {
    const { inMs, hasFailed } = await takeTurn(ctx, group.no, 0);
    if (hasFailed) throw new Error((await again(group, row)).trouble ?? "failed");
    if (inMs === null || inMs > 1_000_000) return again(group, row);
  }
  throw new Error("it never ends");
}

export const counts = ({ rowCount, newCount, updatedCount, unchangedCount, rejectedCount }: ImportRow) => ({
  rows: rowCount,
  made: newCount,
  updated: updatedCount,
  unchanged: unchangedCount,
  rejected: rejectedCount,
});

/** The list of problems without its heading. */
export async function problemsOf(group: Group, row: ImportRow): Promise<string> {
  const { objects } = await env.FILES.list({ prefix: `imports/${group.no}/${row.id}/problems/` });
  const parts = await Promise.all(objects.map(async ({ key }) => (await env.FILES.get(key))?.text() ?? ""));
  return parts.join("");
}

import type { Context as HonoContext } from "hono";
import type { MemberEnv } from "../groups/web";
import { AppError } from "../platform/errors";
import { parseId } from "../platform/ids";
import { findImport, type ImportRow } from "./import";
import type { ImportId } from "./types";

export const IMPORTS_PATH = "/groups/:group/imports";
export const IMPORT_PATH = `${IMPORTS_PATH}/:import`;

export type C = HonoContext<MemberEnv>;

/** The import a request is about. @throws AppError not_found for another group's, as for one that does not exist */
export async function importIn(c: C): Promise<ImportRow> {
  const id = parseId<ImportId>(c.req.param("import") ?? "");
  const row = id && (await findImport(c.var.ctx, c.var.group, id));
  if (!row) throw new AppError("not_found");
  return row;
}

export function importsHref(c: C): string {
  return `/groups/${c.var.group.slug}/imports`;
}

export function importHref(c: C, row: Pick<ImportRow, "id">): string {
  return `${importsHref(c)}/${row.id}`;
}

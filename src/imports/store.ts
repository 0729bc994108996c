import {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  min,
  or,
} from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import { idFromHex } from "../platform/ids";
import { importParts, imports } from "./tables";
import type { FileFormat, ImportId, ImportOptions, ImportStatus, Mapping } from "./types";

const { groupNo: _groupNo, ...columns } = getTableColumns(imports);
export type ImportRow = Omit<typeof imports.$inferSelect, "groupNo">;

type NewImport = Pick<
  ImportRow,
  | "id"
  | "status"
  | "fileName"
  | "fileBytes"
  | "uploadId"
  | "accountNo"
  | "accountName"
  | "locale"
  | "createdAt"
>;

/** Imports are never deleted, so the number after the highest is free. */
export async function insertImport({ groupNo, d1 }: GroupDb, row: NewImport, idHex: string): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO imports (group_no, import_no, id, status, file_name, file_bytes, upload_id, account_no, account_name, locale, created_at)
       SELECT ?1, coalesce(max(import_no), 0) + 1, unhex(?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM imports WHERE group_no = ?1`,
    )
    .bind(
      ...[groupNo, idHex, row.status, row.fileName, row.fileBytes, row.uploadId],
      ...[row.accountNo, row.accountName, row.locale, row.createdAt],
    )
    .run();
}

export async function selectImport({ groupNo, db }: GroupDb, id: ImportId): Promise<ImportRow | null> {
  const [row] = await db
    .select(columns)
    .from(imports)
    .where(and(eq(imports.groupNo, groupNo), eq(imports.id, id)))
    .limit(1);
  return row ?? null;
}

/** The newest first, by keyset. */
export function selectImports(
  { groupNo, db }: GroupDb,
  { before, limit }: { before: number | null; limit: number },
): Promise<ImportRow[]> {
  return db
    .select(columns)
    .from(imports)
    .where(and(eq(imports.groupNo, groupNo), before === null ? undefined : lt(imports.importNo, before)))
    .orderBy(desc(imports.importNo))
    .limit(limit);
}

/** What the driver has to do: one that has ended and told nobody, else the oldest that is at work and whose time has come. */
export async function selectDue({ groupNo, db }: GroupDb, now: number): Promise<ImportRow | null> {
  const ended = and(eq(imports.status, "finished"), isNull(imports.mailedAt));
  const [told] = await db
    .select(columns)
    .from(imports)
    .where(and(eq(imports.groupNo, groupNo), ended))
    .limit(1);
  if (told) return told;
  const [row] = await db
    .select(columns)
    .from(imports)
    .where(
      and(
        eq(imports.groupNo, groupNo),
        or(
          eq(imports.status, "undoing"),
          and(eq(imports.status, "running"), or(isNull(imports.beginAt), lte(imports.beginAt, now))),
        ),
      ),
    )
    .orderBy(asc(imports.importNo))
    .limit(1);
  return row ?? null;
}

/** When the next of those begins that wait for their time; null when none does. */
export async function selectNextBegin({ groupNo, db }: GroupDb): Promise<number | null> {
  const [row] = await db
    .select({ at: min(imports.beginAt) })
    .from(imports)
    .where(and(eq(imports.groupNo, groupNo), eq(imports.status, "running"), isNotNull(imports.beginAt)));
  return row?.at ?? null;
}

/** An upload by the same person of a file of that name and size that has not come whole. */
export async function selectBrokenUpload(
  { groupNo, db }: GroupDb,
  { accountNo, fileName, fileBytes }: Pick<ImportRow, "accountNo" | "fileName" | "fileBytes">,
): Promise<ImportRow | null> {
  const [row] = await db
    .select(columns)
    .from(imports)
    .where(
      and(
        eq(imports.groupNo, groupNo),
        eq(imports.status, "uploading"),
        eq(imports.accountNo, accountNo),
        eq(imports.fileName, fileName),
        eq(imports.fileBytes, fileBytes),
      ),
    )
    .orderBy(desc(imports.importNo))
    .limit(1);
  return row ?? null;
}

/** How the last file with these headings was read. */
export async function selectEarlierMapping(
  { groupNo, db }: GroupDb,
  headingsHash: string,
): Promise<Pick<ImportRow, "mapping" | "options" | "fileName"> | null> {
  const [row] = await db
    .select({ mapping: imports.mapping, options: imports.options, fileName: imports.fileName })
    .from(imports)
    .where(
      and(eq(imports.groupNo, groupNo), eq(imports.headingsHash, headingsHash), isNotNull(imports.startedAt)),
    )
    .orderBy(desc(imports.importNo))
    .limit(1);
  return row ?? null;
}

/** The file is whole, and this is how it seems to be written. False when it was whole before. */
export async function updateWhole(
  { groupNo, db }: GroupDb,
  importNo: number,
  read: {
    fileBytes: number;
    format: FileFormat;
    headings: string[];
    headingsHash: string;
    mapping: Mapping;
    options: ImportOptions;
  },
): Promise<boolean> {
  const { meta } = await db
    .update(imports)
    .set({ ...read, status: "mapping", uploadId: null })
    .where(
      and(eq(imports.groupNo, groupNo), eq(imports.importNo, importNo), eq(imports.status, "uploading")),
    );
  return meta.changes > 0;
}

/** Changes how a file will be read, as long as nobody has started it. */
export async function updateMapping(
  { groupNo, db }: GroupDb,
  importNo: number,
  read: Partial<Pick<ImportRow, "format" | "headings" | "headingsHash" | "mapping" | "options">>,
): Promise<boolean> {
  const { meta } = await db
    .update(imports)
    .set(read)
    .where(and(eq(imports.groupNo, groupNo), eq(imports.importNo, importNo), eq(imports.status, "mapping")));
  return meta.changes > 0;
}

/** Of two who press the button at once one starts it. The moment is later than that of any other import of the group. */
export async function updateStarted(
  { groupNo, d1 }: GroupDb,
  importNo: number,
  started: {
    mapping: Mapping;
    statement: string | null;
    statementHash: string | null;
    at: number;
    beginAt: number | null;
    byte: number;
    line: number;
  },
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE imports SET status = 'running', mapping = ?3, statement = ?4, statement_hash = ?5, next_byte = ?7, next_line = ?8, moved_at = ?6, begin_at = ?9,
         started_at = max(?6, 1 + coalesce((SELECT max(o.started_at) FROM imports o WHERE o.group_no = ?1), 0))
       WHERE group_no = ?1 AND import_no = ?2 AND status = 'mapping'`,
    )
    .bind(
      ...[groupNo, importNo, JSON.stringify(started.mapping), started.statement, started.statementHash],
      ...[started.at, started.byte, started.line, started.beginAt],
    )
    .run();
  return meta.changes > 0;
}

/** Moves an import from one of some states to another. False when it was in none of them. */
export async function updateStatus(
  { groupNo, db }: GroupDb,
  importNo: number,
  from: ImportStatus[],
  to: ImportStatus,
  changes: Partial<Pick<ImportRow, "finishedAt" | "trouble" | "undoneAt">> = {},
): Promise<boolean> {
  const { meta } = await db
    .update(imports)
    .set({ ...changes, status: to })
    .where(and(eq(imports.groupNo, groupNo), eq(imports.importNo, importNo), inArray(imports.status, from)));
  return meta.changes > 0;
}

export async function updateTrouble(
  { groupNo, db }: GroupDb,
  importNo: number,
  trouble: string,
): Promise<void> {
  await db
    .update(imports)
    .set({ trouble })
    .where(and(eq(imports.groupNo, groupNo), eq(imports.importNo, importNo)));
}

export async function updateMailed(
  { groupNo, db }: GroupDb,
  importNo: number,
  mailedAt: number,
): Promise<void> {
  await db
    .update(imports)
    .set({ mailedAt })
    .where(and(eq(imports.groupNo, groupNo), eq(imports.importNo, importNo)));
}

export async function upsertPart(
  { groupNo, db }: GroupDb,
  importNo: number,
  part: { partNo: number; etag: string; bytes: number },
): Promise<void> {
  const { etag, bytes } = part;
  await db
    .insert(importParts)
    .values({ groupNo, importNo, ...part })
    .onConflictDoUpdate({
      target: [importParts.groupNo, importParts.importNo, importParts.partNo],
      set: { etag, bytes },
    });
}

export function selectParts(
  { groupNo, db }: GroupDb,
  importNo: number,
): Promise<{ partNo: number; etag: string; bytes: number }[]> {
  return db
    .select({ partNo: importParts.partNo, etag: importParts.etag, bytes: importParts.bytes })
    .from(importParts)
    .where(and(eq(importParts.groupNo, groupNo), eq(importParts.importNo, importNo)))
    .orderBy(asc(importParts.partNo));
}

export async function deleteParts({ groupNo, db }: GroupDb, importNo: number): Promise<void> {
  await db
    .delete(importParts)
    .where(and(eq(importParts.groupNo, groupNo), eq(importParts.importNo, importNo)));
}

/** An import that nobody started: it leaves no trace but its number. */
export async function deleteImport({ groupNo, db }: GroupDb, importNo: number): Promise<boolean> {
  const { meta } = await db
    .delete(imports)
    .where(
      and(
        eq(imports.groupNo, groupNo),
        eq(imports.importNo, importNo),
        inArray(imports.status, ["uploading", "mapping"]),
      ),
    );
  return meta.changes > 0;
}

/** Imports whose files may go: ended before a moment, or lying about unstarted since then. */
export function selectOld({ groupNo, db }: GroupDb, before: number, limit: number): Promise<ImportRow[]> {
  return db
    .select(columns)
    .from(imports)
    .where(and(eq(imports.groupNo, groupNo), isNull(imports.fileForgottenAt), lt(imports.createdAt, before)))
    .orderBy(asc(imports.importNo))
    .limit(limit);
}

export async function updateForgotten({ groupNo, db }: GroupDb, importNo: number, at: number): Promise<void> {
  await db
    .update(imports)
    .set({ fileForgottenAt: at })
    .where(and(eq(imports.groupNo, groupNo), eq(imports.importNo, importNo)));
}

/** Imports whose file still lies about and that some people were in. */
export async function selectFilesWith(
  { groupNo, d1 }: GroupDb,
  personNos: readonly number[],
  limit: number,
): Promise<Pick<ImportRow, "id" | "importNo" | "status">[]> {
  const { results } = await d1
    .prepare(
      `SELECT hex(id) AS id, import_no AS importNo, status FROM imports i
       WHERE group_no = ?1 AND file_forgotten_at IS NULL AND file_withdrawn_at IS NULL AND started_at IS NOT NULL AND EXISTS (
         SELECT 1 FROM json_each(?2) j CROSS JOIN import_people p ON p.group_no = ?1 AND p.import_no = i.import_no AND p.person_no = j.value)
       LIMIT ?3`,
    )
    .bind(groupNo, JSON.stringify(personNos), limit)
    .all<{ id: string; importNo: number; status: ImportStatus }>();
  return results.map((row) => ({ ...row, id: idFromHex<ImportId>(row.id) }));
}

export async function updateWithdrawn({ groupNo, db }: GroupDb, importNo: number, at: number): Promise<void> {
  await db
    .update(imports)
    .set({ fileWithdrawnAt: at })
    .where(and(eq(imports.groupNo, groupNo), eq(imports.importNo, importNo)));
}

import { and, asc, desc, eq, isNull, sql } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import { idToHex } from "../platform/ids";
import { mergeFiles, mergeVersions } from "./tables";
import {
  MERGE_FILES_MAX,
  type MergeColumn,
  type MergeFile,
  type MergeFileId,
  type MergeKind,
  type MergeVersion,
  type RowProblem,
} from "./types";

/** The mailings whose audience is not frozen: they get the rows there are now. */
export const OPEN = "('draft', 'waiting', 'scheduled')";
/** Those whose copies are still to be made. */
const UNDER_WAY = "('waiting', 'scheduled', 'preparing', 'sending', 'paused')";

const fileColumns = {
  ...{ no: mergeFiles.fileNo, id: mergeFiles.id, name: mergeFiles.name, versionNo: mergeFiles.versionNo },
  ...{ updatedAt: mergeFiles.updatedAt, removedAt: mergeFiles.removedAt },
};

export async function selectFiles({ groupNo, db }: GroupDb): Promise<MergeFile[]> {
  return db
    .select(fileColumns)
    .from(mergeFiles)
    .where(and(eq(mergeFiles.groupNo, groupNo), isNull(mergeFiles.removedAt)))
    .orderBy(asc(mergeFiles.name), asc(mergeFiles.fileNo))
    .limit(MERGE_FILES_MAX);
}

export async function selectFile({ groupNo, db }: GroupDb, id: MergeFileId): Promise<MergeFile | null> {
  const [row] = await db
    .select(fileColumns)
    .from(mergeFiles)
    .where(and(eq(mergeFiles.groupNo, groupNo), eq(mergeFiles.id, id)));
  return row ?? null;
}

/** Makes one without rows; null when the group has as many as it may. */
export async function insertFile(
  { groupNo, d1 }: GroupDb,
  { id, name }: { id: MergeFileId; name: string },
  { by, now }: { by: number; now: number },
): Promise<number | null> {
  const [, made] = await d1.batch<{ no: number }>([
    d1
      .prepare(
        "INSERT INTO numbers (group_no, noun, last) VALUES (?1, 'merge_files', 1) ON CONFLICT (group_no, noun) DO UPDATE SET last = last + 1",
      )
      .bind(groupNo),
    d1
      .prepare(
        `INSERT INTO merge_files (group_no, file_no, id, name, created_at, updated_by, updated_at)
         SELECT ?1, (SELECT last FROM numbers WHERE group_no = ?1 AND noun = 'merge_files'), unhex(?2), ?3, ?4, ?5, ?4
         WHERE (SELECT count(*) FROM merge_files WHERE group_no = ?1 AND removed_at IS NULL) < ?6 RETURNING file_no AS no`,
      )
      .bind(groupNo, idToHex(id), name, now, by, MERGE_FILES_MAX),
  ]);
  return made?.results[0]?.no ?? null;
}

export async function updateName(
  { groupNo, d1 }: GroupDb,
  fileNo: number,
  name: string,
  { by, now }: { by: number; now: number },
): Promise<void> {
  await d1
    .prepare(
      "UPDATE merge_files SET name = ?3, updated_by = ?4, updated_at = ?5 WHERE group_no = ?1 AND file_no = ?2 AND removed_at IS NULL",
    )
    .bind(groupNo, fileNo, name, by, now)
    .run();
}

const IS_REPEATED = `EXISTS (SELECT 1 FROM mail_series s WHERE s.group_no = ?1 AND s.mailing_no = m.mailing_no AND s.status NOT IN ('stopped', 'ended'))`;
const IN_USE = `EXISTS (SELECT 1 FROM mailings m WHERE m.group_no = ?1 AND (m.status IN ${UNDER_WAY} OR ${IS_REPEATED}) AND m.settings ->> '$.mergeFileNo' = ?2)`;

/** Whether a mailing that is to be sent or is being sent uses a file, or one that a series copies. */
export async function selectIsInUse({ groupNo, d1 }: GroupDb, fileNo: number): Promise<boolean> {
  const row = await d1.prepare(`SELECT ${IN_USE} AS used`).bind(groupNo, fileNo).first<{ used: number }>();
  return row?.used === 1;
}

/** Takes one out of the lists, unless a mailing that is to be sent or is being sent uses it. False when one does, or it is out already. */
export async function updateRemoved({ groupNo, d1 }: GroupDb, fileNo: number, now: number): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE merge_files SET removed_at = ?3 WHERE group_no = ?1 AND file_no = ?2 AND removed_at IS NULL AND NOT ${IN_USE}`,
    )
    .bind(groupNo, fileNo, now)
    .run();
  return meta.changes > 0;
}

export async function updateReturned({ groupNo, d1 }: GroupDb, fileNo: number): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE merge_files SET removed_at = NULL WHERE group_no = ?1 AND file_no = ?2 AND removed_at IS NOT NULL
         AND (SELECT count(*) FROM merge_files WHERE group_no = ?1 AND removed_at IS NULL) < ?3`,
    )
    .bind(groupNo, fileNo, MERGE_FILES_MAX)
    .run();
  return meta.changes > 0;
}

const USES_SHOWN_MAX = 50;

/** The mailings in the lists that use a file, the newest first; ids in hexadecimal. */
export async function selectUsers(
  { groupNo, d1 }: GroupDb,
  fileNo: number,
): Promise<{ id: string; name: string }[]> {
  const { results } = await d1
    .prepare(
      `SELECT hex(id) AS id, coalesce(nullif(internal_title, ''), subject) AS name FROM mailings
       WHERE group_no = ?1 AND hidden_at IS NULL AND settings ->> '$.mergeFileNo' = ?2 ORDER BY mailing_no DESC LIMIT ?3`,
    )
    .bind(groupNo, fileNo, USES_SHOWN_MAX)
    .run<{ id: string; name: string }>();
  return results;
}

/** How many mailings of the lists use each file. */
export async function countUsers({ groupNo, d1 }: GroupDb): Promise<Map<number, number>> {
  const { results } = await d1
    .prepare(
      `SELECT settings ->> '$.mergeFileNo' AS no, count(*) AS count FROM mailings
       WHERE group_no = ?1 AND hidden_at IS NULL AND settings ->> '$.mergeFileNo' IS NOT NULL GROUP BY 1`,
    )
    .bind(groupNo)
    .run<{ no: number; count: number }>();
  return new Map(results.map(({ no, count }) => [no, count]));
}

/** Begins an upload; gives its number. */
export async function insertVersion(
  { groupNo, d1 }: GroupDb,
  fileNo: number,
  { uploadName, bytes, by, now }: { uploadName: string; bytes: number; by: number; now: number },
): Promise<number> {
  const row = await d1
    .prepare(
      `INSERT INTO merge_versions (group_no, file_no, version_no, upload_name, bytes, created_by, created_at)
       SELECT ?1, ?2, 1 + coalesce((SELECT max(version_no) FROM merge_versions WHERE group_no = ?1 AND file_no = ?2), 0), ?3, ?4, ?5, ?6
       RETURNING version_no AS no`,
    )
    .bind(groupNo, fileNo, uploadName, bytes, by, now)
    .first<{ no: number }>();
  if (!row) throw new Error("an upload was not stored");
  return row.no;
}

export async function selectVersion(
  { groupNo, db }: GroupDb,
  fileNo: number,
  versionNo: number,
): Promise<MergeVersion | null> {
  const [row] = await db
    .select()
    .from(mergeVersions)
    .where(
      and(
        eq(mergeVersions.groupNo, groupNo),
        eq(mergeVersions.fileNo, fileNo),
        eq(mergeVersions.versionNo, versionNo),
      ),
    );
  return row ?? null;
}

/** The versions in use of the files in the lists, by file. */
export async function selectCurrent({ groupNo, db }: GroupDb): Promise<Map<number, MergeVersion>> {
  const rows = await db
    .select()
    .from(mergeVersions)
    .where(
      and(
        eq(mergeVersions.groupNo, groupNo),
        sql`EXISTS (SELECT 1 FROM ${mergeFiles} f WHERE f.group_no = ${groupNo} AND f.file_no = ${mergeVersions.fileNo} AND f.version_no = ${mergeVersions.versionNo} AND f.removed_at IS NULL)`,
      ),
    )
    .orderBy(desc(mergeVersions.fileNo))
    .limit(MERGE_FILES_MAX);
  return new Map(rows.map((row) => [row.fileNo, row]));
}

/** Stores some rows of an upload that nobody uses yet. May run again. */
export async function insertRows(
  { groupNo, d1 }: GroupDb,
  { fileNo, versionNo }: { fileNo: number; versionNo: number },
  rows: string,
): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO merge_rows (group_no, file_no, version_no, key, cells) SELECT ?1, ?2, ?3, j.value ->> 0, j.value -> 1 FROM json_each(?4) j
       WHERE EXISTS (SELECT 1 FROM merge_versions v WHERE v.group_no = ?1 AND v.file_no = ?2 AND v.version_no = ?3 AND v.taken_at IS NULL)
       ON CONFLICT DO UPDATE SET cells = excluded.cells`,
    )
    .bind(groupNo, fileNo, versionNo, rows)
    .run();
}

/** Empties a version, some rows at a time; gives how many went. */
export async function deleteRows(
  { groupNo, d1 }: GroupDb,
  { fileNo, versionNo }: { fileNo: number; versionNo: number },
  limit: number,
): Promise<number> {
  const { meta } = await d1
    .prepare(
      `DELETE FROM merge_rows WHERE group_no = ?1 AND file_no = ?2 AND version_no = ?3 AND key IN (
         SELECT key FROM merge_rows WHERE group_no = ?1 AND file_no = ?2 AND version_no = ?3 LIMIT ?4)`,
    )
    .bind(groupNo, fileNo, versionNo, limit)
    .run();
  return meta.changes;
}

export type Taking = {
  kind: MergeKind;
  fieldNo: number | null;
  keyHeading: string;
  columns: readonly MergeColumn[];
  rows: number;
  problems: readonly RowProblem[];
  problemCount: number;
};

/** What whoever brings rows may do beside. */
export type May = { send: boolean; seePeople: boolean };

/** Keys that say so much of so many that a count of who has a row tells nothing of anybody. */
const wide = ["country", "region"];
const SENT_ON = "(m.status = 'waiting' OR m.status = 'scheduled' AND (m.approved_by IS NOT NULL OR ?3 = 0))";
const NARROWED = `(?4 = 0 AND m.settings ->> '$.withoutRow' = 'left_out' AND m.status IN ${OPEN})`;
const USERS = "FROM mailings m WHERE m.group_no = ?1 AND m.settings ->> '$.mergeFileNo' = ?2";

/** Whether a count of who has a row of such a key may be read by whoever may not see people. */
export function isWide(kind: MergeKind): boolean {
  return wide.includes(kind);
}

/**
 * Why the rows of a file may not change: a mailing that was agreed to, or that only others may send, would change with them; or one
 * that leaves out whoever has no row would tell who is on the list. Null: they may.
 */
export async function selectHold(
  { groupNo, d1 }: GroupDb,
  fileNo: number,
  kind: MergeKind,
  { send, seePeople }: May,
): Promise<"sentOn" | "narrowed" | null> {
  const row = await d1
    .prepare(
      `SELECT EXISTS (SELECT 1 ${USERS} AND ${SENT_ON}) AS isSentOn, EXISTS (SELECT 1 ${USERS} AND ${NARROWED}) AS isNarrowed`,
    )
    .bind(groupNo, fileNo, Number(send), Number(seePeople || isWide(kind)))
    .first<{ isSentOn: number; isNarrowed: number }>();
  return row?.isSentOn ? "sentOn" : row?.isNarrowed ? "narrowed" : null;
}

/** From now on mailings get these rows. False when this upload was taken already, the file is gone, or `selectHold` holds it. */
export async function takeVersion(
  { groupNo, d1 }: GroupDb,
  { fileNo, versionNo }: { fileNo: number; versionNo: number },
  taking: Taking,
  { by, now, may }: { by: number; now: number; may: May },
): Promise<boolean> {
  const { kind, fieldNo, keyHeading, columns, rows, problems, problemCount } = taking;
  const [taken] = await d1.batch([
    d1
      .prepare(
        `UPDATE merge_versions SET kind = ?6, field_no = ?7, key_heading = ?8, columns = ?9, row_count = ?10, problem_count = ?11, problems = ?12,
           taken_at = ?13 WHERE group_no = ?1 AND file_no = ?2 AND version_no = ?5 AND taken_at IS NULL
           AND EXISTS (SELECT 1 FROM merge_files WHERE group_no = ?1 AND file_no = ?2 AND removed_at IS NULL)
           AND NOT EXISTS (SELECT 1 ${USERS} AND (${SENT_ON} OR ${NARROWED}))`,
      )
      .bind(
        ...[groupNo, fileNo, Number(may.send), Number(may.seePeople || isWide(kind)), versionNo],
        ...[kind, fieldNo, keyHeading, JSON.stringify(columns), rows],
        ...[problemCount, JSON.stringify(problems), now],
      ),
    d1
      .prepare(
        `UPDATE merge_files SET version_no = ?3, updated_by = ?4, updated_at = ?5 WHERE group_no = ?1 AND file_no = ?2 AND version_no < ?3
           AND EXISTS (SELECT 1 FROM merge_versions WHERE group_no = ?1 AND file_no = ?2 AND version_no = ?3 AND taken_at = ?5)`,
      )
      .bind(groupNo, fileNo, versionNo, by, now),
  ]);
  return (taken?.meta.changes ?? 0) > 0;
}

/** The first rows of a version, by key. */
export async function selectRows(
  { groupNo, d1 }: GroupDb,
  { fileNo, versionNo }: { fileNo: number; versionNo: number },
  limit: number,
): Promise<{ key: string; cells: string[] }[]> {
  const { results } = await d1
    .prepare(
      "SELECT key, cells FROM merge_rows WHERE group_no = ?1 AND file_no = ?2 AND version_no = ?3 ORDER BY key LIMIT ?4",
    )
    .bind(groupNo, fileNo, versionNo, limit)
    .run<{ key: string; cells: string }>();
  return results.map(({ key, cells }) => ({ key, cells: textsIn(cells) }));
}

/** A row as it is stored. */
export function textsIn(json: string): string[] {
  const read: unknown = JSON.parse(json);
  return Array.isArray(read) ? read.map(String) : [];
}

/** Uploads of before a moment that nobody took, of all groups of a shard: the one question here that binds no group. */
export async function selectAbandoned(
  d1: D1Database,
  before: number,
  limit: number,
): Promise<{ groupNo: number; fileNo: number; versionNo: number }[]> {
  const { results } = await d1
    .prepare(
      `SELECT group_no AS groupNo, file_no AS fileNo, version_no AS versionNo FROM merge_versions
       WHERE taken_at IS NULL AND created_at < ?1 LIMIT ?2`,
    )
    .bind(before, limit)
    .run<{ groupNo: number; fileNo: number; versionNo: number }>();
  return results;
}

/**
 * Versions whose rows may go, of all groups of a shard: those of files taken away before a moment, and those that were replaced,
 * where no mailing that has them is under way or ended after it.
 */
export async function selectOutlived(
  d1: D1Database,
  before: number,
  limit: number,
): Promise<{ groupNo: number; fileNo: number; versionNo: number }[]> {
  const { results } = await d1
    .prepare(
      `SELECT v.group_no AS groupNo, v.file_no AS fileNo, v.version_no AS versionNo FROM merge_versions v
       CROSS JOIN merge_files f ON f.group_no = v.group_no AND f.file_no = v.file_no
       WHERE v.taken_at IS NOT NULL AND (f.version_no <> v.version_no OR f.removed_at < ?1)
         AND NOT EXISTS (SELECT 1 FROM merge_uses u CROSS JOIN mailings m ON m.group_no = u.group_no AND m.mailing_no = u.mailing_no
           WHERE u.group_no = v.group_no AND u.file_no = v.file_no AND u.version_no = v.version_no
             AND m.status NOT IN ${OPEN} AND (m.finished_at IS NULL OR m.finished_at >= ?1)) LIMIT ?2`,
    )
    .bind(before, limit)
    .run<{ groupNo: number; fileNo: number; versionNo: number }>();
  return results;
}

/** Takes an emptied version away, and its file with the last one when that was taken away. */
export async function deleteVersion(
  { groupNo, d1 }: GroupDb,
  { fileNo, versionNo }: { fileNo: number; versionNo: number },
): Promise<void> {
  await d1.batch([
    d1
      .prepare("DELETE FROM merge_versions WHERE group_no = ?1 AND file_no = ?2 AND version_no = ?3")
      .bind(groupNo, fileNo, versionNo),
    d1
      .prepare("DELETE FROM merge_uses WHERE group_no = ?1 AND file_no = ?2 AND version_no = ?3")
      .bind(groupNo, fileNo, versionNo),
    d1
      .prepare(
        `DELETE FROM merge_files WHERE group_no = ?1 AND file_no = ?2 AND (removed_at IS NOT NULL OR version_no = 0)
           AND NOT EXISTS (SELECT 1 FROM merge_versions WHERE group_no = ?1 AND file_no = ?2)`,
      )
      .bind(groupNo, fileNo),
  ]);
}

import type { GroupDb } from "../groups/shard";
import { cellsSql } from "./keys";
import { OPEN, textsIn } from "./store";
import { type MergeColumn, type MergeKind, mergeKinds } from "./types";

/* Which rows a mailing has, and those of some people. */

/** Which rows a mailing that is being prepared will have, whatever is uploaded later. */
export async function pinVersion({ groupNo, d1 }: GroupDb, mailingNo: number): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO merge_uses (group_no, mailing_no, file_no, version_no)
       SELECT ?1, ?2, f.file_no, f.version_no FROM mailings m
       CROSS JOIN merge_files f ON f.group_no = ?1 AND f.file_no = m.settings ->> '$.mergeFileNo'
       WHERE m.group_no = ?1 AND m.mailing_no = ?2 AND m.status = 'preparing' AND f.removed_at IS NULL
       ON CONFLICT (group_no, mailing_no) DO UPDATE SET file_no = excluded.file_no, version_no = excluded.version_no`,
    )
    .bind(groupNo, mailingNo)
    .run();
}

// What is frozen has the version it was frozen with; all else the one there is now, unless its file was taken away: also what is
// being prepared and was not given its own yet.
const USED = `SELECT v.file_no, v.version_no, v.kind, v.field_no, v.columns, m.settings ->> '$.withoutRow' AS without FROM mailings m
  LEFT JOIN merge_uses u ON u.group_no = ?1 AND u.mailing_no = m.mailing_no AND m.status NOT IN ${OPEN}
  LEFT JOIN merge_files f ON f.group_no = ?1 AND (m.status IN ${OPEN} OR (m.status = 'preparing' AND u.file_no IS NULL)) AND f.file_no = m.settings ->> '$.mergeFileNo' AND f.removed_at IS NULL
  CROSS JOIN merge_versions v ON v.group_no = ?1 AND v.file_no = coalesce(u.file_no, f.file_no) AND v.version_no = coalesce(u.version_no, f.version_no)
  WHERE m.group_no = ?1 AND m.mailing_no = ?2 AND v.taken_at IS NOT NULL`;

export type UsedVersion = {
  fileNo: number;
  versionNo: number;
  kind: MergeKind;
  fieldNo: number | null;
  columns: MergeColumn[];
  isLeftOut: boolean;
};

/** The version a mailing has now; null for one without a merge file. */
export async function selectUsed({ groupNo, d1 }: GroupDb, mailingNo: number): Promise<UsedVersion | null> {
  const row = await d1
    .prepare(
      `SELECT file_no AS fileNo, version_no AS versionNo, kind, field_no AS fieldNo, columns, without FROM (${USED})`,
    )
    .bind(groupNo, mailingNo)
    .first<Omit<UsedVersion, "columns" | "isLeftOut"> & { columns: string; without: string | null }>();
  if (!row) return null;
  const { without, columns, ...used } = row;
  return { ...used, columns: columnsIn(columns), isLeftOut: without === "left_out" };
}

function columnsIn(json: string): MergeColumn[] {
  const read: unknown = JSON.parse(json);
  return Array.isArray(read)
    ? read.map((each) => ({ name: String(each.name), heading: String(each.heading) }))
    : [];
}

const CELLS_OF_ANY = `CASE u.kind ${mergeKinds
  .map((kind) => {
    const place = { kind, file: "u.file_no", version: "u.version_no", field: "u.field_no" };
    return `WHEN '${kind}' THEN ${cellsSql(place)}`;
  })
  .join(" ")} END`;

/** How long the keys of a version are. */
export async function selectKeyLengths(
  { groupNo, d1 }: GroupDb,
  { fileNo, versionNo }: { fileNo: number; versionNo: number },
): Promise<number[]> {
  const { results } = await d1
    .prepare(
      "SELECT DISTINCT length(key) AS length FROM merge_rows WHERE group_no = ?1 AND file_no = ?2 AND version_no = ?3",
    )
    .bind(groupNo, fileNo, versionNo)
    .run<{ length: number }>();
  return results.map(({ length }) => length);
}

/**
 * The rows of some people in a mailing's merge file, in one statement: by person, what is in their cells by column. Whoever has
 * none is not in it.
 */
export async function selectMerged(
  { groupNo, d1 }: GroupDb,
  mailingNo: number,
  personNos: readonly number[],
): Promise<Map<number, Record<string, string>>> {
  const { results } = await d1
    .prepare(
      `WITH u AS MATERIALIZED (${USED})
       SELECT w.value AS personNo, ${CELLS_OF_ANY} AS cells, CASE w.key WHEN 0 THEN u.columns END AS columns
       FROM u CROSS JOIN json_each(?3) w LEFT JOIN people p ON p.group_no = ?1 AND p.person_no = w.value`,
    )
    .bind(groupNo, mailingNo, JSON.stringify(personNos))
    .run<{ personNo: number; cells: string | null; columns: string | null }>();
  const names = columnsIn(results.find(({ columns }) => columns !== null)?.columns ?? "[]").map(
    ({ name }) => name,
  );
  return new Map(
    results.flatMap(({ personNo, cells }) => {
      if (cells === null) return [];
      const texts = textsIn(cells);
      const said = names.flatMap((name, index) => (texts[index] ? [[name, texts[index]] as const] : []));
      return [[personNo, Object.fromEntries(said)] as const];
    }),
  );
}

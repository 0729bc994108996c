import type { GroupDb } from "../src/groups/shard";

/** Puts rows found by address in the place of those of a group's first merge file, whose one column is "hall". */
export async function bringRows(db: GroupDb, rows: Readonly<Record<string, string>>): Promise<void> {
  const run = (sql: string, ...values: unknown[]) => db.d1.prepare(sql).bind(db.groupNo, ...values);
  const next =
    "(SELECT 1 + coalesce(max(version_no), 0) FROM merge_versions WHERE group_no = ?1 AND file_no = 1)";
  await db.d1.batch([
    run(
      "INSERT INTO merge_files (group_no, file_no, id, name, created_at, updated_by, updated_at) VALUES (?1, 1, randomblob(16), 'Halls', 1, 1, 1) ON CONFLICT DO NOTHING",
    ),
    run(
      `INSERT INTO merge_rows (group_no, file_no, version_no, key, cells) SELECT ?1, 1, ${next}, key, json_array(value) FROM json_each(?2)`,
      JSON.stringify(rows),
    ),
    run(
      `INSERT INTO merge_versions (group_no, file_no, version_no, upload_name, bytes, kind, columns, created_by, created_at, taken_at)
       SELECT ?1, 1, ${next}, 'halls.csv', 1, 'email', '[{"name":"hall","heading":"Hall"}]', 1, 1, 1`,
    ),
    run(
      "UPDATE merge_files SET version_no = (SELECT max(version_no) FROM merge_versions WHERE group_no = ?1 AND file_no = 1) WHERE group_no = ?1 AND file_no = 1",
    ),
  ]);
}

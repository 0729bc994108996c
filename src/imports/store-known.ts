import type { GroupDb } from "../groups/shard";

/** Whether anybody of the group asked to be forgotten: in most groups nobody did. */
export async function hasForgotten({ d1, groupNo }: GroupDb): Promise<boolean> {
  const row = await d1
    .prepare("SELECT EXISTS (SELECT 1 FROM identities WHERE group_no = ?1 AND kind = 3) AS has")
    .bind(groupNo)
    .first<{ has: number }>();
  return row?.has === 1;
}

/** Which rows are of strangers who asked to be forgotten, by position. @param rows JSON array of `StoredRow` */
export async function forgottenAmong({ d1, groupNo }: GroupDb, rows: string): Promise<Set<number>> {
  const { results } = await d1
    .prepare(
      `SELECT j.key AS position FROM json_each(?2) j
       CROSS JOIN identities x ON x.group_no = ?1 AND x.kind = 3 AND x.value = j.value ->> 'h'
       WHERE NOT EXISTS (SELECT 1 FROM identities i WHERE i.group_no = ?1 AND i.kind = j.value ->> 'k' AND i.value = j.value ->> 'v')`,
    )
    .bind(groupNo, rows)
    .all<{ position: number }>();
  return new Set(results.map(({ position }) => position));
}

/** The numbers of people by their ids (32 hexadecimal digits); of one who was merged, the person they became. */
export async function numbersOf(
  { d1, groupNo }: GroupDb,
  ids: readonly string[],
): Promise<Map<string, number>> {
  const { results } = await d1
    .prepare(
      `SELECT j.value AS id, coalesce(p.merged_into, p.person_no) AS no FROM json_each(?2) j
       CROSS JOIN people p ON p.group_no = ?1 AND p.id = unhex(j.value) WHERE p.erased_at IS NULL`,
    )
    .bind(groupNo, JSON.stringify(ids))
    .all<{ id: string; no: number }>();
  return new Map(results.map(({ id, no }) => [id, no]));
}

import type { GroupDb } from "../groups/shard";
import { idFromHex, type PersonId } from "../platform/ids";

export type Tagging = { tagNo: number; personNo: number; personId: PersonId; taggedAt: number };
type Stored = Omit<Tagging, "personId"> & { personId: string };

const rowOf = ({ personId, ...row }: Stored): Tagging => ({
  ...row,
  personId: idFromHex<PersonId>(personId),
});

const COLUMNS = `p.person_no AS personNo, lower(hex(p.id)) AS personId, g.tagged_at AS taggedAt`;

/** Who has a tag, those who came last first. */
export async function selectOfTag(
  { d1, groupNo }: GroupDb,
  tagNo: number,
  { before, skip, limit }: { before: number; skip: number; limit: number },
): Promise<Tagging[]> {
  const { results } = await d1
    .prepare(
      `SELECT ?2 AS tagNo, ${COLUMNS} FROM taggings g CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = g.person_no
       WHERE g.group_no = ?1 AND g.tag_no = ?2 AND g.person_no < ?3 ORDER BY g.person_no DESC LIMIT ?4 OFFSET ?5`,
    )
    .bind(groupNo, tagNo, before, limit, skip)
    .all<Stored>();
  return results.map(rowOf);
}

export async function countOfTag({ d1, groupNo }: GroupDb, tagNo: number): Promise<number> {
  const found = await d1
    .prepare("SELECT count(*) AS n FROM taggings WHERE group_no = ?1 AND tag_no = ?2")
    .bind(groupNo, tagNo)
    .first<number>("n");
  return found ?? 0;
}

/** The tags of a person, each by the number it has now. */
export async function selectOfPerson({ d1, groupNo }: GroupDb, personNo: number): Promise<Tagging[]> {
  const { results } = await d1
    .prepare(
      `SELECT coalesce(t.merged_into, t.tag_no) AS tagNo, ${COLUMNS.replace("g.tagged_at", "min(g.tagged_at)")}
       FROM taggings g CROSS JOIN tags t ON t.group_no = ?1 AND t.tag_no = g.tag_no
       CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = g.person_no
       WHERE g.group_no = ?1 AND g.person_no = ?2 AND t.deleted_at IS NULL GROUP BY 1 ORDER BY taggedAt DESC, 1 DESC`,
    )
    .bind(groupNo, personNo)
    .all<Stored>();
  return results.map(rowOf);
}

export async function selectOne(
  { d1, groupNo }: GroupDb,
  tagNo: number,
  personNo: number,
): Promise<Tagging | null> {
  const row = await d1
    .prepare(
      `SELECT ?2 AS tagNo, ${COLUMNS} FROM tags t CROSS JOIN taggings g ON g.group_no = ?1 AND g.tag_no = t.tag_no AND g.person_no = ?3
       CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = g.person_no
       WHERE t.group_no = ?1 AND (t.tag_no = ?2 OR t.merged_into = ?2) AND t.deleted_at IS NULL LIMIT 1`,
    )
    .bind(groupNo, tagNo, personNo)
    .first<Stored>();
  return row && rowOf(row);
}

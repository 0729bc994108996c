import type { GroupDb } from "../groups/shard";
import { ownChanges } from "../platform/own-changes";

/** People tagged or untagged by one statement. */
export const TAGGED_AT_ONCE_MAX = 2_000;
/** Taggings moved or emptied by one statement; each is a row and an entry of its index. */
const TAGGINGS_MOVED_MAX = 2_000;
/** More actions than anybody looks through for where a tag is used. */
const ACTIONS_READ_MAX = 2_000;

export type TagRow = {
  no: number;
  name: string;
  note: string;
  isHidden: boolean;
  createdAt: number;
  deletedAt: number | null;
  emptiedAt: number | null;
  formerName: string | null;
  personCount: number | null;
  countedAt: number | null;
};

type Stored = Omit<TagRow, "isHidden"> & { isHidden: number };

const COLUMNS = `tag_no AS no, name, note, hidden_at IS NOT NULL AS isHidden, created_at AS createdAt, deleted_at AS deletedAt,
  emptied_at AS emptiedAt, former_name AS formerName, person_count AS personCount, counted_at AS countedAt`;

/** The tags of a group by name, or those deleted that may still be brought back. */
export async function selectTags({ groupNo, d1 }: GroupDb, which: "kept" | "deleted"): Promise<TagRow[]> {
  const state =
    which === "kept"
      ? "name_key IS NOT NULL"
      : "deleted_at IS NOT NULL AND emptied_at IS NULL AND merged_into IS NULL";
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM tags WHERE group_no = ?1 AND ${state} ORDER BY name COLLATE NOCASE, tag_no`,
    )
    .bind(groupNo)
    .all<Stored>();
  return results.map((row) => ({ ...row, isHidden: row.isHidden === 1 }));
}

export async function selectTag({ groupNo, d1 }: GroupDb, no: number): Promise<TagRow | null> {
  const row = await d1
    .prepare(`SELECT ${COLUMNS} FROM tags WHERE group_no = ?1 AND tag_no = ?2 AND merged_into IS NULL`)
    .bind(groupNo, no)
    .first<Stored>();
  return row && { ...row, isHidden: row.isHidden === 1 };
}

export async function countTags({ groupNo, d1 }: GroupDb): Promise<number> {
  const row = await d1
    .prepare("SELECT count(*) AS n FROM tags WHERE group_no = ?1 AND name_key IS NOT NULL")
    .bind(groupNo)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** Whose key each of the names has now or had once, in the order asked; null for a key that is nobody's. */
export async function selectTagNos({ groupNo, d1 }: GroupDb, keys: string[]): Promise<(number | null)[]> {
  if (keys.length === 0) return [];
  const { results } = await d1
    .prepare(
      `SELECT coalesce(t.tag_no, a.tag_no) AS no FROM json_each(?2) j
       LEFT JOIN tags t ON t.group_no = ?1 AND t.name_key = j.value
       LEFT JOIN tag_aliases a ON a.group_no = ?1 AND a.name_key = j.value
       ORDER BY j.key`,
    )
    .bind(groupNo, JSON.stringify(keys))
    .all<{ no: number | null }>();
  return results.map(({ no }) => no);
}

const UNKNOWN_TAGS = `json_each(?2) j
  WHERE NOT EXISTS (SELECT 1 FROM tags t WHERE t.group_no = ?1 AND t.name_key = j.value ->> 'key')
    AND NOT EXISTS (SELECT 1 FROM tag_aliases a WHERE a.group_no = ?1 AND a.name_key = j.value ->> 'key')`;

/** Numbers are reserved at once and handed out from the top down. Gives how many were made. */
export async function insertTags(
  { groupNo, d1 }: GroupDb,
  names: { name: string; key: string }[],
  now: number,
): Promise<number> {
  const page = JSON.stringify(names);
  return ownChanges(
    d1,
    d1
      .prepare(
        `INSERT INTO numbers (group_no, noun, last)
         SELECT ?1, 'tags', n FROM (SELECT count(*) AS n FROM ${UNKNOWN_TAGS}) WHERE n > 0
         ON CONFLICT (group_no, noun) DO UPDATE SET last = last + excluded.last`,
      )
      .bind(groupNo, page),
    d1
      .prepare(
        `INSERT INTO tags (group_no, tag_no, name, name_key, created_at)
         SELECT ?1, (SELECT last FROM numbers WHERE group_no = ?1 AND noun = 'tags') + 1 - row_number() OVER (), j.value ->> 'name', j.value ->> 'key', ?3
         FROM ${UNKNOWN_TAGS}
         ON CONFLICT DO NOTHING`,
      )
      .bind(groupNo, page, now),
  );
}

/** Names given up by tags that are called otherwise now are free for new tags again. */
export async function deleteAliases({ groupNo, d1 }: GroupDb, keys: string[]): Promise<void> {
  await d1
    .prepare("DELETE FROM tag_aliases WHERE group_no = ?1 AND name_key IN (SELECT value FROM json_each(?2))")
    .bind(groupNo, JSON.stringify(keys))
    .run();
}

/** False when another tag has that name, or the group has no such tag. What was its name goes on meaning it. */
export async function renameTag(
  { groupNo, d1 }: GroupDb,
  no: number,
  { name, key }: { name: string; key: string },
): Promise<boolean> {
  const isFree =
    "NOT EXISTS (SELECT 1 FROM tags other WHERE other.group_no = ?1 AND other.name_key = ?3 AND other.tag_no <> ?2)";
  const results = await d1.batch([
    d1
      .prepare(
        `INSERT INTO tag_aliases (group_no, name_key, tag_no)
         SELECT ?1, name_key, tag_no FROM tags WHERE group_no = ?1 AND tag_no = ?2 AND name_key IS NOT NULL AND name_key <> ?3 AND ${isFree}
         ON CONFLICT (group_no, name_key) DO UPDATE SET tag_no = excluded.tag_no`,
      )
      .bind(groupNo, no, key),
    d1
      .prepare(`DELETE FROM tag_aliases WHERE group_no = ?1 AND name_key = ?3 AND ?2 > 0 AND ${isFree}`)
      .bind(groupNo, no, key),
    d1
      .prepare(
        `UPDATE tags SET name = ?4, name_key = ?3 WHERE group_no = ?1 AND tag_no = ?2 AND name_key IS NOT NULL AND ${isFree}`,
      )
      .bind(groupNo, no, key, name),
  ]);
  return (results[2]?.meta.changes ?? 0) > 0;
}

export async function updateTag(
  { groupNo, d1 }: GroupDb,
  no: number,
  { note, hiddenAt }: { note: string; hiddenAt: number | null },
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      "UPDATE tags SET note = ?3, hidden_at = ?4 WHERE group_no = ?1 AND tag_no = ?2 AND name_key IS NOT NULL",
    )
    .bind(groupNo, no, note, hiddenAt)
    .run();
  return meta.changes > 0;
}

/** From here on whoever is given `lost` gets `kept`, by number and by every name it ever had. */
export async function markMerged({ groupNo, d1 }: GroupDb, kept: number, lost: number): Promise<boolean> {
  const bind = (sql: string) => d1.prepare(sql).bind(groupNo, kept, lost);
  const both = `?2 <> ?3 AND (SELECT count(*) FROM tags WHERE group_no = ?1 AND tag_no IN (?2, ?3) AND name_key IS NOT NULL) = 2`;
  const results = await d1.batch([
    bind(`UPDATE tag_aliases SET tag_no = ?2 WHERE group_no = ?1 AND tag_no = ?3 AND ${both}`),
    bind(
      `INSERT INTO tag_aliases (group_no, name_key, tag_no) SELECT ?1, name_key, ?2 FROM tags WHERE group_no = ?1 AND tag_no = ?3 AND ${both}
       ON CONFLICT (group_no, name_key) DO UPDATE SET tag_no = excluded.tag_no`,
    ),
    bind(`UPDATE tags SET merged_into = ?2 WHERE group_no = ?1 AND merged_into = ?3 AND ${both}`),
    bind(
      `UPDATE tags SET former_name = name, name = '#' || tag_no, name_key = NULL, merged_into = ?2
       WHERE group_no = ?1 AND tag_no = ?3 AND ${both}`,
    ),
    bind("UPDATE tags SET counted_at = NULL WHERE group_no = ?1 AND tag_no = ?2 AND ?3 > 0"),
  ]);
  return (results[3]?.meta.changes ?? 0) > 0;
}

export async function selectMergedInto({ groupNo, d1 }: GroupDb, no: number): Promise<number | null> {
  const row = await d1
    .prepare("SELECT merged_into AS kept FROM tags WHERE group_no = ?1 AND tag_no = ?2")
    .bind(groupNo, no)
    .first<{ kept: number | null }>();
  return row?.kept ?? null;
}

/** Moves a page of taggings from a merged tag to the one it has become. Gives how many there were. */
export async function moveTaggings({ groupNo, d1 }: GroupDb, kept: number, lost: number): Promise<number> {
  const page = `SELECT person_no FROM taggings WHERE group_no = ?1 AND tag_no = ?3 AND ?2 > 0 ORDER BY person_no LIMIT ${TAGGINGS_MOVED_MAX}`;
  return ownChanges(
    d1,
    d1
      .prepare(
        `INSERT INTO taggings (group_no, tag_no, person_no, tagged_at)
         SELECT ?1, ?2, person_no, tagged_at FROM taggings WHERE group_no = ?1 AND tag_no = ?3 AND person_no IN (${page})
         ON CONFLICT DO NOTHING`,
      )
      .bind(groupNo, kept, lost),
    d1
      .prepare(`DELETE FROM taggings WHERE group_no = ?1 AND tag_no = ?3 AND person_no IN (${page})`)
      .bind(groupNo, kept, lost),
  );
}

/** Takes the tag, and those that have become it, from everybody; `taggings` keep it for now. Its names are free. */
export async function markDeleted({ groupNo, d1 }: GroupDb, no: number, now: number): Promise<boolean> {
  const results = await d1.batch([
    d1
      .prepare(
        `UPDATE tags SET former_name = name, name = '#' || tag_no, name_key = NULL, deleted_at = ?3, emptied_at = NULL
         WHERE group_no = ?1 AND tag_no = ?2 AND name_key IS NOT NULL`,
      )
      .bind(groupNo, no, now),
    d1
      .prepare(
        "UPDATE tags SET deleted_at = ?3 WHERE group_no = ?1 AND merged_into = ?2 AND deleted_at IS NULL",
      )
      .bind(groupNo, no, now),
    d1.prepare("DELETE FROM tag_aliases WHERE group_no = ?1 AND tag_no = ?2").bind(groupNo, no),
  ]);
  return (results[0]?.meta.changes ?? 0) > 0;
}

/** False when it was emptied meanwhile, or another tag has its name by now. */
export async function unmarkDeleted({ groupNo, d1 }: GroupDb, no: number, key: string): Promise<boolean> {
  const results = await d1.batch([
    d1
      .prepare(
        `UPDATE tags SET name = former_name, name_key = ?3, former_name = NULL, deleted_at = NULL
         WHERE group_no = ?1 AND tag_no = ?2 AND deleted_at IS NOT NULL AND emptied_at IS NULL AND merged_into IS NULL
           AND NOT EXISTS (SELECT 1 FROM tags other WHERE other.group_no = ?1 AND other.name_key = ?3)`,
      )
      .bind(groupNo, no, key),
    d1
      .prepare("UPDATE tags SET deleted_at = NULL WHERE group_no = ?1 AND merged_into = ?2 AND changes() > 0")
      .bind(groupNo, no),
    d1.prepare("DELETE FROM tag_aliases WHERE group_no = ?1 AND name_key = ?2").bind(groupNo, key),
  ]);
  return (results[0]?.meta.changes ?? 0) > 0;
}

/** Nothing brings it back from here on. */
export async function markEmptied(
  { groupNo, d1 }: GroupDb,
  no: number,
  deletedBy: number,
  now: number,
): Promise<void> {
  await d1
    .prepare(
      "UPDATE tags SET emptied_at = ?4 WHERE group_no = ?1 AND (tag_no = ?2 OR merged_into = ?2) AND deleted_at <= ?3",
    )
    .bind(groupNo, no, deletedBy, now)
    .run();
}

/** The tags that have become this one and still have rows of their own to be emptied. */
export async function mergedInto({ groupNo, d1 }: GroupDb, no: number): Promise<number[]> {
  const { results } = await d1
    .prepare("SELECT tag_no AS no FROM tags WHERE group_no = ?1 AND merged_into = ?2")
    .bind(groupNo, no)
    .all<{ no: number }>();
  return results.map((row) => row.no);
}

/** Counts the people of a tag, by its key alone, and keeps the number. */
export async function countPeople({ groupNo, d1 }: GroupDb, no: number, now: number): Promise<number> {
  const row = await d1
    .prepare(
      `UPDATE tags SET person_count = (SELECT count(*) FROM taggings WHERE group_no = ?1 AND tag_no = ?2), counted_at = ?3
       WHERE group_no = ?1 AND tag_no = ?2 RETURNING person_count AS n`,
    )
    .bind(groupNo, no, now)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** The lists of tags that the newest actions give, as they were written. */
export async function tagsInActions({ groupNo, d1 }: GroupDb): Promise<{ actionNo: number; tags: string }[]> {
  const { results } = await d1
    .prepare(
      `SELECT action_no AS actionNo, settings -> '$.tags' AS tags FROM actions
       WHERE group_no = ?1 AND settings ->> '$.tags[0]' IS NOT NULL ORDER BY action_no DESC LIMIT ${ACTIONS_READ_MAX}`,
    )
    .bind(groupNo)
    .all<{ actionNo: number; tags: string }>();
  return results;
}

export async function insertTaggings(
  group: GroupDb,
  tagNo: number,
  personNos: readonly number[],
  at: number,
): Promise<number> {
  return ownChanges(group.d1, insertTaggingsStatement(group, [tagNo], personNos, at));
}

/** Gives people tags; of one that has become another they get that. Whoever has it keeps the day they got it. */
export function insertTaggingsStatement(
  { groupNo, d1 }: GroupDb,
  tagNos: readonly number[],
  personNos: readonly number[],
  at: number,
): D1PreparedStatement {
  return d1
    .prepare(
      `INSERT INTO taggings (group_no, tag_no, person_no, tagged_at)
       SELECT ?1, coalesce(t.merged_into, t.tag_no), p.person_no, ?4
       FROM json_each(?2) n CROSS JOIN tags t ON t.group_no = ?1 AND t.tag_no = n.value
       CROSS JOIN json_each(?3) j CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = j.value
       WHERE t.deleted_at IS NULL AND p.erased_at IS NULL AND p.merged_into IS NULL
       ON CONFLICT DO NOTHING`,
    )
    .bind(groupNo, JSON.stringify(tagNos), JSON.stringify(personNos), at);
}

export async function deleteTaggings(
  group: GroupDb,
  tagNo: number,
  personNos: readonly number[],
): Promise<number> {
  return ownChanges(group.d1, deleteTaggingsStatement(group, [tagNo], personNos));
}

export function deleteTaggingsStatement(
  { groupNo, d1 }: GroupDb,
  tagNos: readonly number[],
  personNos: readonly number[],
): D1PreparedStatement {
  return d1
    .prepare(
      `DELETE FROM taggings WHERE group_no = ?1 AND person_no IN (SELECT value FROM json_each(?3)) AND tag_no IN
         (SELECT t.tag_no FROM tags t WHERE t.group_no = ?1 AND (t.tag_no IN (SELECT value FROM json_each(?2))
           OR t.merged_into IN (SELECT value FROM json_each(?2))))`,
    )
    .bind(groupNo, JSON.stringify(tagNos), JSON.stringify(personNos));
}

/** The tags of a person, by name. One that has become another counts as that. */
export async function selectTagsOf(
  { groupNo, d1 }: GroupDb,
  personNo: number,
): Promise<{ no: number; name: string; isHidden: boolean; taggedAt: number }[]> {
  const { results } = await d1
    .prepare(
      `SELECT k.tag_no AS no, k.name, k.hidden_at IS NOT NULL AS isHidden, min(g.tagged_at) AS taggedAt
       FROM taggings g CROSS JOIN tags t ON t.group_no = ?1 AND t.tag_no = g.tag_no
       CROSS JOIN tags k ON k.group_no = ?1 AND k.tag_no = coalesce(t.merged_into, t.tag_no)
       WHERE g.group_no = ?1 AND g.person_no = ?2 AND k.deleted_at IS NULL
       GROUP BY k.tag_no ORDER BY k.name COLLATE NOCASE`,
    )
    .bind(groupNo, personNo)
    .all<{ no: number; name: string; isHidden: number; taggedAt: number }>();
  return results.map((row) => ({ ...row, isHidden: row.isHidden === 1 }));
}

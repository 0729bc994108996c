import { BITS, MARK } from "../changes/mark";
import type { GroupDb } from "../groups/shard";
import { ARRIVED } from "../people/arrival";

// What a batch made or revised has its mark, of which 2 says that it was there before. Somebody may be stored under the row's id alone:
// see the two unique keys of participations. What is stored again after a loss was told before.
const isOf = (table: string) => `${table}.mark / 4 = n.change_no`;
const RECORD = `
  INSERT INTO changes (group_no, change_no, at, what, no, size, page)
  SELECT ?1, n.change_no, CAST(unixepoch('subsec') * 1000 AS INTEGER), 0, ?3, count(*),
    json_object('tags', json(?4), 'rows', json_group_array(json_array(
      coalesce(o.person_no, m.person_no, i.person_no), nullif(lower(hex(coalesce(o.id, m.id))), ''),
      iif(?5 IS NULL AND coalesce(o.mark, m.mark) & 2 = 0, ${BITS.isNew}, 0) + iif(?5 IS NULL AND p.mark & 2 = 0, ${BITS.isNewPerson}, 0)
    )))
  FROM (SELECT (${MARK}) / 4 AS change_no) n CROSS JOIN ${ARRIVED}
  CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = i.person_no
  LEFT JOIN participations o ON o.group_no = ?1 AND o.person_no = i.person_no AND o.action_no = ?3 AND o.nth = j.value ->> 'n' AND ${isOf("o")}
  LEFT JOIN participations m ON o.id IS NULL AND m.group_no = ?1 AND m.action_no = ?3 AND m.id = unhex(j.value ->> 'i') AND ${isOf("m")}
  WHERE n.change_no > 0
  GROUP BY n.change_no HAVING count(*) > 0`;

/**
 * The statement by which a batch says what it stored, in one row of the feed; it writes none where the group has no feed. Comes right
 * after the participations: no change may be recorded between the two.
 */
export function recordStatement(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  tagNos: number[],
  page: string | null,
  restoredAt: number | null,
): D1PreparedStatement {
  return d1.prepare(RECORD).bind(groupNo, page, actionNo, JSON.stringify(tagNos), restoredAt);
}

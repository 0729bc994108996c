import type { GroupDb } from "../groups/shard";
import { ownChanges } from "../platform/own-changes";

/** What a deleted tag or field still has: rows, by the number of what they belong to. */
const kept = {
  tag: { rows: "taggings", owners: "tags", no: "tag_no" },
  field: { rows: "field_values", owners: "custom_fields", no: "field_no" },
} as const;

/** Rows taken away by one statement. */
const ROWS_MAX = 1_000;

/** Empties a page of what was deleted before a moment; gives how many rows, 0 when there is nothing to empty. */
export async function emptyPage(
  { groupNo, d1 }: GroupDb,
  what: keyof typeof kept,
  no: number,
  deletedBy: number,
): Promise<number> {
  const { rows, owners, no: column } = kept[what];
  return ownChanges(
    d1,
    d1
      .prepare(
        `DELETE FROM ${rows} WHERE group_no = ?1 AND ${column} = ?2
         AND EXISTS (SELECT 1 FROM ${owners} WHERE group_no = ?1 AND ${column} = ?2 AND deleted_at <= ?3)
         AND person_no IN (SELECT person_no FROM ${rows} WHERE group_no = ?1 AND ${column} = ?2 ORDER BY person_no LIMIT ${ROWS_MAX})`,
      )
      .bind(groupNo, no, deletedBy),
  );
}

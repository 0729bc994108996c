import { asc, eq } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import { ARRIVED } from "./store";
import { customFields } from "./tables";
import type { FieldType } from "./types";

export type FieldRow = Omit<typeof customFields.$inferSelect, "groupNo" | "createdAt">;

export function selectFields({ groupNo, db }: GroupDb): Promise<FieldRow[]> {
  return db
    .select({
      fieldNo: customFields.fieldNo,
      key: customFields.key,
      label: customFields.label,
      type: customFields.type,
      choices: customFields.choices,
      archivedAt: customFields.archivedAt,
    })
    .from(customFields)
    .where(eq(customFields.groupNo, groupNo))
    .orderBy(asc(customFields.fieldNo));
}

/** Fields are never deleted, so the number after the highest is free. Null: the key is taken, or there are `most` already. */
export async function insertField(
  { groupNo, d1 }: GroupDb,
  field: { key: string; label: string; type: FieldType; choices: string[] },
  options: { now: number; most: number },
): Promise<number | null> {
  const row = await d1
    .prepare(
      `INSERT INTO custom_fields (group_no, field_no, key, label, type, choices, created_at)
       SELECT ?1, n + 1, ?2, ?3, ?4, ?5, ?6
       FROM (SELECT coalesce(max(field_no), 0) AS n, count(*) AS total FROM custom_fields WHERE group_no = ?1) WHERE total < ?7
       ON CONFLICT DO NOTHING RETURNING field_no`,
    )
    .bind(
      groupNo,
      field.key,
      field.label,
      field.type,
      JSON.stringify(field.choices),
      options.now,
      options.most,
    )
    .first<{ field_no: number }>();
  return row?.field_no ?? null;
}

export async function updateArchived(
  { groupNo, d1 }: GroupDb,
  fieldNo: number,
  archivedAt: number | null,
): Promise<boolean> {
  const { meta } = await d1
    .prepare("UPDATE custom_fields SET archived_at = ?3 WHERE group_no = ?1 AND field_no = ?2")
    .bind(groupNo, fieldNo, archivedAt)
    .run();
  return meta.changes > 0;
}

export async function selectValues(
  { groupNo, d1 }: GroupDb,
  personNo: number,
): Promise<{ fieldNo: number; value: string; actedAt: number }[]> {
  const { results } = await d1
    .prepare(
      `SELECT field_no AS fieldNo, value, acted_at AS actedAt FROM field_values
       WHERE group_no = ?1 AND person_no = ?2 ORDER BY field_no`,
    )
    .bind(groupNo, personNo)
    .all<{ fieldNo: number; value: string; actedAt: number }>();
  return results;
}

const KEEP_NEWER = `ON CONFLICT (group_no, field_no, person_no) DO UPDATE SET value = excluded.value, acted_at = excluded.acted_at
  WHERE excluded.acted_at > field_values.acted_at`;

// A field is looked up, so that a number that is none of the group's stores nothing.
const STORE_VALUES = `
  INSERT INTO field_values (group_no, field_no, person_no, value, acted_at)
  SELECT ?1, c.field_no, i.person_no, f.value ->> 1, j.value ->> 't'
  FROM ${ARRIVED} CROSS JOIN jsonb_each(j.value, '$.f') f
  CROSS JOIN custom_fields c ON c.group_no = ?1 AND c.field_no = f.value ->> 0
  WHERE true
  ${KEEP_NEWER}`;

export function valuesStatement({ groupNo, d1 }: GroupDb, page: string): D1PreparedStatement {
  return d1.prepare(STORE_VALUES).bind(groupNo, page);
}

export function erasureStatement({ groupNo, d1 }: GroupDb, personNo: number): D1PreparedStatement {
  return d1
    .prepare("DELETE FROM field_values WHERE group_no = ?1 AND person_no = ?2")
    .bind(groupNo, personNo);
}

export function mergeStatements(group: GroupDb, kept: number, lost: number): D1PreparedStatement[] {
  return [
    group.d1
      .prepare(
        `INSERT INTO field_values (group_no, field_no, person_no, value, acted_at)
         SELECT ?1, field_no, ?2, value, acted_at FROM field_values WHERE group_no = ?1 AND person_no = ?3
         ${KEEP_NEWER}`,
      )
      .bind(group.groupNo, kept, lost),
    erasureStatement(group, lost),
  ];
}

import type { GroupDb } from "../groups/shard";
import { ownChanges } from "../platform/own-changes";
import { ARRIVED, markOf, remarked } from "./store";
import type { FieldRules, FieldType } from "./types";

/** Values moved, emptied or looked at by one statement. */
const VALUES_MOVED_MAX = 2_000;
const VALUES_READ_MAX = 5_000;
const ACTIONS_READ_MAX = 2_000;

export type FieldRow = {
  no: number;
  key: string;
  label: string;
  type: FieldType;
  choices: string[];
  labels: Record<string, string>;
  rules: Partial<FieldRules>;
  note: string;
  isArchived: boolean;
  mergedInto: number | null;
  deletedAt: number | null;
  formerKey: string | null;
  valueCount: number | null;
  misfitCount: number | null;
  countedAt: number | null;
};

type Stored = Omit<FieldRow, "choices" | "labels" | "rules" | "isArchived"> & {
  choices: string;
  labels: string;
  rules: string;
  isArchived: number;
};

const COLUMNS = `field_no AS no, key, label, type, choices, labels, rules, note, archived_at IS NOT NULL AS isArchived,
  merged_into AS mergedInto, deleted_at AS deletedAt, former_key AS formerKey, value_count AS valueCount,
  misfit_count AS misfitCount, counted_at AS countedAt`;

const rowOf = (row: Stored): FieldRow => ({
  ...row,
  choices: JSON.parse(row.choices),
  labels: JSON.parse(row.labels),
  rules: JSON.parse(row.rules),
  isArchived: row.isArchived === 1,
});

/** Every field ever made, in that order: those merged into others, and those deleted, too. */
export async function selectFields({ groupNo, d1 }: GroupDb): Promise<FieldRow[]> {
  const { results } = await d1
    .prepare(`SELECT ${COLUMNS} FROM custom_fields WHERE group_no = ?1 ORDER BY field_no`)
    .bind(groupNo)
    .all<Stored>();
  return results.map(rowOf);
}

export async function selectField({ groupNo, d1 }: GroupDb, fieldNo: number): Promise<FieldRow | null> {
  const row = await d1
    .prepare(`SELECT ${COLUMNS} FROM custom_fields WHERE group_no = ?1 AND field_no = ?2`)
    .bind(groupNo, fieldNo)
    .first<Stored>();
  return row && rowOf(row);
}

/** Rows are never deleted, so the number after the highest is free. Null: the key is taken, or there are `most` already. */
export async function insertField(
  { groupNo, d1 }: GroupDb,
  field: { key: string; label: string; type: FieldType; choices: string[] },
  options: { now: number; most: number },
): Promise<number | null> {
  const row = await d1
    .prepare(
      `INSERT INTO custom_fields (group_no, field_no, key, label, type, choices, created_at)
       SELECT ?1, n + 1, ?2, ?3, ?4, ?5, ?6
       FROM (SELECT coalesce(max(field_no), 0) AS n, sum(deleted_at IS NULL AND merged_into IS NULL) AS total
         FROM custom_fields WHERE group_no = ?1) WHERE coalesce(total, 0) < ?7
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

/** What a field is; the values stay as they are, whatever becomes of it. */
export async function updateField(
  { groupNo, d1 }: GroupDb,
  fieldNo: number,
  field: Pick<FieldRow, "label" | "type" | "choices" | "labels" | "rules" | "note">,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE custom_fields SET label = ?3, type = ?4, choices = ?5, labels = ?6, rules = ?7, note = ?8, counted_at = NULL
       WHERE group_no = ?1 AND field_no = ?2 AND deleted_at IS NULL AND merged_into IS NULL`,
    )
    .bind(
      ...[groupNo, fieldNo, field.label, field.type, JSON.stringify(field.choices)],
      ...[JSON.stringify(field.labels), JSON.stringify(field.rules), field.note],
    )
    .run();
  return meta.changes > 0;
}

export async function updateArchived(
  { groupNo, d1 }: GroupDb,
  fieldNo: number,
  archivedAt: number | null,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE custom_fields SET archived_at = ?3
       WHERE group_no = ?1 AND field_no = ?2 AND deleted_at IS NULL AND merged_into IS NULL`,
    )
    .bind(groupNo, fieldNo, archivedAt)
    .run();
  return meta.changes > 0;
}

/** From here on what is said of `lost` is stored as `kept`; and so is what was said of fields that have become `lost`. */
export async function markMerged({ groupNo, d1 }: GroupDb, kept: number, lost: number): Promise<boolean> {
  const both = `?2 <> ?3 AND (SELECT count(*) FROM custom_fields
    WHERE group_no = ?1 AND field_no IN (?2, ?3) AND merged_into IS NULL AND deleted_at IS NULL) = 2`;
  const bind = (sql: string) => d1.prepare(sql).bind(groupNo, kept, lost);
  const results = await d1.batch([
    bind(`UPDATE custom_fields SET merged_into = ?2 WHERE group_no = ?1 AND merged_into = ?3 AND ${both}`),
    bind(`UPDATE custom_fields SET merged_into = ?2 WHERE group_no = ?1 AND field_no = ?3 AND ${both}`),
    bind("UPDATE custom_fields SET counted_at = NULL WHERE group_no = ?1 AND field_no = ?2 AND ?3 > 0"),
  ]);
  return (results[1]?.meta.changes ?? 0) > 0;
}

/** Moves a page of values; of a person who has both, the newer stays. Gives how many there were. */
export async function moveValues({ groupNo, d1 }: GroupDb, kept: number, lost: number): Promise<number> {
  const page = `SELECT person_no FROM field_values WHERE group_no = ?1 AND field_no = ?3 AND ?2 > 0 ORDER BY person_no LIMIT ${VALUES_MOVED_MAX}`;
  return ownChanges(
    d1,
    d1
      .prepare(
        `INSERT INTO field_values (group_no, field_no, person_no, value, acted_at)
         SELECT ?1, ?2, person_no, value, acted_at FROM field_values WHERE group_no = ?1 AND field_no = ?3 AND person_no IN (${page})
         ${KEEP_NEWER}`,
      )
      .bind(groupNo, kept, lost),
    d1
      .prepare(`DELETE FROM field_values WHERE group_no = ?1 AND field_no = ?3 AND person_no IN (${page})`)
      .bind(groupNo, kept, lost),
  );
}

export async function markDeleted({ groupNo, d1 }: GroupDb, no: number, now: number): Promise<boolean> {
  const results = await d1.batch([
    d1
      .prepare(
        `UPDATE custom_fields SET former_key = key, key = '#' || field_no, deleted_at = ?3
         WHERE group_no = ?1 AND field_no = ?2 AND merged_into IS NULL AND deleted_at IS NULL`,
      )
      .bind(groupNo, no, now),
    d1
      .prepare(
        `UPDATE custom_fields SET former_key = key, key = '#' || field_no, deleted_at = ?3
         WHERE group_no = ?1 AND merged_into = ?2 AND deleted_at IS NULL`,
      )
      .bind(groupNo, no, now),
  ]);
  return (results[0]?.meta.changes ?? 0) > 0;
}

/** False when it was emptied meanwhile, or another field has its key by now. */
export async function unmarkDeleted({ groupNo, d1 }: GroupDb, no: number): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE custom_fields SET key = former_key, former_key = NULL, deleted_at = NULL
       WHERE group_no = ?1 AND field_no = ?2 AND deleted_at IS NOT NULL AND emptied_at IS NULL AND merged_into IS NULL
         AND NOT EXISTS (SELECT 1 FROM custom_fields other WHERE other.group_no = ?1 AND other.key = custom_fields.former_key)`,
    )
    .bind(groupNo, no)
    .run();
  return meta.changes > 0;
}

export async function markEmptied(
  { groupNo, d1 }: GroupDb,
  no: number,
  deletedBy: number,
  now: number,
): Promise<void> {
  await d1
    .prepare(
      "UPDATE custom_fields SET emptied_at = ?4 WHERE group_no = ?1 AND field_no = ?2 AND deleted_at <= ?3",
    )
    .bind(groupNo, no, deletedBy, now)
    .run();
}

/** A page of a field's values along the numbers of people. */
export async function selectValuePage(
  { groupNo, d1 }: GroupDb,
  fieldNo: number,
  after: number,
): Promise<{ personNo: number; value: string }[]> {
  const { results } = await d1
    .prepare(
      `SELECT person_no AS personNo, value FROM field_values WHERE group_no = ?1 AND field_no = ?2 AND person_no > ?3
       ORDER BY person_no LIMIT ${VALUES_READ_MAX}`,
    )
    .bind(groupNo, fieldNo, after)
    .all<{ personNo: number; value: string }>();
  return results;
}

export const VALUE_PAGE = VALUES_READ_MAX;

export function countsStatement(
  { groupNo, d1 }: GroupDb,
  fieldNo: number,
  counts: { values: number; misfits: number; at: number },
): D1PreparedStatement {
  return d1
    .prepare(
      "UPDATE custom_fields SET value_count = ?3, misfit_count = ?4, counted_at = ?5 WHERE group_no = ?1 AND field_no = ?2",
    )
    .bind(groupNo, fieldNo, counts.values, counts.misfits, counts.at);
}

/** In how many of the newest actions, and of the questions of the library, answers are kept in each field. */
export async function selectUses({
  groupNo,
  d1,
}: GroupDb): Promise<{ fieldNo: number; actions: number; questions: number }[]> {
  const { results } = await d1
    .prepare(
      `SELECT fieldNo, sum(actions) AS actions, sum(questions) AS questions FROM (
         SELECT q.value ->> 'fieldNo' AS fieldNo, count(DISTINCT a.action_no) AS actions, 0 AS questions
         FROM (SELECT action_no, settings FROM actions WHERE group_no = ?1 ORDER BY action_no DESC LIMIT ${ACTIONS_READ_MAX}) a
         CROSS JOIN json_each(a.settings, '$.questions') q WHERE q.value ->> 'fieldNo' IS NOT NULL GROUP BY 1
         UNION ALL
         SELECT question ->> '$.fieldNo', 0, count(*) FROM question_library
         WHERE group_no = ?1 AND question ->> '$.fieldNo' IS NOT NULL GROUP BY 1)
       GROUP BY fieldNo`,
    )
    .bind(groupNo)
    .all<{ fieldNo: number; actions: number; questions: number }>();
  return results;
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

// Forms ask yes or no in the words of their language; lower() knows no accents, hence both spellings of í.
const SAID = "f.value ->> 1";
const AS_STORED = `CASE WHEN c.type <> 'yesno' THEN ${SAID}
    WHEN lower(${SAID}) IN ('yes', 'oui', 'sí', 'sÍ', 'si') THEN 'yes' WHEN lower(${SAID}) IN ('no', 'non') THEN 'no' ELSE ${SAID} END`;

// A field is looked up, so that a number that is none of the group's stores nothing, and one that was merged stores there.
const storeValues = (isRecorded: boolean) => `
  INSERT INTO field_values (group_no, field_no, person_no, value, acted_at, mark)
  SELECT ?1, coalesce(c.merged_into, c.field_no), i.person_no, ${AS_STORED}, j.value ->> 't', ${markOf(isRecorded)}
  FROM ${ARRIVED} CROSS JOIN jsonb_each(j.value, '$.f') f
  CROSS JOIN custom_fields c ON c.group_no = ?1 AND c.field_no = f.value ->> 0
  WHERE c.deleted_at IS NULL
  ON CONFLICT (group_no, field_no, person_no) DO UPDATE SET value = excluded.value, acted_at = excluded.acted_at, ${remarked("field_values", isRecorded)}
  WHERE excluded.acted_at > field_values.acted_at`;

export function valuesStatement(
  { groupNo, d1 }: GroupDb,
  page: string | null,
  isRecorded: boolean,
): D1PreparedStatement {
  return d1.prepare(storeValues(isRecorded)).bind(groupNo, page);
}

/** What was set for one person at a moment; a blank takes the value away. Whatever is newer stays. */
export function setStatements(
  { groupNo, d1 }: GroupDb,
  personNo: number,
  values: readonly [fieldNo: number, value: string][],
  at: number,
): D1PreparedStatement[] {
  const page = JSON.stringify(values);
  return [
    d1
      .prepare(
        `INSERT INTO field_values (group_no, field_no, person_no, value, acted_at)
         SELECT ?1, coalesce(c.merged_into, c.field_no), p.person_no, j.value ->> 1, ?4
         FROM json_each(?3) j CROSS JOIN custom_fields c ON c.group_no = ?1 AND c.field_no = j.value ->> 0
         CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = ?2
         WHERE j.value ->> 1 <> '' AND c.deleted_at IS NULL AND p.erased_at IS NULL AND p.merged_into IS NULL
         ON CONFLICT (group_no, field_no, person_no) DO UPDATE SET value = excluded.value, acted_at = excluded.acted_at
         WHERE excluded.acted_at >= field_values.acted_at`,
      )
      .bind(groupNo, personNo, page, at),
    d1
      .prepare(
        `DELETE FROM field_values WHERE group_no = ?1 AND person_no = ?2 AND acted_at <= ?4
           AND field_no IN (SELECT j.value ->> 0 FROM json_each(?3) j WHERE j.value ->> 1 = '')`,
      )
      .bind(groupNo, personNo, page, at),
  ];
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

export async function countValues({ groupNo, d1 }: GroupDb, fieldNo: number): Promise<number> {
  const row = await d1
    .prepare("SELECT count(*) AS n FROM field_values WHERE group_no = ?1 AND field_no = ?2")
    .bind(groupNo, fieldNo)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** What some people are called, and the ids their pages go by. */
export async function selectNames(
  { groupNo, d1 }: GroupDb,
  personNos: readonly number[],
): Promise<{ personNo: number; id: string; name: string }[]> {
  const { results } = await d1
    .prepare(
      `SELECT p.person_no AS personNo, lower(hex(p.id)) AS id,
         coalesce(nullif(trim(coalesce(p.given_name, '') || ' ' || coalesce(p.family_name, '')), ''), p.email, p.phone, '–') AS name
       FROM json_each(?2) j CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = j.value`,
    )
    .bind(groupNo, JSON.stringify(personNos))
    .all<{ personNo: number; id: string; name: string }>();
  return results;
}

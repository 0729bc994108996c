import type { GroupDb } from "../groups/shard";
import { type ImportColumn, importColumns } from "./store-row-rules";
import { MovedOn } from "./store-rows";

/** People whose records are looked at by one step of an undo. */
const UNDO_PAGE = 500;
const FORGOTTEN_AT_ONCE = 2_000;

export type UndoPlan = {
  importNo: number;
  columns: readonly ImportColumn[];
  hasFields: boolean;
  hasMobile: boolean;
  /** The action it said people took; null where it said nothing of the kind. */
  actionNo: number | null;
  /** Whether blank cells took values away, which are then put back. */
  clears: boolean;
  /** The moment of the import, which its taggings carry. */
  startedAt: number;
};

/** The highest person of the next page, or null when nobody is left. */
export async function nextPage(
  { d1, groupNo }: GroupDb,
  importNo: number,
  after: number,
): Promise<number | null> {
  const row = await d1
    .prepare(
      `SELECT max(person_no) AS upTo FROM (SELECT person_no FROM import_people WHERE group_no = ?1 AND import_no = ?2 AND person_no > ?3
         ORDER BY person_no LIMIT ${UNDO_PAGE})`,
    )
    .bind(groupNo, importNo, after)
    .first<{ upTo: number | null }>();
  return row?.upTo ?? null;
}

// A plus before `r.person_no` keeps the planner from applying the page's bounds to other tables: it would go through everybody
// between the first and last person of a page, for each of them.
// `?1` group, `?2` import, `?3` and `?4` the people: above, and up to. `?5` is the import's moment or the time now.
const PAGE = "r.group_no = ?1 AND r.import_no = ?2 AND r.person_no > ?3 AND r.person_no <= ?4";
/** Made by the import and taken out again: what `import_people.is_new` says of them from then on. */
const REMOVED = 2;

/**
 * Undoes a page: whoever the import made and who has done nothing since is taken out; of everybody else, what still is as the
 * import set it becomes what it was. All of it or nothing.
 * @throws MovedOn when the undo is not where it was thought to be
 */
export async function undoPage(
  { d1, groupNo }: GroupDb,
  range: { after: number; upTo: number },
  now: number,
  plan: UndoPlan,
): Promise<void> {
  const bind = (sql: string, ...more: unknown[]) =>
    d1.prepare(sql).bind(groupNo, plan.importNo, range.after, range.upTo, ...more);
  try {
    await d1.batch([
      bind(
        `UPDATE imports SET undone_up_to = iif(status = 'undoing' AND undone_up_to = ?3, ?4, NULL), moved_at = ?5
         WHERE group_no = ?1 AND import_no = ?2`,
        now,
      ),
      ...(plan.actionNo === null ? [] : [bind(forgetHistory(plan.actionNo))]),
      bind(markRemovable(plan)),
      bind(countUndone(plan), plan.startedAt),
      ...restoreStatements(plan).map((sql) => bind(sql)),
      bind(
        `DELETE FROM taggings WHERE (group_no, tag_no, person_no) IN (SELECT t.group_no, t.tag_no, t.person_no FROM import_people r
           CROSS JOIN taggings t INDEXED BY taggings_by_person ON t.group_no = ?1 AND t.person_no = +r.person_no AND t.tagged_at = ?5 WHERE ${PAGE})`,
        plan.startedAt,
      ),
      ...REMOVE.map((sql) => bind(sql)),
      bind(EMPTY_PEOPLE, now),
    ]);
  } catch (error) {
    if (String(error).includes("NOT NULL constraint failed: imports.undone_up_to"))
      throw new MovedOn("moved on", { cause: error });
    throw error;
  }
}

// What they have said themselves since, an organiser's removal or an erasure has taken the import's mark off, or keeps the row.
const forgetHistory = (actionNo: number) => `
  DELETE FROM participations WHERE (group_no, person_no, action_no, nth) IN (
    SELECT x.group_no, x.person_no, x.action_no, x.nth FROM import_people r
    CROSS JOIN participations x ON x.group_no = ?1 AND x.person_no = +r.person_no AND x.action_no = ${Math.round(actionNo)}
    WHERE ${PAGE} AND x.removal_no = 0 AND x.revised_at = 0 AND x.answer ->> '$.import' = ?2)`;

/** Whoever has acted, was imported again, tagged, merged or has said anything since is somebody the group knows. */
function markRemovable({ columns, startedAt }: UndoPlan): string {
  const used = new Set<string>(columns);
  const untouched = importColumns
    .map(([column]) =>
      used.has(column) ? `coalesce(p.${column}_at, r.acted_at) <= r.acted_at` : `p.${column}_at IS NULL`,
    )
    .join(" AND ");
  const nothingBy = (table: string, also = "") =>
    `NOT EXISTS (SELECT 1 FROM ${table} WHERE x.group_no = ?1 AND x.person_no = +r.person_no${also})`;
  return `
    UPDATE import_people AS r SET is_new = ${REMOVED}
    WHERE ${PAGE} AND r.is_new = 1 AND EXISTS (
      SELECT 1 FROM people p WHERE p.group_no = ?1 AND p.person_no = +r.person_no AND p.erased_at IS NULL AND p.merged_into IS NULL
        AND ${untouched} AND (p.email_status = 0 OR (p.email_status_cause = 'import' AND p.email_status_at <= r.acted_at))
        AND (p.mobile_status = 0 OR (p.mobile_status_cause = 'import' AND p.mobile_status_at <= r.acted_at)))
      AND ${nothingBy("participations x")}
      AND ${nothingBy("consent_events x", " AND x.action_no <> 0")}
      AND ${nothingBy("taggings x INDEXED BY taggings_by_person", ` AND x.tagged_at <> ${Math.round(startedAt)}`)}
      AND ${nothingBy("field_values x INDEXED BY field_values_by_person", " AND x.acted_at > r.acted_at")}
      AND ${nothingBy("person_edits x")}
      AND ${nothingBy("person_notes x")}
      AND NOT EXISTS (SELECT 1 FROM imports o CROSS JOIN import_people x ON x.group_no = ?1 AND x.import_no = o.import_no AND x.person_no = +r.person_no
        WHERE o.group_no = ?1 AND o.import_no <> ?2 AND o.status <> 'undone')
      AND NOT EXISTS (SELECT 1 FROM merges m INDEXED BY merges_by_kept WHERE m.group_no = ?1 AND m.kept = r.person_no)`;
}

/** Those in whose record something goes back to what it was. */
function countUndone({ columns, hasFields, hasMobile }: UndoPlan): string {
  const set = [
    "(p.email_status_cause = 'import' AND p.email_status_at = r.acted_at)",
    ...(hasMobile ? ["(p.mobile_status_cause = 'import' AND p.mobile_status_at = r.acted_at)"] : []),
    ...columns.map((column) => `p.${column}_at = r.acted_at`),
    "EXISTS (SELECT 1 FROM taggings t INDEXED BY taggings_by_person WHERE t.group_no = ?1 AND t.person_no = +r.person_no AND t.tagged_at = ?5)",
    ...(hasFields
      ? [
          "EXISTS (SELECT 1 FROM field_values v INDEXED BY field_values_by_person WHERE v.group_no = ?1 AND v.person_no = +r.person_no AND v.acted_at = r.acted_at)",
        ]
      : []),
  ].join(" OR ");
  return `
    UPDATE imports SET removed_count = removed_count + c.removed, restored_count = restored_count + c.restored
    FROM (SELECT coalesce(sum(r.is_new = ${REMOVED}), 0) AS removed, coalesce(sum(r.is_new <> ${REMOVED} AND p.erased_at IS NULL AND (${set})), 0) AS restored
      FROM import_people r CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = +r.person_no WHERE ${PAGE} AND ?5 > 0) c
    WHERE imports.group_no = ?1 AND imports.import_no = ?2`;
}

/** `before` holds status, moment, cause, then value and moment of each column, then the fields, then text messages: see `rememberStatement`. */
function restoreStatements({ columns, hasFields, hasMobile, clears }: UndoPlan): string[] {
  const isOurs = (column: string) => `people.${column}_at = r.acted_at`;
  const past = (place: number) => `r.before ->> '$[${place}]'`;
  const columnAssignments = columns.flatMap((column, index) => [
    `${column} = iif(${isOurs(column)}, ${past(3 + index * 2)}, people.${column})`,
    `${column}_at = iif(${isOurs(column)}, ${past(4 + index * 2)}, people.${column}_at)`,
  ]);
  const statusAssignments = (channel: "email" | "mobile", place: number) => {
    const isOurs = `people.${channel}_status_cause = 'import' AND people.${channel}_status_at = r.acted_at`;
    return [
      `${channel}_status = iif(${isOurs}, coalesce(${past(place)}, 0), people.${channel}_status)`,
      `${channel}_status_at = iif(${isOurs}, ${past(place + 1)}, people.${channel}_status_at)`,
      `${channel}_status_cause = iif(${isOurs}, ${past(place + 2)}, people.${channel}_status_cause)`,
    ];
  };
  const afterFields = 3 + columns.length * 2 + (hasFields ? 1 : 0);
  const kept = `people.group_no = ?1 AND people.person_no = +r.person_no AND people.erased_at IS NULL AND ${PAGE} AND r.is_new <> ${REMOVED}`;
  const lostPhones = `
    DELETE FROM identities WHERE group_no = ?1 AND kind = 2 AND (value, person_no) IN (
      SELECT p.phone, p.person_no FROM import_people r CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = +r.person_no
      WHERE ${PAGE} AND p.phone IS NOT NULL AND p.phone_at = r.acted_at AND p.email IS NOT NULL AND p.phone IS NOT ${past(3 + columns.indexOf("phone") * 2)})
      AND acted_at = (SELECT x.acted_at FROM import_people x WHERE x.group_no = ?1 AND x.import_no = ?2 AND x.person_no = identities.person_no)`;
  const people = `
    UPDATE people SET ${[
      ...columnAssignments,
      ...statusAssignments("email", 0),
      ...(hasMobile ? statusAssignments("mobile", afterFields) : []),
    ].join(", ")}
    FROM import_people r WHERE ${kept}`;
  if (!hasFields) return columns.includes("phone") ? [lostPhones, people] : [people];
  const old = `jsonb_each(r.before, '$[${3 + columns.length * 2}]') b`;
  const fields = [
    `DELETE FROM field_values WHERE (group_no, field_no, person_no) IN (SELECT v.group_no, v.field_no, v.person_no FROM import_people r
       CROSS JOIN field_values v INDEXED BY field_values_by_person ON v.group_no = ?1 AND v.person_no = +r.person_no AND v.acted_at = r.acted_at
       WHERE ${PAGE} AND r.is_new <> ${REMOVED} AND (r.before IS NULL OR NOT EXISTS (SELECT 1 FROM ${old} WHERE b.value ->> 0 = v.field_no)))`,
    `INSERT INTO field_values (group_no, field_no, person_no, value, acted_at)
       SELECT ?1, c.field_no, r.person_no, b.value ->> 1, b.value ->> 2 FROM import_people r CROSS JOIN ${old}
         CROSS JOIN custom_fields c ON c.group_no = ?1 AND c.field_no = b.value ->> 0
         CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = +r.person_no AND p.erased_at IS NULL
       WHERE ${PAGE} AND r.is_new = 0 AND r.before IS NOT NULL
         AND (${clears ? 1 : 0} OR EXISTS (SELECT 1 FROM field_values v WHERE v.group_no = ?1 AND v.field_no = c.field_no AND v.person_no = +r.person_no))
       ON CONFLICT (group_no, field_no, person_no) DO UPDATE SET value = excluded.value, acted_at = excluded.acted_at
         WHERE field_values.acted_at = (SELECT x.acted_at FROM import_people x WHERE x.group_no = ?1 AND x.import_no = ?2 AND x.person_no = excluded.person_no)`,
  ];
  return columns.includes("phone") ? [...fields, lostPhones, people] : [...fields, people];
}

const REMOVED_PEOPLE = `SELECT r.person_no FROM import_people r WHERE ${PAGE} AND r.is_new = ${REMOVED}`;

const theirs = (column: "email" | "phone") =>
  `SELECT p.${column} FROM import_people r CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = +r.person_no WHERE ${PAGE} AND r.is_new = ${REMOVED}`;

// One kind a statement: of both at once the planner reads every address of the group.
const REMOVE = [
  `DELETE FROM identities WHERE group_no = ?1 AND kind = 1 AND value IN (${theirs("email")})`,
  `DELETE FROM identities WHERE group_no = ?1 AND kind = 2 AND value IN (${theirs("phone")})`,
  `DELETE FROM consent_events WHERE group_no = ?1 AND person_no IN (${REMOVED_PEOPLE})`,
  `DELETE FROM field_values INDEXED BY field_values_by_person WHERE group_no = ?1 AND person_no IN (${REMOVED_PEOPLE})`,
];

// The row stays, without anything of the person: numbers are never given twice. No hash is kept, so a later file may bring them.
const EMPTY_PEOPLE = `
  UPDATE people SET email = NULL, ${importColumns.map(([column]) => `${column} = NULL, ${column}_at = NULL`).join(", ")},
    email_status = 0, email_status_at = NULL, email_status_cause = NULL,
    mobile_status = 0, mobile_status_at = NULL, mobile_status_cause = NULL, erased_at = ?5
  WHERE group_no = ?1 AND person_no IN (${REMOVED_PEOPLE})`;

/** Forgets what was remembered of a page of people for undoing. Gives the last of them, or null when nobody was left. */
export async function forgetBefore(
  { d1, groupNo }: GroupDb,
  importNo: number,
  after: number,
): Promise<number | null> {
  const row = await d1
    .prepare(
      `SELECT max(person_no) AS upTo FROM (SELECT person_no FROM import_people WHERE group_no = ?1 AND import_no = ?2 AND person_no > ?3
         ORDER BY person_no LIMIT ${FORGOTTEN_AT_ONCE})`,
    )
    .bind(groupNo, importNo, after)
    .first<{ upTo: number | null }>();
  const upTo = row?.upTo ?? null;
  if (upTo === null) return null;
  await d1
    .prepare(
      `UPDATE import_people SET before = NULL
       WHERE group_no = ?1 AND import_no = ?2 AND person_no > ?3 AND person_no <= ?4 AND before IS NOT NULL`,
    )
    .bind(groupNo, importNo, after, upTo)
    .run();
  return upTo;
}

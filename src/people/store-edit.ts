import type { GroupDb } from "../groups/shard";
import { type ActionId, idFromHex, idToHex, type PersonId } from "../platform/ids";
import { type DetailField, detailFields, type EditAct, type EditChange, type EditId } from "./types";

/** How `people` names the columns of a person's details. */
const columns: Record<DetailField, string> = {
  givenName: "given_name",
  preferredName: "preferred_name",
  familyName: "family_name",
  street: "street",
  locality: "locality",
  region: "region",
  postalCode: "postal_code",
  country: "country",
  language: "language",
  timeZone: "time_zone",
};

export type PersonRow = {
  no: number;
  id: PersonId;
  email: string | null;
  phone: string | null;
  emailStatus: number;
  emailStatusAt: number | null;
  emailStatusCause: string | null;
  mobileStatus: number;
  mobileStatusAt: number | null;
  mobileStatusCause: string | null;
  createdAt: number;
  erasedAt: number | null;
  mergedInto: number | null;
  /** What brought them: the action, where it was one. */
  firstActionId: ActionId | null;
  firstActionTitle: string | null;
} & Record<DetailField, string | null> &
  Record<`${DetailField}At`, number | null>;

export const PERSON = `SELECT p.person_no AS no, hex(p.id) AS id, p.email, p.phone,
    ${detailFields.map((field) => `p.${columns[field]} AS ${field}, p.${columns[field]}_at AS ${field}At`).join(", ")},
    p.email_status AS emailStatus, p.email_status_at AS emailStatusAt, p.email_status_cause AS emailStatusCause,
    p.mobile_status AS mobileStatus, p.mobile_status_at AS mobileStatusAt, p.mobile_status_cause AS mobileStatusCause,
    p.created_at AS createdAt, p.erased_at AS erasedAt, p.merged_into AS mergedInto,
    hex(a.id) AS firstActionId, coalesce(nullif(a.internal_title, ''), a.title) AS firstActionTitle
  FROM people p LEFT JOIN actions a ON a.group_no = p.group_no AND a.action_no = p.first_action_no`;

export type StoredPerson = Omit<PersonRow, "id" | "firstActionId"> & {
  id: string;
  firstActionId: string | null;
};

export const rowOf = ({ id, firstActionId, ...row }: StoredPerson): PersonRow => ({
  ...row,
  id: idFromHex<PersonId>(id),
  firstActionId: firstActionId ? idFromHex<ActionId>(firstActionId) : null,
});

export async function selectPerson({ d1, groupNo }: GroupDb, id: PersonId): Promise<PersonRow | null> {
  const row = await d1
    .prepare(`${PERSON} WHERE p.group_no = ?1 AND p.id = unhex(?2)`)
    .bind(groupNo, idToHex(id))
    .first<StoredPerson>();
  return row ? rowOf(row) : null;
}

export async function selectPeople({ d1, groupNo }: GroupDb, numbers: number[]): Promise<PersonRow[]> {
  const { results } = await d1
    .prepare(`${PERSON} WHERE p.group_no = ?1 AND p.person_no IN (SELECT value FROM json_each(?2))`)
    .bind(groupNo, JSON.stringify(numbers))
    .all<StoredPerson>();
  return results.map(rowOf);
}

/** People of the group, the newest first, by keyset: as many rows are read as are handed back, also where most were forgotten. */
export async function selectNewest(
  { d1, groupNo }: GroupDb,
  { before, limit }: { before: number; limit: number },
): Promise<PersonRow[]> {
  const { results } = await d1
    .prepare(
      `${PERSON} WHERE p.group_no = ?1 AND p.person_no IN
         (SELECT b.person_no FROM people_brief b WHERE b.group_no = ?1 AND b.person_no < ?2 ORDER BY b.person_no DESC LIMIT ?3)
       ORDER BY p.person_no DESC`,
    )
    .bind(groupNo, before, limit)
    .all<StoredPerson>();
  return results.map(rowOf);
}

/** Of whom an address is, by its normalised form; null for nobody. */
export async function selectOwner(
  { d1, groupNo }: GroupDb,
  kind: 1 | 2,
  value: string,
): Promise<number | null> {
  const row = await d1
    .prepare("SELECT person_no AS no FROM identities WHERE group_no = ?1 AND kind = ?2 AND value = ?3")
    .bind(groupNo, kind, value)
    .first<{ no: number }>();
  return row?.no ?? null;
}

/** Whether somebody asked to be forgotten and did not come back by themselves. @param hash the identity hash of the email */
export async function isForgotten({ d1, groupNo }: GroupDb, email: string, hash: string): Promise<boolean> {
  const row = await d1
    .prepare(
      `SELECT 1 AS n FROM identities x WHERE x.group_no = ?1 AND x.kind = 3 AND x.value = ?2
       AND NOT EXISTS (SELECT 1 FROM identities i WHERE i.group_no = ?1 AND i.kind = 1 AND i.value = ?3)`,
    )
    .bind(groupNo, hash, email)
    .first();
  return row !== null;
}

/** Changes details as of `at`, each unless something newer is known: one statement, and none when nothing is said. */
export function editStatements(
  group: GroupDb,
  personNo: number,
  changes: readonly { name: DetailField; to: string }[],
  at: number,
): D1PreparedStatement[] {
  const { d1, groupNo } = group;
  if (changes.length === 0) return [];
  const isNews = (column: string) => `?3 >= coalesce(${column}_at, -1)`;
  const sets = changes.flatMap(({ name }, nth) => {
    const column = columns[name];
    return [
      `${column} = iif(${isNews(column)}, nullif(?${nth + 4}, ''), ${column})`,
      `${column}_at = iif(${isNews(column)}, ?3, ${column}_at)`,
    ];
  });
  return [
    d1
      .prepare(
        `UPDATE people SET ${sets.join(", ")}
         WHERE group_no = ?1 AND person_no = ?2 AND (${changes.map(({ name }) => isNews(columns[name])).join(" OR ")})
           AND erased_at IS NULL AND merged_into IS NULL`,
      )
      .bind(groupNo, personNo, at, ...changes.map(({ to }) => to)),
  ];
}

export function noteEditStatement(
  { d1, groupNo }: GroupDb,
  personNo: number,
  edit: { id: EditId; at: number; by: number | null; act: EditAct; changes: readonly EditChange[] },
): D1PreparedStatement {
  return d1
    .prepare(
      // Nothing is noted of somebody who was forgotten or merged a moment ago.
      `INSERT INTO person_edits (group_no, person_no, id, edited_at, account_no, act, changes)
       SELECT ?1, ?2, unhex(?3), ?4, ?5, ?6, ?7 FROM people
       WHERE group_no = ?1 AND person_no = ?2 AND erased_at IS NULL AND merged_into IS NULL`,
    )
    .bind(groupNo, personNo, idToHex(edit.id), edit.at, edit.by, edit.act, JSON.stringify(edit.changes));
}

export type EditRow = {
  id: EditId;
  editedAt: number;
  accountNo: number | null;
  act: EditAct;
  changes: EditChange[];
  undoneAt: number | null;
};

export async function selectEdit(
  { d1, groupNo }: GroupDb,
  personNo: number,
  id: EditId,
): Promise<EditRow | null> {
  const row = await d1
    .prepare(
      `SELECT hex(id) AS id, edited_at AS editedAt, account_no AS accountNo, act, changes, undone_at AS undoneAt
       FROM person_edits WHERE group_no = ?1 AND person_no = ?2 AND id = unhex(?3)`,
    )
    .bind(groupNo, personNo, idToHex(id))
    .first<Omit<EditRow, "id" | "changes"> & { id: string; changes: string }>();
  return row ? { ...row, id: idFromHex<EditId>(row.id), changes: JSON.parse(row.changes) } : null;
}

export function markUndoneStatement(
  { d1, groupNo }: GroupDb,
  personNo: number,
  id: EditId,
  by: number,
  now: number,
): D1PreparedStatement {
  return d1
    .prepare(
      `UPDATE person_edits SET undone_at = ?4, undone_by = ?5
       WHERE group_no = ?1 AND person_no = ?2 AND id = unhex(?3) AND undone_at IS NULL`,
    )
    .bind(groupNo, personNo, idToHex(id), now, by);
}

/**
 * A new person with an address nobody has; nobody when somebody has it by now. The number after the highest is theirs, as
 * when a drain brings somebody.
 */
export function insertPersonStatements(
  { d1, groupNo }: GroupDb,
  person: { id: PersonId; email: string | null; phone: string | null; createdAt: number },
): D1PreparedStatement[] {
  const bind = (sql: string) =>
    d1.prepare(sql).bind(groupNo, idToHex(person.id), person.email, person.phone, person.createdAt);
  const NEW = "(SELECT person_no FROM people WHERE group_no = ?1 AND id = unhex(?2) AND ?5 > 0)";
  const HERS = "people.email IS ?3 AND people.phone IS ?4";
  return [
    bind(
      `INSERT INTO people (group_no, person_no, id, email, phone, phone_at, created_at)
       SELECT ?1, (SELECT coalesce(max(person_no), 0) + 1 FROM people WHERE group_no = ?1), unhex(?2), ?3, ?4, iif(?4 IS NULL, NULL, ?5), ?5
       WHERE NOT EXISTS (SELECT 1 FROM identities WHERE group_no = ?1 AND ((kind = 1 AND value = ?3) OR (kind = 2 AND value = ?4)))`,
    ),
    bind(
      `INSERT INTO identities (group_no, kind, value, person_no, acted_at)
       SELECT ?1, 1, ?3, person_no, ?5 FROM people WHERE group_no = ?1 AND person_no = ${NEW} AND ?3 IS NOT NULL AND ${HERS} ON CONFLICT DO NOTHING`,
    ),
    bind(
      `INSERT INTO identities (group_no, kind, value, person_no, acted_at)
       SELECT ?1, 2, ?4, person_no, ?5 FROM people WHERE group_no = ?1 AND person_no = ${NEW} AND ?4 IS NOT NULL AND ${HERS} ON CONFLICT DO NOTHING`,
    ),
  ];
}

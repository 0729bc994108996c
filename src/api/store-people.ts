import type { GroupDb } from "../groups/shard";
import type { Clause } from "./store-filter";

/** What stands beside a person's row. */
export type Beside = {
  identifiers: string[];
  values: Map<number, string>;
  valuesAt: number;
  /** When a program, an import or the team last changed the record; 0 for never. */
  editedAt: number;
  /** When they last did something; 0 for never. */
  actedAt: number;
};

/** What stands beside some people's rows, in one turn: as many rows as these people have, whatever the size of the group. */
export async function selectBeside(
  { d1, groupNo }: GroupDb,
  personNos: readonly number[],
): Promise<Map<number, Beside>> {
  const bind = (sql: string) => d1.prepare(sql).bind(groupNo, JSON.stringify(personNos));
  const [values, names, acts] = await d1.batch<{
    no: number;
    fieldNo: number;
    value: string;
    at: number;
    editedAt: number | null;
  }>([
    bind(
      `SELECT v.person_no AS no, coalesce(c.merged_into, c.field_no) AS fieldNo, v.value, v.acted_at AS at FROM json_each(?2) j
       CROSS JOIN field_values v ON v.group_no = ?1 AND v.person_no = j.value
       CROSS JOIN custom_fields c ON c.group_no = ?1 AND c.field_no = v.field_no WHERE c.deleted_at IS NULL`,
    ),
    bind(
      `SELECT p.person_no AS no, f.identifier AS value FROM json_each(?2) j CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = j.value
       CROSS JOIN foreign_ids f ON f.group_no = ?1 AND f.what = 1 AND f.id = p.id ORDER BY f.claimed_at, f.identifier`,
    ),
    bind(
      `SELECT j.value AS no, ${LAST_ACT("j.value")} AS at, ${LAST_EDIT("?1", "j.value")} AS editedAt FROM json_each(?2) j`,
    ),
  ]);
  const beside = new Map(
    personNos.map((no): [number, Beside] => [
      no,
      { identifiers: [], values: new Map(), valuesAt: 0, editedAt: 0, actedAt: 0 },
    ]),
  );
  for (const { no, fieldNo, value, at } of values?.results ?? []) {
    const one = beside.get(no);
    one?.values.set(fieldNo, value);
    if (one) one.valuesAt = Math.max(one.valuesAt, at);
  }
  for (const { no, value } of names?.results ?? []) beside.get(no)?.identifiers.push(value);
  for (const { no, at, editedAt } of acts?.results ?? []) {
    const one = beside.get(no);
    if (!one) continue;
    one.actedAt = at ?? 0;
    one.editedAt = editedAt ?? 0;
  }
  return beside;
}

const LAST_ACT = (person: string) =>
  `(SELECT max(max(t.acted_at, coalesce(t.revised_at, 0))) FROM participations t WHERE t.group_no = ?1 AND t.person_no = ${person} AND t.removal_no = 0)`;

// Takes in what leaves no date of its own: another address, a value that was taken away.
const LAST_EDIT = (group: string, person: string) =>
  `(SELECT max(e.edited_at) FROM person_edits e WHERE e.group_no = ${group} AND e.person_no = ${person})`;

/** The highest number of a person. */
export async function lastPerson({ d1, groupNo }: GroupDb): Promise<number> {
  return (
    (await d1
      .prepare("SELECT coalesce(max(person_no), 0) AS n FROM people WHERE group_no = ?1")
      .bind(groupNo)
      .first<number>("n")) ?? 0
  );
}

/** The number below which a page begins that so many people come before; null past the end. Reads the narrow table alone. */
export async function numberAfter({ d1, groupNo }: GroupDb, skip: number): Promise<number | null> {
  return await d1
    .prepare(
      "SELECT person_no AS n FROM people_brief WHERE group_no = ?1 ORDER BY person_no DESC LIMIT 1 OFFSET ?2",
    )
    .bind(groupNo, skip - 1)
    .first<number>("n");
}

/** Those of a range of numbers that a filter lets through, the newest first, and how long it took, in ms. */
export async function selectInRange(
  { d1, groupNo }: GroupDb,
  clause: Clause,
  { from, before, limit }: { from: number; before: number; limit: number },
): Promise<{ people: number[]; ms: number }> {
  const { results, meta } = await d1
    .prepare(
      `SELECT p.person_no AS no FROM people p WHERE p.group_no = ? AND p.person_no >= ? AND p.person_no < ?
         AND p.erased_at IS NULL AND p.merged_into IS NULL AND ${clause.sql} ORDER BY p.person_no DESC LIMIT ?`,
    )
    .bind(groupNo, from, before, ...clause.values, limit)
    .all<{ no: number }>();
  return { people: results.map(({ no }) => no), ms: meta.duration };
}

/** Those of a filter that an index finds at once: an address, a phone or a name another system gave. */
export async function selectNamed({ d1, groupNo }: GroupDb, clause: Clause): Promise<number[]> {
  const { results } = await d1
    .prepare(
      `SELECT p.person_no AS no FROM people p WHERE p.group_no = ? AND ${clause.sql} AND p.erased_at IS NULL AND p.merged_into IS NULL
       ORDER BY p.person_no DESC LIMIT 25`,
    )
    .bind(groupNo, ...clause.values)
    .all<{ no: number }>();
  return results.map(({ no }) => no);
}

/** Whoever has one of some addresses now: found by it, and compared with what they have, since old ones stay theirs. */
export function addressClause(groupNo: number, column: "email" | "phone", values: readonly string[]): Clause {
  const kind = column === "email" ? 1 : 2;
  const any = values.map(() => "?").join(", ");
  return {
    sql: `p.person_no IN (SELECT i.person_no FROM identities i WHERE i.group_no = ? AND i.kind = ${kind} AND i.value IN (${any})) AND p.${column} IN (${any})`,
    values: [groupNo, ...values, ...values],
  };
}

/** When anything of a person last changed, as their document says. */
export const MODIFIED = `max(p.created_at, ${[
  ...["given_name", "family_name", "street", "locality", "region", "postal_code", "country", "language"],
  ...["email_status", "mobile_status"],
]
  .map((column) => `coalesce(p.${column}_at, 0)`)
  .join(", ")},
  coalesce((SELECT max(max(t.acted_at, coalesce(t.revised_at, 0))) FROM participations t
    WHERE t.group_no = p.group_no AND t.person_no = p.person_no AND t.removal_no = 0), 0),
  coalesce(${LAST_EDIT("p.group_no", "p.person_no")}, 0),
  coalesce((SELECT max(v.acted_at) FROM field_values v WHERE v.group_no = p.group_no AND v.person_no = p.person_no), 0))`;

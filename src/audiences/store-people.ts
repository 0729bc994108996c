import type { GroupDb } from "../groups/shard";
import { idFromHex, type PersonId } from "../platform/ids";

/** The primary addresses of people, in the order of their numbers. */
export async function selectEmails({ d1, groupNo }: GroupDb, numbers: readonly number[]): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT p.email FROM json_each(?2) j CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = j.value
       WHERE p.email IS NOT NULL ORDER BY p.person_no`,
    )
    .bind(groupNo, JSON.stringify(numbers))
    .all<{ email: string }>();
  return results.map(({ email }) => email);
}

/** Whose an address is or was, by normalised address. */
export async function selectPersonNos(
  { d1, groupNo }: GroupDb,
  emails: readonly string[],
): Promise<Map<string, number>> {
  if (emails.length === 0) return new Map();
  const { results } = await d1
    .prepare(
      `SELECT i.value AS email, i.person_no AS no FROM json_each(?2) j
       CROSS JOIN identities i ON i.group_no = ?1 AND i.kind = 1 AND i.value = j.value`,
    )
    .bind(groupNo, JSON.stringify(emails))
    .all<{ email: string; no: number }>();
  return new Map(results.map(({ email, no }) => [email, no]));
}

export type ShownPerson = { no: number; id: PersonId; name: string; email: string; place: string };

/** People as a list shows them. */
export async function selectShown(
  { d1, groupNo }: GroupDb,
  numbers: readonly number[],
): Promise<ShownPerson[]> {
  const { results } = await d1
    .prepare(
      `SELECT p.person_no AS no, hex(p.id) AS id, trim(ifnull(p.given_name, '') || ' ' || ifnull(p.family_name, '')) AS name,
         ifnull(p.email, '') AS email, trim(ifnull(p.locality, '') || ' ' || ifnull(p.country, '')) AS place
       FROM json_each(?2) j CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = j.value AND p.erased_at IS NULL`,
    )
    .bind(groupNo, JSON.stringify(numbers))
    .all<Omit<ShownPerson, "id"> & { id: string }>();
  return results.map((row) => ({ ...row, id: idFromHex<PersonId>(row.id) }));
}

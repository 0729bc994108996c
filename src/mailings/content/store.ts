import type { Question } from "../../audiences/compile";
import type { GroupDb } from "../../groups/shard";
import { type PersonField, personFields } from "./merge-fields";

/** Actions, fields or people named by one statement. */
const NAMED_MAX = 1_000;

export type ActionRow = {
  actionNo: number;
  kind: string;
  /** The one it has now; `asked` is the one it was asked by. */
  slug: string;
  asked: string;
  title: string;
  status: string;
  image: string | null;
  currency: string | null;
};

const ACTION_COLUMNS = `a.action_no AS actionNo, a.kind, a.slug, a.title,
  CASE WHEN a.limited_at IS NULL THEN a.status ELSE 'limited' END AS status,
  json_extract(a.settings, '$.image') AS image, json_extract(a.settings, '$.currency') AS currency`;

/** The actions at some addresses, former ones too; `kind/slug` each. */
export async function selectActionsAt(
  { groupNo, d1 }: GroupDb,
  addresses: readonly string[],
): Promise<ActionRow[]> {
  if (addresses.length === 0) return [];
  const { results } = await d1
    .prepare(
      `SELECT ${ACTION_COLUMNS}, asked.value AS asked FROM json_each(?2) AS asked
       CROSS JOIN action_slugs AS s ON s.group_no = ?1 AND s.kind = substr(asked.value, 1, instr(asked.value, '/') - 1)
         AND s.slug = substr(asked.value, instr(asked.value, '/') + 1)
       CROSS JOIN actions AS a ON a.group_no = ?1 AND a.action_no = s.action_no`,
    )
    .bind(groupNo, JSON.stringify(addresses.slice(0, NAMED_MAX)))
    .all<ActionRow>();
  return results;
}

export async function selectActions({ groupNo, d1 }: GroupDb, nos: readonly number[]): Promise<ActionRow[]> {
  if (nos.length === 0) return [];
  const { results } = await d1
    .prepare(
      `SELECT ${ACTION_COLUMNS}, '' AS asked FROM json_each(?2) AS asked
       CROSS JOIN actions AS a ON a.group_no = ?1 AND a.action_no = asked.value`,
    )
    .bind(groupNo, JSON.stringify(nos.slice(0, NAMED_MAX)))
    .all<ActionRow>();
  return results;
}

export type ValuesRow = {
  person_no: number;
  email: string | null;
  language: string | null;
  given_name: string | null;
  preferred_name: string | null;
  family_name: string | null;
  phone: string | null;
  street: string | null;
  locality: string | null;
  region: string | null;
  postal_code: string | null;
  country: string | null;
  /** Of each custom field asked for that has a value: key, type, value. */
  custom: string;
  tags: string;
};

/**
 * What templates need of some people, one statement. What is not asked for is not read: "[]" stands for it. The keys of the rows
 * go first in each join, so that a person costs a look for each field and their own tags.
 */
export async function selectValues(
  { groupNo, d1 }: GroupDb,
  personNos: readonly number[],
  needed: { custom: readonly string[]; tags: boolean },
): Promise<ValuesRow[]> {
  const custom =
    needed.custom.length === 0
      ? "'[]'"
      : `(SELECT json_group_array(json_array(c.key, c.type, v.value)) FROM json_each(?3) AS wanted
          CROSS JOIN custom_fields AS c ON c.group_no = ?1 AND c.key = wanted.value
          CROSS JOIN field_values AS v ON v.group_no = ?1 AND v.field_no = c.field_no AND v.person_no = p.person_no)`;
  const tags = needed.tags
    ? `(SELECT json_group_array(k.name) FROM taggings AS g INDEXED BY taggings_by_person
        CROSS JOIN tags AS t ON t.group_no = ?1 AND t.tag_no = g.tag_no
        CROSS JOIN tags AS k ON k.group_no = ?1 AND k.tag_no = coalesce(t.merged_into, t.tag_no)
        WHERE g.group_no = ?1 AND g.person_no = p.person_no AND k.deleted_at IS NULL)`
    : "'[]'";
  const { results } = await d1
    .prepare(
      `SELECT p.person_no, p.email, p.language, p.given_name, p.preferred_name, p.family_name, p.phone, p.street, p.locality, p.region,
         p.postal_code, p.country, ${custom} AS custom, ${tags} AS tags
       FROM json_each(?2) AS asked CROSS JOIN people AS p ON p.group_no = ?1 AND p.person_no = asked.value
       WHERE ?3 IS NOT NULL`,
    )
    .bind(groupNo, JSON.stringify(personNos), JSON.stringify(needed.custom))
    .all<ValuesRow>();
  return results;
}

/** The custom fields of some keys that a mail may name: their numbers. */
export async function selectFieldNos(
  { groupNo, d1 }: GroupDb,
  keys: readonly string[],
): Promise<{ key: string; fieldNo: number }[]> {
  if (keys.length === 0) return [];
  const { results } = await d1
    .prepare(
      `SELECT c.key, c.field_no AS fieldNo FROM json_each(?2) AS wanted
       CROSS JOIN custom_fields AS c ON c.group_no = ?1 AND c.key = wanted.value WHERE c.deleted_at IS NULL`,
    )
    .bind(groupNo, JSON.stringify(keys.slice(0, NAMED_MAX)))
    .all<{ key: string; fieldNo: number }>();
  return results;
}

export async function highestPerson({ groupNo, d1 }: GroupDb): Promise<number> {
  const row = await d1
    .prepare("SELECT max(person_no) AS no FROM people WHERE group_no = ?1")
    .bind(groupNo)
    .first<{ no: number | null }>();
  return row?.no ?? 0;
}

/**
 * How many people of a range are of an audience and get mail, and how many of them lack each field.
 * @param asked.more conditions on `p`, as SQL
 */
export async function countBlanks(
  { groupNo, d1 }: GroupDb,
  { from, json }: Question,
  asked: { person: readonly PersonField[]; custom: readonly number[]; more: readonly string[] },
  { after, upTo }: { after: number; upTo: number },
): Promise<{ people: number; person: number[]; custom: number[]; more: number[]; ms: number }> {
  const startedAt = Date.now();
  const blanks = [
    ...asked.person.map(blankSql),
    ...asked.custom.map(
      (_, index) =>
        `NOT EXISTS (SELECT 1 FROM field_values AS v WHERE v.group_no = ?1 AND v.field_no = json_extract(?5, '$[${index}]') AND v.person_no = p.person_no)`,
    ),
    ...asked.more,
  ];
  const sums = blanks.map((blank, index) => `, sum(${blank}) AS b${index}`).join("");
  const { results, meta } = await d1
    .prepare(`SELECT count(*) AS people${sums} ${from} AND p.email_status = 1 AND ?5 IS NOT NULL`)
    .bind(groupNo, after, upTo, json, JSON.stringify(asked.custom))
    .all<Record<string, number | null>>();
  const row = results[0] ?? {};
  const counts = blanks.map((_, index) => row[`b${index}`] ?? 0);
  return {
    people: row.people ?? 0,
    person: counts.slice(0, asked.person.length),
    custom: counts.slice(asked.person.length, asked.person.length + asked.custom.length),
    more: counts.slice(asked.person.length + asked.custom.length),
    ms: typeof meta.duration === "number" ? meta.duration : Date.now() - startedAt,
  };
}

export type PlaceCount = { country: string | null; postalCode: string | null; people: number };

/** Where the people of a range live who are of an audience and get mail, each place once. */
export async function countPlaces(
  { groupNo, d1 }: GroupDb,
  { from, json }: Question,
  { after, upTo }: { after: number; upTo: number },
): Promise<{ places: PlaceCount[]; ms: number }> {
  const startedAt = Date.now();
  const { results, meta } = await d1
    .prepare(
      `SELECT p.country, p.postal_code AS postalCode, count(*) AS people ${from} AND p.email_status = 1 GROUP BY p.country, p.postal_code`,
    )
    .bind(groupNo, after, upTo, json)
    .run<PlaceCount>();
  return { places: results, ms: typeof meta.duration === "number" ? meta.duration : Date.now() - startedAt };
}

function blankSql(field: PersonField): string {
  return `(${personFields[field].map((column) => `coalesce(p.${column}, '') = ''`).join(" AND ")})`;
}

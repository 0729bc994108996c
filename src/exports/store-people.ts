import type { GroupDb } from "../groups/shard";

/** What of a person's row each column needs, by the column's key. */
export const personValues = {
  id: "hex(p.id)",
  email: "p.email",
  phone: "p.phone",
  givenName: "p.given_name",
  familyName: "p.family_name",
  preferredName: "p.preferred_name",
  street: "p.street",
  locality: "p.locality",
  region: "p.region",
  postalCode: "p.postal_code",
  country: "p.country",
  language: "p.language",
  timeZone: "p.time_zone",
  emailStatus: "p.email_status",
  emailStatusAt: "p.email_status_at",
  emailStatusCause: "p.email_status_cause",
  mobileStatus: "p.mobile_status",
  mobileStatusAt: "p.mobile_status_at",
  mobileStatusCause: "p.mobile_status_cause",
  firstAction:
    "(SELECT coalesce(nullif(a.internal_title, ''), a.title) FROM actions a WHERE a.group_no = ?1 AND a.action_no = p.first_action_no)",
  createdAt: "p.created_at",
  score: "(SELECT s.score FROM people_scores s WHERE s.group_no = ?1 AND s.person_no = p.person_no)",
  level: "(SELECT s.level FROM people_scores s WHERE s.group_no = ?1 AND s.person_no = p.person_no)",
} as const;
export type PersonValue = keyof typeof personValues;

/** Whom a statement is about: those of a stretch of numbers (the first not among them), or those listed. */
export type Stretch = { after: number; upTo: number } | { people: readonly number[] };

/** A value is at most 2 MB (Cloudflare's docs, D1), so what is gathered into one text is cut by the person's number. */
const PEOPLE_A_TEXT = 128;
const PEOPLE_A_VALUE_TEXT = 8;

// In a join with json_each the order must be forced, or the planner reads the whole table.
function from(stretch: Stretch, table: string, alias: string): { sql: string; values: (number | string)[] } {
  if ("people" in stretch) {
    return {
      sql: `json_each(?2) j CROSS JOIN ${table} ON ${alias}.group_no = ?1 AND ${alias}.person_no = j.value WHERE true`,
      values: [JSON.stringify(stretch.people)],
    };
  }
  return {
    sql: `${table} WHERE ${alias}.group_no = ?1 AND ${alias}.person_no > ?2 AND ${alias}.person_no <= ?3`,
    values: [stretch.after, stretch.upTo],
  };
}

const channels = { all: "", mail: "AND p.email_status = 1", mobile: "AND p.mobile_status = 1" };

/**
 * People of a stretch, each as the person's number and the values asked for, in that order. D1 makes an object of each row
 * it gives, which takes longer than reading it: so rows come as a few texts.
 */
export async function peopleIn(
  { d1, groupNo }: GroupDb,
  stretch: Stretch,
  { values, who }: { values: readonly PersonValue[]; who: keyof typeof channels },
): Promise<unknown[][]> {
  const { sql, values: bound } = from(stretch, "people p", "p");
  const columns = ["p.person_no", ...values.map((name) => personValues[name])].join(", ");
  const { results } = await d1
    .prepare(
      `SELECT json_group_array(json_array(${columns})) AS rows FROM ${sql}
       AND p.erased_at IS NULL AND p.merged_into IS NULL ${channels[who]} GROUP BY p.person_no / ${PEOPLE_A_TEXT}`,
    )
    .bind(groupNo, ...bound)
    .all<{ rows: string }>();
  return results.flatMap(({ rows }) => rowsIn(rows));
}

function rowsIn(text: string): unknown[][] {
  const rows: unknown = JSON.parse(text);
  return Array.isArray(rows) ? rows.filter((row) => Array.isArray(row)) : [];
}

async function valuesIn(
  { d1, groupNo }: GroupDb,
  stretch: Stretch,
  {
    table,
    alias,
    column,
    more = "",
    size,
  }: Record<"table" | "alias" | "column", string> & { more?: string; size: number },
): Promise<Map<number, [what: number | string, value: string][]>> {
  const { sql, values } = from(stretch, table, alias);
  const { results } = await d1
    .prepare(
      `SELECT json_group_array(json_array(${alias}.person_no, ${column})) AS rows FROM ${sql} ${more} GROUP BY ${alias}.person_no / ${size}`,
    )
    .bind(groupNo, ...values)
    .all<{ rows: string }>();
  const found = new Map<number, [number | string, string][]>();
  for (const { rows } of results) {
    for (const [person, what, value] of rowsIn(rows)) {
      const own = found.get(Number(person)) ?? [];
      if (own.length === 0) found.set(Number(person), own);
      own.push([typeof what === "number" ? what : String(what), String(value ?? "")]);
    }
  }
  return found;
}

/** The numbers of each person's tags. */
export function taggingsIn(db: GroupDb, stretch: Stretch) {
  return valuesIn(db, stretch, {
    table: "taggings t INDEXED BY taggings_by_person",
    alias: "t",
    column: "t.tag_no, ''",
    size: PEOPLE_A_TEXT,
  });
}

/** What each person's custom fields say. */
export function fieldValuesIn(db: GroupDb, stretch: Stretch, fieldNos: readonly number[]) {
  return valuesIn(db, stretch, {
    table: "field_values f INDEXED BY field_values_by_person",
    alias: "f",
    column: "f.field_no, f.value",
    more: `AND f.field_no IN (${fieldNos.map((no) => Math.trunc(no)).join(", ")})`,
    size: PEOPLE_A_VALUE_TEXT,
  });
}

/** The highest number a person of the group has; 0 without anybody. */
export async function lastPerson({ d1, groupNo }: GroupDb): Promise<number> {
  const last = await d1
    .prepare("SELECT max(person_no) AS n FROM people WHERE group_no = ?1")
    .bind(groupNo)
    .first<number | null>("n");
  return last ?? 0;
}

/** What tags are called, by number; one that was merged is called what it became, a deleted one is left out. */
export async function tagNames({ d1, groupNo }: GroupDb): Promise<Map<number, string>> {
  const { results } = await d1
    .prepare(
      "SELECT tag_no AS no, name, merged_into AS mergedInto, deleted_at AS deletedAt FROM tags WHERE group_no = ?1",
    )
    .bind(groupNo)
    .all<{ no: number; name: string; mergedInto: number | null; deletedAt: number | null }>();
  const byNo = new Map(results.map((tag) => [tag.no, tag]));
  const names = new Map<number, string>();
  for (const tag of results) {
    let end = tag;
    for (let steps = 0; end.mergedInto !== null && steps < results.length; steps += 1) {
      end = byNo.get(end.mergedInto) ?? end;
      if (end.mergedInto === null) break;
    }
    if (end.deletedAt === null) names.set(tag.no, end.name);
  }
  return names;
}

import type { GroupDb } from "../groups/shard";

/*
 * What the index of people is made from, how it is written, and how far it has come. A row's number holds its group's in the
 * upper half (`store-search.ts`).
 */

export type SearchRow = [
  personNo: number,
  givenName: string | null,
  familyName: string | null,
  street: string | null,
  locality: string | null,
  postalCode: string | null,
  email: string | null,
  /** 1: erased, or merged into somebody else. */
  isGone: 0 | 1,
  /** The emails beside the primary one. */
  others: string[],
];

/** What of a person the index is made from, as JSON (SQL, of the row `p` of people). */
export const ROW = `json_array(p.person_no, p.given_name, p.family_name, p.street, p.locality, p.postal_code, p.email,
  p.erased_at IS NOT NULL OR p.merged_into IS NOT NULL,
  json((SELECT json_group_array(o.value) FROM other_addresses o WHERE o.group_no = p.group_no AND o.person_no = p.person_no AND o.kind = 1)))`;

/** The rows of a page. One text a page: D1 makes an object of each row it gives, which takes longer than finding it. */
export function rowsOf(results: { page: string | null }[] | undefined): SearchRow[] {
  return JSON.parse(results?.[0]?.page ?? "[]");
}

export async function selectRange(
  { d1, groupNo }: GroupDb,
  after: number,
  limit: number,
): Promise<SearchRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT json_group_array(json(row)) AS page FROM (SELECT ${ROW} AS row FROM people p WHERE p.group_no = ?1 AND p.person_no > ?2
       ORDER BY p.person_no LIMIT ?3)`,
    )
    .bind(groupNo, after, limit)
    .all<{ page: string }>();
  return rowsOf(results);
}

/** Of a range, those whose name or address is newer than `since`, and the number of the last one looked at. */
export async function selectChanged(
  { d1, groupNo }: GroupDb,
  { after, limit, since }: { after: number; limit: number; since: number },
): Promise<{ rows: SearchRow[]; last: number | null }> {
  const row = await d1
    .prepare(
      `WITH part AS MATERIALIZED (SELECT * FROM people WHERE group_no = ?1 AND person_no > ?2 ORDER BY person_no LIMIT ?3)
       SELECT (SELECT max(person_no) FROM part) AS last,
         (SELECT json_group_array(json(${ROW})) FROM part p
          WHERE max(coalesce(given_name_at, 0), coalesce(family_name_at, 0), coalesce(street_at, 0), coalesce(locality_at, 0),
            coalesce(postal_code_at, 0), coalesce(erased_at, 0)) >= ?4) AS page`,
    )
    .bind(groupNo, after, limit, since)
    .first<{ last: number | null; page: string }>();
  return { last: row?.last ?? null, rows: rowsOf(row ? [row] : []) };
}

export async function selectNumbered({ d1, groupNo }: GroupDb, people: number[]): Promise<SearchRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT json_group_array(json(${ROW})) AS page FROM json_each(?2) j CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = j.value`,
    )
    .bind(groupNo, JSON.stringify(people))
    .all<{ page: string }>();
  return rowsOf(results);
}

export type Progress = {
  indexedTo: number;
  sweptTo: number;
  sweepBeganAt: number;
  sweptSince: number;
  last: number;
};

/** SQL for `Progress` of the group ?1. */
export const PROGRESS = `SELECT coalesce(s.indexed_to, 0) AS indexedTo, coalesce(s.swept_to, 0) AS sweptTo,
    coalesce(s.sweep_began_at, 0) AS sweepBeganAt, coalesce(s.swept_since, 0) AS sweptSince,
    (SELECT coalesce(max(person_no), 0) FROM people WHERE group_no = ?1) AS last
  FROM (SELECT 1) LEFT JOIN search_progress s ON s.group_no = ?1`;

export async function selectProgress({ d1, groupNo }: GroupDb): Promise<Progress> {
  const row = await d1.prepare(PROGRESS).bind(groupNo).first<Progress>();
  return row ?? { indexedTo: 0, sweptTo: 0, sweepBeganAt: 0, sweptSince: 0, last: 0 };
}

/**
 * Puts people into the index, or anew, and takes those out who are gone. Moves the cursor in the same transaction, so that
 * whoever is above it is not in the index and whoever is not is.
 */
export async function writeTerms(
  { d1, groupNo }: GroupDb,
  terms: [personNo: number, terms: string][],
  gone: number[],
  indexedTo: number | null,
): Promise<void> {
  const statements = [
    ...(terms.length > 0
      ? [
          d1
            .prepare(
              "INSERT OR REPLACE INTO people_search (rowid, terms) SELECT (?1 << 32) | (value ->> 0), value ->> 1 FROM json_each(?2)",
            )
            .bind(groupNo, JSON.stringify(terms)),
        ]
      : []),
    ...(gone.length > 0
      ? [
          d1
            .prepare(
              "DELETE FROM people_search WHERE rowid IN (SELECT (?1 << 32) | value FROM json_each(?2))",
            )
            .bind(groupNo, JSON.stringify(gone)),
        ]
      : []),
    ...(indexedTo === null
      ? []
      : [
          d1
            .prepare(
              `INSERT INTO search_progress (group_no, indexed_to) VALUES (?1, ?2)
               ON CONFLICT (group_no) DO UPDATE SET indexed_to = max(indexed_to, excluded.indexed_to)`,
            )
            .bind(groupNo, indexedTo),
        ]),
  ];
  if (statements.length > 0) await d1.batch(statements);
}

export async function updateSweep(
  { d1, groupNo }: GroupDb,
  sweep: { sweptTo: number; sweepBeganAt: number; sweptSince: number },
): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO search_progress (group_no, swept_to, sweep_began_at, swept_since) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (group_no) DO UPDATE SET swept_to = excluded.swept_to, sweep_began_at = excluded.sweep_began_at, swept_since = excluded.swept_since`,
    )
    .bind(groupNo, sweep.sweptTo, sweep.sweepBeganAt, sweep.sweptSince)
    .run();
}

// Of all who share a key, the one before: pairs then hang together like the links of a chain.
const NEIGHBOURS = `
  INSERT INTO duplicates (group_no, first_no, second_no, reason, found_at)
  SELECT ?1, first, second, reason, ?3 FROM (
    SELECT (SELECT s.rowid & 4294967295 FROM people_search s WHERE s.people_search MATCH '"' || (j.value ->> 1) || '"'
        AND s.rowid BETWEEN (?1 << 32) AND ((?1 << 32) | ((j.value ->> 0) - 1)) ORDER BY s.rowid DESC LIMIT 1) AS first,
      j.value ->> 0 AS second, j.value ->> 2 AS reason
    FROM json_each(?2) j)
  WHERE first IS NOT NULL
  ON CONFLICT DO NOTHING`;

// Somebody whose phone went over to another: what they said it was is in what they took part in.
const SAME_PHONE = `
  INSERT INTO duplicates (group_no, first_no, second_no, reason, found_at)
  SELECT DISTINCT ?1, min(p.person_no, n.person_no), max(p.person_no, n.person_no), 'phone', ?4
  FROM people p
  CROSS JOIN participations x ON x.group_no = ?1 AND x.person_no = p.person_no
  CROSS JOIN identities n ON n.group_no = ?1 AND n.kind = 2 AND n.value = x.answer ->> '$.phone' AND n.person_no <> p.person_no
  WHERE p.group_no = ?1 AND p.person_no > ?2 AND p.person_no <= ?3 AND p.phone IS NULL AND p.phone_at IS NOT NULL
    AND p.merged_into IS NULL AND p.erased_at IS NULL
  ON CONFLICT DO NOTHING`;

export function insertNeighbours(
  { d1, groupNo }: GroupDb,
  keys: [personNo: number, key: string, reason: string][],
  now: number,
): Promise<unknown> {
  return d1.prepare(NEIGHBOURS).bind(groupNo, JSON.stringify(keys), now).run();
}

export function insertSamePhone(
  { d1, groupNo }: GroupDb,
  range: { after: number; upTo: number },
  now: number,
): Promise<unknown> {
  return d1.prepare(SAME_PHONE).bind(groupNo, range.after, range.upTo, now).run();
}

/** Takes an erased or merged person out of the index, in the batch that empties them. */
export function forgetTermsStatement({ d1, groupNo }: GroupDb, personNo: number): D1PreparedStatement {
  return d1.prepare("DELETE FROM people_search WHERE rowid = ((?1 << 32) | ?2)").bind(groupNo, personNo);
}

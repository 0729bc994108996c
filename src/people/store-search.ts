import type { GroupDb } from "../groups/shard";

/*
 * Groups of a shard share one FTS5 table. A row's number holds its group's in the upper half, so that a group's people are
 * one range of numbers, and every statement here names that range.
 */
const OWN = "rowid BETWEEN (?1 << 32) AND ((?1 << 32) | 4294967295)";

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

const ROW = `json_array(p.person_no, p.given_name, p.family_name, p.street, p.locality, p.postal_code, p.email,
  p.erased_at IS NOT NULL OR p.merged_into IS NOT NULL,
  json((SELECT json_group_array(o.value) FROM other_addresses o WHERE o.group_no = p.group_no AND o.person_no = p.person_no AND o.kind = 1)))`;

/** One text a page: D1 makes an object of each row it gives, which takes longer than finding it. */
function rowsOf(results: { page: string | null }[] | undefined): SearchRow[] {
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

const PROGRESS = `SELECT coalesce(s.indexed_to, 0) AS indexedTo, coalesce(s.swept_to, 0) AS sweptTo,
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

export type Candidates = { numbers: number[]; tail: SearchRow[]; progress: Progress };

type Asked = {
  /** FTS5 expressions, the best first. */
  matches: string[];
  /** Beginnings of addresses as `identities` holds them: kind and text. */
  addresses: [kind: 1 | 2, prefix: string][];
  /** What every row of the tail beyond `tailMax` must hold, as it was typed; each part once. */
  parts: string[];
  /** The beginning of a domain, looked for among those that people have who came lately; "" for none. */
  domain: string;
};

const CANDIDATES_MAX = 100;
/** Whose domains are known: whatever many people have, somebody of these has. */
const LATELY = 2_000;

// The beginning of a long term is looked up by reading every person who has one such; a whole term hands over the newest at once.
const AT_DOMAINS = `
  SELECT json_group_array(no) AS page FROM (SELECT rowid & 4294967295 AS no FROM people_search
  WHERE people_search MATCH (SELECT coalesce(group_concat('"' || domain || '"', ' OR '), '""') FROM (
      SELECT DISTINCT substr(email, instr(email, '@') + 1) AS domain
      FROM (SELECT email FROM people WHERE group_no = ?1 AND email IS NOT NULL ORDER BY person_no DESC LIMIT ${LATELY})
      WHERE substr(email, instr(email, '@') + 1, length(?2)) = ?2 AND instr(email, '"') = 0))
    AND ${OWN} ORDER BY rowid DESC LIMIT ?3)`;
/** Rows of the tail that the Worker reads whole, the newest; and so many older ones that D1 looks at roughly. */
export const TAIL_MAX = 2_000;
export const LONG_TAIL_MAX = 50_000;

/** Everybody who may be meant, in one round trip: by the index, by address, and the people that are not indexed yet. */
export async function selectCandidates({ d1, groupNo }: GroupDb, asked: Asked): Promise<Candidates> {
  const results = await d1.batch([
    d1.prepare(PROGRESS).bind(groupNo),
    d1
      .prepare(
        `SELECT json_group_array(json(row)) AS page FROM (SELECT ${ROW} AS row FROM people p WHERE p.group_no = ?1
           AND p.person_no > (SELECT coalesce(max(indexed_to), 0) FROM search_progress WHERE group_no = ?1)
         ORDER BY p.person_no DESC LIMIT ?2)`,
      )
      .bind(groupNo, TAIL_MAX),
    d1
      .prepare(
        `SELECT json_group_array(i.person_no) AS page FROM json_each(?2) j
         CROSS JOIN (SELECT 1) CROSS JOIN identities i ON i.group_no = ?1 AND i.kind = (j.value ->> 0)
           AND i.value >= (j.value ->> 1) AND i.value < (j.value ->> 1) || char(1114111)
         LIMIT ?3`,
      )
      .bind(groupNo, JSON.stringify(asked.addresses), CANDIDATES_MAX),
    ...(asked.domain ? [d1.prepare(AT_DOMAINS).bind(groupNo, asked.domain, CANDIDATES_MAX)] : []),
    ...asked.matches.map((match) =>
      d1
        .prepare(
          `SELECT json_group_array(no) AS page FROM (SELECT rowid & 4294967295 AS no FROM people_search
           WHERE people_search MATCH ?2 AND ${OWN} ORDER BY rowid DESC LIMIT ?3)`,
        )
        .bind(groupNo, match, CANDIDATES_MAX),
    ),
  ]);
  const [progress, tail, ...pages] = results;
  const found = pages.flatMap((page) => numbersOf(page?.results));
  const known = progressOf(progress?.results);
  const isLong = known.last - known.indexedTo > TAIL_MAX && asked.parts.length > 0;
  return {
    numbers: isLong ? [...found, ...(await selectLongTail({ d1, groupNo }, known, asked.parts))] : found,
    tail: rowsOf(pagesOf(tail?.results)),
    progress: known,
  };
}

/** Small letters are all that is made alike here, so somebody with an accent is found a few seconds later, by the index. */
async function selectLongTail(
  { d1, groupNo }: Pick<GroupDb, "d1" | "groupNo">,
  { indexedTo, last }: Progress,
  parts: string[],
): Promise<number[]> {
  const { results } = await d1
    .prepare(
      `SELECT json_group_array(person_no) AS page FROM (SELECT p.person_no FROM people p
       WHERE p.group_no = ?1 AND p.person_no > ?2 AND p.person_no <= ?3
         AND NOT EXISTS (SELECT 1 FROM json_each(?4) j
           WHERE instr(lower(coalesce(p.given_name, '') || ' ' || coalesce(p.family_name, '')), j.value) = 0)
       ORDER BY p.person_no DESC LIMIT ?5)`,
    )
    .bind(
      groupNo,
      Math.max(indexedTo, last - LONG_TAIL_MAX),
      last - TAIL_MAX,
      JSON.stringify(parts),
      CANDIDATES_MAX,
    )
    .all<{ page: string }>();
  return numbersOf(results);
}

function pagesOf(results: unknown[] | undefined): { page: string | null }[] {
  return [{ page: textOf(results, "page") }];
}

function numbersOf(results: unknown[] | undefined): number[] {
  return JSON.parse(textOf(results, "page") ?? "[]");
}

function textOf(results: unknown[] | undefined, name: string): string | null {
  const row = results?.[0];
  if (typeof row !== "object" || row === null) return null;
  const value = new Map(Object.entries(row)).get(name);
  return typeof value === "string" ? value : null;
}

function progressOf(results: unknown[] | undefined): Progress {
  const row = results?.[0];
  const values = new Map<string, unknown>(typeof row === "object" && row !== null ? Object.entries(row) : []);
  const number = (name: keyof Progress) => Number(values.get(name) ?? 0);
  return {
    indexedTo: number("indexedTo"),
    sweptTo: number("sweptTo"),
    sweepBeganAt: number("sweepBeganAt"),
    sweptSince: number("sweptSince"),
    last: number("last"),
  };
}

export type FoundRow = {
  personNo: number;
  id: string;
  givenName: string | null;
  familyName: string | null;
  email: string | null;
  phone: string | null;
  street: string | null;
  locality: string | null;
  postalCode: string | null;
  country: string | null;
  emailStatus: number;
  createdAt: number;
};

/** Of those numbers, the people that are still there. */
export async function selectFound({ d1, groupNo }: GroupDb, numbers: number[]): Promise<FoundRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT p.person_no AS personNo, hex(p.id) AS id, p.given_name AS givenName, p.family_name AS familyName, p.email, p.phone,
         p.street, p.locality, p.postal_code AS postalCode, p.country, p.email_status AS emailStatus, p.created_at AS createdAt
       FROM json_each(?2) j CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = j.value
       WHERE p.erased_at IS NULL AND p.merged_into IS NULL`,
    )
    .bind(groupNo, JSON.stringify(numbers))
    .all<FoundRow>();
  return results;
}

/** Takes an erased or merged person out of the index, in the batch that empties them. */
export function forgetTermsStatement({ d1, groupNo }: GroupDb, personNo: number): D1PreparedStatement {
  return d1.prepare("DELETE FROM people_search WHERE rowid = ((?1 << 32) | ?2)").bind(groupNo, personNo);
}

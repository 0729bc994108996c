import type { GroupDb } from "../groups/shard";
import { PROGRESS, type Progress, ROW, rowsOf, type SearchRow } from "./store-search-index";

/*
 * Groups of a shard share one FTS5 table. A row's number holds its group's in the upper half, so that a group's people are
 * one range of numbers, and every statement here names that range.
 */
const OWN = "rowid BETWEEN (?1 << 32) AND ((?1 << 32) | 4294967295)";

export type Candidates = { numbers: number[]; tail: SearchRow[]; progress: Progress };

type Asked = {
  /** FTS5 expressions, the best first. */
  matches: string[];
  /** Beginnings of addresses as `identities` holds them: kind and text. */
  addresses: [kind: 1 | 2, prefix: string][];
  /** What every row of the tail beyond `TAIL_MAX` must hold, as it was typed; each part once. */
  parts: string[];
  /** The beginning of a domain, looked for among those that people have who came lately; "" for none. */
  domain: string;
};

const CANDIDATES_MAX = 100;
/** Whose domains are known: what many people have somebody of the newest has, or one of some among all the others. */
const LATELY = 1_000;
const SCATTERED = 500;

const NTHS = JSON.stringify([...Array(SCATTERED).keys()]);

// The beginning of a long term is looked up by reading every person who has one such; a whole term hands over the newest at once.
const AT_DOMAINS = `
  SELECT json_group_array(no) AS page FROM (SELECT rowid & 4294967295 AS no FROM people_search
  WHERE people_search MATCH (SELECT coalesce(group_concat('"' || domain || '"', ' OR '), '""') FROM (
      SELECT DISTINCT substr(email, instr(email, '@') + 1) AS domain
      FROM (SELECT email FROM (SELECT email FROM people WHERE group_no = ?1 AND email IS NOT NULL ORDER BY person_no DESC LIMIT ${LATELY})
        UNION ALL SELECT p.email
        FROM (SELECT max(person_no) AS last FROM people WHERE group_no = ?1) CROSS JOIN json_each(?4) j
        CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = 1 + last * j.value / ${SCATTERED} AND p.email IS NOT NULL)
      WHERE substr(email, instr(email, '@') + 1, length(?2)) = ?2 AND instr(email, '"') = 0))
    AND ${OWN} ORDER BY rowid DESC LIMIT ?3)`;
/** Rows of the tail that the Worker reads whole, the newest; and so many older ones that D1 looks at roughly. */
const TAIL_MAX = 2_000;
const LONG_TAIL_MAX = 50_000;

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
    ...(asked.domain ? [d1.prepare(AT_DOMAINS).bind(groupNo, asked.domain, CANDIDATES_MAX, NTHS)] : []),
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

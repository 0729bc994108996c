import type { GroupDb } from "../groups/shard";

/** A longer history is counted by its newest part. */
const COUNTED_MAX = 100_000;
/** Sign-ups by personal links that the list of those who brought most is made of. */
const LINKED_MAX = 500_000;
/** Participations that one object and its siblings may number in one millisecond. */
const SAME_MOMENT_MAX = 100;

export type TallyRow = { actionNo: number; variant: string; way: string; count: number };

export async function addTallies({ d1, groupNo }: GroupDb, rows: readonly TallyRow[]): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO share_tallies (group_no, action_no, variant, way, count)
       SELECT ?1, value ->> 'actionNo', value ->> 'variant', value ->> 'way', value ->> 'count' FROM json_each(?2) WHERE true
       ON CONFLICT (group_no, action_no, variant, way) DO UPDATE SET count = count + excluded.count`,
    )
    .bind(groupNo, JSON.stringify(rows))
    .run();
}

export async function selectTallies(
  { d1, groupNo }: GroupDb,
  actionNo: number,
): Promise<Omit<TallyRow, "actionNo">[]> {
  const { results } = await d1
    .prepare("SELECT variant, way, count FROM share_tallies WHERE group_no = ?1 AND action_no = ?2")
    .bind(groupNo, actionNo)
    .all<Omit<TallyRow, "actionNo">>();
  return results;
}

/** How many came by links that were passed on, by the end of their source: its letter, or "" for none. */
export async function countByLetter(
  { d1, groupNo }: GroupDb,
  actionNo: number,
): Promise<{ letter: string; count: number }[]> {
  const { results } = await d1
    .prepare(
      `SELECT CASE WHEN source GLOB 'share-*.[a-z]' OR source GLOB 'r-*.*.[a-z]' THEN substr(source, -1) ELSE '' END AS letter, count(*) AS count
       FROM (SELECT source, removal_no FROM participations INDEXED BY participations_by_action
             WHERE group_no = ?1 AND action_no = ?2 ORDER BY id DESC LIMIT ?3)
       WHERE removal_no = 0 AND (source GLOB 'share-*' OR source GLOB 'r-*') GROUP BY 1`,
    )
    .bind(groupNo, actionNo, COUNTED_MAX)
    .all<{ letter: string; count: number }>();
  return results;
}

// SQLite uses the index only where it reads its very condition.
const LINKED = `participations INDEXED BY participations_by_link
  WHERE group_no = ?1 AND action_no = ?2 AND source >= 'r-' AND source < 'r.' AND removal_no = 0`;

/** How many signed through one personal link: its bare code, or the code with more behind a dot. */
export async function countLinked({ d1, groupNo }: GroupDb, actionNo: number, code: string): Promise<number> {
  const row = await d1
    .prepare(`SELECT count(*) AS n FROM ${LINKED} AND source >= ?3 AND source < ?4`)
    .bind(groupNo, actionNo, `r-${code}`, `r-${code}/`)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** The codes that brought most people. */
export async function topCodes(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  limit: number,
): Promise<{ code: string; count: number }[]> {
  const { results } = await d1
    .prepare(
      `SELECT substr(source, 3, 12) AS code, count(*) AS count FROM (SELECT source FROM ${LINKED} LIMIT ${LINKED_MAX})
       GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?3`,
    )
    .bind(groupNo, actionNo, limit)
    .all<{ code: string; count: number }>();
  return results;
}

export type Signed = { id: string; givenName: string | null; familyName: string | null; isNamed: number };

/** Those whose participation was made in each of these milliseconds, a list each. */
export async function signedAt(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  moments: readonly number[],
): Promise<Signed[][]> {
  if (moments.length === 0) return [];
  const statement = d1.prepare(
    `SELECT lower(hex(id)) AS id, answer ->> '$.givenName' AS givenName, answer ->> '$.familyName' AS familyName,
       is_named AS isNamed
     FROM participations INDEXED BY participations_by_action
     WHERE group_no = ?1 AND action_no = ?2 AND id >= unhex(?3) AND id < unhex(?4) AND removal_no = 0
     LIMIT ${SAME_MOMENT_MAX}`,
  );
  const replies = await d1.batch<Signed>(
    moments.map((at) => statement.bind(groupNo, actionNo, startOf(at), startOf(at + 1))),
  );
  return replies.map(({ results }) => results);
}

/** The first id of a millisecond, in hexadecimal digits. */
function startOf(ms: number): string {
  return ms.toString(16).padStart(12, "0").padEnd(32, "0");
}

import type { GroupDb } from "../groups/shard";
import type { Question } from "./compile";

/** What a statement found, and how long the database says it took, in ms. */
export type Found<Row> = { rows: Row[]; ms: number };

async function ask<Row>(
  { d1, groupNo }: GroupDb,
  sql: string,
  values: readonly [after: number, upTo: number, json: string, ...more: (string | number)[]],
): Promise<Found<Row>> {
  const startedAt = Date.now();
  const { results, meta } = await d1
    .prepare(sql)
    .bind(groupNo, ...values)
    .all<Row>();
  return { rows: results, ms: typeof meta.duration === "number" ? meta.duration : Date.now() - startedAt };
}

/** How many people of a range are of the audience. */
export async function countRange(
  db: GroupDb,
  { from, json }: Question,
  after: number,
  upTo: number,
): Promise<{ count: number; ms: number }> {
  const { rows, ms } = await ask<{ n: number }>(db, `SELECT count(*) AS n ${from}`, [after, upTo, json]);
  return { count: rows[0]?.n ?? 0, ms };
}

/** The first people of a range who are of the audience, in the order of their numbers. */
export async function selectRange(
  db: GroupDb,
  { from, json }: Question,
  range: { after: number; upTo: number; limit: number },
): Promise<{ people: number[]; ms: number }> {
  const { rows, ms } = await ask<{ person_no: number }>(
    db,
    `SELECT p.person_no ${from} ORDER BY p.person_no LIMIT ?5`,
    [range.after, range.upTo, json, range.limit],
  );
  return { people: rows.map((row) => row.person_no), ms };
}

/** How the places of a range's people spread over `parts` equal parts of `low` to `high`; people outside are left out. */
export async function spreadRange(
  db: GroupDb,
  { from, json }: Question,
  place: string,
  {
    after,
    upTo,
    low,
    size,
    parts,
  }: { after: number; upTo: number; low: number; size: number; parts: number },
): Promise<{ counts: Map<number, number>; ms: number }> {
  const { rows, ms } = await ask<{ part: number; n: number }>(
    db,
    // D1 binds large numbers as REAL, which would divide into fractions.
    `SELECT (place - CAST(?5 AS INTEGER)) / CAST(?6 AS INTEGER) AS part, count(*) AS n FROM (SELECT ${place} AS place ${from})
     WHERE place >= ?5 AND place < ?5 + ?6 * ?7 GROUP BY 1`,
    [after, upTo, json, low, size, parts],
  );
  return { counts: new Map(rows.map((row) => [row.part, row.n])), ms };
}

/** The lowest and highest place of a range's people; null where there is nobody. */
export async function boundsRange(
  db: GroupDb,
  { from, json }: Question,
  place: string,
  after: number,
  upTo: number,
): Promise<{ low: number | null; high: number | null; ms: number }> {
  const { rows, ms } = await ask<{ low: number | null; high: number | null }>(
    db,
    `SELECT min(${place}) AS low, max(${place}) AS high ${from}`,
    [after, upTo, json],
  );
  return { low: rows[0]?.low ?? null, high: rows[0]?.high ?? null, ms };
}

/** People of a range between two places, as place and number, the lowest numbers first. */
export async function selectPart(
  db: GroupDb,
  { from, json }: Question,
  place: string,
  {
    after,
    upTo,
    low,
    high,
    limit,
  }: { after: number; upTo: number; low: number; high: number; limit: number },
): Promise<{ people: [number, number][]; ms: number }> {
  const { rows, ms } = await ask<{ place: number; person_no: number }>(
    db,
    `SELECT place, person_no FROM (SELECT p.person_no, ${place} AS place ${from}) WHERE place >= ?5 AND place <= ?6 ORDER BY person_no LIMIT ?7`,
    [after, upTo, json, low, high, limit],
  );
  return { people: rows.map((row) => [row.place, row.person_no]), ms };
}

/** Whether one person is of each of several questions, in one statement. */
export async function askOfPerson(
  { d1, groupNo }: GroupDb,
  personNo: number,
  questions: readonly Question[],
): Promise<boolean[]> {
  if (questions.length === 0) return [];
  const results = await d1.batch<{ n: number }>(
    questions.map(({ from, json }) =>
      d1.prepare(`SELECT count(*) AS n ${from}`).bind(groupNo, personNo - 1, personNo, json),
    ),
  );
  return results.map(({ results: rows }) => (rows[0]?.n ?? 0) > 0);
}

/** The highest number given to a person. */
export async function highestPerson({ d1, groupNo }: GroupDb): Promise<number> {
  const row = await d1
    .prepare("SELECT max(person_no) AS no FROM people WHERE group_no = ?1")
    .bind(groupNo)
    .first<{ no: number | null }>();
  return row?.no ?? 0;
}

/** How many of several ranges a question is true of together, in one batch. */
export async function countRanges(
  { d1, groupNo }: GroupDb,
  { from, json }: Question,
  ranges: readonly (readonly [after: number, upTo: number])[],
): Promise<number> {
  const statement = d1.prepare(`SELECT count(*) AS n ${from}`);
  const results = await d1.batch<{ n: number }>(
    ranges.map(([after, upTo]) => statement.bind(groupNo, after, upTo, json)),
  );
  return results.reduce((sum, { results: [row] }) => sum + (row?.n ?? 0), 0);
}

/** How many participations actions have, `most` at most. Reads an index alone. */
export async function countOfActions(
  { d1, groupNo }: GroupDb,
  actions: readonly number[],
  most: number,
): Promise<number> {
  const row = await d1
    .prepare(
      `SELECT count(*) AS n FROM (SELECT 1 FROM participations INDEXED BY participations_by_action
       WHERE group_no = ?1 AND action_no IN (SELECT value FROM json_each(?2)) LIMIT ?3)`,
    )
    .bind(groupNo, JSON.stringify(actions), most)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** Every mailing that left, and when. */
export async function sentMailings({ d1, groupNo }: GroupDb): Promise<{ no: number; sentAt: number }[]> {
  const { results } = await d1
    .prepare(
      "SELECT mailing_no AS no, sent_at AS sentAt FROM mailings WHERE group_no = ?1 AND sent_at IS NOT NULL",
    )
    .bind(groupNo)
    .all<{ no: number; sentAt: number }>();
  return results;
}

/** The mailings made by each of some series, and by those it was changed from or into. */
export async function seriesRuns(
  { d1, groupNo }: GroupDb,
  series: readonly number[],
): Promise<{ no: number; mailingNo: number }[]> {
  const { results } = await d1
    .prepare(
      `SELECT own.series_no AS no, run.mailing_no AS mailingNo
       FROM json_each(?2) AS asked
       CROSS JOIN mail_series AS own ON own.group_no = ?1 AND own.series_no = asked.value
       CROSS JOIN mail_series AS kin ON kin.group_no = ?1 AND kin.family_no = own.family_no
       CROSS JOIN mail_series_runs AS run ON run.group_no = ?1 AND run.series_no = kin.series_no
       WHERE run.mailing_no IS NOT NULL`,
    )
    .bind(groupNo, JSON.stringify(series))
    .all<{ no: number; mailingNo: number }>();
  return results;
}

/** Whether any two people of a group were made one. */
export async function hasMergedPeople({ d1, groupNo }: GroupDb): Promise<boolean> {
  return (
    (await d1
      .prepare("SELECT 1 AS n FROM merged_people WHERE group_no = ?1 LIMIT 1")
      .bind(groupNo)
      .first()) !== null
  );
}

/** A tag or field that has become another, or was deleted. */
export type Gone = { no: number; into: number | null; isDeleted: number };

/** The tags and custom fields of a group that are no longer what they were; most groups have none. */
export async function selectGone({ d1, groupNo }: GroupDb): Promise<{ tags: Gone[]; fields: Gone[] }> {
  const gone = (table: string, no: string) =>
    d1
      .prepare(
        `SELECT ${no} AS no, merged_into AS "into", deleted_at IS NOT NULL AS isDeleted FROM ${table}
         WHERE group_no = ?1 AND (merged_into IS NOT NULL OR deleted_at IS NOT NULL)`,
      )
      .bind(groupNo);
  const [tags, fields] = await d1.batch<Gone>([gone("tags", "tag_no"), gone("custom_fields", "field_no")]);
  return { tags: tags?.results ?? [], fields: fields?.results ?? [] };
}

import type { GroupDb } from "../groups/shard";
import { STILL_THERE } from "./store-works";

/** Codes shown at once; a group that has more of them has put something into its links that is no code. */
const CODES_SHOWN_MAX = 500;
const COUNTS_READ_MAX = 20_000;

/** Links of supporters' own are counted together, since each of them leads to one person. */
export const PERSONAL_LINKS = "r-*";

/** How many came by one code to one action. */
export type SourceCell = { code: string; actionNo: number; participations: number; newcomers: number };

/**
 * What the people of a range of numbers did, by source and action. A participation brought its person onto the list when it
 * is the one in the action that did so, made at that very moment.
 */
export async function selectCells({ groupNo, d1 }: GroupDb, from: number, to: number): Promise<SourceCell[]> {
  const { results } = await d1
    .prepare(
      `SELECT CASE WHEN p.source GLOB 'r-????????????*' THEN '${PERSONAL_LINKS}' ELSE coalesce(p.source, '') END AS code, p.action_no AS actionNo, count(*) AS participations,
         sum(e.first_action_no = p.action_no AND e.created_at = p.acted_at) AS newcomers
       FROM participations p CROSS JOIN people e ON e.group_no = ?1 AND e.person_no = p.person_no
       WHERE p.group_no = ?1 AND p.person_no >= ?2 AND p.person_no < ?3 AND p.removal_no = 0
       GROUP BY 1, 2`,
    )
    .bind(groupNo, from, to)
    .all<SourceCell>();
  return results;
}

/** Adds a range to a count, once: only while the work that counts stands where it stood when the range was read. */
export function addCellsStatement(
  { groupNo, d1 }: GroupDb,
  work: { no: number; cursor: number },
  cells: readonly SourceCell[],
): D1PreparedStatement {
  return d1
    .prepare(
      `INSERT INTO source_counts (group_no, count_no, code, action_no, participation_count, new_count)
       SELECT ?1, ?2, j.value ->> 'code', j.value ->> 'actionNo', j.value ->> 'participations', j.value ->> 'newcomers'
       FROM json_each(?4) j WHERE ${STILL_THERE}
       ON CONFLICT (group_no, count_no, code, action_no) DO UPDATE SET
         participation_count = participation_count + excluded.participation_count, new_count = new_count + excluded.new_count`,
    )
    .bind(groupNo, work.no, work.cursor, JSON.stringify(cells));
}

/** What earlier counts left is no use once a newer one is whole. */
export function dropCountsStatement({ groupNo, d1 }: GroupDb, before: number): D1PreparedStatement {
  return d1.prepare("DELETE FROM source_counts WHERE group_no = ?1 AND count_no < ?2").bind(groupNo, before);
}

export type SourceRow = {
  code: string;
  label: string;
  note: string;
  participations: number;
  newcomers: number;
  actions: number;
};

/** The codes of a count and those that have a name, the busiest first. */
export async function selectSources({ groupNo, d1 }: GroupDb, countNo: number): Promise<SourceRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT code, max(label) AS label, max(note) AS note, sum(participations) AS participations, sum(newcomers) AS newcomers, sum(actions) AS actions
       FROM (
         SELECT code, '' AS label, '' AS note, sum(participation_count) AS participations, sum(new_count) AS newcomers, count(*) AS actions
         FROM (SELECT * FROM source_counts WHERE group_no = ?1 AND count_no = ?2 LIMIT ${COUNTS_READ_MAX}) GROUP BY code
         UNION ALL SELECT code, label, note, 0, 0, 0 FROM sources WHERE group_no = ?1)
       GROUP BY code ORDER BY participations DESC, code LIMIT ${CODES_SHOWN_MAX}`,
    )
    .bind(groupNo, countNo)
    .all<SourceRow>();
  return results;
}

/** The actions that people came to by one code. */
export async function selectActionsOf(
  { groupNo, d1 }: GroupDb,
  countNo: number,
  code: string,
): Promise<{ title: string; id: ArrayBuffer; participations: number; newcomers: number }[]> {
  const { results } = await d1
    .prepare(
      `SELECT coalesce(nullif(a.internal_title, ''), a.title) AS title, a.id, c.participation_count AS participations, c.new_count AS newcomers
       FROM source_counts c CROSS JOIN actions a ON a.group_no = ?1 AND a.action_no = c.action_no
       WHERE c.group_no = ?1 AND c.count_no = ?2 AND c.code = ?3 ORDER BY participations DESC LIMIT 100`,
    )
    .bind(groupNo, countNo, code)
    .all<{ title: string; id: ArrayBuffer; participations: number; newcomers: number }>();
  return results;
}

export async function upsertSource(
  { groupNo, d1 }: GroupDb,
  source: { code: string; label: string; note: string },
  now: number,
): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO sources (group_no, code, label, note, updated_at) VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT (group_no, code) DO UPDATE SET label = excluded.label, note = excluded.note, updated_at = excluded.updated_at`,
    )
    .bind(groupNo, source.code, source.label, source.note, now)
    .run();
}

export async function countSources({ groupNo, d1 }: GroupDb): Promise<number> {
  const row = await d1
    .prepare("SELECT count(*) AS n FROM sources WHERE group_no = ?1")
    .bind(groupNo)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** The pages that are live, for whoever makes a link to one. What a client of the API made has none. */
export async function selectLivePages({
  groupNo,
  d1,
}: GroupDb): Promise<{ kind: string; slug: string; title: string }[]> {
  const { results } = await d1
    .prepare(
      `SELECT kind, slug, coalesce(nullif(internal_title, ''), title) AS title FROM actions
       WHERE group_no = ?1 AND status = 'published' AND api IS NULL ORDER BY action_no DESC LIMIT 200`,
    )
    .bind(groupNo)
    .all<{ kind: string; slug: string; title: string }>();
  return results;
}

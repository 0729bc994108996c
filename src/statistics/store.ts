import type { GroupDb } from "../groups/shard";
import type { Cell } from "./tally";
import { QUARTER_MS } from "./tally";
import type { DayViews, ViewEntry } from "./types";

/** One count of an action, as it is stored; see `tables.ts`. */
export type CountRow = {
  no: number;
  timeZone: string;
  removals: string;
  lastId: string;
  seen: number;
  startedAt: number;
  finishedAt: number | null;
  comparedAt: number;
};

type Kept = {
  counts: CountRow[];
  days: { no: number; day: string; tally: string }[];
  /** What the action's removals are now: each removal, undoing, merge and erasure makes it another. */
  removals: string;
};

const COUNTS = `
  SELECT count_no AS no, time_zone AS timeZone, removals, last_id AS lastId, seen, started_at AS startedAt,
    finished_at AS finishedAt, compared_at AS comparedAt
  FROM action_counts WHERE group_no = ?1 AND action_no = ?2 ORDER BY count_no`;
const DAYS = "SELECT count_no AS no, day, tally FROM action_days WHERE group_no = ?1 AND action_no = ?2";
const REMOVALS = `
  SELECT count(*) || '/' || coalesce(sum(participation_count), 0) || '/' || count(undone_at) AS removals
  FROM removals WHERE group_no = ?1 AND action_no = ?2`;

/** What was counted of an action, as of one moment. */
export async function selectCounts({ d1, groupNo }: GroupDb, actionNo: number): Promise<Kept> {
  const [counts, days, removals] = await d1.batch<Record<string, unknown>>(
    [COUNTS, DAYS, REMOVALS].map((sql) => d1.prepare(sql).bind(groupNo, actionNo)),
  );
  return {
    counts: (counts?.results ?? []).map((row) => ({
      no: Number(row.no),
      timeZone: String(row.timeZone),
      removals: String(row.removals),
      lastId: String(row.lastId),
      seen: Number(row.seen),
      startedAt: Number(row.startedAt),
      finishedAt: row.finishedAt === null ? null : Number(row.finishedAt),
      comparedAt: Number(row.comparedAt),
    })),
    days: (days?.results ?? []).map((row) => ({
      no: Number(row.no),
      day: String(row.day),
      tally: String(row.tally),
    })),
    removals: String(removals?.results[0]?.removals ?? ""),
  };
}

// `?3` is the id before the page, `?4` the id it stays below, `?5` how many it may hold.
const PAGE = `(SELECT id, person_no, acted_at, source, referrer, answer, removal_no
  FROM participations INDEXED BY participations_by_action
  WHERE group_no = ?1 AND action_no = ?2 AND id > unhex(?3) AND id < unhex(?4) ORDER BY id LIMIT ?5)`;

const EXTENT = `SELECT lower(hex(max(id))) AS last, count(*) AS seen FROM ${PAGE}`;

// One text for the whole page: D1 makes an object of each row it gives. LEFT JOIN keeps the order of the two.
const CELLS = `
  SELECT json_group_array(json_array(quarter, source, referrer, country, site, people, new_to_list)) AS cells FROM (
    SELECT p.acted_at / ${QUARTER_MS} AS quarter, coalesce(p.source, '') AS source, coalesce(p.referrer, '') AS referrer,
      coalesce(p.answer ->> '$.country', '') AS country, coalesce(p.answer ->> '$.site', '') AS site,
      count(*) AS people, count(iif(person.first_action_no = ?2, 1, NULL)) AS new_to_list
    FROM ${PAGE} p
    LEFT JOIN people person ON person.group_no = ?1 AND person.person_no = p.person_no
    WHERE p.removal_no = 0 GROUP BY 1, 2, 3, 4, 5)`;

export type CellPage = {
  cells: Cell[];
  seen: number;
  /** Null when there was nothing. */
  last: string | null;
};

/** Counts at most `limit` participations between two ids, in the order they were made. */
export async function cellPage(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  page: { after: string; below: string; limit: number },
): Promise<CellPage> {
  const [extent, cells] = await d1.batch<Record<string, string | number | null>>(
    [EXTENT, CELLS].map((sql) => d1.prepare(sql).bind(groupNo, actionNo, page.after, page.below, page.limit)),
  );
  const found = extent?.results[0];
  return {
    cells: JSON.parse(String(cells?.results[0]?.cells ?? "[]")),
    seen: Number(found?.seen ?? 0),
    last: found?.last ? String(found.last) : null,
  };
}

/** How many participations there are up to an id, that one included: the index alone is read. */
export async function countUpTo({ d1, groupNo }: GroupDb, actionNo: number, lastId: string): Promise<number> {
  const row = await d1
    .prepare(
      "SELECT count(*) AS n FROM participations INDEXED BY participations_by_action WHERE group_no = ?1 AND action_no = ?2 AND id <= unhex(?3)",
    )
    .bind(groupNo, actionNo, lastId)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

const BEGIN = `
  INSERT INTO action_counts (group_no, action_no, count_no, time_zone, removals, last_id, seen, started_at, finished_at, compared_at)
  VALUES (?1, ?2, ?3, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING`;
const GO_ON = `
  UPDATE action_counts SET last_id = ?5, seen = ?6, finished_at = ?7, compared_at = ?8
  WHERE group_no = ?1 AND action_no = ?2 AND count_no = ?3 AND last_id = ?4`;
// changes() is of the statement before: nothing is written when somebody else has counted on meanwhile.
const SET_DAYS = `
  INSERT INTO action_days (group_no, action_no, count_no, day, tally)
  SELECT ?1, ?2, ?3, j.value ->> 0, j.value ->> 1 FROM json_each(?4) j WHERE changes() > 0
  ON CONFLICT (group_no, action_no, count_no, day) DO UPDATE SET tally = excluded.tally`;
const forgetOlder = (table: "action_counts" | "action_days") => `
  DELETE FROM ${table} WHERE group_no = ?1 AND action_no = ?2 AND count_no < (
    SELECT max(count_no) FROM action_counts WHERE group_no = ?1 AND action_no = ?2 AND finished_at IS NOT NULL)`;

/**
 * Stores how far a count has come, with the days it changed, unless another request has taken it further meanwhile.
 * @param from the last id it had when it was read; null for a count that begins
 */
export async function saveCount(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  count: CountRow,
  { from, days }: { from: string | null; days: readonly (readonly [day: string, tally: string])[] },
): Promise<void> {
  const { no, timeZone, removals, lastId, seen, startedAt, finishedAt, comparedAt } = count;
  const bind = (sql: string, ...values: (string | number | null)[]) =>
    d1.prepare(sql).bind(groupNo, actionNo, ...values);
  await d1.batch([
    from === null
      ? bind(BEGIN, no, null, timeZone, removals, lastId, seen, startedAt, finishedAt, comparedAt)
      : bind(GO_ON, no, from, lastId, seen, finishedAt, comparedAt),
    bind(SET_DAYS, no, JSON.stringify(days)),
    // Days first: the counts say which are older.
    ...(finishedAt === null ? [] : [bind(forgetOlder("action_days")), bind(forgetOlder("action_counts"))]),
  ]);
}

const ADD_VIEWS = `
  INSERT INTO action_views (group_no, action_no, day, page_views, embed_views)
  SELECT ?1, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3 FROM json_each(?2) j WHERE true
  ON CONFLICT (group_no, action_no, day) DO UPDATE SET
    page_views = page_views + excluded.page_views, embed_views = embed_views + excluded.embed_views`;

/** Adds views of several groups of one shard in one transaction: a row for each action and day. */
export async function addViews(
  groups: readonly { db: GroupDb; entries: readonly ViewEntry[] }[],
): Promise<void> {
  const [first] = groups;
  if (!first) return;
  await first.db.d1.batch(
    groups.map(({ db, entries }) =>
      db.d1.prepare(ADD_VIEWS).bind(db.groupNo, JSON.stringify(entries.map((entry) => entry.slice(1)))),
    ),
  );
}

/** The views of each day, oldest first. */
export async function selectViews({ d1, groupNo }: GroupDb, actionNo: number): Promise<DayViews[]> {
  const { results } = await d1
    .prepare(
      "SELECT day, page_views AS pageViews, embed_views AS embedViews FROM action_views WHERE group_no = ?1 AND action_no = ?2 ORDER BY day",
    )
    .bind(groupNo, actionNo)
    .all<DayViews>();
  return results;
}

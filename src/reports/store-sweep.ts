import type { GroupDb } from "../groups/shard";
import {
  type Cell,
  DAY_MS,
  DEEPER_TIMES,
  deeperKinds,
  goneStatus,
  levelPoints,
  levels,
  listChanges,
  points,
  SCORE_MAX,
  type Topic,
  topics,
} from "./types";
import { daySql, offsetSql } from "./zone";

/** A stretch of people's numbers, the first not among them. */
export type Stretch = { after: number; upTo: number };
type Clock = { timeZone: string; now: number };

// How somebody stands now, as `people_scores.status` has it.
const STATUS = `CASE WHEN p.merged_into IS NOT NULL THEN ${goneStatus.merged} WHEN p.erased_at IS NOT NULL THEN ${goneStatus.erased}
  ELSE p.email_status END`;
const STRETCH = "p.group_no = ?1 AND p.person_no > ?2 AND p.person_no <= ?3";
const MET = "people p LEFT JOIN people_scores s ON s.group_no = ?1 AND s.person_no = p.person_no";

// Whoever came and left before a sweep met them did both. Who said "no" when they came (no date), or came as somebody who had
// left elsewhere, was never on the list.
const LEFT_UNMET = "before IS NULL AND status IN (2, 3, 4) AND at > created_at";
const LOSS = `CASE status WHEN 2 THEN ${listChanges.unsubscribed} WHEN 3 THEN ${listChanges.bounced} WHEN 4 THEN ${listChanges.complained}
  WHEN ${goneStatus.erased} THEN ${listChanges.erased} WHEN ${goneStatus.merged} THEN ${listChanges.merged} ELSE ${listChanges.other} END`;

/** What became of the mailing list among people of a stretch since they were last met: counted once, with the note that it was. */
function changes({ timeZone, now }: Clock): string {
  return `
    WITH seen AS MATERIALIZED (
      SELECT p.created_at, p.email_status_at AS at, coalesce(p.email_status_cause, '') AS cause, p.erased_at, s.status AS before, ${STATUS} AS status
      FROM ${MET} WHERE ${STRETCH} AND s.status IS NOT (${STATUS})
    ), happened AS (
      SELECT iif(before IS NULL, created_at, coalesce(at, ?4)) AS moment,
        iif(coalesce(before, 0) = 0, ${listChanges.new}, ${listChanges.back}) AS change, '' AS cause
      FROM seen WHERE status = 1
      UNION ALL SELECT created_at, ${listChanges.new}, '' FROM seen WHERE ${LEFT_UNMET}
      UNION ALL SELECT at, ${LOSS}, iif(status = 2, cause, '') FROM seen WHERE ${LEFT_UNMET}
      UNION ALL
      SELECT CASE WHEN status IN (2, 3, 4) THEN coalesce(at, ?4) WHEN status = ${goneStatus.erased} THEN coalesce(erased_at, ?4) ELSE ?4 END,
        ${LOSS}, iif(status = 2, cause, '')
      FROM seen WHERE before = 1
    )
    INSERT INTO list_days (group_no, day, change, cause, people_count)
    SELECT ?1, ${daySql("moment", timeZone, now)}, change, cause, count(*) FROM happened WHERE true GROUP BY 2, 3, 4
    ON CONFLICT (group_no, day, change, cause) DO UPDATE SET people_count = people_count + excluded.people_count`;
}

// Links of supporters' own are counted together, since each of them leads to one person; what strangers wrote is cut.
const SOURCE = `
  coalesce((SELECT iif(q.source GLOB 'r-*', 'r-*', substr(q.source, 1, 100)) FROM participations q
    WHERE q.group_no = ?1 AND q.person_no = p.person_no AND q.action_no = p.first_action_no ORDER BY q.nth LIMIT 1), '')`;

/** What brought those of a stretch whom no sweep has met. */
function arrivals({ timeZone, now }: Clock): string {
  return `
    INSERT INTO source_days (group_no, day, action_no, source, people_count, subscribed_count)
    SELECT ?1, day, action_no, source, count(*), count(iif(status = 1, 1, NULL)) FROM (
      SELECT ${daySql("p.created_at", timeZone, now)} AS day, coalesce(p.first_action_no, 0) AS action_no, ${SOURCE} AS source, ${STATUS} AS status
      FROM ${MET} WHERE ${STRETCH} AND s.person_no IS NULL AND p.merged_into IS NULL)
    WHERE true GROUP BY 2, 3, 4
    ON CONFLICT (group_no, day, action_no, source) DO UPDATE SET
      people_count = people_count + excluded.people_count, subscribed_count = subscribed_count + excluded.subscribed_count`;
}

const POINTS = `CASE ${points.map(({ days, points: worth }) => `WHEN q.acted_at >= ?4 - ${days * DAY_MS} THEN ${worth}`).join(" ")} ELSE 0 END`;
const TIMES = `iif(a.kind IN (${deeperKinds.map((kind) => `'${kind}'`).join(", ")}), ${DEEPER_TIMES}, 1)`;
const SCORE = `
  coalesce((SELECT min(${SCORE_MAX}, sum(${POINTS} * ${TIMES})) FROM participations q
    CROSS JOIN actions a ON a.group_no = ?1 AND a.action_no = q.action_no
    WHERE q.group_no = ?1 AND q.person_no = p.person_no AND q.removal_no = 0), 0)`;
const LEVEL = `CASE WHEN score >= ${levelPoints.core} THEN ${levels.core} WHEN score >= ${levelPoints.active} THEN ${levels.active}
  WHEN score >= ${levelPoints.warm} THEN ${levels.warm} ELSE ${levels.quiet} END`;

/** How engaged people of a stretch are and how they stand: only what has changed is written. */
const SCORES = `
  INSERT INTO people_scores (group_no, person_no, score, level, status)
  SELECT ?1, person_no, score, ${LEVEL}, status FROM (
    SELECT p.person_no, ${STATUS} AS status, iif(p.merged_into IS NULL AND p.erased_at IS NULL, ${SCORE}, 0) AS score
    FROM people p WHERE ${STRETCH})
  WHERE true
  ON CONFLICT (group_no, person_no) DO UPDATE SET score = excluded.score, level = excluded.level, status = excluded.status
  WHERE score <> excluded.score OR level <> excluded.level OR status <> excluded.status`;

/**
 * Takes note of people of a stretch, in one transaction: repeated, it finds nothing changed and counts nothing twice.
 * @param clock whose days, and the moment from which points are counted back
 */
export async function noteStretch(
  { d1, groupNo }: GroupDb,
  { after, upTo }: Stretch,
  clock: Clock,
): Promise<void> {
  await d1.batch([
    d1.prepare(changes(clock)).bind(groupNo, after, upTo, clock.now),
    d1.prepare(arrivals(clock)).bind(groupNo, after, upTo),
    d1.prepare(SCORES).bind(groupNo, after, upTo, clock.now),
  ]);
}

const KNOWN = `people p CROSS JOIN people_scores s ON s.group_no = ?1 AND s.person_no = p.person_no WHERE ${STRETCH}`;
const HERE = `${KNOWN} AND s.status < ${goneStatus.erased}`;
const ON_LIST = "count(iif(s.status = 1, 1, NULL))";

function counts({ timeZone, now }: Clock): Record<Topic, string> {
  const month = `strftime('%Y-%m', (p.created_at + ${offsetSql("p.created_at", timeZone, now)}) / 1000, 'unixepoch')`;
  return {
    activity: `
      SELECT ${daySql("q.acted_at", timeZone, now)} AS key, q.action_no AS sub, count(*) AS n, count(iif(p.first_action_no = q.action_no, 1, NULL)) AS m
      FROM people p CROSS JOIN participations q ON q.group_no = ?1 AND q.person_no = p.person_no
      WHERE ${STRETCH} AND q.removal_no = 0 GROUP BY 1, 2`,
    places: `
      SELECT coalesce(p.country, '') AS key, substr(coalesce(p.region, ''), 1, 100) AS sub, count(*) AS n, ${ON_LIST} AS m FROM ${HERE} GROUP BY 1, 2`,
    levels: `SELECT s.level AS key, '' AS sub, count(*) AS n, ${ON_LIST} AS m FROM ${HERE} GROUP BY 1`,
    cohorts: `
      SELECT ${month} AS key, '' AS sub, count(*) AS n, ${ON_LIST} AS m FROM ${KNOWN}
      AND (s.status IN (1, ${goneStatus.erased}) OR s.status IN (2, 3, 4) AND p.email_status_at > p.created_at) GROUP BY 1`,
    tags: `
      SELECT t.tag_no AS key, '' AS sub, count(*) AS n, ${ON_LIST} AS m
      FROM taggings t INDEXED BY taggings_by_person CROSS JOIN people_scores s ON s.group_no = ?1 AND s.person_no = t.person_no
      WHERE t.group_no = ?1 AND t.person_no > ?2 AND t.person_no <= ?3 AND s.status < ${goneStatus.erased} GROUP BY 1`,
    tagged: `
      SELECT ${daySql("t.tagged_at", timeZone, now)} AS key, t.tag_no AS sub, count(*) AS n, ${ON_LIST} AS m
      FROM taggings t INDEXED BY taggings_by_person CROSS JOIN people_scores s ON s.group_no = ?1 AND s.person_no = t.person_no
      WHERE t.group_no = ?1 AND t.person_no > ?2 AND t.person_no <= ?3 AND s.status < ${goneStatus.erased} GROUP BY 1, 2`,
    statuses: `SELECT s.status AS key, '' AS sub, count(*) AS n, 0 AS m FROM ${KNOWN} GROUP BY 1`,
  };
}

/** What people of a stretch, who were noted before, add to each count. One statement after another: others have their turn between. */
export async function countStretch(
  { d1, groupNo }: GroupDb,
  { after, upTo }: Stretch,
  clock: Clock,
): Promise<{ topic: Topic; cells: Cell[] }[]> {
  const found: { topic: Topic; cells: Cell[] }[] = [];
  const statements = counts(clock);
  for (const topic of Object.keys(topics).filter((name): name is Topic => name in topics)) {
    const { results } = await d1
      .prepare(statements[topic])
      .bind(groupNo, after, upTo)
      .all<{ key: string | number; sub: string | number; n: number; m: number }>();
    const cells = results.map(({ key, sub, n, m }) => ({ key: String(key), sub: String(sub), n, m }));
    found.push({ topic, cells });
  }
  return found;
}

/** The highest number a person of the group has; 0 without anybody. */
export async function lastPerson({ d1, groupNo }: GroupDb): Promise<number> {
  const last = await d1
    .prepare("SELECT max(person_no) AS n FROM people WHERE group_no = ?1")
    .bind(groupNo)
    .first<number | null>("n");
  return last ?? 0;
}

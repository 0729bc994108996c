import { and, asc, desc, eq, type SQL, sql } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import { idFromHex, idToHex } from "../platform/ids";
import { mailSeries } from "./tables";
import {
  type Plan,
  planSchema,
  type Series,
  type SeriesId,
  type SeriesNote,
  type SeriesStatus,
} from "./types";

type Row = typeof mailSeries.$inferSelect;

function toSeries({ groupNo: _, seriesNo, plan, ...row }: Row): Series {
  return { ...row, no: seriesNo, plan: planSchema.parse(plan) };
}

async function selectOne({ groupNo, db }: GroupDb, which: SQL): Promise<Series | null> {
  const [row] = await db
    .select()
    .from(mailSeries)
    .where(and(eq(mailSeries.groupNo, groupNo), which));
  return row ? toSeries(row) : null;
}

/** The series of an id; null when the group has none. */
export function selectSeries(group: GroupDb, id: SeriesId): Promise<Series | null> {
  return selectOne(group, eq(mailSeries.id, id));
}

export function selectSeriesByNo(group: GroupDb, no: number): Promise<Series | null> {
  return selectOne(group, eq(mailSeries.seriesNo, no));
}

/** The series a mailing is the pattern of; null for any other mailing. */
export function selectByMailing(group: GroupDb, mailingNo: number): Promise<Series | null> {
  return selectOne(group, eq(mailSeries.mailingNo, mailingNo));
}

/** A series that may run, or run again. */
const OPEN = "('waiting', 'active', 'paused')";
/** So many copies of copies are looked through for the series they were made from. */
const COPIES_MAX = 50;

/**
 * The series a mailing is a copy of, or a copy of a copy of as long as those between are drafts; null for any other. The runs of a series,
 * and copies of them, are none of this.
 */
export async function selectChanged(db: GroupDb, mailingNo: number): Promise<Series | null> {
  const { groupNo, d1 } = db;
  const row = await d1
    .prepare(
      `WITH RECURSIVE line (no, copy_of, ends, depth) AS (
         SELECT m.mailing_no, m.copy_of, 0, 0 FROM mailings AS m WHERE m.group_no = ?1 AND m.mailing_no = ?2
         UNION ALL
         SELECT m.mailing_no, m.copy_of, m.status <> 'draft' OR EXISTS (SELECT 1 FROM mail_series AS s WHERE s.group_no = ?1 AND s.mailing_no = m.mailing_no), line.depth + 1
         FROM line CROSS JOIN mailings AS m ON m.group_no = ?1 AND m.mailing_no = line.copy_of
         WHERE line.ends = 0 AND line.depth < ?3
           AND NOT EXISTS (SELECT 1 FROM mail_series_runs AS r WHERE r.group_no = ?1 AND r.mailing_no = line.no))
       SELECT s.series_no AS no FROM line CROSS JOIN mail_series AS s ON s.group_no = ?1 AND s.mailing_no = line.no
       WHERE line.depth > 0 ORDER BY line.depth LIMIT 1`,
    )
    .bind(groupNo, mailingNo, COPIES_MAX)
    .first<{ no: number }>();
  return row && selectSeriesByNo(db, row.no);
}

/** What a series is called: as what it copies. "" for nothing. */
export async function selectName({ groupNo, d1 }: GroupDb, no: number): Promise<string> {
  const row = await d1
    .prepare(
      `SELECT coalesce(nullif(m.internal_title, ''), m.subject) AS name FROM mail_series AS s
       CROSS JOIN mailings AS m ON m.group_no = ?1 AND m.mailing_no = s.mailing_no WHERE s.group_no = ?1 AND s.series_no = ?2`,
    )
    .bind(groupNo, no)
    .first<{ name: string }>();
  return row?.name ?? "";
}

/** A group's series, those that may run or those that are over, the newest first and by keyset. */
export async function selectListed(
  { groupNo, db }: GroupDb,
  { isOver, before = null, limit }: { isOver: boolean; before?: number | null; limit: number },
): Promise<Series[]> {
  const rows = await db
    .select()
    .from(mailSeries)
    .where(
      and(
        eq(mailSeries.groupNo, groupNo),
        sql`(${mailSeries.status} IN ('stopped', 'ended')) = ${isOver ? 1 : 0}`,
        before === null ? undefined : sql`${mailSeries.seriesNo} < ${before}`,
      ),
    )
    .orderBy(desc(mailSeries.seriesNo))
    .limit(limit);
  return rows.map(toSeries);
}

/** How many series of a group may run, or run again. */
export async function countOpen({ groupNo, d1 }: GroupDb): Promise<number> {
  const row = await d1
    .prepare(`SELECT count(*) AS count FROM mail_series WHERE group_no = ?1 AND status IN ${OPEN}`)
    .bind(groupNo)
    .first<{ count: number }>();
  return row?.count ?? 0;
}

const NEW_NO = "(SELECT last FROM numbers WHERE group_no = ?1 AND noun = 'mail_series')";

export type NewSeries = {
  id: SeriesId;
  mailingNo: number;
  familyNo: number | null;
  plan: Plan;
  recipientsMax: number;
  status: "waiting" | "active";
  by: number;
  nextAt: number;
  now: number;
};

/**
 * Makes a series of a draft, which from then on nobody changes or sends by itself; what it replaces stops, once it runs. One transaction.
 * @returns the series that stopped by it; null when it is no draft any more, and nothing happened
 */
export async function insertSeries({ groupNo, d1 }: GroupDb, made: NewSeries): Promise<SeriesId[] | null> {
  const { id, mailingNo, familyNo, plan, recipientsMax, status, by, nextAt, now } = made;
  const results = await d1.batch<{ id: string }>([
    d1
      .prepare(
        `INSERT INTO numbers (group_no, noun, last) VALUES (?1, 'mail_series', 1)
         ON CONFLICT (group_no, noun) DO UPDATE SET last = last + 1`,
      )
      .bind(groupNo),
    d1
      .prepare(
        `INSERT INTO mail_series (group_no, series_no, id, family_no, mailing_no, plan, recipients_max, status, owner_no, next_at, created_at, updated_at)
         SELECT ?1, ${NEW_NO}, unhex(?2), coalesce(?3, ${NEW_NO}), ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10
         FROM mailings AS m WHERE m.group_no = ?1 AND m.mailing_no = ?4 AND m.status = 'draft' AND m.hidden_at IS NULL`,
      )
      .bind(
        ...[groupNo, idToHex(id), familyNo, mailingNo, JSON.stringify(plan), recipientsMax, status, by],
        ...[status === "active" ? nextAt : null, now],
      ),
    d1
      .prepare(
        `UPDATE mailings SET hidden_at = ?3 WHERE group_no = ?1 AND mailing_no = ?2 AND hidden_at IS NULL
           AND EXISTS (SELECT 1 FROM mail_series AS s WHERE s.group_no = ?1 AND s.mailing_no = ?2)`,
      )
      .bind(groupNo, mailingNo, now),
    stopReplaced({ groupNo, d1 }, id, now),
  ]);
  return (results[1]?.meta.changes ?? 0) > 0 ? replacedIn(results[3]) : null;
}

/** Stops whatever a series was changed from, and other changes of that, once it runs: two of a family would mail the same people. */
function stopReplaced({ groupNo, d1 }: Pick<GroupDb, "groupNo" | "d1">, id: SeriesId, now: number) {
  return d1
    .prepare(
      `UPDATE mail_series SET status = 'stopped', note = 'replaced', next_at = NULL, updated_at = ?3
       WHERE group_no = ?1 AND status IN ${OPEN} AND id <> unhex(?2) AND family_no =
         (SELECT s.family_no FROM mail_series AS s WHERE s.group_no = ?1 AND s.id = unhex(?2) AND s.status = 'active')
       RETURNING hex(id) AS id`,
    )
    .bind(groupNo, idToHex(id), now);
}

function replacedIn(stopped: D1Result<{ id: string }> | undefined): SeriesId[] {
  return (stopped?.results ?? []).map(({ id }) => idFromHex<SeriesId>(id));
}

/** A second person agreed, to words that its mailing keeps the fingerprint of: it runs, and what it replaces stops, which is given. Null when it did not wait, or whoever confirmed it is the one to agree. */
export async function approve(
  { groupNo, d1 }: GroupDb,
  id: SeriesId,
  { by, fingerprint, nextAt, now }: { by: number; fingerprint: string; nextAt: number; now: number },
): Promise<SeriesId[] | null> {
  const [changed, , stopped] = await d1.batch<{ id: string }>([
    d1
      .prepare(
        `UPDATE mail_series SET status = 'active', approved_by = ?3, next_at = ?4, updated_at = ?5
         WHERE group_no = ?1 AND id = unhex(?2) AND status = 'waiting' AND owner_no <> ?3`,
      )
      .bind(groupNo, idToHex(id), by, nextAt, now),
    d1
      .prepare(
        `UPDATE mailings SET approved_words = ?3 WHERE group_no = ?1 AND changes() > 0 AND mailing_no =
           (SELECT s.mailing_no FROM mail_series AS s WHERE s.group_no = ?1 AND s.id = unhex(?2))`,
      )
      .bind(groupNo, idToHex(id), fingerprint),
    stopReplaced({ groupNo, d1 }, id, now),
  ]);
  return (changed?.meta.changes ?? 0) > 0 ? replacedIn(stopped) : null;
}

/** From one of some statuses to another; `nextAt` goes with it. False when it stood otherwise. */
export async function change(
  { groupNo, d1 }: GroupDb,
  no: number,
  from: readonly SeriesStatus[],
  to: { status: SeriesStatus; note: SeriesNote | ""; nextAt: number | null; now: number },
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE mail_series SET status = ?3, note = ?4, next_at = ?5, updated_at = ?6, held_in_row = 0
       WHERE group_no = ?1 AND series_no = ?2 AND status IN (SELECT value FROM json_each(?7))`,
    )
    .bind(groupNo, no, to.status, to.note, to.nextAt, to.now, JSON.stringify(from))
    .run();
  return meta.changes > 0;
}

/** The series of a group that are due, the one that waited longest first; and the numbers of those whose plan cannot be read. */
export async function selectDue(
  { groupNo, db }: GroupDb,
  now: number,
  limit: number,
): Promise<{ series: Series[]; unreadable: number[] }> {
  const rows = await db
    .select()
    .from(mailSeries)
    .where(
      and(
        eq(mailSeries.groupNo, groupNo),
        sql`${mailSeries.nextAt} <= ${now}`,
        eq(mailSeries.status, "active"),
      ),
    )
    .orderBy(asc(mailSeries.nextAt))
    .limit(limit);
  const isReadable = ({ plan }: Row) => planSchema.safeParse(plan).success;
  return {
    series: rows.filter(isReadable).map(toSeries),
    unreadable: rows.filter((row) => !isReadable(row)).map(({ seriesNo }) => seriesNo),
  };
}

/** When the next series of a group is due; null when none is. */
export async function selectNextAt({ groupNo, d1 }: GroupDb): Promise<number | null> {
  const row = await d1
    .prepare("SELECT min(next_at) AS at FROM mail_series WHERE group_no = ?1 AND status = 'active'")
    .bind(groupNo)
    .first<{ at: number | null }>();
  return row?.at ?? null;
}

/** The groups of a shard with a series that was due by a time, or a run that was taken by then and is not done. */
export async function selectGroupsDue({ d1 }: GroupDb, by: number, limit: number): Promise<number[]> {
  const { results } = await d1
    .prepare(
      `SELECT group_no AS no FROM mail_series WHERE next_at IS NOT NULL AND next_at <= ?1
       UNION SELECT group_no FROM mail_series_runs WHERE open = 1 AND taken_at <= ?1 LIMIT ?2`,
    )
    .bind(by, limit)
    .run<{ no: number }>();
  return results.map(({ no }) => no);
}

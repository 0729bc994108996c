import { and, asc, desc, eq, sql } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import type { MailingId, MailingStatus } from "../mailings/types";
import { idToHex } from "../platform/ids";
import { mailSeriesRuns } from "./tables";
import type { HeldNote, Run, RunState, Series } from "./types";

function toRun({ groupNo: _, open: __, ...row }: typeof mailSeriesRuns.$inferSelect): Run {
  return row;
}

export type Taken = {
  nth: number;
  dueAt: number;
  missed: number;
  mailingId: MailingId;
  nextAt: number | null;
  now: number;
};

/**
 * Takes the next run of a series, and sets when the one after it is due: in one transaction, so that of two who come at once one takes
 * it, and whoever comes again finds it taken. A series without another run has ended.
 * @returns false when it was taken, or the series does not run any more
 */
export async function takeRun({ groupNo, d1 }: GroupDb, series: Series, run: Taken): Promise<boolean> {
  const isStill = "group_no = ?1 AND series_no = ?2 AND status = 'active' AND next_nth = ?3 AND next_at = ?4";
  const [taken] = await d1.batch([
    d1
      .prepare(
        `INSERT INTO mail_series_runs (group_no, series_no, nth, due_at, taken_at, missed, mailing_id, state)
         SELECT ?1, ?2, ?3, ?5, ?6, ?7, unhex(?8), 'taken' FROM mail_series WHERE ${isStill}
         ON CONFLICT DO NOTHING`,
      )
      .bind(
        groupNo,
        series.no,
        run.nth,
        series.nextAt,
        run.dueAt,
        run.now,
        run.missed,
        idToHex(run.mailingId),
      ),
    d1
      .prepare(
        `UPDATE mail_series SET next_nth = next_nth + 1, next_at = ?5, updated_at = ?6,
           status = CASE WHEN ?5 IS NULL THEN 'ended' ELSE status END WHERE ${isStill}`,
      )
      .bind(groupNo, series.no, run.nth, series.nextAt, run.nextAt, run.now),
  ]);
  return (taken?.meta.changes ?? 0) > 0;
}

/** Runs of which something is still to be done, the oldest first. */
export async function selectOpenRuns({ groupNo, db }: GroupDb, limit: number): Promise<Run[]> {
  const rows = await db
    .select()
    .from(mailSeriesRuns)
    .where(and(eq(mailSeriesRuns.groupNo, groupNo), eq(mailSeriesRuns.open, 1)))
    .orderBy(asc(mailSeriesRuns.dueAt))
    .limit(limit);
  return rows.map(toRun);
}

/** The runs of a series, the newest first, by keyset. */
export async function selectRuns(
  { groupNo, db }: GroupDb,
  seriesNo: number,
  { before, limit }: { before: number | null; limit: number },
): Promise<Run[]> {
  const rows = await db
    .select()
    .from(mailSeriesRuns)
    .where(
      and(
        eq(mailSeriesRuns.groupNo, groupNo),
        eq(mailSeriesRuns.seriesNo, seriesNo),
        before === null ? undefined : sql`${mailSeriesRuns.nth} < ${before}`,
      ),
    )
    .orderBy(desc(mailSeriesRuns.nth))
    .limit(limit);
  return rows.map(toRun);
}

/** The last run of each of some series. */
export async function selectLastRuns(
  { groupNo, db }: GroupDb,
  nos: readonly number[],
): Promise<Map<number, Run>> {
  if (nos.length === 0) return new Map();
  const rows = await db
    .select()
    .from(mailSeriesRuns)
    .where(
      and(
        eq(mailSeriesRuns.groupNo, groupNo),
        sql`${mailSeriesRuns.seriesNo} IN (SELECT value FROM json_each(${JSON.stringify(nos)}))`,
        sql`${mailSeriesRuns.nth} = (SELECT max(r.nth) FROM mail_series_runs AS r WHERE r.group_no = ${groupNo} AND r.series_no = ${mailSeriesRuns.seriesNo})`,
      ),
    );
  return new Map(rows.map((row) => [row.seriesNo, toRun(row)]));
}

/** Writes down that a run's mailing is there. */
export async function noteMailing({ groupNo, d1 }: GroupDb, { seriesNo, nth }: Run): Promise<void> {
  await d1
    .prepare(
      `UPDATE mail_series_runs SET mailing_no = (SELECT m.mailing_no FROM mailings AS m WHERE m.group_no = ?1 AND m.id = mail_series_runs.mailing_id)
       WHERE group_no = ?1 AND series_no = ?2 AND nth = ?3`,
    )
    .bind(groupNo, seriesNo, nth)
    .run();
}

/** Moves an open run on. The draft of one that is held is shown, that of one that is called off never. A run that is held, or was sent, counts for its series. False when somebody else did. */
export async function moveRun(
  { groupNo, d1 }: GroupDb,
  { seriesNo, nth, state: from }: Run,
  to: { state: RunState; note?: HeldNote; recipients?: number | null },
): Promise<boolean> {
  const { state, note = "", recipients = null } = to;
  const isOpen = state === "asked" || state === "held" ? 1 : 0;
  // What was hidden while nobody had looked at it is somebody's to decide now.
  const shown = d1
    .prepare(
      `UPDATE mailings SET hidden_at = NULL WHERE group_no = ?1 AND status = 'draft' AND hidden_at IS NOT NULL AND id = (SELECT r.mailing_id
         FROM mail_series_runs AS r WHERE r.group_no = ?1 AND r.series_no = ?2 AND r.nth = ?3 AND r.state = 'held' AND r.open = 1)`,
    )
    .bind(groupNo, seriesNo, nth);
  const [moved] = await d1.batch([
    d1
      .prepare(
        `UPDATE mail_series_runs SET state = ?5, note = ?6, recipients = coalesce(?7, recipients), open = ?8
         WHERE group_no = ?1 AND series_no = ?2 AND nth = ?3 AND state = ?4 AND open = 1`,
      )
      .bind(groupNo, seriesNo, nth, from, state, note, recipients, isOpen),
    d1
      .prepare(
        `UPDATE mail_series SET held_in_row = CASE ?3 WHEN 'held' THEN held_in_row + 1 WHEN 'sent' THEN 0 ELSE held_in_row END
         WHERE group_no = ?1 AND series_no = ?2 AND changes() = 1`,
      )
      .bind(groupNo, seriesNo, state),
    ...(state === "held" ? [shown] : []),
  ]);
  return (moved?.meta.changes ?? 0) > 0;
}

/** Notes that something of a run failed. */
export async function noteFailure({ groupNo, d1 }: GroupDb, { seriesNo, nth }: Run): Promise<void> {
  await d1
    .prepare(
      "UPDATE mail_series_runs SET failures = failures + 1 WHERE group_no = ?1 AND series_no = ?2 AND nth = ?3",
    )
    .bind(groupNo, seriesNo, nth)
    .run();
}

/** Its owner knows that a run waits: nothing more is to be done. */
export async function closeRun({ groupNo, d1 }: GroupDb, { seriesNo, nth }: Run): Promise<void> {
  await d1
    .prepare("UPDATE mail_series_runs SET open = 0 WHERE group_no = ?1 AND series_no = ?2 AND nth = ?3")
    .bind(groupNo, seriesNo, nth)
    .run();
}

/**
 * Whether another run of a series, or of those it was changed from or into, has no audience yet: one on its way to it (an earlier one that is
 * still being made as well), or one that waits for somebody. Null when all that ran have theirs.
 */
export async function selectUnfrozen(
  { groupNo, d1 }: GroupDb,
  { familyNo }: Series,
  { mailingId, seriesNo, nth, dueAt }: Run,
  now: number,
): Promise<"on_its_way" | "waits" | null> {
  const row = await d1
    .prepare(
      `SELECT max(NOT (m.status = 'preparing' OR (m.status = 'scheduled' AND m.start_at <= ?4) OR m.hidden_at IS NOT NULL)) AS waits FROM mail_series AS kin
       CROSS JOIN mail_series_runs AS run ON run.group_no = ?1 AND run.series_no = kin.series_no
       CROSS JOIN mailings AS m ON m.group_no = ?1 AND m.mailing_no = run.mailing_no
       WHERE kin.group_no = ?1 AND kin.family_no = ?2 AND run.mailing_id <> unhex(?3)
         AND (m.status IN ('waiting', 'scheduled', 'preparing') OR (m.status = 'draft' AND m.hidden_at IS NULL)
           OR (m.status = 'draft' AND run.state = 'taken' AND (run.due_at, run.series_no, run.nth) < (?5, ?6, ?7)))`,
    )
    .bind(groupNo, familyNo, idToHex(mailingId), now, dueAt, seriesNo, nth)
    .first<{ waits: number | null }>();
  if (row === null || row.waits === null) return null;
  return row.waits === 1 ? "waits" : "on_its_way";
}

/** What is known of the mailing of a run beside its numbers. */
export type RunMailing = {
  no: number;
  status: MailingStatus;
  sentAt: number | null;
  startAt: number | null;
  createdAt: number;
};

/** The mailings of a series' runs, the newest first. */
export async function selectRunMailings(
  { groupNo, d1 }: GroupDb,
  seriesNo: number,
  limit: number,
): Promise<RunMailing[]> {
  const { results } = await d1
    .prepare(
      `SELECT m.mailing_no AS no, m.status, m.sent_at AS sentAt, m.start_at AS startAt, m.created_at AS createdAt FROM mail_series_runs AS run
       CROSS JOIN mailings AS m ON m.group_no = ?1 AND m.mailing_no = run.mailing_no
       WHERE run.group_no = ?1 AND run.series_no = ?2 ORDER BY run.nth DESC LIMIT ?3`,
    )
    .bind(groupNo, seriesNo, limit)
    .run<RunMailing>();
  return results;
}

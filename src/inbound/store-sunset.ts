import type { GroupDb } from "../groups/shard";
import { existsUnderNumbers } from "../people/merge";
import { subscriptionStatus } from "../people/types";
import { STILL_THERE, type Work } from "../people/work";
import type { Sunset, SunsetRun } from "./types";

/** People whose rows one statement looks at. */
export const RANGE = 2_000;
const RUNS_SHOWN = 12;

type Stored = Omit<Sunset, "isDryRun" | "isOn"> & { isDryRun: number; isOn: number };

export async function selectSunset({ groupNo, d1 }: GroupDb): Promise<Sunset | null> {
  const row = await d1
    .prepare(
      `SELECT months, grace_days AS graceDays, is_dry_run AS isDryRun, is_on AS isOn,
         (SELECT max(finished_at) FROM sunset_runs WHERE group_no = ?1) AS lastAt
       FROM sunset_rules WHERE group_no = ?1`,
    )
    .bind(groupNo)
    .first<Stored>();
  return row && { ...row, isDryRun: row.isDryRun === 1, isOn: row.isOn === 1 };
}

export async function upsertSunset(
  { groupNo, d1 }: GroupDb,
  { months, graceDays, isDryRun, isOn }: Omit<Sunset, "lastAt">,
  by: number,
  now: number,
): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO sunset_rules (group_no, months, grace_days, is_dry_run, is_on, saved_by, saved_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
       ON CONFLICT (group_no) DO UPDATE SET months = excluded.months, grace_days = excluded.grace_days, is_dry_run = excluded.is_dry_run,
         is_on = excluded.is_on, saved_by = excluded.saved_by, saved_at = excluded.saved_at`,
    )
    .bind(groupNo, months, graceDays, isDryRun ? 1 : 0, isOn ? 1 : 0, by, now)
    .run();
}

/** How many mailings a group has sent since a moment. */
export async function countSent({ groupNo, d1 }: GroupDb, since: number): Promise<number> {
  const row = await d1
    .prepare(
      "SELECT count(*) AS n FROM mailings INDEXED BY mailings_by_sent WHERE group_no = ?1 AND sent_at >= ?2",
    )
    .bind(groupNo, since)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** What a range of people on the list comes to; the lists hold person numbers. */
export type Looked = {
  engaged: number;
  silent: number;
  toTag: number[];
  toUntag: number[];
  toLeave: number[];
};

const HAS_READ = existsUnderNumbers(
  "p.person_no",
  (no) =>
    `SELECT 1 FROM mail_readers r WHERE r.group_no = ?1 AND r.person_no = ${no} AND max(coalesce(r.opened_s, 0), coalesce(r.clicked_s, 0)) >= ?4 / 1000`,
);

// Silent: was mailed before, and has neither opened, clicked, acted, agreed nor been touched by the group since. Whoever was
// never mailed, or came later, is not.
const SILENT = `p.created_at < ?4 AND coalesce(p.email_status_at, 0) < ?4
  AND NOT ${HAS_READ}
  AND NOT EXISTS (SELECT 1 FROM participations a WHERE a.group_no = ?1 AND a.person_no = p.person_no AND max(a.acted_at, a.revised_at) >= ?4)
  AND NOT EXISTS (SELECT 1 FROM consent_events c WHERE c.group_no = ?1 AND c.person_no = p.person_no AND c.acted_at >= ?4)
  AND NOT EXISTS (SELECT 1 FROM person_edits e WHERE e.group_no = ?1 AND e.person_no = p.person_no AND e.edited_at >= ?4)`;

export async function lookAt(
  { groupNo, d1 }: GroupDb,
  {
    from,
    to,
    before,
    tagNo,
    graceBefore,
  }: { from: number; to: number; before: number; tagNo: number; graceBefore: number },
): Promise<Looked> {
  const row = await d1
    .prepare(
      `WITH who AS (
         SELECT p.person_no AS no, ${SILENT} AS is_silent, t.tagged_at AS tagged_at FROM people p
         LEFT JOIN taggings t ON t.group_no = ?1 AND t.tag_no = ?5 AND t.person_no = p.person_no
         WHERE p.group_no = ?1 AND p.person_no > ?2 AND p.person_no <= ?3 AND p.email_status = ${subscriptionStatus.subscribed}
           AND p.email IS NOT NULL AND p.erased_at IS NULL AND p.merged_into IS NULL)
       SELECT count(*) FILTER (WHERE NOT is_silent) AS engaged, count(*) FILTER (WHERE is_silent) AS silent,
         json_group_array(no) FILTER (WHERE is_silent AND tagged_at IS NULL) AS toTag,
         json_group_array(no) FILTER (WHERE NOT is_silent AND tagged_at IS NOT NULL) AS toUntag,
         json_group_array(no) FILTER (WHERE is_silent AND tagged_at <= ?6) AS toLeave FROM who`,
    )
    .bind(groupNo, from, to, before, tagNo, graceBefore)
    .first<{ engaged: number; silent: number; toTag: string; toUntag: string; toLeave: string }>();
  const list = (text: string | undefined): number[] => JSON.parse(text ?? "[]");
  return {
    engaged: row?.engaged ?? 0,
    silent: row?.silent ?? 0,
    ...{ toTag: list(row?.toTag), toUntag: list(row?.toUntag), toLeave: list(row?.toLeave) },
  };
}

/** Takes people off the list, in the batch that keeps the step; whoever left or came back meanwhile stays as they are. */
export function leaveStatement(
  { groupNo, d1 }: GroupDb,
  work: Work,
  personNos: readonly number[],
  before: number,
  now: number,
): D1PreparedStatement {
  return d1
    .prepare(
      `UPDATE people SET email_status = ${subscriptionStatus.unsubscribed}, email_status_at = ?5, email_status_cause = 'silence'
       WHERE group_no = ?1 AND person_no IN (SELECT value FROM json_each(?4)) AND email_status = ${subscriptionStatus.subscribed}
         AND coalesce(email_status_at, 0) < ?6 AND ${STILL_THERE}`,
    )
    .bind(groupNo, work.no, work.cursor, JSON.stringify(personNos), now, before);
}

/** Adds a step to its run, in the batch that keeps the step. */
export function countStatement(
  { groupNo, d1 }: GroupDb,
  work: Work,
  step: { isDryRun: boolean; looked: Looked; isOver: boolean },
  now: number,
): D1PreparedStatement {
  const { engaged, silent, toTag, toUntag, toLeave } = step.looked;
  return d1
    .prepare(
      `INSERT INTO sunset_runs (group_no, run_no, started_at, finished_at, is_dry_run, engaged, silent, tagged, untagged, unsubscribed)
       SELECT ?1, ?2, ?11, ?10, ?4, ?5, ?6, ?7, ?8, ?9 WHERE ${STILL_THERE}
       ON CONFLICT (group_no, run_no) DO UPDATE SET finished_at = excluded.finished_at, engaged = engaged + excluded.engaged,
         silent = silent + excluded.silent, tagged = tagged + excluded.tagged, untagged = untagged + excluded.untagged,
         unsubscribed = unsubscribed + excluded.unsubscribed`,
    )
    .bind(
      ...[groupNo, work.no, work.cursor, step.isDryRun ? 1 : 0, engaged, silent],
      ...[toTag.length, toUntag.length, toLeave.length, step.isOver ? now : null, now],
    );
}

export async function selectRuns({ groupNo, d1 }: GroupDb): Promise<SunsetRun[]> {
  const { results } = await d1
    .prepare(
      `SELECT run_no AS no, started_at AS startedAt, finished_at AS finishedAt, is_dry_run AS isDryRun, engaged, silent, tagged, untagged, unsubscribed
       FROM sunset_runs WHERE group_no = ?1 ORDER BY run_no DESC LIMIT ${RUNS_SHOWN}`,
    )
    .bind(groupNo)
    .all<Omit<SunsetRun, "isDryRun"> & { isDryRun: number }>();
  return results.map((row) => ({ ...row, isDryRun: row.isDryRun === 1 }));
}

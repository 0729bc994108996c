import type { GroupDb } from "../groups/shard";
import { cohortDays, leftOutReasons, recipientStatus } from "../mailings/types";
import { changes } from "./store";
import type { CohortStanding } from "./types";

/* Tests down the list. Every change of how a cohort stands says from what it starts, as those of a mailing do. */

const { waiting, claimed, sent, left_out: leftOut, unknown } = recipientStatus;
const DAY_MS = 86_400_000;

/**
 * SQL for the cohort of `p` in the order of `cohortDays`, from 1, by the newest of what is known: they came or said yes to mails, took
 * part, opened or clicked. What was mailed to a number that was merged into theirs counts too. ?1 is the group, ?6 the moment in ms.
 */
export const COHORT = (() => {
  const read = (no: string) =>
    `ifnull((SELECT max(ifnull(r.opened_s, 0), ifnull(r.clicked_s, 0)) FROM mail_readers r WHERE r.group_no = ?1 AND r.person_no = ${no}), 0)`;
  const newest = `max(p.created_at, ifnull(p.email_status_at, 0), ${read("p.person_no")} * 1000,
    ifnull((SELECT max(${read("was.person_no")}) * 1000 FROM merged_people was WHERE was.group_no = ?1 AND was.root_no = p.person_no), 0),
    ifnull((SELECT max(max(pa.acted_at, pa.revised_at)) FROM participations pa
      WHERE pa.group_no = ?1 AND pa.person_no = p.person_no AND pa.removal_no = 0), 0))`;
  const days = `((?6 - ${newest}) / ${DAY_MS})`;
  const cases = cohortDays.map((most, index) =>
    most === null ? `ELSE ${index + 1}` : `WHEN days < ${most} THEN ${index + 1}`,
  );
  return `(SELECT CASE ${cases.join(" ")} END FROM (SELECT ${days} AS days LIMIT -1))`;
})();

const RANGE = "group_no = ?1 AND mailing_no = ?2 AND person_no > ?3 AND person_no <= ?4";

/** How many of a range wait, by cohort. */
export async function countCohorts(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  { after, upTo }: { after: number; upTo: number },
): Promise<{ rows: { cohort: number; count: number }[]; ms: number }> {
  const { results, meta } = await d1
    .prepare(
      `SELECT cohort, count(*) AS count FROM mailing_recipients WHERE ${RANGE} AND status = ${waiting} AND cohort IS NOT NULL GROUP BY 1`,
    )
    .bind(groupNo, mailingNo, after, upTo)
    .run<{ cohort: number; count: number }>();
  return { rows: results, ms: meta.duration };
}

/**
 * Gives those of a range whom chance names their variant: they are the sample. Drawn again, the same people are.
 * @param drawing.below under which number of `chance` those of each cohort are, in order
 * @returns whoever waits now, by cohort and variant; 0 is for those who wait for the winner
 */
export async function drawRange(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  drawing: { startAt: number; chance: string; variant: string; below: readonly number[] },
  { after, upTo }: { after: number; upTo: number },
): Promise<{ rows: { cohort: number; variantNo: number; count: number }[]; ms: number }> {
  const results = await d1.batch<{ cohort: number; variantNo: number; count: number }>([
    d1
      .prepare(
        `UPDATE mailing_recipients AS p SET variant_no = ${drawing.variant}
         WHERE ${RANGE} AND status = ${waiting} AND variant_no = 0 AND ${drawing.chance} < (?6 ->> (cohort - 1))
           AND EXISTS (SELECT 1 FROM mailings m WHERE m.group_no = ?1 AND m.mailing_no = ?2 AND m.status = 'preparing' AND m.start_at = ?5)`,
      )
      .bind(groupNo, mailingNo, after, upTo, drawing.startAt, JSON.stringify(drawing.below)),
    d1
      .prepare(
        `SELECT cohort, coalesce(variant_no, 1) AS variantNo, count(*) AS count FROM mailing_recipients
         WHERE ${RANGE} AND status = ${waiting} AND cohort IS NOT NULL GROUP BY 1, 2`,
      )
      .bind(groupNo, mailingNo, after, upTo),
  ]);
  return {
    rows: results[1]?.results ?? [],
    ms: results.reduce((sum, { meta }) => sum + meta.duration, 0),
  };
}

/**
 * By cohort what became of a range's people: whom it was handed over for, also where nobody knows how that ended; left out are those
 * whom the test left out. Whoever was refused or stopped is none of them.
 */
export type CohortTotal = { cohort: number; sent: number; waiting: number; leftOut: number };

export async function countCohortTotals(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  { after, upTo }: { after: number; upTo: number },
): Promise<{ rows: CohortTotal[]; ms: number }> {
  const { results, meta } = await d1
    .prepare(
      `SELECT cohort, count(*) FILTER (WHERE status IN (${sent}, ${unknown})) AS sent,
         count(*) FILTER (WHERE status IN (${waiting}, ${claimed})) AS waiting, count(*) FILTER (WHERE status = ${leftOut} AND reason = ${leftOutReasons.cohort}) AS leftOut
       FROM mailing_recipients WHERE ${RANGE} AND cohort IS NOT NULL GROUP BY 1`,
    )
    .bind(groupNo, mailingNo, after, upTo)
    .run<CohortTotal>();
  return { rows: results, ms: meta.duration };
}

const WHERE = "WHERE group_no = ?1 AND mailing_no = ?2";
/** As it was read: an organiser who decided meanwhile is heard first. */
const AS_READ = "coalesce(cohorts_send, 0) = ?4 AND coalesce(cohorts_leave, 0) = ?5";

/** The held people of cohorts, by their bits, may be claimed from now on. */
export function openCohorts(
  db: GroupDb,
  no: number,
  bits: number,
  { send, leave }: CohortStanding,
): Promise<boolean> {
  return changes(
    db,
    `UPDATE mailings SET cohorts_open = coalesce(cohorts_open, 0) | ?3 ${WHERE} AND ${AS_READ} AND status = 'sending'
       AND winner_no IS NOT NULL AND verdict IS NOT NULL AND coalesce(cohorts_shut, 0) & ?3 = 0`,
    [no, bits, send, leave],
  );
}

/** Cohorts, by their bits, end without the winner, for good. */
export function shutCohorts(
  db: GroupDb,
  no: number,
  bits: number,
  { send, leave }: CohortStanding,
): Promise<boolean> {
  return changes(
    db,
    `UPDATE mailings SET cohorts_shut = coalesce(cohorts_shut, 0) | ?3, cohorts_open = coalesce(cohorts_open, 0) & ~?3
     ${WHERE} AND ${AS_READ} AND status = 'sending' AND winner_no IS NOT NULL AND verdict IS NOT NULL`,
    [no, bits, send, leave],
  );
}

/**
 * A winner nobody would get is chosen no more, and the mailing waits for an organiser who says to which cohorts it goes. Only before any
 * cohort was opened or shut.
 */
export function unchooseWinner(
  db: GroupDb,
  no: number,
  { send, leave }: CohortStanding,
  now: number,
): Promise<boolean> {
  return changes(
    db,
    `UPDATE mailings SET winner_no = NULL, status = 'paused', pause_cause = 'test', pause_note = 'no_cohort', updated_at = ?3
     ${WHERE} AND ${AS_READ} AND status = 'sending' AND winner_no IS NOT NULL AND verdict IS NOT NULL
       AND coalesce(cohorts_open, 0) = 0 AND coalesce(cohorts_shut, 0) = 0`,
    [no, now, send, leave],
  );
}

/** Ends whoever of a range still waits in a cohort that is shut. */
export async function leaveOutShut(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  { after, upTo, nowS }: { after: number; upTo: number; nowS: number },
): Promise<{ ms: number }> {
  const { meta } = await d1
    .prepare(
      `UPDATE mailing_recipients SET status = ${leftOut}, reason = ${leftOutReasons.cohort}, variant_no = NULL, due_s = NULL, at_s = ?5
       WHERE ${RANGE} AND status = ${waiting} AND variant_no = 0
         AND (SELECT (m.cohorts_shut >> cohort) & 1 FROM mailings m WHERE m.group_no = ?1 AND m.mailing_no = ?2 AND m.status = 'sending')`,
    )
    .bind(groupNo, mailingNo, after, upTo, nowS)
    .run();
  return { ms: meta.duration };
}

/**
 * What an organiser decided of a cohort, null for what the verdict says. It holds at once: whoever has not been claimed waits for the
 * driver to decide anew. False once the cohort has ended, and of a mailing that is not under way.
 */
export function setChoice(
  db: GroupDb,
  no: number,
  { cohort, choice, now }: { cohort: number; choice: "send" | "leave" | null; now: number },
): Promise<boolean> {
  const bit = "(1 << ?3)";
  const marked = (column: string, word: string) =>
    `${column} = CASE ?5 WHEN '${word}' THEN coalesce(${column}, 0) | ${bit} ELSE coalesce(${column}, 0) & ~${bit} END`;
  return changes(
    db,
    `UPDATE mailings SET ${marked("cohorts_send", "send")}, ${marked("cohorts_leave", "leave")},
       cohorts_open = coalesce(cohorts_open, 0) & ~${bit}, updated_at = ?4
     ${WHERE} AND status IN ('sending', 'paused') AND frozen ->> '$.cohorts' IS NOT NULL AND coalesce(cohorts_shut, 0) & ${bit} = 0`,
    [no, cohort, now, choice],
  );
}

/** What the sample of every cohort said, where the winner was chosen before its time: once. */
export function setEarlyVerdict(db: GroupDb, no: number, verdict: string): Promise<boolean> {
  return changes(
    db,
    `UPDATE mailings SET verdict = ?3 ${WHERE} AND verdict IS NULL AND winner_no IS NOT NULL AND status = 'sending'`,
    [no, verdict],
  );
}

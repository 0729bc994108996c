import type { GroupDb } from "../groups/shard";
import { failureReasons, leftOutReasons, recipientStatus } from "../mailings/types";
import { type Judging, RECENT, REFUSAL } from "./store-freeze";
import { type Whose, whoseSql } from "./store-whose";

const { waiting, claimed, sent, left_out: leftOut, failed, unknown } = recipientStatus;

/** Whom a test holds back gets the winner; in a test down the list, once their cohort's turn has come. */
const RELEASED =
  "(m.winner_no IS NOT NULL AND (r.cohort IS NULL OR (coalesce(m.cohorts_open, 0) >> r.cohort) & 1))";

/** Due: waiting, their time has come, and no test decides first what they get; ?5 is the moment in s. */
export const DUE = (at: string) =>
  `r.status = ${waiting} AND (r.due_s IS NULL OR r.due_s <= ${at}) AND (r.variant_no IS NOT 0 OR ${RELEASED})`;

/** Somebody claimed. `tries` says how often their mail was refused for now before, `claimedS` when it was, by which the claim is known. */
export type Claim = {
  personNo: number;
  variantNo: number;
  tries: number;
  email: string | null;
  claimedS: number;
};

/** How somebody's claim ended, as the row is to say it. */
export type Settlement = {
  personNo: number;
  status: number;
  reason: number | null;
  dueS: number | null;
  atS: number;
  /** Of which claim. */
  claimedS: number;
};

/** The first of a range who are due, in the order of their numbers. */
export async function selectDue(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  range: { from: number; upTo: number; limit: number; nowS: number; whose: Whose | null },
): Promise<number[]> {
  const { join, where } = whoseSql(range.whose);
  const { results } = await d1
    .prepare(
      `SELECT r.person_no AS no FROM mailings m CROSS JOIN mailing_recipients r
         ON r.group_no = ?1 AND r.mailing_no = ?2 AND r.person_no > ?3 AND r.person_no <= ?4 ${join}
       WHERE m.group_no = ?1 AND m.mailing_no = ?2 AND m.status = 'sending' AND ${DUE("?5")} ${where} ORDER BY r.person_no LIMIT ?6`,
    )
    .bind(groupNo, mailingNo, range.from, range.upTo, range.nowS, range.limit)
    .run<{ no: number }>();
  return results.map(({ no }) => no);
}

// An upsert and not an UPDATE … FROM, whose join order SQLite chooses: this touches exactly the rows named. A claim that was
// given up as unknown while its owner was still at it takes the better answer. Of a claim that is over nothing is written: whoever
// waits since may be somebody else's by now, and would be mailed twice. What is to wait again in a mailing that has ended waits for
// nobody: it ends too.
const SETTLE = `
  INSERT INTO mailing_recipients (group_no, mailing_no, person_no, status, reason, due_s, at_s)
  SELECT ?1, ?2, r.person_no, CASE WHEN ended IS NULL THEN s.value ->> 1 ELSE ${failed} END,
    CASE WHEN ended IS NULL THEN s.value ->> 2 ELSE ended END, CASE WHEN ended IS NULL THEN s.value ->> 3 END, s.value ->> 4
  FROM (SELECT s.value AS value, CASE WHEN s.value ->> 1 = ${waiting} THEN CASE m.status
      WHEN 'stopped' THEN ${failureReasons.stopped} WHEN 'sent' THEN ${failureReasons.gave_up} END END AS ended
    FROM mailings m CROSS JOIN json_each(?3) AS s WHERE m.group_no = ?1 AND m.mailing_no = ?2 LIMIT -1) AS s
  CROSS JOIN mailing_recipients r ON r.group_no = ?1 AND r.mailing_no = ?2 AND r.person_no = s.value ->> 0
  WHERE r.status IN (${claimed}, ${unknown}) AND r.at_s = s.value ->> 5
  ON CONFLICT (group_no, mailing_no, person_no) DO UPDATE
    SET status = excluded.status, reason = excluded.reason, due_s = excluded.due_s, at_s = excluded.at_s`;

/** True of somebody who had their copy under a number they had before they were merged. */
const HAS_COPY = `EXISTS (SELECT 1 FROM merged_people AS was
  CROSS JOIN mailing_recipients AS had ON had.group_no = ?1 AND had.mailing_no = ?5 AND had.person_no = was.person_no
  WHERE was.group_no = ?1 AND was.root_no = r.person_no AND had.status IN (${claimed}, ${sent}, ${unknown}))`;

// Whoever may not be mailed now is left out by the same statement. The joins are forced (CROSS) to start at the few asked for.
const CLAIM = `
  WITH ${RECENT}
  INSERT INTO mailing_recipients (group_no, mailing_no, person_no, status, reason, variant_no, at_s)
  SELECT ?1, ?5, person_no, CASE WHEN refusal IS NULL THEN ${claimed} ELSE ${leftOut} END, coalesce(refusal, tries), variant_no, CAST(?6 / 1000 AS INTEGER)
  FROM (SELECT r.person_no AS person_no, r.reason AS tries, CASE r.variant_no WHEN 0 THEN nullif(m.winner_no, 1) ELSE r.variant_no END AS variant_no,
      coalesce(${REFUSAL}, CASE WHEN ${HAS_COPY} THEN ${leftOutReasons.gone} END) AS refusal
    FROM mailings m CROSS JOIN json_each(?2) AS wanted
    CROSS JOIN mailing_recipients r ON r.group_no = ?1 AND r.mailing_no = ?5 AND r.person_no = wanted.value
    LEFT JOIN people p ON p.group_no = ?1 AND p.person_no = r.person_no
    WHERE m.group_no = ?1 AND m.mailing_no = ?5 AND m.status = 'sending' AND ${DUE("?6 / 1000")} LIMIT -1)
  WHERE true
  ON CONFLICT (group_no, mailing_no, person_no) DO UPDATE
    SET status = excluded.status, reason = excluded.reason, variant_no = excluded.variant_no, due_s = NULL, at_s = excluded.at_s
    WHERE status = ${waiting}
  RETURNING person_no AS no, status, reason, variant_no AS variantNo,
    (SELECT email FROM people WHERE people.group_no = ?1 AND people.person_no = mailing_recipients.person_no) AS email`;

type ClaimRow = {
  no: number;
  status: number;
  reason: number | null;
  variantNo: number | null;
  email: string | null;
};

/**
 * In one transaction: writes how the chunk before ended, leaves out whom of these people may no longer be mailed, and claims the
 * others, while the mailing is sending. Whoever was claimed or settled by another consumer is not claimed again.
 * @throws when D1 cannot be reached: what was to be settled is then settled by `settle`, and nothing may be handed over
 */
export async function settleAndClaim(
  { d1, groupNo }: GroupDb,
  judging: Judging,
  settlements: readonly Settlement[],
  people: readonly number[],
): Promise<{ claims: Claim[]; leftOut: number }> {
  const { mailingNo, now, topicNo, weeklyMax } = judging;
  const results = await d1.batch<ClaimRow>([
    ...(settlements.length > 0 ? [settlement({ d1, groupNo }, mailingNo, settlements)] : []),
    d1.prepare(CLAIM).bind(groupNo, JSON.stringify(people), null, null, mailingNo, now, topicNo, weeklyMax),
  ]);
  const rows = results.at(-1)?.results ?? [];
  const claimedS = Math.floor(now / 1000);
  return {
    claims: rows
      .filter(({ status }) => status === claimed)
      .map(({ no, variantNo, reason, email }) => ({
        ...{ personNo: no, variantNo: variantNo ?? 1, tries: reason ?? 0, email, claimedS },
      })),
    leftOut: rows.filter(({ status }) => status === leftOut).length,
  };
}

/** Whether a mailing may be claimed of at this moment. */
export async function isSending({ d1, groupNo }: GroupDb, mailingNo: number): Promise<boolean> {
  const row = await d1
    .prepare(
      "SELECT 1 AS is_there FROM mailings WHERE group_no = ?1 AND mailing_no = ?2 AND status = 'sending'",
    )
    .bind(groupNo, mailingNo)
    .first();
  return row !== null;
}

function settlement(
  { d1, groupNo }: Pick<GroupDb, "d1" | "groupNo">,
  mailingNo: number,
  settlements: readonly Settlement[],
): D1PreparedStatement {
  const rows = settlements.map(({ personNo, status, reason, dueS, atS, claimedS }) => [
    ...[personNo, status, reason, dueS, atS, claimedS],
  ]);
  return d1.prepare(SETTLE).bind(groupNo, mailingNo, JSON.stringify(rows));
}

/** Writes how claims ended. The same again changes nothing. */
export async function settle(
  db: GroupDb,
  mailingNo: number,
  settlements: readonly Settlement[],
): Promise<void> {
  if (settlements.length > 0) await settlement(db, mailingNo, settlements).run();
}

/** The end of each next page: its last person, and how many are due in it. */
export async function nextPages(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  range: { after: number; upTo: number; limit: number; pageMax: number; nowS: number; whose: Whose | null },
): Promise<{ pages: { upTo: number; count: number }[]; ms: number }> {
  const { join, where } = whoseSql(range.whose);
  const { results, meta } = await d1
    .prepare(
      `SELECT max(no) AS upTo, count(*) AS count FROM (
         SELECT no, (row_number() OVER (ORDER BY no) - 1) / CAST(?7 AS INTEGER) AS page FROM (
           SELECT r.person_no AS no FROM mailings m CROSS JOIN mailing_recipients r
             ON r.group_no = ?1 AND r.mailing_no = ?2 AND r.person_no > ?3 AND r.person_no <= ?4 ${join}
           WHERE m.group_no = ?1 AND m.mailing_no = ?2 AND ${DUE("?5")} ${where} ORDER BY r.person_no LIMIT ?6))
       GROUP BY page ORDER BY page`,
    )
    .bind(groupNo, mailingNo, range.after, range.upTo, range.nowS, range.limit, range.pageMax)
    .run<{ upTo: number; count: number }>();
  return { pages: results, ms: meta.duration };
}

/** What is open in a range. */
export type OpenCounts = {
  /** Due now. */
  ready: number;
  /** Due later, tried before or not. */
  later: number;
  /** Of those, who were never tried: their clock does not show the time yet. */
  laterFresh: number;
  /** They wait for a winner. */
  held: number;
  claimed: number;
  /** When the first of those is due, in s. */
  nextDueS: number | null;
  /** When the oldest claim was made, in s. */
  oldestS: number | null;
};

export async function countOpen(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  { after, upTo, nowS }: { after: number; upTo: number; nowS: number },
): Promise<OpenCounts & { ms: number }> {
  const held = `r.status = ${waiting} AND r.variant_no IS 0 AND NOT ${RELEASED}`;
  const later = `r.status = ${waiting} AND NOT (${held}) AND r.due_s > ?5`;
  const row = await d1
    .prepare(
      `SELECT count(*) FILTER (WHERE ${DUE("?5")}) AS ready, count(*) FILTER (WHERE ${later}) AS later,
         count(*) FILTER (WHERE ${later} AND r.reason IS NULL) AS laterFresh, count(*) FILTER (WHERE ${held}) AS held,
         count(*) FILTER (WHERE r.status = ${claimed}) AS claimed,
         min(r.due_s) FILTER (WHERE ${later}) AS nextDueS, min(r.at_s) FILTER (WHERE r.status = ${claimed}) AS oldestS
       FROM mailings m CROSS JOIN mailing_recipients r ON r.group_no = ?1 AND r.mailing_no = ?2 AND r.person_no > ?3 AND r.person_no <= ?4
       WHERE m.group_no = ?1 AND m.mailing_no = ?2 AND r.status IN (${waiting}, ${claimed})`,
    )
    .bind(groupNo, mailingNo, after, upTo, nowS)
    .all<OpenCounts>();
  const [counts] = row.results;
  if (!counts) throw new Error("an aggregate without a row");
  return { ...counts, ms: row.meta.duration };
}

/** Turns a range's claims of before a moment into "unknown": their owner is gone, and the mail may have left. */
export async function giveUpClaims(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  range: { after: number; upTo: number; claimedByS: number },
): Promise<number> {
  const { meta } = await d1
    .prepare(
      `UPDATE mailing_recipients SET status = ${unknown}, reason = NULL WHERE group_no = ?1 AND mailing_no = ?2
         AND person_no > ?3 AND person_no <= ?4 AND status = ${claimed} AND at_s <= ?5`,
    )
    .bind(groupNo, mailingNo, range.after, range.upTo, range.claimedByS)
    .run();
  return meta.changes;
}

/** Ends whoever of a range still waits, of a mailing that was stopped. */
export async function stopWaiting(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  { after, upTo, nowS }: { after: number; upTo: number; nowS: number },
): Promise<{ stopped: number; ms: number }> {
  const { meta } = await d1
    .prepare(
      `UPDATE mailing_recipients SET status = ${failed}, reason = ${failureReasons.stopped}, due_s = NULL, at_s = ?5
       WHERE group_no = ?1 AND mailing_no = ?2 AND person_no > ?3 AND person_no <= ?4 AND status = ${waiting}
         AND EXISTS (SELECT 1 FROM mailings WHERE group_no = ?1 AND mailing_no = ?2 AND status = 'stopped')`,
    )
    .bind(groupNo, mailingNo, after, upTo, nowS)
    .run();
  return { stopped: meta.changes, ms: meta.duration };
}

export type TotalRow = { status: number; reason: number | null; count: number };

/** A range's people by what became of them. */
export async function countRange(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  { after, upTo }: { after: number; upTo: number },
): Promise<{ rows: TotalRow[]; ms: number }> {
  const { results, meta } = await d1
    .prepare(
      // Those who wait or were sent to are nearly all, and need no sorting.
      `SELECT ${waiting} AS status, NULL AS reason, count(*) FILTER (WHERE status = ${waiting}) AS count,
         count(*) FILTER (WHERE status = ${sent}) AS sent FROM mailing_recipients
       WHERE group_no = ?1 AND mailing_no = ?2 AND person_no > ?3 AND person_no <= ?4
       UNION ALL
       SELECT status, CASE WHEN status IN (${leftOut}, ${failed}) THEN reason END, count(*), 0 FROM mailing_recipients
       WHERE group_no = ?1 AND mailing_no = ?2 AND person_no > ?3 AND person_no <= ?4 AND status NOT IN (${waiting}, ${sent})
       GROUP BY 1, 2`,
    )
    .bind(groupNo, mailingNo, after, upTo)
    .run<TotalRow & { sent: number }>();
  const rows = results.map(({ status, reason, count }) => ({ status, reason, count }));
  const sentRow = { status: sent, reason: null, count: results[0]?.sent ?? 0 };
  return { rows: [...rows, sentRow].filter(({ count }) => count > 0), ms: meta.duration };
}

/** The highest number among a mailing's people. */
export async function lastRecipient({ d1, groupNo }: GroupDb, mailingNo: number): Promise<number> {
  const row = await d1
    .prepare("SELECT max(person_no) AS no FROM mailing_recipients WHERE group_no = ?1 AND mailing_no = ?2")
    .bind(groupNo, mailingNo)
    .first<{ no: number | null }>();
  return row?.no ?? 0;
}

/** An unknown one whose end the provider reported after all. */
export async function reconcile(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  personNo: number,
  { status, reason, nowS }: { status: number; reason: number | null; nowS: number },
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE mailing_recipients SET status = ?4, reason = ?5, at_s = coalesce(at_s, ?6)
       WHERE group_no = ?1 AND mailing_no = ?2 AND person_no = ?3 AND status = ${unknown}`,
    )
    .bind(groupNo, mailingNo, personNo, status, reason, nowS)
    .run();
  return meta.changes === 1;
}

export type SampleCount = {
  variantNo: number;
  /** Of a test down the list; else null. */
  cohort: number | null;
  sent: number;
  opened: number;
  clicked: number;
  acted: number;
  gave: number;
  unsubscribed: number;
  complained: number;
  lastS: number | null;
};

/** What a range's sample did. Acts are credited by the source that links of a mailing carry: m<mailing>-<variant>. */
export async function countSample(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  { after, upTo }: { after: number; upTo: number },
): Promise<{ rows: SampleCount[]; ms: number }> {
  const act = (more: string) =>
    `EXISTS (SELECT 1 FROM participations pa WHERE pa.group_no = ?1 AND pa.person_no = r.person_no AND pa.removal_no = 0
       AND pa.source = 'm' || CAST(?2 AS INTEGER) || '-' || coalesce(r.variant_no, 1)${more})`;
  const { results, meta } = await d1
    .prepare(
      `SELECT coalesce(r.variant_no, 1) AS variantNo, r.cohort AS cohort, count(*) AS sent,
         count(*) FILTER (WHERE e.opened_s IS NOT NULL OR e.clicked_s IS NOT NULL) AS opened,
         count(*) FILTER (WHERE e.clicked_s IS NOT NULL) AS clicked,
         count(*) FILTER (WHERE ${act("")}) AS acted, count(*) FILTER (WHERE ${act(" AND pa.amount > 0")}) AS gave,
         count(*) FILTER (WHERE e.flags & 2) AS unsubscribed, count(*) FILTER (WHERE e.flags & 8) AS complained, max(r.at_s) AS lastS
       FROM mailing_recipients r LEFT JOIN mail_events e ON e.group_no = ?1 AND e.mailing_no = ?2 AND e.person_no = r.person_no
       WHERE r.group_no = ?1 AND r.mailing_no = ?2 AND r.person_no > ?3 AND r.person_no <= ?4
         AND r.status IN (${sent}, ${unknown}) AND r.variant_no IS NOT 0
       GROUP BY 1, 2`,
    )
    .bind(groupNo, mailingNo, after, upTo)
    .run<SampleCount>();
  return { rows: results, ms: meta.duration };
}

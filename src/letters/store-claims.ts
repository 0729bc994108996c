import type { GroupDb } from "../groups/shard";
import type { LetterKey } from "./store";
import { letterStates } from "./types";

/*
 * A letter is claimed before it is handed over and settled after. Statements about what is under way force its index: left to
 * itself SQLite would read every letter the action ever had, for each page of new ones.
 */

/** As in `platform/mail/errors.ts`: the provider knows that nobody reads there. */
export const SUPPRESSED = "E_RECIPIENT_SUPPRESSED";

const { waiting, claimed, sent, failed, unknown, bounced } = letterStates;

/** Claims made at `claimedBy` or before end as unknown: whoever made them is gone, and the mail may have left. */
export async function giveUpClaims(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  { claimedBy, now }: { claimedBy: number; now: number },
): Promise<void> {
  await d1
    .prepare(
      `UPDATE letters INDEXED BY letters_open SET state = ${unknown}, settled_at = ?4, reason = 'claim_expired'
       WHERE group_no = ?1 AND action_no = ?2 AND state = ${claimed} AND state IN (1, 2) AND claimed_at <= ?3`,
    )
    .bind(groupNo, actionNo, claimedBy, now)
    .run();
}

/** Rows looked at by one claim: enough to find some that are under the cap, few enough to take no time. */
const DUE_LOOKED_AT = 500;

// The oldest of what is due, each with its place in its target's queue of today: what was claimed today stands before it. Of
// that no more is counted than the cap is, once per target, however many letters wait.
const DUE = `
  WITH due AS MATERIALIZED (
    SELECT person_no, nth, target, row_number() OVER (PARTITION BY target ORDER BY due_at, person_no, nth) AS rank
    FROM (SELECT person_no, nth, target, due_at FROM letters
      WHERE group_no = ?1 AND action_no = ?2 AND state = ${waiting} AND state IN (1, 2) AND due_at <= ?3
      ORDER BY due_at LIMIT ${DUE_LOOKED_AT})),
  used AS MATERIALIZED (
    SELECT target, (SELECT count(*) FROM (
      SELECT 1 FROM letters l WHERE l.group_no = ?1 AND l.action_no = ?2 AND l.target = one.target
        AND l.state IN (${claimed}, ${sent}, ${unknown}) AND l.day = ?4 LIMIT ?5)) AS n
    FROM (SELECT DISTINCT target FROM due) AS one)`;

// A letter whose address bounced is settled without being sent. The index goes by the few targets that bounced.
const BOUNCE_DUE = `
  UPDATE letters INDEXED BY letters_by_target SET state = ${bounced}, settled_at = ?3, reason = 'address_bounced'
  WHERE group_no = ?1 AND action_no = ?2 AND state = ${waiting} AND due_at <= ?3
    AND target IN (SELECT target FROM letter_targets WHERE group_no = ?1 AND action_no = ?2 AND bounced_at IS NOT NULL)`;

const HOLD_DUE = `${DUE}
  UPDATE letters SET due_at = ?6, reason = 'cap'
  WHERE group_no = ?1 AND action_no = ?2 AND (person_no, nth, target) IN (
    SELECT due.person_no, due.nth, due.target FROM due CROSS JOIN used ON used.target = due.target WHERE rank + used.n > ?5)`;

const CLAIM_DUE = `${DUE}
  UPDATE letters SET state = ${claimed}, claimed_at = ?3, day = ?4, attempts = attempts + 1, reason = NULL
  WHERE group_no = ?1 AND action_no = ?2 AND (person_no, nth, target) IN (
    SELECT due.person_no, due.nth, due.target FROM due CROSS JOIN used ON used.target = due.target
    WHERE rank + used.n <= ?5 LIMIT ?6)
  RETURNING person_no, nth, target, attempts`;

const CLAIM_ANY = `
  UPDATE letters SET state = ${claimed}, claimed_at = ?3, day = ?4, attempts = attempts + 1, reason = NULL
  WHERE group_no = ?1 AND action_no = ?2 AND (person_no, nth, target) IN (
    SELECT person_no, nth, target FROM letters
    WHERE group_no = ?1 AND action_no = ?2 AND state = ${waiting} AND state IN (1, 2) AND due_at <= ?3
    ORDER BY due_at LIMIT ?5)
  RETURNING person_no, nth, target, attempts`;

type ClaimOptions = {
  now: number;
  day: number;
  /** Letters to one target in a day; 0: as many as come. */
  cap: number;
  limit: number;
  /** When what is over the cap is due. */
  tomorrow: number;
};

export type ClaimedLetter = LetterKey & { attempts: number };

type ClaimRow = { person_no: number; nth: number; target: string; attempts: number };

function toClaims(result: D1Result<ClaimRow> | undefined): ClaimedLetter[] {
  return (result?.results ?? []).map(({ person_no, ...rest }) => ({ personNo: person_no, ...rest }));
}

/**
 * Claims some of the letters that are due; a second claim finds others or none. `heldCount`: how many were found over the
 * day's cap and wait until tomorrow; behind them others may be due.
 */
export async function claimDue(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  { now, day, cap, limit, tomorrow }: ClaimOptions,
): Promise<{ claims: ClaimedLetter[]; heldCount: number }> {
  const bounce = d1.prepare(BOUNCE_DUE).bind(groupNo, actionNo, now);
  if (cap === 0) {
    const any = d1.prepare(CLAIM_ANY).bind(groupNo, actionNo, now, day, limit);
    const [, claims] = await d1.batch<ClaimRow>([bounce, any]);
    return { claims: toClaims(claims), heldCount: 0 };
  }
  const [, held, claims] = await d1.batch<ClaimRow>([
    bounce,
    d1.prepare(HOLD_DUE).bind(groupNo, actionNo, now, day, cap, tomorrow),
    d1.prepare(CLAIM_DUE).bind(groupNo, actionNo, now, day, cap, limit),
  ]);
  return { claims: toClaims(claims), heldCount: held?.meta.changes ?? 0 };
}

const CLAIM_DIGEST = `
  UPDATE letters SET state = ${claimed}, claimed_at = ?3, day = ?4, attempts = attempts + 1, reason = NULL
  WHERE group_no = ?1 AND action_no = ?2
    AND (person_no, nth, target) IN (
      SELECT person_no, nth, target FROM letters
      WHERE group_no = ?1 AND action_no = ?2 AND state = ${waiting} AND state IN (1, 2) AND due_at <= ?3
        AND target = (SELECT target FROM letters
          WHERE group_no = ?1 AND action_no = ?2 AND state = ${waiting} AND state IN (1, 2) AND due_at <= ?3 ORDER BY due_at LIMIT 1)
      ORDER BY due_at LIMIT ?5)
  RETURNING person_no, nth, target, attempts`;

/** Claims the due letters to one target, for one mail. */
export async function claimDigest(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  { now, day, limit }: Pick<ClaimOptions, "now" | "day" | "limit">,
): Promise<ClaimedLetter[]> {
  const [, claims] = await d1.batch<ClaimRow>([
    d1.prepare(BOUNCE_DUE).bind(groupNo, actionNo, now),
    d1.prepare(CLAIM_DIGEST).bind(groupNo, actionNo, now, day, limit),
  ]);
  return toClaims(claims);
}

export type SettledLetter = LetterKey & {
  state: number;
  at: number;
  dueAt?: number;
  reason: string | null;
  /** Of a sent one, the mail it went in. */
  messageKey?: number;
};

// An upsert and not an UPDATE … FROM, whose join order SQLite chooses: this touches exactly the rows named. Only what this
// invocation claimed; a claim that was given up as unknown meanwhile takes the better answer.
const SETTLE = `
  INSERT INTO letters (group_no, action_no, person_no, nth, target, state, settled_at, due_at, reason, message_key)
  SELECT ?1, ?2, s.value ->> 0, s.value ->> 1, s.value ->> 2, s.value ->> 3, s.value ->> 4, coalesce(s.value ->> 5, 0),
    s.value ->> 6, s.value ->> 7
  FROM json_each(?3) s
  WHERE true
  ON CONFLICT (group_no, action_no, person_no, nth, target) DO UPDATE
    SET state = excluded.state, settled_at = excluded.settled_at, due_at = excluded.due_at, reason = excluded.reason,
      message_key = excluded.message_key
    WHERE state IN (${claimed}, ${unknown})`;

const MARK_BOUNCED = `
  UPDATE letter_targets SET bounced_at = ?4, bounces = bounces + 1, bounce_reason = '${SUPPRESSED}'
  WHERE group_no = ?1 AND action_no = ?2 AND target IN (SELECT value FROM json_each(?3)) AND bounced_at IS NULL`;

/** Writes how claims ended, in one transaction; an address that bounced is marked. */
export async function settleLetters(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  settled: readonly SettledLetter[],
  now: number,
): Promise<void> {
  if (settled.length === 0) return;
  const rows = settled.map(({ personNo, nth, target, state, at, dueAt, reason, messageKey }) => [
    ...[personNo, nth, target, state, at, dueAt ?? null, reason, messageKey ?? null],
  ]);
  const bouncing = [...new Set(settled.filter(({ state }) => state === bounced).map(({ target }) => target))];
  await d1.batch([
    d1.prepare(SETTLE).bind(groupNo, actionNo, JSON.stringify(rows)),
    d1.prepare(MARK_BOUNCED).bind(groupNo, actionNo, JSON.stringify(bouncing), now),
  ]);
}

/** When the next letter is due, or a claim runs out; null when nothing is under way. */
export async function nextDue(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  claimMs: number,
): Promise<number | null> {
  const row = await d1
    .prepare(
      `SELECT min(at) AS at FROM (
         SELECT min(due_at) AS at FROM letters INDEXED BY letters_open
         WHERE group_no = ?1 AND action_no = ?2 AND state = ${waiting} AND state IN (1, 2)
         UNION ALL
         SELECT min(claimed_at) + ?3 FROM letters INDEXED BY letters_open
         WHERE group_no = ?1 AND action_no = ?2 AND state = ${claimed} AND state IN (1, 2))`,
    )
    .bind(groupNo, actionNo, claimMs)
    .first<{ at: number | null }>();
  return row?.at ?? null;
}

/** Puts failed and bounced letters to a target back among those that wait. Gives how many. */
export async function retryTarget(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  target: string,
  now: number,
): Promise<number> {
  const [, retried] = await d1.batch([
    d1
      .prepare(
        `UPDATE letter_targets SET bounced_at = NULL, bounces = 0, bounce_reason = NULL
         WHERE group_no = ?1 AND action_no = ?2 AND target = ?3`,
      )
      .bind(groupNo, actionNo, target),
    d1
      .prepare(
        `UPDATE letters INDEXED BY letters_by_target SET state = ${waiting}, due_at = ?4, attempts = 0, day = 0, settled_at = NULL,
           reason = NULL, message_key = NULL
         WHERE group_no = ?1 AND action_no = ?2 AND target = ?3 AND state IN (${failed}, ${bounced})`,
      )
      .bind(groupNo, actionNo, target, now),
  ]);
  return retried?.meta.changes ?? 0;
}

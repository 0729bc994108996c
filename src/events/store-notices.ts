import { standings } from "../actions/kind";
import type { GroupDb } from "../groups/shard";
import { CHANGE_SHOWN_MS, type Notice, notices } from "./types";

/** The states of a notice's row, as receipts have them. */
export const noticeStates = { claimed: 1, sent: 2, refused: 3, capped: 4, unknown: 5, waiting: 6 } as const;
export type NoticeState = (typeof noticeStates)[keyof typeof noticeStates];

/** Whom a moment concerns: those in one of these shifts, and where it is the event's own start those in none of all. */
export type Expected = { shifts: readonly string[]; unlessIn: readonly string[] | null };

/**
 * One cause to write to people about one event: which mail, and the moment that tells this cause from the next. A reminder
 * says whom it is for.
 */
export type Occasion = { notice: Notice; at: number; expected?: Expected };

export type Unsent = { personNo: number; state: NoticeState | null; at: number };
export type Claimed = {
  personNo: number;
  occasion: number;
  attempts: number;
  email: string;
  givenName: string;
  mayBeMailed: boolean;
};

/** People one look finds; the next look finds the rest. */
const FOUND_MAX = 5_000;

const hasOneOf = (keys: string) =>
  `EXISTS (SELECT 1 FROM json_each(${keys}) AS key WHERE p.slots ->> key.value = ${standings.confirmed})`;

// Whoever came after a reminder was due has just had the thank-you mail, or the news of a place. What was stored again
// after a loss may have had its mail, which was lost with it.
const REMINDED = `p.standing = ${standings.confirmed} AND coalesce(p.promoted_at, p.acted_at) <= ?4
    AND coalesce(p.restored_at, 0) <= ?4
    AND (${hasOneOf("?7 ->> 'shifts'")} OR (?7 ->> 'unlessIn' IS NOT NULL AND NOT ${hasOneOf("?7 ->> 'unlessIn'")}))`;

// Whom each mail is for, of the replies `p` that are not removed; `?4` is the occasion.
const FOR_WHOM: Record<Notice, string> = {
  dayBefore: REMINDED,
  hoursBefore: REMINDED,
  promoted: `p.standing = ${standings.confirmed} AND p.promoted_at >= ?4 AND p.restored_at IS NULL`,
  cancelled: `p.standing IN (${standings.confirmed}, ${standings.waiting})`,
  // Whoever replied after the change has seen it.
  changed: `p.standing IN (${standings.confirmed}, ${standings.waiting}) AND p.acted_at <= ?4 + ${CHANGE_SHOWN_MS}`,
};

/** The moment that names one person's occasion: of a promotion their own, of all else the same for everybody. */
function occasionOf(notice: Notice): string {
  return notice === "promoted" ? "p.promoted_at" : "?4";
}

type Reminder = "dayBefore" | "hoursBefore";

/** What `?5` to `?7` are bound to: D1 takes no more values than a statement names, and `?7` is in reminders alone. */
function expecting(
  notice: Notice,
  expected: Expected | undefined,
  before: readonly [number | null, string | null],
): (number | string | null)[] {
  const isReminder = notice === "dayBefore" || notice === "hoursBefore";
  if (isReminder) return [...before, JSON.stringify(expected ?? { shifts: [], unlessIn: [] })];
  return before.filter((value) => value !== null);
}

/**
 * Whether somebody had the mail under the number of a person who was merged into them: what was mailed stays under it
 * (docs/decisions/0039). One that waited to be tried again is theirs to have.
 */
const hadAsAnother = (notice: Notice) => `EXISTS (SELECT 1 FROM merged_people was
  CROSS JOIN event_notices had ON had.group_no = ?1 AND had.action_no = ?2 AND had.notice = ?3 AND had.occasion = ${occasionOf(notice)}
    AND had.person_no = was.person_no AND had.state <> ${noticeStates.waiting}
  WHERE was.group_no = ?1 AND was.root_no = p.person_no)`;

/** Those who are to have a mail and have no settled row of it. */
export async function unsentNotices(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  { notice, at, expected }: Occasion,
): Promise<Unsent[]> {
  const { results } = await d1
    .prepare(
      `SELECT p.person_no AS personNo, n.state, coalesce(n.settled_at, n.claimed_at, 0) AS at
       FROM participations p INDEXED BY participations_by_action
       CROSS JOIN people person ON person.group_no = ?1 AND person.person_no = p.person_no
       LEFT JOIN event_notices n ON n.group_no = ?1 AND n.action_no = ?2 AND n.notice = ?3
         AND n.occasion = ${occasionOf(notice)} AND n.person_no = p.person_no
       WHERE p.group_no = ?1 AND p.action_no = ?2 AND p.removal_no = 0 AND ${FOR_WHOM[notice]}
         AND person.email IS NOT NULL AND person.erased_at IS NULL
         AND (n.state IS NULL OR n.state IN (${noticeStates.claimed}, ${noticeStates.waiting})) AND NOT ${hadAsAnother(notice)}
       ORDER BY p.id LIMIT ${FOUND_MAX}`,
    )
    .bind(...[groupNo, actionNo, notices[notice], at], ...expecting(notice, expected, [null, null]))
    .run<Unsent>();
  return results;
}

/** How many a mail about this would reach. */
export async function countAddressees(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  { notice, at }: { notice: Exclude<Notice, Reminder>; at: number },
): Promise<number> {
  const row = await d1
    .prepare(
      `SELECT count(*) AS n FROM participations p INDEXED BY participations_by_action
       CROSS JOIN people person ON person.group_no = ?1 AND person.person_no = p.person_no
       WHERE p.group_no = ?1 AND p.action_no = ?2 AND p.removal_no = 0 AND ${FOR_WHOM[notice]}
         AND person.email IS NOT NULL AND person.erased_at IS NULL`,
    )
    .bind(groupNo, actionNo, null, at)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

// A row that exists is taken, whoever took it; only one that waits, and whose time has come, is taken again.
const claim = (notice: Notice) => `
  INSERT INTO event_notices (group_no, action_no, notice, occasion, person_no, state, claimed_at, attempts)
  SELECT ?1, ?2, ?3, ${occasionOf(notice)}, p.person_no, ${noticeStates.claimed}, ?5, 1
  FROM json_each(?6) AS wanted
  CROSS JOIN participations p ON p.group_no = ?1 AND p.person_no = wanted.value AND p.action_no = ?2
  WHERE p.removal_no = 0 AND ${FOR_WHOM[notice]} AND NOT ${hadAsAnother(notice)}
  ON CONFLICT (group_no, action_no, notice, occasion, person_no) DO UPDATE
    SET state = excluded.state, claimed_at = excluded.claimed_at, settled_at = NULL, reason = NULL, attempts = attempts + 1
    WHERE state = ${noticeStates.waiting} AND settled_at <= excluded.claimed_at
  RETURNING person_no AS personNo, occasion, attempts`;

// 3 bounced, 4 complained (people/tables.ts).
const ADDRESSEES = `
  SELECT person.person_no AS personNo, person.email, coalesce(person.given_name, '') AS givenName,
    person.email_status IN (3, 4) AS isSuppressed
  FROM json_each(?2) AS wanted
  CROSS JOIN people person ON person.group_no = ?1 AND person.person_no = wanted.value
  WHERE person.email IS NOT NULL AND person.erased_at IS NULL`;

type ClaimRow = { personNo: number; occasion: number; attempts: number };
type AddresseeRow = { personNo: number; email: string; givenName: string; isSuppressed: number };

/**
 * Claims a mail for these people, in one statement, and says whom to write to. Leaves out whoever has it already, has
 * cancelled, was removed or erased.
 */
export async function claimNotices(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  { notice, at, expected }: Occasion,
  people: readonly number[],
  now: number,
): Promise<Claimed[]> {
  const wanted = JSON.stringify(people);
  const [claims, addressees] = await d1.batch<ClaimRow | AddresseeRow>([
    d1
      .prepare(claim(notice))
      .bind(...[groupNo, actionNo, notices[notice], at], ...expecting(notice, expected, [now, wanted])),
    d1.prepare(ADDRESSEES).bind(groupNo, wanted),
  ]);
  const rows = (claims?.results ?? []).flatMap((row) => ("attempts" in row ? [row] : []));
  const byPerson = new Map(
    (addressees?.results ?? []).flatMap((row) => ("email" in row ? [[row.personNo, row]] : [])),
  );
  return rows.flatMap((row) => {
    const person = byPerson.get(row.personNo);
    if (!person) return [];
    const { email, givenName, isSuppressed } = person;
    return [{ ...row, email, givenName, mayBeMailed: isSuppressed === 0 }];
  });
}

export type SettledNotice = {
  personNo: number;
  occasion: number;
  state: NoticeState;
  at: number;
  reason: string | null;
};

/** Writes how claims ended. Only for those this invocation has claimed. */
export async function settleNotices(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  notice: Notice,
  settled: readonly SettledNotice[],
): Promise<void> {
  if (settled.length === 0) return;
  const rows = settled.map(({ personNo, occasion, state, at, reason }) => [
    personNo,
    occasion,
    state,
    at,
    reason,
  ]);
  await d1
    .prepare(
      `INSERT INTO event_notices (group_no, action_no, notice, person_no, occasion, state, claimed_at, settled_at, reason)
       SELECT ?1, ?2, ?3, s.value ->> 0, s.value ->> 1, s.value ->> 2, 0, s.value ->> 3, s.value ->> 4
       FROM json_each(?4) AS s WHERE true
       ON CONFLICT (group_no, action_no, notice, occasion, person_no) DO UPDATE
         SET state = excluded.state, settled_at = excluded.settled_at, reason = excluded.reason
         WHERE state IN (${noticeStates.claimed}, ${noticeStates.unknown})`,
    )
    .bind(groupNo, actionNo, notices[notice], JSON.stringify(rows))
    .run();
}

/** Turns claims made at `claimedBy` or before into "unknown": their owner is gone, and the mail may have left. */
export async function giveUpClaims(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  notice: Notice,
  times: { claimedBy: number; now: number },
): Promise<void> {
  await d1
    .prepare(
      `UPDATE event_notices SET state = ${noticeStates.unknown}, settled_at = ?5, reason = 'claim_expired'
       WHERE group_no = ?1 AND action_no = ?2 AND notice = ?3 AND state = ${noticeStates.claimed} AND claimed_at <= ?4`,
    )
    .bind(groupNo, actionNo, notices[notice], times.claimedBy, times.now)
    .run();
}

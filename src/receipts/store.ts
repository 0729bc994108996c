import { and, eq } from "drizzle-orm";
import { actions } from "../actions/tables";
import { commonSettings } from "../actions/types";
import type { GroupDb } from "../groups/shard";
import { idFromHex, type ParticipationId } from "../platform/ids";
import { type ClaimedReceipt, receiptStates, type SettledReceipt, type UnsettledReceipt } from "./types";

/** What a receipt says about the action, as it is now; null when there is no such action. */
export async function actionOfReceipt({ db, groupNo }: GroupDb, actionNo: number) {
  const [row] = await db
    .select({
      kind: actions.kind,
      slug: actions.slug,
      title: actions.title,
      locale: actions.locale,
      settings: actions.settings,
    })
    .from(actions)
    .where(and(eq(actions.groupNo, groupNo), eq(actions.actionNo, actionNo)));
  return row ? { ...row, settings: commonSettings.parse(row.settings) } : null;
}

export type ReceiptAction = NonNullable<Awaited<ReturnType<typeof actionOfReceipt>>>;

// Nobody is thanked for what was stored again after a loss, since it had its mail (docs/decisions/0009), nor for what a file said
// they did (0036), what was typed in from paper, or said by a client of the API without a word about mail.
const IS_THANKED = `taken.removal_no = 0 AND taken.restored_at IS NULL AND taken.answer ->> '$.paper.quiet' IS NULL
  AND taken.answer ->> '$.import' IS NULL AND coalesce(taken.answer ->> '$.api', 2) = 2`;

/** Whether somebody was thanked under the number of a person who was merged into them: what was mailed stays under it (0039). */
const isThankedAsAnother = (person: string) => `EXISTS (SELECT 1 FROM merged_people AS was
  CROSS JOIN receipts AS had ON had.group_no = ?1 AND had.action_no = ?2 AND had.person_no = was.person_no
    AND had.state <> ${receiptStates.waiting}
  WHERE was.group_no = ?1 AND was.root_no = ${person})`;

// A row that exists is taken, whoever took it; only one that waits, and whose time has come, is taken again. "unknown"
// never is. The joins are forced (CROSS) to start at the few people asked for.
const CLAIM = `
  INSERT INTO receipts (group_no, action_no, person_no, state, claimed_at, attempts)
  SELECT ?1, ?2, person.person_no, ${receiptStates.claimed}, ?3, 1
  FROM json_each(?4) AS wanted
  CROSS JOIN people AS person ON person.group_no = ?1 AND person.person_no = wanted.value
  WHERE person.email IS NOT NULL AND person.erased_at IS NULL AND NOT ${isThankedAsAnother("person.person_no")}
    AND EXISTS (
      SELECT 1 FROM participations AS taken
      WHERE taken.group_no = ?1 AND taken.person_no = person.person_no AND taken.action_no = ?2 AND ${IS_THANKED})
  ON CONFLICT (group_no, action_no, person_no) DO UPDATE
    SET state = excluded.state, claimed_at = excluded.claimed_at, settled_at = NULL, reason = NULL, attempts = attempts + 1
    WHERE state = ${receiptStates.waiting} AND settled_at <= excluded.claimed_at
  RETURNING person_no, attempts`;

// 3 bounced, 4 complained (people/tables.ts).
const ADDRESSEES = `
  SELECT person.person_no, person.email, coalesce(person.given_name, '') AS given_name,
    coalesce(person.family_name, '') AS family_name, person.email_status IN (3, 4) AS is_suppressed
  FROM json_each(?2) AS wanted
  CROSS JOIN people AS person ON person.group_no = ?1 AND person.person_no = wanted.value
  WHERE person.email IS NOT NULL`;

type Claim = { person_no: number; attempts: number };
type Addressee = {
  person_no: number;
  email: string;
  given_name: string;
  family_name: string;
  is_suppressed: number;
};

/**
 * Claims the receipts of these people, in one statement, and says whom to write to. Leaves out whoever is claimed or
 * settled already, has no address, was erased, or whose participation was removed.
 */
export async function claimReceipts(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  people: number[],
  now: number,
): Promise<ClaimedReceipt[]> {
  const wanted = JSON.stringify([...new Set(people)]);
  const [claims, addressees] = await d1.batch<Claim | Addressee>([
    d1.prepare(CLAIM).bind(groupNo, actionNo, now, wanted),
    d1.prepare(ADDRESSEES).bind(groupNo, wanted),
  ]);
  const attempts = new Map(
    claims?.results.filter((row) => "attempts" in row).map((row) => [row.person_no, row.attempts]),
  );
  const claimed: ClaimedReceipt[] = [];
  for (const row of addressees?.results ?? []) {
    const attempt = attempts.get(row.person_no);
    if (!("email" in row) || attempt === undefined) continue;
    claimed.push({
      personNo: row.person_no,
      attempts: attempt,
      email: row.email,
      givenName: row.given_name,
      familyName: row.family_name,
      mayBeMailed: row.is_suppressed === 0,
    });
  }
  return claimed;
}

// An upsert and not an UPDATE … FROM, whose join order SQLite chooses: this touches exactly the rows named. A claim that
// was given up as unknown while its owner was still at it takes the better answer.
const SETTLE = `
  INSERT INTO receipts (group_no, action_no, person_no, state, claimed_at, settled_at, reason)
  SELECT ?1, ?2, settled.value ->> 0, settled.value ->> 1, 0, settled.value ->> 2, settled.value ->> 3
  FROM json_each(?3) AS settled
  WHERE true
  ON CONFLICT (group_no, action_no, person_no) DO UPDATE
    SET state = excluded.state, settled_at = excluded.settled_at, reason = excluded.reason
    WHERE state IN (${receiptStates.claimed}, ${receiptStates.unknown})`;

/** Writes how claims ended, in one statement. Only for receipts this invocation has claimed. */
export async function settleReceipts(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  settled: SettledReceipt[],
): Promise<void> {
  if (settled.length === 0) return;
  const rows = settled.map(({ personNo, state, at, reason }) => [personNo, state, at, reason]);
  await d1.prepare(SETTLE).bind(groupNo, actionNo, JSON.stringify(rows)).run();
}

const GIVE_UP = `
  UPDATE receipts SET state = ${receiptStates.unknown}, settled_at = ?5, reason = 'claim_expired'
  WHERE group_no = ?1 AND action_no = ?2 AND person_no IN (SELECT value FROM json_each(?4))
    AND state = ${receiptStates.claimed} AND claimed_at <= ?3`;

/** Turns claims made at `claimedBy` or before into "unknown": their owner is gone, and the mail may have left. */
export async function giveUpClaims(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  people: number[],
  times: { claimedBy: number; now: number },
): Promise<void> {
  if (people.length === 0) return;
  await d1.prepare(GIVE_UP).bind(groupNo, actionNo, times.claimedBy, JSON.stringify(people), times.now).run();
}

/** The last id of the next `size` participations after a place in the window, or null when fewer are left. */
export async function endOfPage(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  window: { fromHex: string; untilHex: string; size: number },
): Promise<string | null> {
  const row = await d1
    .prepare(
      `SELECT lower(hex(id)) AS id FROM participations
       WHERE group_no = ?1 AND action_no = ?2 AND id > unhex(?3) AND id <= unhex(?4)
       ORDER BY id LIMIT 1 OFFSET ?5`,
    )
    .bind(groupNo, actionNo, window.fromHex, window.untilHex, window.size - 1)
    .first<{ id: string }>();
  return row?.id ?? null;
}

// The window is a range of one index; each row in it is looked up by key in the other two tables.
const UNSETTLED = `
  SELECT taken.person_no, receipt.state, coalesce(receipt.settled_at, receipt.claimed_at, 0) AS at
  FROM participations AS taken
  CROSS JOIN people AS person ON person.group_no = ?1 AND person.person_no = taken.person_no
  LEFT JOIN receipts AS receipt
    ON receipt.group_no = ?1 AND receipt.action_no = ?2 AND receipt.person_no = taken.person_no
  WHERE taken.group_no = ?1 AND taken.action_no = ?2 AND taken.id > unhex(?3) AND taken.id <= unhex(?4)
    AND ${IS_THANKED} AND person.email IS NOT NULL AND person.erased_at IS NULL
    AND (receipt.state IS NULL OR receipt.state IN (${receiptStates.claimed}, ${receiptStates.waiting}))
    AND NOT ${isThankedAsAnother("taken.person_no")}`;

/** Counted participations after one id and up to another whose receipt is missing, open or waiting. */
export async function unsettledReceipts(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  fromHex: string,
  untilHex: string,
): Promise<UnsettledReceipt[]> {
  const { results } = await d1
    .prepare(UNSETTLED)
    .bind(groupNo, actionNo, fromHex, untilHex)
    .run<{ person_no: number; state: 1 | 6 | null; at: number }>();
  return results.map((row) => ({ personNo: row.person_no, state: row.state, at: row.at }));
}

/** The latest participation of some people in an action, whose own link a mail gives them. */
export async function participationsOf(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  people: readonly number[],
): Promise<Map<number, ParticipationId>> {
  const { results } = await d1
    .prepare(
      `SELECT p.person_no, hex(p.id) AS id FROM json_each(?3) AS wanted
       CROSS JOIN participations p ON p.group_no = ?1 AND p.person_no = wanted.value AND p.action_no = ?2
       WHERE p.removal_no = 0 ORDER BY p.id`,
    )
    .bind(groupNo, actionNo, JSON.stringify(people))
    .run<{ person_no: number; id: string }>();
  return new Map(results.map(({ person_no, id }) => [person_no, idFromHex(id)]));
}

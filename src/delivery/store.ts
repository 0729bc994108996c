import type { GroupDb } from "../groups/shard";
import type { Build, MailLink } from "../mailings/content/types";
import type { Frozen, MailingStatus, PauseCause } from "../mailings/types";
import type { Agreed, Delivery, Verdict } from "./types";

/* What becomes of a mailing as a whole. Every change says from which status it starts, so that two at once cannot both happen. */

type Row = {
  status: MailingStatus;
  start_at: number | null;
  frozen: string | null;
  winner_no: number | null;
  pause_cause: PauseCause | null;
  pause_note: string;
  test_ends_at: number | null;
  verdict: string | null;
  cohorts_open: number | null;
  cohorts_shut: number | null;
  cohorts_send: number | null;
  cohorts_leave: number | null;
};

/** How a mailing stands; null when there is none. */
export async function selectDelivery({ d1, groupNo }: GroupDb, no: number): Promise<Delivery | null> {
  const row = await d1
    .prepare(
      `SELECT status, start_at, frozen, winner_no, pause_cause, pause_note, test_ends_at, verdict,
         cohorts_open, cohorts_shut, cohorts_send, cohorts_leave
       FROM mailings WHERE group_no = ?1 AND mailing_no = ?2`,
    )
    .bind(groupNo, no)
    .first<Row>();
  if (!row) return null;
  return {
    status: row.status,
    startAt: row.start_at,
    frozen: row.frozen === null ? null : JSON.parse(row.frozen),
    winnerNo: row.winner_no,
    pauseCause: row.pause_cause,
    pauseNote: row.pause_note,
    testEndsAt: row.test_ends_at,
    verdict: row.verdict === null ? null : JSON.parse(row.verdict),
    cohorts: {
      open: row.cohorts_open ?? 0,
      shut: row.cohorts_shut ?? 0,
      send: row.cohorts_send ?? 0,
      leave: row.cohorts_leave ?? 0,
    },
  };
}

/** Runs a statement that begins with the group. Gives whether it changed a row. */
export async function changes(
  { d1, groupNo }: GroupDb,
  sql: string,
  values: readonly (string | number | null)[],
): Promise<boolean> {
  const { meta } = await d1
    .prepare(sql)
    .bind(groupNo, ...values)
    .run();
  return meta.changes > 0;
}

const WHERE = "WHERE group_no = ?1 AND mailing_no = ?2";

export type Asking = {
  status: "scheduled" | "waiting";
  startAt: number;
  by: number;
  now: number;
  agreed?: Agreed | null;
  note?: string;
};

/**
 * From draft: it is to be sent, or waits for somebody's yes. The run of a series comes out of hiding by this, and nothing else is sent that
 * is hidden: what was agreed to is at no moment anybody's to edit.
 */
export function schedule(db: GroupDb, no: number, ask: Asking): Promise<boolean> {
  const { agreed = null } = ask;
  return changes(
    db,
    `UPDATE mailings SET status = ?3, start_at = ?4, asked_by = ?5, approved_by = ?7, approved_to = ?8, approved_words = ?10, updated_at = ?6, frozen = NULL,
       hidden_at = NULL, winner_no = NULL, sent_at = NULL, finished_at = NULL, pause_cause = NULL, pause_note = ?9, test_ends_at = NULL, verdict = NULL,
       cohorts_open = NULL, cohorts_shut = NULL, cohorts_send = NULL, cohorts_leave = NULL
     ${WHERE} AND status = 'draft' AND (hidden_at IS NOT NULL) = (?8 IS NOT NULL)`,
    [
      ...[no, ask.status, ask.startAt, ask.by, ask.now],
      ...[agreed?.by ?? null, agreed?.upTo ?? null, ask.note ?? "", agreed?.fingerprint ?? null],
    ],
  );
}

/** Somebody agreed to some words, so that it does not wait for a colleague any more; `status` is what follows. Whoever asked is nobody to agree. */
export function approve(
  db: GroupDb,
  no: number,
  approval: {
    status: "scheduled" | "waiting";
    by: number;
    fingerprint: string;
    startAt: number;
    now: number;
  },
): Promise<boolean> {
  const { status, by, fingerprint, startAt, now } = approval;
  return changes(
    db,
    `UPDATE mailings SET status = ?3, approved_by = ?4, approved_words = ?7, approved_to = NULL, pause_note = '', start_at = ?5, updated_at = ?6
     ${WHERE} AND status = 'waiting' AND asked_by <> ?4`,
    [no, status, by, startAt, now, fingerprint],
  );
}

/** What waited for an operator goes on. */
export function release(
  db: GroupDb,
  no: number,
  { startAt, now }: { startAt: number; now: number },
): Promise<boolean> {
  return changes(
    db,
    `UPDATE mailings SET status = 'scheduled', start_at = ?3, updated_at = ?4 ${WHERE} AND status = 'waiting'`,
    [no, startAt, now],
  );
}

export function reschedule(db: GroupDb, no: number, startAt: number, now: number): Promise<boolean> {
  return changes(
    db,
    `UPDATE mailings SET start_at = ?3, updated_at = ?4 ${WHERE} AND status IN ('scheduled', 'waiting')`,
    [no, startAt, now],
  );
}

/** Back to a draft, while nothing has left. */
export function unsend(db: GroupDb, no: number, note: string, now: number): Promise<boolean> {
  return changes(
    db,
    `UPDATE mailings SET status = 'draft', start_at = NULL, frozen = NULL, asked_by = NULL, approved_by = NULL, approved_words = NULL, approved_to = NULL, pause_note = ?3, updated_at = ?4
     ${WHERE} AND status IN ('waiting', 'scheduled', 'preparing')`,
    [no, note, now],
  );
}

/** Its time has come: the audience is being frozen. */
export function startPreparing(db: GroupDb, no: number, now: number): Promise<boolean> {
  return changes(
    db,
    `UPDATE mailings SET status = 'preparing', updated_at = ?3 ${WHERE} AND status = 'scheduled' AND start_at <= ?3`,
    [no, now],
  );
}

/** The numbers add up; from now on consumers may claim. Other mailings look for `sent_at` when they count what somebody got. */
export function begin(
  db: GroupDb,
  no: number,
  { startAt, frozen, now }: { startAt: number; frozen: Frozen; now: number },
): Promise<boolean> {
  return changes(
    db,
    `UPDATE mailings SET status = 'sending', frozen = ?4, sent_at = ?5, updated_at = ?5
     ${WHERE} AND status = 'preparing' AND start_at = ?3`,
    [no, startAt, JSON.stringify(frozen), now],
  );
}

/** It turned out larger than whoever sent it may send alone: their colleague or an operator is asked. Nothing has left. */
export function holdForApproval(
  db: GroupDb,
  no: number,
  { startAt, note, now }: { startAt: number; note: string; now: number },
): Promise<boolean> {
  return changes(
    db,
    `UPDATE mailings SET status = 'waiting', pause_note = ?4, updated_at = ?5 ${WHERE} AND status = 'preparing' AND start_at = ?3`,
    [no, startAt, note, now],
  );
}

/** Its words are not those that somebody agreed to: nobody agreed to it any more. Nothing has left. */
export function holdForWords(
  db: GroupDb,
  no: number,
  { startAt, now }: { startAt: number; now: number },
): Promise<boolean> {
  return changes(
    db,
    `UPDATE mailings SET status = 'waiting', approved_by = NULL, approved_words = NULL, pause_note = 'words_changed', updated_at = ?4
     ${WHERE} AND status = 'preparing' AND start_at = ?3`,
    [no, startAt, now],
  );
}

/** Whether it is the run of a series that looks at what becomes of it, and tells. One that waited for somebody was told of then, and is let go. */
export async function isWatched({ d1, groupNo }: GroupDb, no: number): Promise<boolean> {
  const row = await d1
    .prepare(
      "SELECT 1 AS is_there FROM mail_series_runs WHERE group_no = ?1 AND mailing_no = ?2 AND open = 1 AND state IN ('taken', 'asked')",
    )
    .bind(groupNo, no)
    .first();
  return row !== null;
}

export function pause(
  db: GroupDb,
  no: number,
  { cause, note, now }: { cause: PauseCause; note: string; now: number },
): Promise<boolean> {
  return changes(
    db,
    `UPDATE mailings SET status = 'paused', pause_cause = ?3, pause_note = ?4, updated_at = ?5 ${WHERE} AND status = 'sending'`,
    [no, cause, note, now],
  );
}

/** Goes on, unless meanwhile it became an operator's to let go, or somebody's to choose a winner of. */
export function resume(db: GroupDb, no: number, now: number): Promise<boolean> {
  return changes(
    db,
    `UPDATE mailings SET status = 'sending', pause_cause = NULL, pause_note = '', updated_at = ?3 ${WHERE} AND status = 'paused'
       AND coalesce(pause_cause, '') NOT IN ('operator', 'test')`,
    [no, now],
  );
}

export function stop(db: GroupDb, no: number, note: string, now: number): Promise<boolean> {
  return changes(
    db,
    `UPDATE mailings SET status = 'stopped', pause_cause = NULL, pause_note = ?3, updated_at = ?4 ${WHERE} AND status IN ('sending', 'paused')`,
    [no, note, now],
  );
}

/** Everybody has come to an end. A stopped mailing stays one. */
export function finish(db: GroupDb, no: number, now: number): Promise<boolean> {
  return changes(
    db,
    `UPDATE mailings SET status = CASE status WHEN 'sending' THEN 'sent' ELSE status END, finished_at = ?3
     ${WHERE} AND status IN ('sending', 'stopped') AND finished_at IS NULL`,
    [no, now],
  );
}

/** When the sample of a test is to be judged; said once. */
export async function setTestEnd(db: GroupDb, no: number, endsAt: number): Promise<void> {
  await changes(db, `UPDATE mailings SET test_ends_at = ?3 ${WHERE} AND test_ends_at IS NULL`, [no, endsAt]);
}

/** What the test said, and who goes to the rest if that follows by itself. */
export async function setVerdict(
  db: GroupDb,
  no: number,
  { verdict, winnerNo }: { verdict: Verdict; winnerNo: number | null },
): Promise<void> {
  await changes(
    db,
    `UPDATE mailings SET verdict = ?3, winner_no = ?4 ${WHERE} AND winner_no IS NULL AND verdict IS NULL AND status IN ('sending', 'paused')`,
    [no, JSON.stringify(verdict), winnerNo],
  );
}

/** An organiser chose, once. What the test had paused goes on. */
export function setWinner(db: GroupDb, no: number, winnerNo: number, now: number): Promise<boolean> {
  return changes(
    db,
    `UPDATE mailings SET winner_no = ?3, updated_at = ?4,
       status = CASE WHEN pause_cause = 'test' THEN 'sending' ELSE status END,
       pause_note = CASE WHEN pause_cause = 'test' THEN '' ELSE pause_note END,
       pause_cause = CASE WHEN pause_cause = 'test' THEN NULL ELSE pause_cause END
     ${WHERE} AND winner_no IS NULL AND status IN ('sending', 'paused')
       AND EXISTS (SELECT 1 FROM mailing_builds b WHERE b.group_no = ?1 AND b.mailing_no = ?2 AND b.variant_no = ?3)`,
    [no, winnerNo, now],
  );
}

/** The mails as they will be sent, and where their links lead: what is edited later changes none of it. */
export async function saveBuilds(
  { d1, groupNo }: GroupDb,
  no: number,
  { builds, links, startAt }: { builds: readonly Build[]; links: readonly MailLink[]; startAt: number },
): Promise<void> {
  const preparing =
    "EXISTS (SELECT 1 FROM mailings WHERE group_no = ?1 AND mailing_no = ?2 AND status = 'preparing' AND start_at = ?3)";
  await d1.batch([
    d1
      .prepare(`DELETE FROM mailing_builds WHERE group_no = ?1 AND mailing_no = ?2 AND ${preparing}`)
      .bind(groupNo, no, startAt),
    d1
      .prepare(`DELETE FROM mailing_links WHERE group_no = ?1 AND mailing_no = ?2 AND ${preparing}`)
      .bind(groupNo, no, startAt),
    // One statement each: all in one parameter could pass what D1 takes.
    ...builds.map(({ variantNo, language, fromName, subject, preview, html, plain, amp, signOff }) =>
      d1
        .prepare(
          `INSERT INTO mailing_builds (group_no, mailing_no, variant_no, language, from_name, subject, preview, html, plain, amp, sign_off)
           SELECT ?1, ?2, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 WHERE ${preparing}`,
        )
        .bind(
          ...[groupNo, no, startAt, variantNo, language, fromName, subject, preview, html, plain],
          ...[amp ?? null, signOff ?? null],
        ),
    ),
    d1
      .prepare(
        `INSERT INTO mailing_links (group_no, mailing_no, link_no, url, action_no)
         SELECT ?1, ?2, j.value ->> 'no', j.value ->> 'url', j.value ->> 'actionNo' FROM json_each(?4) j WHERE ${preparing}`,
      )
      .bind(groupNo, no, startAt, JSON.stringify(links)),
  ]);
}

export async function selectBuilds({ d1, groupNo }: GroupDb, no: number): Promise<Build[]> {
  const { results } = await d1
    .prepare(
      `SELECT variant_no AS variantNo, language, from_name AS fromName, subject, preview, html, plain, amp, sign_off AS signOff
       FROM mailing_builds WHERE group_no = ?1 AND mailing_no = ?2 ORDER BY variant_no, language`,
    )
    .bind(groupNo, no)
    .run<Omit<Build, "groupNo" | "mailingNo">>();
  return results.map((row) => ({ ...row, groupNo, mailingNo: no }));
}

const OPEN_MAX = 1_000;

/** Of all groups of a shard, what should be under way: the one question here that binds no group. */
export async function selectOpen(
  { d1 }: Pick<GroupDb, "d1">,
  now: number,
): Promise<{ groupNo: number; mailingNo: number }[]> {
  const { results } = await d1
    .prepare(
      `SELECT group_no AS groupNo, mailing_no AS mailingNo FROM mailings
       WHERE status IN ('preparing', 'sending') OR (status = 'scheduled' AND start_at <= ?1)
         OR (status = 'stopped' AND finished_at IS NULL) LIMIT ?2`,
    )
    .bind(now, OPEN_MAX)
    .run<{ groupNo: number; mailingNo: number }>();
  return results;
}

export type Sending = { role: "owner" | "administrator" | "organiser"; ceiling: number | null };

/** What somebody's membership says about sending; null for whoever is no member. */
export async function selectSending(
  directory: D1Database,
  groupNo: number,
  accountNo: number,
): Promise<Sending | null> {
  return directory
    .prepare("SELECT role, mail_ceiling AS ceiling FROM memberships WHERE group_no = ?1 AND account_no = ?2")
    .bind(groupNo, accountNo)
    .first<Sending>();
}

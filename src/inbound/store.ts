import type { GroupDb } from "../groups/shard";
import { numbersOf } from "../people/merge";
import { type Fault, FLAG, type ReturnKind, returnCodes } from "./types";

type Copy = { mailingNo: number; personNo: number };
export type NewReturn = Copy & {
  /** 16 hexadecimal digits. */
  event: string;
  kind: ReturnKind;
  fault: Fault;
  reason: string;
  provider: string;
  at: number;
};

const DAY_MS = 86_400_000;

/** Notes a report once, counts it for its day, and marks the copy; `more` goes with it, all or nothing. True when it is new. */
export async function insertReturn(
  { groupNo, d1 }: GroupDb,
  report: NewReturn,
  more: D1PreparedStatement[],
): Promise<boolean> {
  const { mailingNo, personNo, event, kind, fault, reason, provider, at } = report;
  const code = returnCodes[kind];
  // Nothing of a report that was told before is done again: the person may have been let back in since.
  const known = await d1
    .prepare(
      "SELECT 1 AS n FROM mail_returns WHERE group_no = ?1 AND mailing_no = ?2 AND person_no = ?3 AND event = unhex(?4)",
    )
    .bind(groupNo, mailingNo, personNo, event)
    .first();
  if (known) return false;
  const [noted] = await d1.batch([
    d1
      .prepare(
        `INSERT INTO mail_returns (group_no, mailing_no, person_no, event, kind, fault, reason, at)
         VALUES (?1, ?2, ?3, unhex(?4), ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING`,
      )
      .bind(groupNo, mailingNo, personNo, event, code, fault, reason, at),
    d1
      .prepare(
        `INSERT INTO mail_return_counts (group_no, day, provider, kind, fault, count) SELECT ?1, ?2, ?3, ?4, ?5, 1 WHERE changes() > 0
         ON CONFLICT (group_no, day, provider, kind, fault) DO UPDATE SET count = count + 1`,
      )
      .bind(groupNo, Math.floor(at / DAY_MS), provider, code, fault),
    ...(kind === "delay" ? [] : [flagStatement({ groupNo, d1 }, report, FLAG[kind])]),
    ...more,
  ]);
  return (noted?.meta.changes ?? 0) > 0;
}

function flagStatement(
  { groupNo, d1 }: Pick<GroupDb, "groupNo" | "d1">,
  { mailingNo, personNo }: Copy,
  flag: number,
): D1PreparedStatement {
  return d1
    .prepare(
      `INSERT INTO mail_events (group_no, mailing_no, person_no, flags) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (group_no, mailing_no, person_no) DO UPDATE SET flags = coalesce(flags, 0) | excluded.flags
         WHERE coalesce(flags, 0) & excluded.flags = 0`,
    )
    .bind(groupNo, mailingNo, personNo, flag);
}

/** Marks a copy as delivered. A line of its own is only for somebody whose mail came back lately: it says that this is over. */
export async function markDelivered(
  db: GroupDb,
  { mailingNo, personNo, event, at }: Copy & { event: string; at: number },
  since: number,
): Promise<void> {
  const { groupNo, d1 } = db;
  await d1.batch([
    flagStatement(db, { mailingNo, personNo }, FLAG.delivered),
    d1
      .prepare(
        `INSERT INTO mail_returns (group_no, mailing_no, person_no, event, kind, fault, reason, at)
         SELECT ?1, ?2, ?3, unhex(?4), ${returnCodes.delivered}, 'other', '', ?5
         WHERE EXISTS (SELECT 1 FROM mail_returns INDEXED BY mail_returns_by_person
           WHERE group_no = ?1 AND person_no = ?3 AND at > ?6 AND kind = ${returnCodes.soft})
         ON CONFLICT DO NOTHING`,
      )
      .bind(groupNo, mailingNo, personNo, event, at, since),
  ]);
}

/**
 * How many mailings came back for now since somebody last showed that they get mail. What was blocked, too big or put off says
 * nothing of the address.
 */
export async function countSoft({ groupNo, d1 }: GroupDb, personNo: number, since: number): Promise<number> {
  const row = await d1
    .prepare(
      `SELECT count(DISTINCT mailing_no) AS n FROM mail_returns INDEXED BY mail_returns_by_person
       WHERE group_no = ?1 AND person_no IN (${numbersOf("?2")}) AND kind = ${returnCodes.soft} AND fault IN ('full', 'unreachable', 'other')
         AND at > max(?3,
           coalesce((SELECT max(at) FROM mail_returns WHERE group_no = ?1 AND person_no IN (${numbersOf("?2")}) AND kind = ${returnCodes.delivered}), 0),
           coalesce((SELECT max(coalesce(opened_s, 0), coalesce(clicked_s, 0)) * 1000 FROM mail_readers WHERE group_no = ?1 AND person_no IN (${numbersOf("?2")})), 0))`,
    )
    .bind(groupNo, personNo, since)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** Whether an address is, or was, one of somebody's: a mail that was passed on to another comes back with that one's. */
export async function isAddressOf(
  { groupNo, d1 }: GroupDb,
  personNo: number,
  email: string,
): Promise<boolean> {
  const row = await d1
    .prepare(
      "SELECT 1 AS n FROM identities WHERE group_no = ?1 AND kind = 1 AND value = ?2 AND person_no = ?3",
    )
    .bind(groupNo, email, personNo)
    .first();
  return row !== null;
}

/** Who has an address; null for nobody's. */
export async function personWith({ groupNo, d1 }: GroupDb, email: string): Promise<number | null> {
  const row = await d1
    .prepare("SELECT person_no AS no FROM identities WHERE group_no = ?1 AND kind = 1 AND value = ?2")
    .bind(groupNo, email)
    .first<{ no: number }>();
  return row?.no ?? null;
}

export type DayCount = { day: number; provider: string; kind: number; fault: Fault; count: number };

export async function selectCounts(
  { groupNo, d1 }: GroupDb,
  fromDay: number,
  limit: number,
): Promise<DayCount[]> {
  const { results } = await d1
    .prepare(
      `SELECT day, provider, kind, fault, count FROM mail_return_counts WHERE group_no = ?1 AND day >= ?2 ORDER BY day DESC LIMIT ?3`,
    )
    .bind(groupNo, fromDay, limit)
    .all<DayCount>();
  return results;
}

export type ReturnRow = {
  at: number;
  mailingNo: number;
  mailingId: ArrayBuffer | null;
  subject: string | null;
  personNo: number;
  personId: ArrayBuffer;
  name: string;
  email: string | null;
  emailStatus: number;
  kind: number;
  fault: Fault;
  reason: string;
};

/** What came back lately, the newest first, by keyset on the moment and the person. */
export async function selectReturns(
  { groupNo, d1 }: GroupDb,
  { kinds, before, limit }: { kinds: readonly number[]; before: number | null; limit: number },
): Promise<ReturnRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT r.at, r.mailing_no AS mailingNo, m.id AS mailingId, coalesce(nullif(m.internal_title, ''), m.subject) AS subject,
         r.person_no AS personNo, p.id AS personId, trim(coalesce(p.given_name, '') || ' ' || coalesce(p.family_name, '')) AS name, p.email,
         p.email_status AS emailStatus, r.kind, r.fault, r.reason
       FROM mail_returns r INDEXED BY mail_returns_by_time
       CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = r.person_no
       LEFT JOIN mailings m ON m.group_no = ?1 AND m.mailing_no = r.mailing_no
       WHERE r.group_no = ?1 AND r.at < ?3 AND r.kind IN (SELECT value FROM json_each(?2)) AND p.erased_at IS NULL
       ORDER BY r.at DESC LIMIT ?4`,
    )
    .bind(groupNo, JSON.stringify(kinds), before ?? Number.MAX_SAFE_INTEGER, limit)
    .all<ReturnRow>();
  return results;
}

import type { Question } from "../audiences/audience";
import type { GroupDb } from "../groups/shard";
import { recipientStatus } from "../mailings/types";

/** A row of `breakdown_counts`; see `tables.ts`. */
export type Kept = {
  lines: string | null;
  mark: string | null;
  countedAt: number | null;
  tookMs: number;
  growing: string | null;
};

/** Of which mailing, and by which breakdown. */
export type Of = { mailingNo: number; breakdownNo: number };

export function selectKept({ d1, groupNo }: GroupDb, { mailingNo, breakdownNo }: Of): Promise<Kept | null> {
  return d1
    .prepare(
      `SELECT lines, mark, counted_at AS countedAt, took_ms AS tookMs, growing FROM breakdown_counts
       WHERE group_no = ?1 AND mailing_no = ?2 AND breakdown_no = ?3`,
    )
    .bind(groupNo, mailingNo, breakdownNo)
    .first<Kept>();
}

/** Takes a count for oneself until a moment. Gives the claim's number, or null while somebody else counts. */
export async function claimCount(
  { d1, groupNo }: GroupDb,
  { mailingNo, breakdownNo }: Of,
  { now, until }: { now: number; until: number },
): Promise<number | null> {
  const row = await d1
    .prepare(
      `INSERT INTO breakdown_counts (group_no, mailing_no, breakdown_no, busy_until, revision) VALUES (?1, ?2, ?3, ?5, 1)
       ON CONFLICT (group_no, mailing_no, breakdown_no) DO UPDATE SET busy_until = ?5, revision = revision + 1 WHERE busy_until <= ?4
       RETURNING revision`,
    )
    .bind(groupNo, mailingNo, breakdownNo, now, until)
    .first<{ revision: number }>();
  return row?.revision ?? null;
}

/** Puts down a count that is not at its end, and lets the next one take it further. */
export async function saveGrowing(
  { d1, groupNo }: GroupDb,
  { mailingNo, breakdownNo }: Of,
  claim: number,
  growing: string,
): Promise<void> {
  await d1
    .prepare(
      `UPDATE breakdown_counts SET growing = ?5, busy_until = 0
       WHERE group_no = ?1 AND mailing_no = ?2 AND breakdown_no = ?3 AND revision = ?4`,
    )
    .bind(groupNo, mailingNo, breakdownNo, claim, growing)
    .run();
}

/** Puts down a whole count. */
export async function saveWhole(
  { d1, groupNo }: GroupDb,
  { mailingNo, breakdownNo }: Of,
  claim: number,
  { lines, mark, beganAt, tookMs }: { lines: string; mark: string; beganAt: number; tookMs: number },
): Promise<void> {
  await d1
    .prepare(
      `UPDATE breakdown_counts SET lines = ?5, mark = ?6, counted_at = ?7, took_ms = ?8, growing = NULL, busy_until = 0
       WHERE group_no = ?1 AND mailing_no = ?2 AND breakdown_no = ?3 AND revision = ?4`,
    )
    .bind(groupNo, mailingNo, breakdownNo, claim, lines, mark, beganAt, tookMs)
    .run();
}

/** Whether anybody of the group was merged into somebody else: most groups need not ask for older numbers. */
export async function hasMerged({ d1, groupNo }: GroupDb): Promise<boolean> {
  const found = await d1
    .prepare("SELECT 1 FROM merged_people WHERE group_no = ?1 LIMIT 1")
    .bind(groupNo)
    .first();
  return found !== null;
}

/** The lowest and the highest number a mailing was meant for; 0 and 0 for none. */
export async function recipientBounds(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
): Promise<{ lowest: number; highest: number }> {
  // Each by itself is one step in the key; both at once read every recipient.
  const row = await d1
    .prepare(
      `SELECT (SELECT min(person_no) FROM mailing_recipients WHERE group_no = ?1 AND mailing_no = ?2) AS lowest,
         (SELECT max(person_no) FROM mailing_recipients WHERE group_no = ?1 AND mailing_no = ?2) AS highest`,
    )
    .bind(groupNo, mailingNo)
    .first<{ lowest: number | null; highest: number | null }>();
  return { lowest: row?.lowest ?? 0, highest: row?.highest ?? 0 };
}

const { left_out: leftOut, sent } = recipientStatus;

// Mails stay under the number somebody had when they were mailed, what they did is under the one they have now.
const NUMBERS = "SELECT person_no AS root_no, person_no FROM line";
const OLD_NUMBERS = `${NUMBERS} UNION ALL SELECT was.root_no, was.person_no
  FROM line CROSS JOIN merged_people AS was ON was.group_no = ?1 AND was.root_no = line.person_no`;

// Flags are those of `mail_events`, and what they mean is what the numbers of a mailing make of them (`results/store.ts`).
const COUNTS = `json_array(count(*), count(CASE WHEN status = ${sent} THEN 1 END),
  count(CASE WHEN flags & 4 THEN 1 END),
  count(CASE WHEN flags & 52 = 16 AND opened_s IS NULL AND clicked_s IS NULL THEN 1 END),
  count(coalesce(opened_s, clicked_s)),
  count(CASE WHEN flags & 1 AND opened_s IS NULL AND clicked_s IS NULL THEN 1 END),
  count(clicked_s),
  count(CASE WHEN CASE WHEN choice IS NULL THEN flags & 2 ELSE choice = 1 AND back_s IS NULL END THEN 1 END),
  count(CASE WHEN flags & 8 THEN 1 END))`;

function countSql({ from }: Question, isMerged: boolean): string {
  return `WITH line(person_no) AS MATERIALIZED (SELECT p.person_no ${from}),
    numbers(root_no, person_no) AS (${isMerged ? OLD_NUMBERS : NUMBERS}),
    got AS MATERIALIZED (
      SELECT n.root_no, r.status, e.opened_s, e.clicked_s, coalesce(e.flags, 0) AS flags, d.choice, d.back_s
      FROM numbers AS n CROSS JOIN mailing_recipients AS r ON r.group_no = ?1 AND r.mailing_no = ?5 AND r.person_no = n.person_no
      LEFT JOIN mail_events AS e ON e.group_no = ?1 AND e.mailing_no = ?5 AND e.person_no = r.person_no
      LEFT JOIN departures AS d ON d.group_no = ?1 AND d.mailing_no = ?5 AND d.person_no = r.person_no
      WHERE r.status <> ${leftOut}),
    acts AS MATERIALIZED (
      SELECT pa.person_no, pa.amount, pa.currency FROM (SELECT DISTINCT root_no FROM got) AS who
      CROSS JOIN participations AS pa ON pa.group_no = ?1 AND pa.person_no = who.root_no
      WHERE pa.removal_no = 0 AND pa.source >= ?6 AND pa.source < ?7)
    SELECT (SELECT ${COUNTS} FROM got) AS counts,
      (SELECT json_array(count(DISTINCT person_no), count(DISTINCT CASE WHEN amount > 0 THEN person_no END)) FROM acts) AS acts,
      (SELECT json_group_object(currency, total) FROM (
        SELECT currency, sum(amount) AS total FROM acts WHERE amount IS NOT NULL AND currency IS NOT NULL GROUP BY currency)) AS money`;
}

/** Counts the recipients of a mailing who are of a question, as far as the numbers they have now are in a range. */
export async function countRange(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  { question, isMerged }: { question: Question; isMerged: boolean },
  { after, upTo }: { after: number; upTo: number },
): Promise<{ counts: string; acts: string; money: string; ms: number }> {
  const { results, meta } = await d1
    .prepare(countSql(question, isMerged))
    // Sources of a mailing read "m12-1": from "m12-" to what sorts behind all of them.
    .bind(groupNo, after, upTo, question.json, mailingNo, `m${mailingNo}-`, `m${mailingNo}.`)
    .run<{ counts: string; acts: string; money: string }>();
  const { counts = "[]", acts = "[]", money = "{}" } = results[0] ?? {};
  return { counts, acts, money, ms: meta.duration };
}

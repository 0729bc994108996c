import { and, eq } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import type { Build } from "../mailings/content";
import { mailingBuilds } from "../mailings/tables";
import type { Outcome } from "./types";

export type SummaryRow = {
  no: number;
  id: string;
  subject: string;
  internalTitle: string;
  status: string;
  tags: string;
  sentAt: number;
  startAt: number | null;
  createdAt: number;
  totals: string | null;
  tally: string | null;
  countedAt: number | null;
};

/** The mailings in the lists that began in a time, the newest first, with what was counted of each; those of one tag where one is named. */
export async function selectSummaries(
  { d1, groupNo }: GroupDb,
  {
    since,
    before,
    limit,
    withTally,
    tag = "",
  }: { since: number; before: number; limit: number; withTally: boolean; tag?: string },
): Promise<SummaryRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT m.mailing_no AS no, lower(hex(m.id)) AS id, m.subject, m.internal_title AS internalTitle, m.status, m.tags, m.sent_at AS sentAt,
         m.start_at AS startAt, m.created_at AS createdAt, r.totals, ${withTally ? "r.tally" : "NULL"} AS tally, r.counted_at AS countedAt
       FROM mailings m LEFT JOIN mailing_results r ON r.group_no = ?1 AND r.mailing_no = m.mailing_no
       WHERE m.group_no = ?1 AND m.hidden_at IS NULL AND m.sent_at >= ?2 AND m.sent_at < ?3
         AND (?5 = '' OR EXISTS (SELECT 1 FROM json_each(m.tags) AS own WHERE own.value = ?5))
       ORDER BY m.sent_at DESC, m.mailing_no DESC LIMIT ?4`,
    )
    .bind(groupNo, since, before, limit, tag)
    .run<SummaryRow>();
  return results;
}

/** What was counted of the last mailings, sent whole, that began before a moment. */
export async function selectTotalsBefore(
  { d1, groupNo }: GroupDb,
  before: number,
  limit: number,
): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT r.totals FROM mailings m CROSS JOIN mailing_results r ON r.group_no = ?1 AND r.mailing_no = m.mailing_no
       WHERE m.group_no = ?1 AND m.sent_at < ?2 AND m.status = 'sent' AND r.totals IS NOT NULL ORDER BY m.sent_at DESC LIMIT ?3`,
    )
    .bind(groupNo, before, limit)
    .run<{ totals: string }>();
  return results.map(({ totals }) => totals);
}

export type BuildRow = {
  variantNo: number;
  language: string;
  fromName: string;
  subject: string;
  preview: string;
  /** 1 where it has an interactive part. */
  hasAmp: number;
};

/** The words of a mailing as they were made ready, without their bodies. */
export async function selectBuilds({ d1, groupNo }: GroupDb, mailingNo: number): Promise<BuildRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT variant_no AS variantNo, language, from_name AS fromName, subject, preview, amp IS NOT NULL AS hasAmp FROM mailing_builds
       WHERE group_no = ?1 AND mailing_no = ?2 ORDER BY variant_no, language`,
    )
    .bind(groupNo, mailingNo)
    .run<BuildRow>();
  return results;
}

/** The subject of the version somebody got, in the language they got it in; null before any was made ready. */
export async function selectSubject(
  { d1, groupNo }: GroupDb,
  {
    mailingNo,
    personNo,
    language,
    otherwise,
  }: { mailingNo: number; personNo: number; language: string; otherwise: string },
): Promise<string | null> {
  const row = await d1
    .prepare(
      `SELECT subject FROM mailing_builds WHERE group_no = ?1 AND mailing_no = ?2 AND variant_no = coalesce(
         (SELECT nullif(variant_no, 0) FROM mailing_recipients WHERE group_no = ?1 AND mailing_no = ?2 AND person_no = ?3), 1)
       ORDER BY language = ?4 DESC, language = ?5 DESC LIMIT 1`,
    )
    .bind(groupNo, mailingNo, personNo, language, otherwise)
    .first<{ subject: string }>();
  return row?.subject ?? null;
}

/** One variant in one language as it was made ready; null for none. */
export async function selectBuild(
  { groupNo, db }: GroupDb,
  mailingNo: number,
  { variantNo, language }: { variantNo: number; language: Build["language"] },
): Promise<Build | null> {
  const [row] = await db
    .select()
    .from(mailingBuilds)
    .where(
      and(
        eq(mailingBuilds.groupNo, groupNo),
        eq(mailingBuilds.mailingNo, mailingNo),
        eq(mailingBuilds.variantNo, variantNo),
        eq(mailingBuilds.language, language),
      ),
    );
  return row ?? null;
}

/** What those who wanted less said in their own words, the newest first. */
export async function selectComments(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  limit: number,
): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT comment FROM departures WHERE group_no = ?1 AND mailing_no = ?2 AND comment IS NOT NULL AND comment <> ''
       ORDER BY at_s DESC LIMIT ?3`,
    )
    .bind(groupNo, mailingNo, limit)
    .run<{ comment: string }>();
  return results.map(({ comment }) => comment);
}

// Read from the table that has fewest rows of an outcome: `r` the recipients, `e` what became of a mail, `d` who wanted less.
const recipients =
  "FROM mailing_recipients r LEFT JOIN mail_events e ON e.group_no = ?1 AND e.mailing_no = ?2 AND e.person_no = r.person_no";
const events =
  "FROM mail_events e CROSS JOIN mailing_recipients r ON r.group_no = ?1 AND r.mailing_no = ?2 AND r.person_no = e.person_no";
const nobodyRead = "e.opened_s IS NULL AND e.clicked_s IS NULL";

const questions: Record<
  Exclude<Outcome, "acted">,
  { from: string; first: "r" | "e"; where: string; at: string }
> = {
  opened: { from: events, first: "e", where: `NOT (${nobodyRead})`, at: "coalesce(e.opened_s, e.clicked_s)" },
  machine: { from: events, first: "e", where: `e.flags & 1 AND ${nobodyRead}`, at: "r.at_s" },
  not_opened: { from: recipients, first: "r", where: `r.status = 3 AND ${nobodyRead}`, at: "r.at_s" },
  clicked: { from: events, first: "e", where: "e.clicked_s IS NOT NULL", at: "e.clicked_s" },
  unsubscribed: {
    from: `${events} LEFT JOIN departures d ON d.group_no = ?1 AND d.mailing_no = ?2 AND d.person_no = e.person_no`,
    first: "e",
    where: "CASE WHEN d.choice IS NULL THEN e.flags & 2 ELSE d.choice = 1 AND d.back_s IS NULL END",
    at: "coalesce(d.at_s, r.at_s)",
  },
  bounced: { from: events, first: "e", where: "e.flags & 4", at: "r.at_s" },
  held: { from: events, first: "e", where: `e.flags & 52 = 16 AND ${nobodyRead}`, at: "r.at_s" },
  complained: { from: events, first: "e", where: "e.flags & 8", at: "r.at_s" },
  failed: { from: recipients, first: "r", where: "r.status = 5", at: "r.at_s" },
  unknown: { from: recipients, first: "r", where: "r.status = 6", at: "r.at_s" },
  left_out: { from: recipients, first: "r", where: "r.status = 4", at: "r.at_s" },
};

export type OutcomeRow = {
  personNo: number;
  id: string;
  name: string;
  email: string | null;
  atS: number | null;
  status: number;
  reason: number | null;
  variantNo: number | null;
};

/** Those of one range of people with an outcome, by their numbers, and how long it took. */
export async function selectOutcome(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  outcome: Exclude<Outcome, "acted">,
  { after, upTo, limit }: { after: number; upTo: number; limit: number },
): Promise<{ people: OutcomeRow[]; ms: number }> {
  const { from, first, where, at } = questions[outcome];
  const { results, meta } = await d1
    .prepare(
      `SELECT r.person_no AS personNo, lower(hex(p.id)) AS id, trim(coalesce(p.given_name, '') || ' ' || coalesce(p.family_name, '')) AS name, p.email,
         ${at} AS atS, r.status, r.reason, r.variant_no AS variantNo
       ${from} LEFT JOIN merged_people now ON now.group_no = ?1 AND now.person_no = ${first}.person_no
       CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = coalesce(now.root_no, ${first}.person_no)
       WHERE ${first}.group_no = ?1 AND ${first}.mailing_no = ?2 AND ${first}.person_no > ?3 AND ${first}.person_no <= ?4 AND (${where})
       ORDER BY ${first}.person_no LIMIT ?5`,
    )
    .bind(groupNo, mailingNo, after, upTo, limit)
    .run<OutcomeRow>();
  return { people: results, ms: meta.duration };
}

/** When a mailing's test is judged, and how it was, as JSON; null for what has not come. */
export async function selectTest(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
): Promise<{ endsAt: number | null; verdict: string | null }> {
  const row = await d1
    .prepare("SELECT test_ends_at AS endsAt, verdict FROM mailings WHERE group_no = ?1 AND mailing_no = ?2")
    .bind(groupNo, mailingNo)
    .first<{ endsAt: number | null; verdict: string | null }>();
  return row ?? { endsAt: null, verdict: null };
}

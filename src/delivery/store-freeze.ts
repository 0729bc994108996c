import type { Question } from "../audiences/audience";
import type { GroupDb } from "../groups/shard";
import { leftOutReasons, recipientStatus } from "../mailings/types";
import { refusalSql } from "../subscriptions/refusal";
import type { RivalQuestions } from "./rivals";
import { rivalStatements, rivalsAsked } from "./store-rivals";

/** A mailing that began longer ago sends to nobody any more: a pace of 60 an hour has mailed 140,000 people by then. */
const RUNS_MS_MAX = 100 * 86_400_000;
const WEEK_MS = 7 * 86_400_000;

/** What judges a person beside themselves. */
export type Judging = {
  mailingNo: number;
  now: number;
  topicNo: number | null;
  /** The group's own cap for a week; 0 for none. */
  weeklyMax: number;
};

/** The group's other mailings of which somebody may have got a copy in the last week, for `refusalSql`; ?5 is the mailing. */
const RECENT = `recent(list) AS MATERIALIZED (
  SELECT json_group_array(m.mailing_no) FROM mailings m WHERE m.group_no = ?1 AND m.mailing_no <> ?5
    AND m.sent_at >= ?6 - ${RUNS_MS_MAX} AND (m.finished_at IS NULL OR m.finished_at >= ?6 - ${WEEK_MS}))`;

const REFUSAL = refusalSql("p", {
  group: "?1",
  now: "?6",
  topic: "?7",
  weekly: { mailings: "(SELECT list FROM recent)", max: "?8", since: `(?6 - ${WEEK_MS}) / 1000` },
});

/** The same where none of the group's mailings had anybody in the last week: half of the work of freezing is that question. */
const REFUSAL_ALONE = refusalSql("p", { group: "?1", now: "?6", topic: "?7", weekly: null });

/** Whether any mailing has to be asked about the last week: there is one, and a cap, of the group's or of anybody's own. */
export async function hasRecent(
  { d1, groupNo }: GroupDb,
  { mailingNo, now, weeklyMax }: Pick<Judging, "mailingNo" | "now" | "weeklyMax">,
): Promise<boolean> {
  const row = await d1
    .prepare(
      `SELECT 1 AS is_there FROM mailings m WHERE m.group_no = ?1 AND m.mailing_no <> ?2 AND m.sent_at >= ?3 - ${RUNS_MS_MAX}
         AND (m.finished_at IS NULL OR m.finished_at >= ?3 - ${WEEK_MS})
         AND (?4 > 0 OR EXISTS (SELECT 1 FROM mail_wishes w WHERE w.group_no = ?1 AND w.weekly_max IS NOT NULL)) LIMIT 1`,
    )
    .bind(groupNo, mailingNo, now, weeklyMax)
    .first();
  return row !== null;
}

function reasonSql({ beyond, hasNoRow, isAlone }: Pick<Freezing, "beyond" | "hasNoRow" | "isAlone">): string {
  const refusal = isAlone ? REFUSAL_ALONE : REFUSAL;
  const more = [
    ...(beyond ? [`CASE WHEN ${beyond} THEN ${leftOutReasons.over_limit} END`] : []),
    ...(hasNoRow ? [`CASE WHEN ${hasNoRow} THEN ${leftOutReasons.no_row} END`] : []),
  ];
  return more.length === 0 ? refusal : `coalesce(${[refusal, ...more].join(", ")})`;
}

export type Freezing = Judging & {
  question: Question;
  /** SQL that is true of `p` when they are beyond the limit of the mailing; null when it has none. */
  beyond: string | null;
  /** SQL that is true of `p` when they have no row in the merge file of a mailing for those who have; null when it is for all. */
  hasNoRow: string | null;
  /** No mailing of the last week has to be asked about. */
  isAlone: boolean;
  /** SQL for their variant: null for the first, 0 for those who wait for a winner. */
  variant: string;
  /** SQL for their cohort in a test down the list; null of any other mailing, whose statement is as if there were none. */
  cohort: string | null;
  /** When it is due where, in s; null: at once. */
  due: { places: Record<string, number>; others: number; startS: number } | null;
  /** Languages the mailing is written in, and whom everybody else gets. */
  languages: readonly string[];
  ownLanguage: string;
  /** The send it belongs to: one that was taken back since writes nothing. */
  startAt: number;
  /** Other mailings of a ranked day; null where there are none to be asked. */
  rivals: RivalQuestions | null;
};

/** People alike in what is counted of a frozen audience. */
export type FrozenCount = {
  status: number;
  reason: number | null;
  variantNo: number | null;
  language: string;
  count: number;
};

/**
 * Writes a row for each of a range's candidates, anew: what an earlier try left there goes, so that the numbers are those of the
 * rows. One transaction; nothing happens when the mailing is not being prepared any more.
 */
export async function freezeRange(
  { d1, groupNo }: GroupDb,
  freezing: Freezing,
  after: number,
  upTo: number,
): Promise<{ counts: FrozenCount[]; ms: number }> {
  const { mailingNo, startAt } = freezing;
  const results = await d1.batch<FrozenCount>([
    d1
      .prepare(
        `DELETE FROM mailing_recipients WHERE group_no = ?1 AND mailing_no = ?2 AND person_no > ?3 AND person_no <= ?4
           AND EXISTS (SELECT 1 FROM mailings WHERE group_no = ?1 AND mailing_no = ?2 AND status = 'preparing' AND start_at = ?5)`,
      )
      .bind(groupNo, mailingNo, after, upTo, startAt),
    insertion({ d1, groupNo }, freezing, after, upTo),
    ...rivalStatements({ d1, groupNo }, freezing, { after, upTo, recent: RECENT }),
    d1
      .prepare(countsSql(freezing))
      .bind(
        ...[groupNo, mailingNo, after, upTo],
        ...[JSON.stringify(freezing.languages), freezing.ownLanguage],
      ),
  ]);
  const ms = results.reduce((sum, { meta }) => sum + meta.duration, 0);
  return { counts: (results.at(-1)?.results ?? []).filter(({ count }) => count > 0), ms };
}

// The subquery keeps its LIMIT so that SQLite works each expression out once: flattened, the refusal would be asked four times.
function insertion(
  { d1, groupNo }: Pick<GroupDb, "d1" | "groupNo">,
  { question, variant, cohort, due, ...rest }: Freezing,
  after: number,
  upTo: number,
): D1PreparedStatement {
  const { mailingNo, now, topicNo, weeklyMax, startAt } = rest;
  return d1
    .prepare(
      `WITH ${RECENT}
       INSERT INTO mailing_recipients (group_no, mailing_no, person_no, status, reason, variant_no, due_s${cohort ? ", cohort" : ""})
       SELECT ?1, ?5, person_no, CASE WHEN reason IS NULL THEN ${recipientStatus.waiting} ELSE ${recipientStatus.left_out} END, reason,
         CASE WHEN reason IS NULL THEN variant_no END, CASE WHEN reason IS NULL THEN due_s END${cohort ? ", CASE WHEN reason IS NULL THEN cohort END" : ""}
       FROM (SELECT p.person_no AS person_no, ${reasonSql(rest)} AS reason, ${variant} AS variant_no, ${due ? DUE : "NULL"} AS due_s${cohort ? `, ${cohort} AS cohort` : ""}
         ${question.from} LIMIT -1)
       WHERE EXISTS (SELECT 1 FROM mailings WHERE group_no = ?1 AND mailing_no = ?5 AND status = 'preparing' AND start_at = ?9)
         AND ?8 IS NOT NULL AND ?10 IS NOT NULL AND ?11 IS NOT NULL`,
    )
    .bind(
      ...[groupNo, after, upTo, question.json, mailingNo, now, topicNo, weeklyMax, startAt],
      ...[JSON.stringify(due?.places ?? {}), JSON.stringify([due?.others ?? 0, due?.startS ?? 0])],
    );
}

// Their own zone comes before the one their address tells. What is no code of a country and of a region is no key either. Whoever is due at the start has no row to say so.
const DUE = `nullif(max(?11 ->> 1, coalesce(?10 ->> p.time_zone,
  CASE WHEN length(p.region) BETWEEN 2 AND 3 AND p.region NOT GLOB '*[^A-Za-z]*' AND p.country GLOB '[A-Z][A-Z]'
    THEN ?10 ->> (p.country || '-' || upper(p.region)) END,
  CASE WHEN p.country GLOB '[A-Z][A-Z]' THEN ?10 ->> p.country END, ?11 ->> 0)), ?11 ->> 1)`;

const COUNTS = `
  SELECT r.status AS status, r.reason AS reason, r.variant_no AS variantNo, count(*) AS count,
    CASE WHEN r.status = ${recipientStatus.left_out} THEN '' WHEN lower(substr(p.language, 1, 2)) IN (SELECT value FROM json_each(?5))
      THEN lower(substr(p.language, 1, 2)) ELSE ?6 END AS language
  FROM mailing_recipients r CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = r.person_no
  WHERE r.group_no = ?1 AND r.mailing_no = ?2 AND r.person_no > ?3 AND r.person_no <= ?4
  GROUP BY 1, 2, 3, 5`;

const COUNTS_OF_ONE_LANGUAGE = `
  SELECT status, reason, variant_no AS variantNo, count(*) AS count,
    CASE status WHEN ${recipientStatus.left_out} THEN '' ELSE ?5 ->> 0 END AS language
  FROM mailing_recipients WHERE group_no = ?1 AND mailing_no = ?2 AND person_no > ?3 AND person_no <= ?4 AND ?6 IS NOT NULL
  GROUP BY 1, 2, 3`;

/** The same where there is one variant too: most are alike, and what is alike needs no sorting. */
const COUNTS_ALIKE = `
  SELECT ${recipientStatus.waiting} AS status, NULL AS reason, NULL AS variantNo, count(*) AS count, ?5 ->> 0 AS language
  FROM mailing_recipients WHERE group_no = ?1 AND mailing_no = ?2 AND person_no > ?3 AND person_no <= ?4
    AND status = ${recipientStatus.waiting} AND ?6 IS NOT NULL
  UNION ALL
  SELECT status, reason, NULL, count(*), '' FROM mailing_recipients
  WHERE group_no = ?1 AND mailing_no = ?2 AND person_no > ?3 AND person_no <= ?4 AND status <> ${recipientStatus.waiting}
  GROUP BY 1, 2`;

function countsSql({ languages, variant }: Freezing): string {
  if (languages.length > 1) return COUNTS;
  return variant === "NULL" ? COUNTS_ALIKE : COUNTS_OF_ONE_LANGUAGE;
}

/** Who would be mailed and who left out, in a range: the same question as freezing, with nothing written. */
export async function estimateRange(
  { d1, groupNo }: GroupDb,
  {
    question,
    rivals,
    ...judging
  }: Judging & Pick<Freezing, "question" | "beyond" | "hasNoRow" | "isAlone" | "rivals">,
  after: number,
  upTo: number,
): Promise<{ counts: { reason: number | null; count: number }[]; ms: number }> {
  const { mailingNo, now, topicNo, weeklyMax } = judging;
  const own = reasonSql(judging);
  const asked = rivals && rivalsAsked(rivals, own.length + question.from.length);
  const reason = asked
    ? `coalesce(${own}, CASE WHEN ${asked.condition} THEN ${leftOutReasons.ranked} END)`
    : own;
  const { results, meta } = await d1
    .prepare(
      `WITH ${RECENT}${asked?.cte ?? ""} SELECT reason, count(*) AS count FROM (SELECT ${reason} AS reason ${question.from} LIMIT -1)
       WHERE ?5 IS NOT NULL AND ?8 IS NOT NULL GROUP BY reason`,
    )
    .bind(groupNo, after, upTo, question.json, mailingNo, now, topicNo, weeklyMax, ...(asked?.values ?? []))
    .run<{ reason: number | null; count: number }>();
  return { counts: results, ms: meta.duration };
}

/** Takes the rows of a send that was taken back, of a range, while the mailing is a draft. */
export async function thawRange(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  limit: number,
): Promise<{ deleted: number }> {
  const { meta } = await d1
    .prepare(
      `DELETE FROM mailing_recipients WHERE group_no = ?1 AND mailing_no = ?2 AND person_no IN (
         SELECT person_no FROM mailing_recipients WHERE group_no = ?1 AND mailing_no = ?2 LIMIT ?3)
       AND EXISTS (SELECT 1 FROM mailings WHERE group_no = ?1 AND mailing_no = ?2 AND status IN ('draft', 'waiting'))`,
    )
    .bind(groupNo, mailingNo, limit)
    .run();
  return { deleted: meta.changes };
}

export { RECENT, REFUSAL };

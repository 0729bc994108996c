import type { GroupDb } from "../groups/shard";
import { mailboxSql } from "../platform/mail/store-mailbox";

/** One value of JSON a statement: D1 makes an object of each row it gives. */
type Answer = { results: Record<string, unknown>[]; meta: { duration?: number } };

function msOf({ meta }: { meta: { duration?: number } }): number {
  return meta.duration ?? 0;
}

function timeOf(answers: readonly { meta: { duration?: number } }[]): { ms: number; longestMs: number } {
  const times = answers.map(msOf);
  return { ms: times.reduce((sum, ms) => sum + ms, 0), longestMs: Math.max(0, ...times) };
}

/** A row of `mailing_results`; see `tables.ts`. */
export type Kept = {
  tally: string | null;
  countedAt: number | null;
  tookMs: number;
  growing: string | null;
  beganAt: number | null;
  busyUntil: number;
};

/** What was counted of a mailing; null before the first count. */
export function selectKept({ d1, groupNo }: GroupDb, mailingNo: number): Promise<Kept | null> {
  return d1
    .prepare(
      `SELECT tally, counted_at AS countedAt, took_ms AS tookMs, growing, began_at AS beganAt, busy_until AS busyUntil
       FROM mailing_results WHERE group_no = ?1 AND mailing_no = ?2`,
    )
    .bind(groupNo, mailingNo)
    .first<Kept>();
}

/** Of some mailings, the key figures of their last whole counts, as JSON. */
export async function selectTotals(
  { d1, groupNo }: GroupDb,
  nos: readonly number[],
): Promise<{ no: number; totals: string }[]> {
  const { results } = await d1
    .prepare(
      `SELECT result.mailing_no AS no, result.totals FROM json_each(?2) AS asked
       CROSS JOIN mailing_results AS result ON result.group_no = ?1 AND result.mailing_no = asked.value
       WHERE result.totals IS NOT NULL`,
    )
    .bind(groupNo, JSON.stringify(nos))
    .run<{ no: number; totals: string }>();
  return results;
}

/** Takes a mailing's count for oneself until a moment. Gives the claim's number, or null while somebody else counts. */
export async function claimCount(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  { now, until }: { now: number; until: number },
): Promise<number | null> {
  const row = await d1
    .prepare(
      `INSERT INTO mailing_results (group_no, mailing_no, busy_until, revision) VALUES (?1, ?2, ?4, 1)
       ON CONFLICT (group_no, mailing_no) DO UPDATE SET busy_until = ?4, revision = revision + 1 WHERE busy_until <= ?3
       RETURNING revision`,
    )
    .bind(groupNo, mailingNo, now, until)
    .first<{ revision: number }>();
  return row?.revision ?? null;
}

/** Puts down a count that is not at its end, and lets the next one take it further. */
export async function saveGrowing(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  claim: number,
  { growing, beganAt, tookMs }: { growing: string; beganAt: number; tookMs: number },
): Promise<void> {
  await d1
    .prepare(
      `UPDATE mailing_results SET growing = ?4, began_at = ?5, took_ms = ?6, busy_until = 0
       WHERE group_no = ?1 AND mailing_no = ?2 AND revision = ?3`,
    )
    .bind(groupNo, mailingNo, claim, growing, beganAt, tookMs)
    .run();
}

/** Puts down a whole count. */
export async function saveWhole(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  claim: number,
  { tally, totals, beganAt, tookMs }: { tally: string; totals: string; beganAt: number; tookMs: number },
): Promise<void> {
  await d1
    .prepare(
      `UPDATE mailing_results SET tally = ?4, totals = ?5, counted_at = ?6, took_ms = ?7, growing = NULL, began_at = NULL, busy_until = 0
       WHERE group_no = ?1 AND mailing_no = ?2 AND revision = ?3`,
    )
    .bind(groupNo, mailingNo, claim, tally, totals, beganAt, tookMs)
    .run();
}

/** The lowest and the highest number among those a mailing is for; 0 for nobody. Two looks at the ends of a range. */
export async function endsOfRecipients(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
): Promise<{ lowest: number; highest: number }> {
  const end = (way: "ASC" | "DESC") =>
    `(SELECT person_no FROM mailing_recipients WHERE group_no = ?1 AND mailing_no = ?2 ORDER BY person_no ${way} LIMIT 1)`;
  const row = await d1
    .prepare(`SELECT coalesce(${end("ASC")}, 0) AS lowest, coalesce(${end("DESC")}, 0) AS highest`)
    .bind(groupNo, mailingNo)
    .first<{ lowest: number; highest: number }>();
  return row ?? { lowest: 0, highest: 0 };
}

// Of everybody in a range: `?3` is the number before it, `?4` the last within.
const RANGE = "r.group_no = ?1 AND r.mailing_no = ?2 AND r.person_no > ?3 AND r.person_no <= ?4";

// Flags are those of `mail_events`: 1 a machine opened it, 2 unsubscribed, 4 bounced, 8 complained, 16 held, 32 delivered. A
// departure says more than the flag: who chose a pause has not unsubscribed, nor who came back.
// Of whoever was merged since, the mailbox and the language are those of whom they turned out to be.
const CELLS = `
  SELECT json_group_array(json_array(json_array(variant, language, mailbox, status, reason),
    json_array(people, opened, machine, clicked, unsubscribed, bounced, held, complained))) AS cells,
    min(first_s) AS firstS, max(last_s) AS lastS
  FROM (
    SELECT coalesce(r.variant_no, 1) AS variant,
      CASE WHEN r.status <> 4 AND substr(coalesce(root.language, p.language), 1, 2) IN ('en', 'fr', 'es')
        THEN substr(coalesce(root.language, p.language), 1, 2) ELSE '' END AS language,
      CASE WHEN r.status = 4 THEN 0 ELSE ${mailboxSql("coalesce(p.email, root.email)")} END AS mailbox,
      r.status AS status, coalesce(r.reason, 0) AS reason, count(*) AS people,
      count(coalesce(e.opened_s, e.clicked_s)) AS opened,
      count(CASE WHEN coalesce(e.flags, 0) & 1 AND e.opened_s IS NULL AND e.clicked_s IS NULL THEN 1 END) AS machine,
      count(e.clicked_s) AS clicked,
      count(CASE WHEN CASE WHEN d.choice IS NULL THEN coalesce(e.flags, 0) & 2 ELSE d.choice = 1 AND d.back_s IS NULL END THEN 1 END) AS unsubscribed,
      count(CASE WHEN coalesce(e.flags, 0) & 4 THEN 1 END) AS bounced,
      count(CASE WHEN coalesce(e.flags, 0) & 52 = 16 AND e.opened_s IS NULL AND e.clicked_s IS NULL THEN 1 END) AS held,
      count(CASE WHEN coalesce(e.flags, 0) & 8 THEN 1 END) AS complained,
      min(CASE WHEN r.status = 3 THEN r.at_s END) AS first_s, max(CASE WHEN r.status = 3 THEN r.at_s END) AS last_s
    FROM mailing_recipients r
    LEFT JOIN mail_events e ON e.group_no = ?1 AND e.mailing_no = ?2 AND e.person_no = r.person_no
    LEFT JOIN departures d ON d.group_no = ?1 AND d.mailing_no = ?2 AND d.person_no = r.person_no
    LEFT JOIN people p ON p.group_no = ?1 AND p.person_no = r.person_no
    LEFT JOIN merged_people now ON now.group_no = ?1 AND now.person_no = iif(p.merged_into IS NULL, NULL, p.person_no)
    LEFT JOIN people root ON root.group_no = ?1 AND root.person_no = now.root_no
    WHERE ${RANGE} GROUP BY 1, 2, 3, 4, 5)`;

const hourOf = (what: number, column: string) => `
  SELECT ${what} AS what, min(max((e.${column} - r.at_s) / 3600, 0), ?5) AS hour, count(*) AS people
  FROM mail_events e CROSS JOIN mailing_recipients r ON r.group_no = ?1 AND r.mailing_no = ?2 AND r.person_no = e.person_no
  WHERE e.group_no = ?1 AND e.mailing_no = ?2 AND e.person_no > ?3 AND e.person_no <= ?4 AND e.${column} IS NOT NULL AND r.at_s IS NOT NULL
  GROUP BY 2`;
const HOURS = `SELECT json_group_array(json_array(json_array(what, hour), json_array(people))) AS hours
  FROM (${hourOf(0, "opened_s")} UNION ALL ${hourOf(1, "clicked_s")})`;

const DEPARTURES = `
  SELECT json_group_array(json_array(json_array(variant, choice, reason), json_array(people))) AS departures FROM (
    SELECT coalesce(variant_no, 1) AS variant, choice, coalesce(reason, '') AS reason, count(*) AS people FROM departures
    WHERE group_no = ?1 AND mailing_no = ?2 AND person_no > ?3 AND person_no <= ?4 AND back_s IS NULL GROUP BY 1, 2, 3)`;

export type RangeText = {
  cells: string;
  hours: string;
  departures: string;
  firstS: number | null;
  lastS: number | null;
  /** How long the statements held up the shard, together and the slowest. */
  ms: number;
  longestMs: number;
};

/** Counts the recipients whose numbers are in a range. */
export async function countRange(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  { after, upTo, hours }: { after: number; upTo: number; hours: number },
): Promise<RangeText> {
  const bound = [groupNo, mailingNo, after, upTo];
  const answers = await d1.batch<Record<string, unknown>>([
    d1.prepare(CELLS).bind(...bound),
    d1.prepare(HOURS).bind(...bound, hours),
    d1.prepare(DEPARTURES).bind(...bound),
  ]);
  const [cells, byHour, departures] = answers;
  const found = cells?.results[0];
  return {
    cells: textOf(cells, "cells"),
    hours: textOf(byHour, "hours"),
    departures: textOf(departures, "departures"),
    firstS: numberOf(found?.firstS),
    lastS: numberOf(found?.lastS),
    ...timeOf(answers),
  };
}

function textOf(answer: Answer | undefined, name: string): string {
  return String(answer?.results[0]?.[name] ?? "[]");
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

// A page of what an action took, in the order of ids: `?3` is the id before it, `?4` how many it may hold.
const PAGE = `(SELECT id, person_no, source, amount, currency, removal_no
  FROM participations INDEXED BY participations_by_action
  WHERE group_no = ?1 AND action_no = ?2 AND id > unhex(?3) ORDER BY id LIMIT ?4)`;
const EXTENT = `SELECT lower(hex(max(id))) AS last, count(*) AS seen FROM ${PAGE}`;
// Sources of a mailing read "m12-1": `?5` is "m12-", `?6` what sorts behind all of them.
const CREDITS = `
  SELECT json_group_array(json_array(json_array(?2, variant, currency), json_array(actions, amount, fresh))) AS credits FROM (
    SELECT CAST(substr(p.source, length(?5) + 1) AS INTEGER) AS variant, CASE WHEN p.amount IS NULL THEN '' ELSE coalesce(p.currency, '') END AS currency,
      count(*) AS actions, coalesce(sum(p.amount), 0) AS amount,
      count(CASE WHEN person.first_action_no = ?2 AND person.created_at >= ?7 THEN 1 END) AS fresh
    FROM ${PAGE} p LEFT JOIN people person ON person.group_no = ?1 AND person.person_no = p.person_no
    WHERE p.removal_no = 0 AND p.source >= ?5 AND p.source < ?6 GROUP BY 1, 2)`;

/** Counts what an action took by the links of a mailing, a page of everything it took at a time. */
export async function countCredits(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  { actionNo, after, limit, since }: { actionNo: number; after: string; limit: number; since: number },
): Promise<{ credits: string; last: string | null; seen: number; ms: number; longestMs: number }> {
  const bound = [groupNo, actionNo, after, limit];
  const [extent, credits] = await d1.batch<Record<string, unknown>>([
    d1.prepare(EXTENT).bind(...bound),
    d1.prepare(CREDITS).bind(...bound, `m${mailingNo}-`, `m${mailingNo}.`, since),
  ]);
  const found = extent?.results[0];
  return {
    credits: textOf(credits, "credits"),
    last: typeof found?.last === "string" ? found.last : null,
    seen: Number(found?.seen ?? 0),
    ...timeOf([extent, credits].flatMap((answer) => answer ?? [])),
  };
}

export type LinkRow = { no: number; url: string; actionNo: number | null };

/** The links of a mailing in the order of their numbers. */
export async function selectLinks({ d1, groupNo }: GroupDb, mailingNo: number): Promise<LinkRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT link_no AS no, url, action_no AS actionNo FROM mailing_links
       WHERE group_no = ?1 AND mailing_no = ?2 ORDER BY link_no`,
    )
    .bind(groupNo, mailingNo)
    .run<LinkRow>();
  return results;
}

/** How many people followed one link. By link first: a range of its own. */
export async function countLink(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  linkNo: number,
): Promise<{ people: number; ms: number }> {
  const answer = await d1
    .prepare(
      "SELECT count(*) AS people FROM mail_clicks WHERE group_no = ?1 AND mailing_no = ?2 AND link_no = ?3",
    )
    .bind(groupNo, mailingNo, linkNo)
    .run<{ people: number }>();
  return { people: answer.results[0]?.people ?? 0, ms: msOf(answer) };
}

/** Every click of each link, and every opening and click by the hour, as the readers' objects count them. Some hundred rows. */
export async function selectRaw(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
): Promise<{
  links: { no: number; clicks: number; machineClicks: number }[];
  raw: { opens: number; machineOpens: number; clicks: number; machineClicks: number };
}> {
  const [links, raw] = await d1.batch<Record<string, unknown>>([
    d1
      .prepare(
        `SELECT link_no AS no, sum(clicks) AS clicks, sum(machine_clicks) AS machineClicks FROM mail_link_counts
         WHERE group_no = ?1 AND mailing_no = ?2 GROUP BY link_no`,
      )
      .bind(groupNo, mailingNo),
    d1
      .prepare(
        `SELECT sum(opens) AS opens, sum(machine_opens) AS machineOpens, sum(clicks) AS clicks, sum(machine_clicks) AS machineClicks
         FROM mail_hours WHERE group_no = ?1 AND mailing_no = ?2`,
      )
      .bind(groupNo, mailingNo),
  ]);
  const sums = raw?.results[0];
  const count = (row: Record<string, unknown> | undefined, name: string) => Number(row?.[name] ?? 0);
  return {
    links: (links?.results ?? []).map((row) => ({
      no: count(row, "no"),
      clicks: count(row, "clicks"),
      machineClicks: count(row, "machineClicks"),
    })),
    raw: {
      opens: count(sums, "opens"),
      machineOpens: count(sums, "machineOpens"),
      clicks: count(sums, "clicks"),
      machineClicks: count(sums, "machineClicks"),
    },
  };
}

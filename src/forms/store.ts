import { and, eq } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import { formResults } from "./tables";

/** How the answers to a question are counted: each by itself, days by their month, texts only by how many there are. */
export type Way = "each" | "month" | "none";

export type TallyRow = { question: string; answer: string; count: number; people: number };
export type TallyPage = {
  rows: TallyRow[];
  /** Participations that count and lie in the window; and how many were read, to tell whether there are more. */
  counted: number;
  read: number;
  last: string | null;
};

export type Window = { from?: number | undefined; to?: number | undefined };

const PAGE = `(SELECT id, answer, removal_no = 0 AND acted_at >= ?5 AND acted_at < ?6 AS is_counted
  FROM participations INDEXED BY participations_by_action
  WHERE group_no = ?1 AND action_no = ?2 AND id > unhex(?3) ORDER BY id LIMIT ?4)`;

// One answer is read as a list of one, so that the first of each list tells how many people answered. The order of the joins is
// forced, as everywhere with json_each.
const TALLY = `
  SELECT question, answer, count(*) AS count, sum(is_first) AS people FROM (
    SELECT q.key AS question, a.key = 0 AS is_first,
      CASE q.value WHEN 'each' THEN a.value WHEN 'month' THEN substr(a.value, 1, 7) ELSE '' END AS answer
    FROM ${PAGE} p
    CROSS JOIN json_each(?7) q
    CROSS JOIN json_each(CASE json_type(p.answer, '$.answers.' || q.key)
      WHEN 'array' THEN p.answer -> ('$.answers.' || q.key)
      WHEN 'text' THEN json_array(p.answer ->> ('$.answers.' || q.key))
      ELSE '[]' END) a
    WHERE p.is_counted)
  GROUP BY 1, 2`;

const EXTENT = `SELECT hex(max(id)) AS last, count(*) AS seen, coalesce(sum(is_counted), 0) AS counted FROM ${PAGE}`;

/** Counts the answers of at most `limit` participations after one, in the order they were made. */
export async function tallyPage(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  ways: Record<string, Way>,
  page: { after: string; limit: number; window: Window },
): Promise<TallyPage> {
  const { after, limit, window } = page;
  const bound = [groupNo, actionNo, after, limit, window.from ?? 0, window.to ?? Number.MAX_SAFE_INTEGER];
  const [extent, tally] = await d1.batch<Record<string, string | number>>([
    d1.prepare(EXTENT).bind(...bound),
    d1.prepare(TALLY).bind(...bound, JSON.stringify(ways)),
  ]);
  const [seen] = extent?.results ?? [];
  return {
    rows: (tally?.results ?? []).map(({ question, answer, count, people }) => ({
      question: String(question),
      answer: String(answer),
      count: Number(count),
      people: Number(people),
    })),
    counted: Number(seen?.counted ?? 0),
    read: Number(seen?.seen ?? 0),
    last: seen?.last ? String(seen.last) : null,
  };
}

/** What the last people to answer said, newest first: the answers of each, as JSON text. */
export async function latestAnswers(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  window: Window,
  limit: number,
): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT answer -> '$.answers' AS answers FROM participations INDEXED BY participations_by_action
       WHERE group_no = ?1 AND action_no = ?2 AND removal_no = 0 AND acted_at >= ?3 AND acted_at < ?4
         AND answer -> '$.answers' IS NOT NULL
       ORDER BY id DESC LIMIT ?5`,
    )
    .bind(groupNo, actionNo, window.from ?? 0, window.to ?? Number.MAX_SAFE_INTEGER, limit)
    .all<{ answers: string }>();
  return results.map(({ answers }) => answers);
}

export async function selectResults(
  { groupNo, db }: GroupDb,
  actionNo: number,
): Promise<{ asked: string; results: unknown; countedAt: number } | null> {
  const [row] = await db
    .select({ asked: formResults.asked, results: formResults.results, countedAt: formResults.countedAt })
    .from(formResults)
    .where(and(eq(formResults.groupNo, groupNo), eq(formResults.actionNo, actionNo)));
  return row ?? null;
}

/** Of two counts the later stays. */
export async function saveResults(
  { groupNo, d1 }: GroupDb,
  actionNo: number,
  kept: { asked: string; results: unknown; countedAt: number },
): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO form_results (group_no, action_no, asked, results, counted_at) VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT (group_no, action_no) DO UPDATE SET asked = excluded.asked, results = excluded.results, counted_at = excluded.counted_at
       WHERE excluded.counted_at >= form_results.counted_at`,
    )
    .bind(groupNo, actionNo, kept.asked, JSON.stringify(kept.results), kept.countedAt)
    .run();
}

import type { GroupDb } from "../groups/shard";
import { idFromHex } from "../platform/ids";

/** A series as lists of mailings name it. */
export type SeriesName = { no: number; id: string; name: string };

const NAME = "coalesce(nullif(pattern.internal_title, ''), pattern.subject)";

/** A group's series, those that run first. */
export async function selectSeriesNames({ groupNo, d1 }: GroupDb, limit: number): Promise<SeriesName[]> {
  const { results } = await d1
    .prepare(
      `SELECT s.series_no AS no, hex(s.id) AS id, ${NAME} AS name FROM mail_series AS s
       CROSS JOIN mailings AS pattern ON pattern.group_no = ?1 AND pattern.mailing_no = s.mailing_no
       WHERE s.group_no = ?1 ORDER BY s.status IN ('stopped', 'ended'), s.series_no DESC LIMIT ?2`,
    )
    .bind(groupNo, limit)
    .run<SeriesName>();
  return results.map((each) => ({ ...each, id: idFromHex(each.id) }));
}

/** Of some mailings, by number, those that are runs: of which series, and the how manieth. */
export async function selectRunsAmong(
  { groupNo, d1 }: GroupDb,
  nos: readonly number[],
): Promise<Map<number, { seriesNo: number; nth: number }>> {
  const { results } = await d1
    .prepare(
      `SELECT run.mailing_no AS no, run.series_no AS seriesNo, run.nth FROM json_each(?2) AS asked
       CROSS JOIN mail_series_runs AS run ON run.group_no = ?1 AND run.mailing_no = asked.value`,
    )
    .bind(groupNo, JSON.stringify(nos))
    .run<{ no: number; seriesNo: number; nth: number }>();
  return new Map(results.map(({ no, ...run }) => [no, run]));
}

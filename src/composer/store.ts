import type { GroupDb } from "../groups/shard";

/** Which of some mailings, by number, have a test that is over and wait for somebody to choose a version. */
export async function selectUnchosen({ groupNo, d1 }: GroupDb, nos: readonly number[]): Promise<Set<number>> {
  const { results } = await d1
    .prepare(
      `SELECT mailing.mailing_no AS no FROM json_each(?2) AS asked
       CROSS JOIN mailings AS mailing ON mailing.group_no = ?1 AND mailing.mailing_no = asked.value
       WHERE mailing.status = 'sending' AND mailing.verdict IS NOT NULL AND mailing.winner_no IS NULL`,
    )
    .bind(groupNo, JSON.stringify(nos))
    .run<{ no: number }>();
  return new Set(results.map(({ no }) => no));
}

/** Of some mailings, by number: to how many it went and how many of them clicked, as they were last counted. */
export async function selectClicked(
  { groupNo, d1 }: GroupDb,
  nos: readonly number[],
): Promise<Map<number, { sent: number; clicked: number }>> {
  const { results } = await d1
    .prepare(
      `SELECT result.mailing_no AS no, result.totals ->> 'sent' AS sent, result.totals ->> 'clicked' AS clicked
       FROM json_each(?2) AS asked CROSS JOIN mailing_results AS result ON result.group_no = ?1 AND result.mailing_no = asked.value
       WHERE result.totals IS NOT NULL`,
    )
    .bind(groupNo, JSON.stringify(nos))
    .run<{ no: number; sent: number; clicked: number }>();
  return new Map(results.map(({ no, ...counted }) => [no, counted]));
}

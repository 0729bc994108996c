import type { GroupDb } from "../groups/shard";
import { numbersOf, rootOf } from "../people/merge";
import { idToHex, type ParticipationId } from "../platform/ids";
import { type Outcome, outcomes } from "./types";

/* A call stays under the number its caller had, whoever they turn out to be; their participation moves (docs/decisions/0039). */

const TARGETS_SHOWN_MAX = 500;

const OUTCOME_NO = `CASE p.answer ->> '$.own.a' ${outcomes.map((outcome, at) => `WHEN '${outcome}' THEN ${at + 1}`).join(" ")} END`;

// The joins are forced (CROSS) to start at the few participations asked for.
const REPORTED = `
  FROM json_each(?3) w
  CROSS JOIN participations p ON p.group_no = ?1 AND p.action_no = ?2 AND p.id = unhex(w.value) AND p.removal_no = 0
  WHERE ${OUTCOME_NO} IS NOT NULL`;

const IS_KEPT = `EXISTS (SELECT 1 FROM calls c WHERE c.group_no = ?1 AND c.action_no = ?2 AND c.target = p.answer ->> '$.own.k'
  AND c.outcome = ${OUTCOME_NO} AND c.person_no IN (${numbersOf("p.person_no")}) AND c.nth = p.nth)`;

const KEEP_TARGETS = `
  INSERT INTO call_targets (group_no, action_no, target, name, office)
  SELECT DISTINCT ?1, ?2, p.answer ->> '$.own.k', p.answer ->> '$.own.n', p.answer ->> '$.own.o' ${REPORTED}
  ON CONFLICT (group_no, action_no, target) DO UPDATE SET name = excluded.name, office = excluded.office`;

const KEEP_CALLS = `
  INSERT INTO calls (group_no, action_no, target, outcome, person_no, nth)
  SELECT ?1, ?2, p.answer ->> '$.own.k', ${OUTCOME_NO}, p.person_no, p.nth ${REPORTED} AND NOT ${IS_KEPT}
  ON CONFLICT DO NOTHING`;

/** Writes down the calls of these participations, in one transaction; those that stand already stay. */
export async function keepCalls(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  ids: readonly ParticipationId[],
): Promise<void> {
  const page = JSON.stringify(ids.map(idToHex));
  await d1.batch([
    d1.prepare(KEEP_TARGETS).bind(groupNo, actionNo, page),
    d1.prepare(KEEP_CALLS).bind(groupNo, actionNo, page),
  ]);
}

/** Ids (32 hexadecimal digits) of a window's participations whose call was not written down. */
export async function callsMissing(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  { fromHex, untilHex, limit }: { fromHex: string; untilHex: string; limit: number },
): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT lower(hex(p.id)) AS id FROM participations p
       WHERE p.group_no = ?1 AND p.action_no = ?2 AND p.id > unhex(?3) AND p.id <= unhex(?4) AND p.removal_no = 0
         AND ${OUTCOME_NO} IS NOT NULL
         AND NOT ${IS_KEPT}
       ORDER BY p.id LIMIT ?5`,
    )
    .bind(groupNo, actionNo, fromHex, untilHex, limit)
    .run<{ id: string }>();
  return results.map(({ id }) => id);
}

export type TargetCalls = {
  target: string;
  name: string;
  office: string;
  counts: Partial<Record<Outcome, number>>;
};

const COUNT = `
  SELECT t.target, t.name, t.office, c.outcome, c.n
  FROM (SELECT target, outcome, count(*) AS n, sum(count(*)) OVER (PARTITION BY target) AS total FROM calls
        WHERE group_no = ?1 AND action_no = ?2 AND NOT EXISTS (
          SELECT 1 FROM participations p WHERE p.group_no = ?1 AND p.person_no = ${rootOf("calls.person_no")} AND p.action_no = ?2
            AND p.nth = calls.nth AND p.removal_no > 0)
        GROUP BY target, outcome) c
  CROSS JOIN call_targets t ON t.group_no = ?1 AND t.action_no = ?2 AND t.target = c.target
  ORDER BY c.total DESC, t.target LIMIT ?3`;

/** Whom people called and how the calls ended, the most called first. */
export async function callsByTarget({ d1, groupNo }: GroupDb, actionNo: number): Promise<TargetCalls[]> {
  const { results } = await d1
    .prepare(COUNT)
    .bind(groupNo, actionNo, TARGETS_SHOWN_MAX * outcomes.length)
    .run<{ target: string; name: string; office: string; outcome: number; n: number }>();
  const byTarget = new Map<string, TargetCalls>();
  for (const { outcome, n, ...target } of results) {
    const known = byTarget.get(target.target) ?? { ...target, counts: {} };
    const ended = outcomes[outcome - 1];
    if (ended) known.counts[ended] = n;
    byTarget.set(target.target, known);
  }
  return [...byTarget.values()].slice(0, TARGETS_SHOWN_MAX);
}

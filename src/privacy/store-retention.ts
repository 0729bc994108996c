import type { GroupDb } from "../groups/shard";
import { subscriptionStates } from "../payments/types";
import { existsUnderNumbers } from "../people/merge";
import { subscriptionStatus } from "../people/types";
import { type ActionId, idFromBytes } from "../platform/ids";
import { ownChanges } from "../platform/own-changes";
import type { RetentionRule } from "./types";

/** People whose rows one statement looks at. */
export const RANGE = 5_000;

export type RuleRow = {
  rule: RetentionRule;
  months: number;
  isOn: boolean;
  alsoSubscribed: boolean;
  lastAt: number | null;
  lastCount: number | null;
};

export async function selectRules({ groupNo, d1 }: GroupDb): Promise<RuleRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT rule, months, is_on AS isOn, options ->> '$.alsoSubscribed' AS alsoSubscribed, last_at AS lastAt, last_count AS lastCount
       FROM retention_rules WHERE group_no = ?1`,
    )
    .bind(groupNo)
    .all<Omit<RuleRow, "isOn" | "alsoSubscribed"> & { isOn: number; alsoSubscribed: number | null }>();
  return results.map((row) => ({ ...row, isOn: row.isOn === 1, alsoSubscribed: row.alsoSubscribed === 1 }));
}

export async function upsertRule(
  { groupNo, d1 }: GroupDb,
  rule: Pick<RuleRow, "rule" | "months" | "isOn" | "alsoSubscribed">,
  by: number,
  now: number,
): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO retention_rules (group_no, rule, months, is_on, options, saved_by, saved_at)
       VALUES (?1, ?2, ?3, ?4, json_object('alsoSubscribed', ?5), ?6, ?7)
       ON CONFLICT (group_no, rule) DO UPDATE SET months = excluded.months, is_on = excluded.is_on, options = excluded.options,
         saved_by = excluded.saved_by, saved_at = excluded.saved_at`,
    )
    .bind(groupNo, rule.rule, rule.months, rule.isOn ? 1 : 0, rule.alsoSubscribed ? 1 : 0, by, now)
    .run();
}

export function appliedStatement(
  { groupNo, d1 }: GroupDb,
  rule: RetentionRule,
  count: number,
  now: number,
): D1PreparedStatement {
  return d1
    .prepare("UPDATE retention_rules SET last_at = ?3, last_count = ?4 WHERE group_no = ?1 AND rule = ?2")
    .bind(groupNo, rule, now, count);
}

const HAS_READ = existsUnderNumbers(
  "p.person_no",
  (no) =>
    `SELECT 1 FROM mail_readers r WHERE r.group_no = ?1 AND r.person_no = ${no} AND max(coalesce(r.opened_s, 0), coalesce(r.clicked_s, 0)) >= ?4 / 1000`,
);

// Whoever acted, agreed, read or was touched by the group since then is not forgotten, nor whoever still gives.
const IDLE = `p.group_no = ?1 AND p.person_no > ?2 AND p.person_no <= ?3 AND p.erased_at IS NULL AND p.merged_into IS NULL
  AND p.created_at < ?4 AND coalesce(p.email_status_at, 0) < ?4 AND coalesce(p.mobile_status_at, 0) < ?4
  AND (?5 = 1 OR (p.email_status <> ${subscriptionStatus.subscribed} AND p.mobile_status <> ${subscriptionStatus.subscribed}))
  AND NOT EXISTS (SELECT 1 FROM participations a WHERE a.group_no = ?1 AND a.person_no = p.person_no AND max(a.acted_at, a.revised_at) >= ?4)
  AND NOT EXISTS (SELECT 1 FROM consent_events c WHERE c.group_no = ?1 AND c.person_no = p.person_no AND c.acted_at >= ?4)
  AND NOT EXISTS (SELECT 1 FROM person_edits e WHERE e.group_no = ?1 AND e.person_no = p.person_no AND e.edited_at >= ?4)
  AND NOT ${HAS_READ}
  AND NOT EXISTS (SELECT 1 FROM participations g CROSS JOIN subscriptions s ON s.group_no = ?1 AND s.id = g.id
    WHERE g.group_no = ?1 AND g.person_no = p.person_no AND g.amount IS NOT NULL AND s.state <> ${subscriptionStates.ended})`;

export type Range = { from: number; to: number; before: number; alsoSubscribed: boolean };

/** Those of a range of people who have done nothing since a moment, with a limit. */
export async function selectIdle({ groupNo, d1 }: GroupDb, range: Range, limit: number): Promise<number[]> {
  const { results } = await d1
    .prepare(`SELECT p.person_no AS no FROM people p WHERE ${IDLE} ORDER BY p.person_no LIMIT ?6`)
    .bind(groupNo, range.from, range.to, range.before, range.alsoSubscribed ? 1 : 0, limit)
    .all<{ no: number }>();
  return results.map(({ no }) => no);
}

export async function countIdle({ groupNo, d1 }: GroupDb, range: Range): Promise<number> {
  const row = await d1
    .prepare(`SELECT count(*) AS n FROM people p WHERE ${IDLE}`)
    .bind(groupNo, range.from, range.to, range.before, range.alsoSubscribed ? 1 : 0)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

const OLD = {
  referrers: { set: "referrer = NULL", where: "referrer IS NOT NULL" },
  answers: {
    set: "answer = json_remove(answer, '$.answers')",
    where: "answer -> '$.answers' IS NOT NULL",
  },
} as const;

const OLD_ROWS = "group_no = ?1 AND person_no > ?2 AND person_no <= ?3 AND max(acted_at, revised_at) < ?4";

/** Drops a part of the old participations of a range of people. Gives how many had it. */
export async function dropOld(
  { groupNo, d1 }: GroupDb,
  part: keyof typeof OLD,
  range: Omit<Range, "alsoSubscribed">,
): Promise<number> {
  return ownChanges(
    d1,
    d1
      .prepare(`UPDATE participations SET ${OLD[part].set} WHERE ${OLD_ROWS} AND ${OLD[part].where}`)
      .bind(groupNo, range.from, range.to, range.before),
  );
}

export async function countOld(
  { groupNo, d1 }: GroupDb,
  part: keyof typeof OLD,
  range: Omit<Range, "alsoSubscribed">,
): Promise<number> {
  const row = await d1
    .prepare(`SELECT count(*) AS n FROM participations WHERE ${OLD_ROWS} AND ${OLD[part].where}`)
    .bind(groupNo, range.from, range.to, range.before)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** The actions in which somebody has taken part, with what their objects must be told. */
export async function selectActionsOf(
  { groupNo, d1 }: GroupDb,
  personNos: readonly number[],
): Promise<{ personNo: number; no: number; id: ActionId; kind: string; isShown: boolean }[]> {
  const { results } = await d1
    .prepare(
      `SELECT p.person_no AS personNo, a.action_no AS no, a.id, a.kind, max(p.comment_status = 2) AS isShown
       FROM json_each(?2) j CROSS JOIN participations p ON p.group_no = ?1 AND p.person_no = j.value
       CROSS JOIN actions a ON a.group_no = ?1 AND a.action_no = p.action_no GROUP BY 1, 2`,
    )
    .bind(groupNo, JSON.stringify(personNos))
    .all<{ personNo: number; no: number; id: ArrayBuffer; kind: string; isShown: number }>();
  return results.map((row) => ({ ...row, id: idFromBytes<ActionId>(row.id), isShown: row.isShown === 1 }));
}

import type { GroupDb } from "../groups/shard";
import { DELIVERIES_KEPT, type Outcome, PAYLOADS_KEPT, type Reason } from "./types";

export type DeliveryRow = { no: number; at: number; outcome: Outcome; reason: string };
export type PayloadRow = { no: number; at: number; body: string };

/** Notes a delivery, keeps its payload where there is one, and lets go of those that are too many. */
export async function insertDelivery(
  { d1, groupNo }: GroupDb,
  hookNo: number,
  delivery: { at: number; outcome: Outcome; reason: Reason; email: string | null; body: string | null },
): Promise<void> {
  const { at, outcome, reason, email, body } = delivery;
  const newest = "(SELECT max(delivery_no) FROM hook_deliveries WHERE group_no = ?1 AND hook_no = ?2)";
  await d1.batch([
    d1
      .prepare(
        `INSERT INTO hook_deliveries (group_no, hook_no, delivery_no, at, outcome, reason)
         VALUES (?1, ?2, coalesce(${newest}, 0) + 1, ?3, ?4, ?5)`,
      )
      .bind(groupNo, hookNo, at, outcome, JSON.stringify(reason)),
    d1
      .prepare(
        `INSERT INTO hook_payloads (group_no, hook_no, delivery_no, at, email, body)
         SELECT ?1, ?2, ${newest}, ?3, ?4, ?5 WHERE ?5 IS NOT NULL`,
      )
      .bind(groupNo, hookNo, at, email, body),
    d1
      .prepare(
        `DELETE FROM hook_payloads WHERE group_no = ?1 AND hook_no = ?2 AND delivery_no <= (
           SELECT delivery_no FROM hook_payloads WHERE group_no = ?1 AND hook_no = ?2 ORDER BY delivery_no DESC LIMIT 1 OFFSET ${PAYLOADS_KEPT})`,
      )
      .bind(groupNo, hookNo),
    d1
      .prepare(
        `DELETE FROM hook_deliveries WHERE group_no = ?1 AND hook_no = ?2 AND delivery_no <= ${newest} - ${DELIVERIES_KEPT}`,
      )
      .bind(groupNo, hookNo),
    d1
      .prepare(
        `UPDATE hooks SET received_count = received_count + 1, last_at = ?3, accepted_count = accepted_count + (?4 = 'accepted'),
           refused_count = refused_count + (?4 = 'refused') WHERE group_no = ?1 AND hook_no = ?2`,
      )
      .bind(groupNo, hookNo, at, outcome),
  ]);
}

export async function selectDeliveries(
  { d1, groupNo }: GroupDb,
  hookNo: number,
  limit: number,
): Promise<DeliveryRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT delivery_no AS no, at, outcome, reason FROM hook_deliveries WHERE group_no = ?1 AND hook_no = ?2
       ORDER BY delivery_no DESC LIMIT ?3`,
    )
    .bind(groupNo, hookNo, limit)
    .all<DeliveryRow>();
  return results;
}

export async function selectPayloads(
  { d1, groupNo }: GroupDb,
  hookNo: number,
  since: number,
): Promise<PayloadRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT delivery_no AS no, at, body FROM hook_payloads WHERE group_no = ?1 AND hook_no = ?2 AND at > ?3
       ORDER BY delivery_no DESC LIMIT ${PAYLOADS_KEPT}`,
    )
    .bind(groupNo, hookNo, since)
    .all<PayloadRow>();
  return results;
}

/** What is kept for no more than its time, of every group of a shard. */
export async function forgetOld(
  d1: D1Database,
  { payloadsBefore, now }: { payloadsBefore: number; now: number },
): Promise<void> {
  await d1.batch([
    d1.prepare("DELETE FROM hook_payloads WHERE at < ?1").bind(payloadsBefore),
    d1.prepare("DELETE FROM hook_seen WHERE until < ?1").bind(now),
  ]);
}

/**
 * Begins with a delivery unless the same was there before. One that was begun and not ended is taken up again after a while.
 * @returns mine: go on. done: it is stored. busy: somebody else is at it.
 */
export async function claim(
  { d1, groupNo }: GroupDb,
  hookNo: number,
  hash: Uint8Array,
  { now, claimMs }: { now: number; claimMs: number },
): Promise<"mine" | "done" | "busy"> {
  const { results } = await d1
    .prepare(
      `INSERT INTO hook_seen (group_no, hook_no, hash, is_done, until) VALUES (?1, ?2, ?3, 0, ?5)
       ON CONFLICT (group_no, hook_no, hash) DO UPDATE SET is_done = 0, until = excluded.until WHERE hook_seen.until < ?4
       RETURNING 1 AS mine`,
    )
    .bind(groupNo, hookNo, hash, now, now + claimMs)
    .run<{ mine: number }>();
  if (results.length > 0) return "mine";
  const row = await d1
    .prepare("SELECT is_done AS isDone FROM hook_seen WHERE group_no = ?1 AND hook_no = ?2 AND hash = ?3")
    .bind(groupNo, hookNo, hash)
    .first<{ isDone: number }>();
  return row?.isDone === 1 ? "done" : "busy";
}

/** It is stored: the same within `until` is a repeat. */
export async function settleClaim(
  { d1, groupNo }: GroupDb,
  hookNo: number,
  hash: Uint8Array,
  until: number,
): Promise<void> {
  await d1
    .prepare(
      "UPDATE hook_seen SET is_done = 1, until = ?4 WHERE group_no = ?1 AND hook_no = ?2 AND hash = ?3",
    )
    .bind(groupNo, hookNo, hash, until)
    .run();
}

/** It is not stored: the same may come again. */
export async function dropClaim({ d1, groupNo }: GroupDb, hookNo: number, hash: Uint8Array): Promise<void> {
  await d1
    .prepare("DELETE FROM hook_seen WHERE group_no = ?1 AND hook_no = ?2 AND hash = ?3 AND is_done = 0")
    .bind(groupNo, hookNo, hash)
    .run();
}

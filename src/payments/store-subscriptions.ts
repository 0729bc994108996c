import type { GroupDb } from "../groups/shard";
import { idFromBytes, idToBytes } from "../platform/ids";
import { type Interval, intervals } from "../platform/payments/types";
import {
  PAYMENTS_PAGE_SIZE,
  type PaymentId,
  type SubscriptionRow,
  type SubscriptionState,
  subscriptionStates,
} from "./types";

type Stored = {
  id: ArrayBuffer;
  action_no: number;
  provider: string;
  account: string;
  ref: string;
  amount: number;
  fee_cover: number;
  currency: string;
  interval: string;
  state: number;
  next_at: number | null;
  order: string;
  participation: string;
  created_at: number;
  read_at: number;
};

const COLUMNS = `id, action_no, provider, account, ref, amount, fee_cover, currency, interval, state, next_at, "order",
  participation, created_at, read_at`;

function rowOf(row: Stored): SubscriptionRow {
  return {
    id: idFromBytes<PaymentId>(row.id),
    actionNo: row.action_no,
    provider: row.provider,
    account: row.account,
    ref: row.ref,
    amount: row.amount,
    feeCover: row.fee_cover,
    currency: row.currency,
    interval: intervalOf(row.interval),
    state: stateOf(row.state),
    nextAt: row.next_at,
    order: JSON.parse(row.order),
    participation: JSON.parse(row.participation),
    createdAt: row.created_at,
    readAt: row.read_at,
  };
}

function intervalOf(text: string): Interval {
  return intervals.find((interval) => interval === text) ?? "month";
}

function stateOf(value: number): SubscriptionState {
  const names: SubscriptionState[] = ["waiting", "active", "past_due", "paused", "ended"];
  return names.find((name) => subscriptionStates[name] === value) ?? "ended";
}

export async function insertSubscription(
  { d1, groupNo }: GroupDb,
  row: Omit<SubscriptionRow, "readAt">,
): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO subscriptions (group_no, id, action_no, provider, account, ref, amount, fee_cover, currency, interval, state,
         next_at, "order", participation, created_at, read_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, 0) ON CONFLICT DO NOTHING`,
    )
    .bind(
      ...[groupNo, idToBytes(row.id), row.actionNo, row.provider, row.account, row.ref, row.amount],
      ...[row.feeCover, row.currency, row.interval, subscriptionStates[row.state], row.nextAt],
      ...[JSON.stringify(row.order), JSON.stringify(row.participation), row.createdAt],
    )
    .run();
}

export async function subscriptionById(
  { d1, groupNo }: GroupDb,
  id: PaymentId,
): Promise<SubscriptionRow | null> {
  const row = await d1
    .prepare(`SELECT ${COLUMNS} FROM subscriptions WHERE group_no = ?1 AND id = ?2`)
    .bind(groupNo, idToBytes(id))
    .first<Stored>();
  return row && rowOf(row);
}

export async function subscriptionByRef(
  { d1, groupNo }: GroupDb,
  provider: string,
  ref: string,
): Promise<SubscriptionRow | null> {
  const row = await d1
    .prepare(`SELECT ${COLUMNS} FROM subscriptions WHERE group_no = ?1 AND provider = ?2 AND ref = ?3`)
    .bind(groupNo, provider, ref)
    .first<Stored>();
  return row && rowOf(row);
}

/** What the provider said when it was asked at `readAt`; an answer to an earlier question changes nothing. */
export async function updateSubscription(
  { d1, groupNo }: GroupDb,
  id: PaymentId,
  said: Pick<SubscriptionRow, "amount" | "feeCover" | "state" | "nextAt" | "readAt">,
): Promise<void> {
  await d1
    .prepare(
      `UPDATE subscriptions SET amount = ?3, fee_cover = ?4, state = ?5, next_at = ?6, read_at = ?7
       WHERE group_no = ?1 AND id = ?2 AND read_at <= ?7`,
    )
    .bind(
      ...[groupNo, idToBytes(id), said.amount, said.feeCover],
      ...[subscriptionStates[said.state], said.nextAt, said.readAt],
    )
    .run();
}

type Held = SubscriptionRow & { heldAt: number | null };

/** Regular gifts that money is taken of. One that its giver has paused stays as it is, whatever becomes of the group. */
export function giftsToHold(db: GroupDb, provider: string, limit: number): Promise<Held[]> {
  const { waiting, active, past_due } = subscriptionStates;
  return heldWhere(db, provider, `state IN (${waiting}, ${active}, ${past_due}) AND held_at IS NULL`, limit);
}

/** Regular gifts that were paused because the group was suspended. */
export function giftsToRelease(db: GroupDb, provider: string, limit: number): Promise<Held[]> {
  return heldWhere(db, provider, "held_at IS NOT NULL", limit);
}

async function heldWhere(
  { d1, groupNo }: GroupDb,
  provider: string,
  where: string,
  limit: number,
): Promise<Held[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS}, held_at FROM subscriptions WHERE group_no = ?1 AND provider = ?2 AND ${where} ORDER BY id LIMIT ?3`,
    )
    .bind(groupNo, provider, limit)
    .all<Stored & { held_at: number | null }>();
  return results.map((row) => ({ ...rowOf(row), heldAt: row.held_at }));
}

export async function setHeld(
  { d1, groupNo }: GroupDb,
  id: PaymentId,
  { heldAt, state }: { heldAt: number | null; state: SubscriptionState },
): Promise<void> {
  await d1
    .prepare("UPDATE subscriptions SET held_at = ?3, state = ?4 WHERE group_no = ?1 AND id = ?2")
    .bind(groupNo, idToBytes(id), heldAt, subscriptionStates[state])
    .run();
}

/** The regular gifts of an action that are not ended, newest first. */
export async function listSubscriptions(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  { before, limit = PAYMENTS_PAGE_SIZE }: { before?: PaymentId | undefined; limit?: number } = {},
): Promise<SubscriptionRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM subscriptions WHERE group_no = ?1 AND action_no = ?2 AND id < ?3 AND state <> 4
       ORDER BY id DESC LIMIT ?4`,
    )
    .bind(groupNo, actionNo, before ? idToBytes(before) : new Uint8Array(16).fill(255), limit)
    .all<Stored>();
  return results.map(rowOf);
}

import type { GroupDb } from "../groups/shard";
import { idFromBytes, idToBytes } from "../platform/ids";
import type { Interval } from "../platform/payments/types";
import {
  PAYMENTS_PAGE_SIZE,
  type PaymentId,
  type PaymentRow,
  type PaymentState,
  paymentStates,
} from "./types";

type Stored = {
  id: ArrayBuffer;
  action_no: number;
  provider: string;
  account: string;
  session: string | null;
  ref: string | null;
  subscription_id: ArrayBuffer | null;
  amount: number;
  fee_cover: number;
  currency: string;
  interval: string;
  state: number;
  order: string;
  participation: string | null;
  created_at: number;
  paid_at: number | null;
  settled_at: number | null;
};

const COLUMNS = `id, action_no, provider, account, session, ref, subscription_id, amount, fee_cover, currency, interval, state,
  "order", participation, created_at, paid_at, settled_at`;

function rowOf(row: Stored): PaymentRow {
  return {
    id: idFromBytes<PaymentId>(row.id),
    actionNo: row.action_no,
    provider: row.provider,
    account: row.account,
    session: row.session,
    ref: row.ref,
    subscriptionId: row.subscription_id && idFromBytes<PaymentId>(row.subscription_id),
    amount: row.amount,
    feeCover: row.fee_cover,
    currency: row.currency,
    interval: row.interval,
    state: stateOf(row.state),
    order: JSON.parse(row.order),
    participation: row.participation === null ? null : JSON.parse(row.participation),
    createdAt: row.created_at,
    paidAt: row.paid_at,
    settledAt: row.settled_at,
  };
}

function stateOf(value: number): PaymentState {
  const names: PaymentState[] = ["open", "processing", "failed", "paid"];
  return names.find((name) => paymentStates[name] === value) ?? "open";
}

export type NewPayment = Pick<
  PaymentRow,
  "id" | "actionNo" | "provider" | "account" | "amount" | "feeCover" | "currency" | "order" | "participation"
> & { interval: Interval | ""; ref?: string; subscriptionId?: PaymentId; createdAt: number };

/** Keeps a payment before anybody is asked for money. One whose id or provider's reference is known already stays as it is. */
export async function insertPayment({ d1, groupNo }: GroupDb, payment: NewPayment): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO payments (group_no, id, action_no, provider, account, ref, subscription_id, amount, fee_cover, currency, interval,
         state, "order", participation, created_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 1, ?12, ?13, ?14) ON CONFLICT DO NOTHING`,
    )
    .bind(
      ...[groupNo, idToBytes(payment.id), payment.actionNo, payment.provider, payment.account],
      ...[payment.ref ?? null, payment.subscriptionId ? idToBytes(payment.subscriptionId) : null],
      ...[payment.amount, payment.feeCover, payment.currency, payment.interval],
      ...[JSON.stringify(payment.order), JSON.stringify(payment.participation), payment.createdAt],
    )
    .run();
}

export async function keepSession({ d1, groupNo }: GroupDb, id: PaymentId, session: string): Promise<void> {
  await d1
    .prepare("UPDATE payments SET session = ?3 WHERE group_no = ?1 AND id = ?2 AND session IS NULL")
    .bind(groupNo, idToBytes(id), session)
    .run();
}

export async function paymentById({ d1, groupNo }: GroupDb, id: PaymentId): Promise<PaymentRow | null> {
  const row = await d1
    .prepare(`SELECT ${COLUMNS} FROM payments WHERE group_no = ?1 AND id = ?2`)
    .bind(groupNo, idToBytes(id))
    .first<Stored>();
  return row && rowOf(row);
}

export async function paymentByRef(
  { d1, groupNo }: GroupDb,
  provider: string,
  ref: string,
): Promise<PaymentRow | null> {
  const row = await d1
    .prepare(`SELECT ${COLUMNS} FROM payments WHERE group_no = ?1 AND provider = ?2 AND ref = ?3`)
    .bind(groupNo, provider, ref)
    .first<Stored>();
  return row && rowOf(row);
}

/** Which of the provider's charges have a row that is settled already. */
export async function settledRefs(
  { d1, groupNo }: GroupDb,
  provider: string,
  refs: readonly string[],
): Promise<Set<string>> {
  const { results } = await d1
    .prepare(
      `SELECT p.ref FROM json_each(?3) j CROSS JOIN payments p
       WHERE p.group_no = ?1 AND p.provider = ?2 AND p.ref = j.value AND p.settled_at IS NOT NULL`,
    )
    .bind(groupNo, provider, JSON.stringify(refs))
    .all<{ ref: string }>();
  return new Set(results.map(({ ref }) => ref));
}

/** The state rises and never falls; the provider's reference, once known, stays. */
export function raiseState(
  { d1, groupNo }: GroupDb,
  id: PaymentId,
  { state, ref, paidAt }: { state: PaymentState; ref: string | null; paidAt: number | null },
): D1PreparedStatement {
  return d1
    .prepare(
      `UPDATE payments SET state = max(state, ?3), ref = coalesce(ref, ?4), paid_at = coalesce(paid_at, ?5)
       WHERE group_no = ?1 AND id = ?2`,
    )
    .bind(groupNo, idToBytes(id), paymentStates[state], ref, paidAt);
}

export async function linkSubscription(
  { d1, groupNo }: GroupDb,
  id: PaymentId,
  subscriptionId: PaymentId,
): Promise<void> {
  await d1
    .prepare("UPDATE payments SET subscription_id = ?3 WHERE group_no = ?1 AND id = ?2")
    .bind(groupNo, idToBytes(id), idToBytes(subscriptionId))
    .run();
}

/** Everything that follows was done: what the supporter answered is kept elsewhere from now on. */
export async function settlePayment({ d1, groupNo }: GroupDb, id: PaymentId, at: number): Promise<void> {
  await d1
    .prepare(
      `UPDATE payments SET settled_at = coalesce(settled_at, ?3), participation = NULL WHERE group_no = ?1 AND id = ?2`,
    )
    .bind(groupNo, idToBytes(id), at)
    .run();
}

export type PaidRow = {
  id: PaymentId;
  amount: number;
  feeCover: number;
  currency: string;
  interval: string;
  subscriptionId: PaymentId | null;
  ref: string | null;
  details: Record<string, unknown>;
  paidAt: number;
  email: string | null;
  givenName: string | null;
  familyName: string | null;
  answer: Record<string, unknown>;
  source: string | null;
  facts: { key: string; kind: number; amount: number; currency: string }[];
};

// The person is reached through the participation, which has the payment's id; both sides are index searches.
const PAID = `
  SELECT p.id, p.amount, p.fee_cover, p.currency, p.interval, p.subscription_id, p.ref, p."order" ->> '$.details' AS details,
    p.paid_at, e.email, e.given_name, e.family_name, a.answer, a.source,
    (SELECT json_group_array(json_object('key', l.key, 'kind', l.kind, 'amount', l.amount, 'currency', l.currency))
     FROM ledger_entries l WHERE l.group_no = ?1 AND l.payment_id = p.id) AS facts
  FROM payments p
  LEFT JOIN participations a ON a.group_no = ?1 AND a.action_no = p.action_no AND a.id = p.id
  LEFT JOIN people e ON e.group_no = ?1 AND e.person_no = a.person_no`;

type StoredPaid = {
  id: ArrayBuffer;
  amount: number;
  fee_cover: number;
  currency: string;
  interval: string;
  subscription_id: ArrayBuffer | null;
  ref: string | null;
  details: string | null;
  paid_at: number;
  email: string | null;
  given_name: string | null;
  family_name: string | null;
  answer: string | null;
  source: string | null;
  facts: string;
};

/** The paid charges of an action, newest first, by keyset, each with its lines and who gave. */
export async function listPaid(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  { before, limit = PAYMENTS_PAGE_SIZE }: { before?: PaymentId | undefined; limit?: number },
): Promise<{ rows: PaidRow[]; next: PaymentId | null }> {
  const { results } = await d1
    .prepare(
      `${PAID} WHERE p.group_no = ?1 AND p.action_no = ?2 AND p.paid_at IS NOT NULL AND p.id < ?3 ORDER BY p.id DESC LIMIT ?4`,
    )
    .bind(groupNo, actionNo, before ? idToBytes(before) : new Uint8Array(16).fill(255), limit + 1)
    .all<StoredPaid>();
  const rows = results.slice(0, limit).map(paidOf);
  return { rows, next: results.length > limit ? (rows.at(-1)?.id ?? null) : null };
}

export async function paidById(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  id: PaymentId,
): Promise<PaidRow | null> {
  const row = await d1
    .prepare(`${PAID} WHERE p.group_no = ?1 AND p.action_no = ?2 AND p.paid_at IS NOT NULL AND p.id = ?3`)
    .bind(groupNo, actionNo, idToBytes(id))
    .first<StoredPaid>();
  return row && paidOf(row);
}

function paidOf(row: StoredPaid): PaidRow {
  return {
    id: idFromBytes<PaymentId>(row.id),
    amount: row.amount,
    feeCover: row.fee_cover,
    currency: row.currency,
    interval: row.interval,
    subscriptionId: row.subscription_id && idFromBytes<PaymentId>(row.subscription_id),
    ref: row.ref,
    details: JSON.parse(row.details ?? "{}"),
    paidAt: row.paid_at,
    email: row.email,
    givenName: row.given_name,
    familyName: row.family_name,
    answer: JSON.parse(row.answer ?? "{}"),
    source: row.source,
    facts: JSON.parse(row.facts),
  };
}

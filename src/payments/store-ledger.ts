import type { GroupDb } from "../groups/shard";
import { idToBytes } from "../platform/ids";
import { type EntryKind, entryKinds, type LedgerFact } from "../platform/payments/types";
import { isGiven } from "./ledger";
import type { PaymentId } from "./types";

export function kindNamed(value: number): EntryKind {
  const names = Object.keys(entryKinds).filter((name): name is EntryKind => name in entryKinds);
  const name = names.find((kind) => entryKinds[kind] === value);
  if (!name) throw new Error(`no kind of line has the number ${value}`);
  return name;
}

/** Writes the lines that are not there yet; a line is its key, so this may run again with the same facts, or fewer, or more. */
export function insertFacts(
  { d1, groupNo }: GroupDb,
  { id, actionNo }: { id: PaymentId; actionNo: number },
  facts: readonly LedgerFact[],
  now: number,
): D1PreparedStatement {
  const lines = facts.map(({ key, kind, money, at }) => ({ key, kind: entryKinds[kind], ...money, at }));
  return d1
    .prepare(
      `INSERT INTO ledger_entries (group_no, key, payment_id, action_no, kind, amount, currency, occurred_at, noted_at)
       SELECT ?1, j.value ->> 'key', ?2, ?3, j.value ->> 'kind', j.value ->> 'amount', j.value ->> 'currency', j.value ->> 'at', ?5
       FROM json_each(?4) j WHERE true ON CONFLICT (group_no, key) DO NOTHING`,
    )
    .bind(groupNo, idToBytes(id), actionNo, JSON.stringify(lines), now);
}

type StoredLine = { key: string; kind: number; amount: number; currency: string; occurred_at: number };

/** The lines about one payment. */
export async function factsOf({ d1, groupNo }: GroupDb, id: PaymentId): Promise<LedgerFact[]> {
  const { results } = await d1
    .prepare(
      `SELECT key, kind, amount, currency, occurred_at FROM ledger_entries
       WHERE group_no = ?1 AND payment_id = ?2 ORDER BY occurred_at, key`,
    )
    .bind(groupNo, idToBytes(id))
    .all<StoredLine>();
  return results.map(({ key, kind, amount, currency, occurred_at }) => ({
    key,
    kind: kindNamed(kind),
    money: { amount, currency },
    at: occurred_at,
  }));
}

export type Total = { currency: string; kind: EntryKind; amount: number; count: number };

/** An action's sums, by currency and kind: a handful of rows. */
export async function totalsOf({ d1, groupNo }: GroupDb, actionNo: number): Promise<Total[]> {
  const { results } = await d1
    .prepare(
      "SELECT currency, kind, amount, entry_count AS count FROM ledger_totals WHERE group_no = ?1 AND action_no = ?2",
    )
    .bind(groupNo, actionNo)
    .all<{ currency: string; kind: number; amount: number; count: number }>();
  return results.map(({ kind, ...total }) => ({ ...total, kind: kindNamed(kind) }));
}

/** What was given to an action and is still there, before fees, in one currency. */
export async function raised(db: GroupDb, actionNo: number, currency: string): Promise<number> {
  const totals = await totalsOf(db, actionNo);
  return totals
    .filter((total) => total.currency === currency && isGiven(total.kind))
    .reduce((sum, { amount }) => sum + amount, 0);
}

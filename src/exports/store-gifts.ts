import type { GroupDb } from "../groups/shard";

const ROWS_MAX = 300;

export type StoredGift = {
  id: string;
  actionNo: number;
  actionTitle: string | null;
  provider: string;
  ref: string | null;
  subscription: string | null;
  amount: number;
  feeCover: number;
  currency: string;
  interval: string;
  state: number;
  details: string | null;
  createdAt: number;
  paidAt: number | null;
  email: string | null;
  /** What they said, from the participation's row, or while there is none from the payment. */
  answer: string | null;
  source: string | null;
  referrer: string | null;
  personNo: number | null;
  /** The payment's lines of the ledger, as JSON: [key, kind, amount, currency]. */
  facts: string;
};

// The stretch is cut by number first, so that a statement is short however few of its payments are the action's.
const PAGE = `SELECT * FROM payments WHERE group_no = ?1 AND id > unhex(?2) AND id <= unhex(?3) ORDER BY id LIMIT ${ROWS_MAX}`;

/** Payments of a group between two ids (the first not among them), oldest first: every action's, in every state. */
export async function giftsIn(
  { d1, groupNo }: GroupDb,
  { after, upTo }: { after: string; upTo: string },
): Promise<StoredGift[]> {
  const { results } = await d1
    .prepare(
      `SELECT hex(p.id) AS id, p.action_no AS actionNo, coalesce(nullif(a.internal_title, ''), a.title) AS actionTitle, p.provider, p.ref,
         hex(p.subscription_id) AS subscription, p.amount, p.fee_cover AS feeCover, p.currency, p.interval, p.state,
         p."order" ->> '$.details' AS details, p.created_at AS createdAt, p.paid_at AS paidAt,
         coalesce(e.email, p.participation ->> '$.e') AS email, coalesce(q.answer, p.participation ->> '$.o') AS answer,
         coalesce(q.source, p.participation ->> '$.s') AS source, coalesce(q.referrer, p.participation ->> '$.rf') AS referrer,
         q.person_no AS personNo,
         (SELECT json_group_array(json_array(l.key, l.kind, l.amount, l.currency)) FROM ledger_entries l INDEXED BY ledger_entries_by_payment
          WHERE l.group_no = ?1 AND l.payment_id = p.id) AS facts
       FROM (${PAGE}) p
       LEFT JOIN actions a ON a.group_no = ?1 AND a.action_no = p.action_no
       LEFT JOIN participations q ON q.group_no = ?1 AND q.action_no = p.action_no AND q.id = p.id
       LEFT JOIN people e ON e.group_no = ?1 AND e.person_no = q.person_no
       ORDER BY p.id`,
    )
    .bind(groupNo, after, upTo)
    .all<StoredGift>();
  return results;
}

/** The newest payment's id in hexadecimal digits, and how many payments there are of a group, counted no further than `most`. */
export async function extentOfGifts(
  { d1, groupNo }: GroupDb,
  most: number,
): Promise<{ last: string | null; count: number }> {
  const row = await d1
    .prepare(
      `SELECT (SELECT hex(max(id)) FROM payments WHERE group_no = ?1) AS last,
         (SELECT count(*) FROM (SELECT 1 FROM payments WHERE group_no = ?1 LIMIT ?2)) AS count`,
    )
    .bind(groupNo, most)
    .first<{ last: string | null; count: number }>();
  return { last: row?.last || null, count: row?.count ?? 0 };
}

import type { GroupDb } from "../groups/shard";
import type { Facts } from "./types";

/** As audiences count: what was taken out or cancelled is none. */
const COUNTS = "pa.removal_no = 0 AND pa.standing <> 3";

// Gifts that were not given back, with what is left of them, as `donation` of the audiences has it.
const GIFTS = `SELECT net, currency, acted_at, id FROM (SELECT pa.acted_at, pa.id, pa.currency, pa.amount + ifnull((SELECT sum(l.amount)
    FROM ledger_entries l INDEXED BY ledger_entries_by_payment
    WHERE l.group_no = ?1 AND l.payment_id = pa.id AND l.kind > 2 AND l.currency = pa.currency), 0) AS net
  FROM participations pa INDEXED BY participations_with_gift
  WHERE pa.group_no = ?1 AND pa.person_no = w.value AND pa.amount IS NOT NULL AND ${COUNTS}) WHERE net > 0`;

/**
 * What some people gave and did, in one statement: a range of each person's own rows. What is not asked for is not read.
 */
export async function selectFacts(
  { groupNo, d1 }: GroupDb,
  personNos: readonly number[],
  asked: { gifts: boolean; actions: boolean },
): Promise<Map<number, Facts>> {
  const gifts = asked.gifts
    ? `(SELECT json_array(net, currency, acted_at) FROM (${GIFTS}) ORDER BY acted_at DESC, id DESC LIMIT 1) AS lastGift,
       (SELECT json_group_array(json_array(total, currency, gifts)) FROM (
         SELECT sum(net) AS total, currency, count(*) AS gifts FROM (${GIFTS}) GROUP BY currency ORDER BY max(acted_at) DESC)) AS gifts`
    : "NULL AS lastGift, '[]' AS gifts";
  const actions = asked.actions
    ? `(SELECT count(*) FROM participations pa WHERE pa.group_no = ?1 AND pa.person_no = w.value AND ${COUNTS}) AS actions,
       (SELECT json_array(a.title, pa.acted_at) FROM participations pa CROSS JOIN actions a ON a.group_no = ?1 AND a.action_no = pa.action_no
         WHERE pa.group_no = ?1 AND pa.person_no = w.value AND ${COUNTS} ORDER BY pa.acted_at DESC, pa.id DESC LIMIT 1) AS lastAction`
    : "0 AS actions, NULL AS lastAction";
  const { results } = await d1
    .prepare(`SELECT w.value AS personNo, ${gifts}, ${actions} FROM json_each(?2) w WHERE ?1 IS NOT NULL`)
    .bind(groupNo, JSON.stringify(personNos))
    .run<{
      personNo: number;
      lastGift: string | null;
      gifts: string;
      actions: number;
      lastAction: string | null;
    }>();
  return new Map(results.map((row) => [row.personNo, factsOf(row)]));
}

function factsOf(row: {
  lastGift: string | null;
  gifts: string;
  actions: number;
  lastAction: string | null;
}): Facts {
  const [amount, currency, givenAt] = listIn(row.lastGift);
  const [title, at] = listIn(row.lastAction);
  return {
    lastGift:
      row.lastGift === null
        ? null
        : { amount: Number(amount), currency: String(currency), at: Number(givenAt) },
    gifts: listIn(row.gifts).map((each) => {
      const [total, of, count] = Array.isArray(each) ? each : [];
      return { amount: Number(total), currency: String(of), count: Number(count) };
    }),
    actions: row.actions,
    lastAction: row.lastAction === null ? null : { title: String(title), at: Number(at) },
  };
}

function listIn(json: string | null): unknown[] {
  const read: unknown = json === null ? [] : JSON.parse(json);
  return Array.isArray(read) ? read : [];
}

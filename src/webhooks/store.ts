import type { GroupDb } from "../groups/shard";
import { type ActionId, idFromHex, idToHex } from "../platform/ids";
import {
  type Delivery,
  deliveryStates,
  type Filters,
  filtersSchema,
  type Trigger,
  WEBHOOKS_MAX,
  type Webhook,
  type WebhookId,
  type WebhookState,
} from "./types";

type Stored = Omit<Webhook, "id" | "action" | "filters"> & {
  id: string;
  filters: string;
  actionNo: number | null;
  actionId: string | null;
  actionTitle: string | null;
};

const SELECT = `SELECT w.webhook_no AS no, lower(hex(w.id)) AS id, w.name, w.url, w.trigger, w.filters, w.secret_key AS secretKey, w.state,
    w.from_cursor AS fromCursor, w.failures, w.created_at AS createdAt, w.created_by AS createdBy, w.removed_at AS removedAt,
    w.action_no AS actionNo, lower(hex(a.id)) AS actionId, coalesce(nullif(a.internal_title, ''), a.title) AS actionTitle
  FROM webhooks w LEFT JOIN actions a ON a.group_no = ?1 AND a.action_no = w.action_no WHERE w.group_no = ?1`;

const webhookOf = ({ id, filters, actionNo, actionId, actionTitle, ...row }: Stored): Webhook => ({
  ...row,
  id: idFromHex<WebhookId>(id),
  filters: filtersSchema.parse(JSON.parse(filters)),
  action:
    actionNo !== null && actionId
      ? { no: actionNo, id: idFromHex<ActionId>(actionId), title: actionTitle ?? "" }
      : null,
});

export async function selectWebhooks({ d1, groupNo }: GroupDb): Promise<Webhook[]> {
  const { results } = await d1
    .prepare(`${SELECT} AND w.removed_at IS NULL ORDER BY w.webhook_no LIMIT ${WEBHOOKS_MAX}`)
    .bind(groupNo)
    .all<Stored>();
  return results.map(webhookOf);
}

export async function selectWebhook({ d1, groupNo }: GroupDb, id: WebhookId): Promise<Webhook | null> {
  const row = await d1.prepare(`${SELECT} AND w.id = unhex(?2)`).bind(groupNo, idToHex(id)).first<Stored>();
  return row && webhookOf(row);
}

export async function selectWebhookByNo({ d1, groupNo }: GroupDb, no: number): Promise<Webhook | null> {
  const row = await d1.prepare(`${SELECT} AND w.webhook_no = ?2`).bind(groupNo, no).first<Stored>();
  return row && webhookOf(row);
}

export type NewWebhook = {
  id: WebhookId;
  name: string;
  url: string;
  trigger: Trigger;
  actionNo: number | null;
  filters: Filters;
  secretKey: string | null;
  by: number;
  at: number;
};

/** False when the group has as many as it may. */
export async function insertWebhook({ d1, groupNo }: GroupDb, made: NewWebhook): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `INSERT INTO webhooks (group_no, webhook_no, id, name, url, trigger, action_no, filters, secret_key, state, created_at, created_by)
       SELECT ?1, coalesce((SELECT max(webhook_no) FROM webhooks WHERE group_no = ?1), 0) + 1, unhex(?2), ?3, ?4, ?5, ?6, ?7, ?8, 'off', ?9, ?10
       WHERE (SELECT count(*) FROM webhooks WHERE group_no = ?1 AND removed_at IS NULL) < ${WEBHOOKS_MAX}`,
    )
    .bind(
      ...[groupNo, idToHex(made.id), made.name, made.url, made.trigger, made.actionNo],
      ...[JSON.stringify(made.filters), made.secretKey, made.at, made.by],
    )
    .run();
  return meta.changes > 0;
}

export async function updateState(
  { d1, groupNo }: GroupDb,
  no: number,
  state: WebhookState,
  fromCursor: string | null,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE webhooks SET state = ?3, failures = 0, from_cursor = coalesce(?4, from_cursor)
       WHERE group_no = ?1 AND webhook_no = ?2 AND state <> ?3 AND removed_at IS NULL`,
    )
    .bind(groupNo, no, state, fromCursor)
    .run();
  return meta.changes > 0;
}

/** One more delivery given up, or none (0) after one that was taken. Gives how many there are in a row. */
export async function noteFailures({ d1, groupNo }: GroupDb, no: number, more: 0 | 1): Promise<number> {
  const row = await d1
    .prepare(
      `UPDATE webhooks SET failures = iif(?3 = 0, 0, failures + 1) WHERE group_no = ?1 AND webhook_no = ?2 AND (?3 = 1 OR failures > 0)
       RETURNING failures`,
    )
    .bind(groupNo, no, more)
    .first<{ failures: number }>();
  return row?.failures ?? 0;
}

/** Deletes a webhook, or brings it back, switched off. */
export async function updateRemoved(
  { d1, groupNo }: GroupDb,
  no: number,
  removedAt: number | null,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE webhooks SET removed_at = ?3, state = 'off' WHERE group_no = ?1 AND webhook_no = ?2
         AND (removed_at IS NULL) = (?3 IS NOT NULL)
         AND (?3 IS NOT NULL OR (SELECT count(*) FROM webhooks WHERE group_no = ?1 AND removed_at IS NULL) < ${WEBHOOKS_MAX})`,
    )
    .bind(groupNo, no, removedAt)
    .run();
  return meta.changes > 0;
}

export type NewDelivery = { id: string; personNo: number | null; body: string };

const encoder = new TextEncoder();
/** In bytes: a bound text may have 2 MB, and a piece of news alone may be longer than this. */
const CHUNK_BYTES = 1_000_000;

/** Puts news in the lane of a webhook, each once however often it is read: a statement for about a megabyte. */
export function insertDeliveries(
  { d1, groupNo }: GroupDb,
  webhookNo: number,
  news: readonly NewDelivery[],
  at: number,
): D1PreparedStatement[] {
  const statement = d1.prepare(
    // Whoever was erased since the news was read is sent nowhere.
    `INSERT INTO webhook_deliveries (group_no, webhook_no, id, person_no, at, state, due_at, body)
     SELECT ?1, ?2, j.value ->> 0, j.value ->> 1, ?3, ${deliveryStates.waiting}, ?3, j.value ->> 2 FROM json_each(?4) j
     WHERE j.value ->> 1 IS NULL
       OR EXISTS (SELECT 1 FROM people WHERE group_no = ?1 AND person_no = j.value ->> 1 AND erased_at IS NULL)
     ON CONFLICT DO NOTHING`,
  );
  return chunksOf(news).map((chunk) => statement.bind(groupNo, webhookNo, at, chunk));
}

function chunksOf(news: readonly NewDelivery[]): string[] {
  const chunks: string[][] = [];
  let room = 0;
  for (const { id, personNo, body } of news) {
    const json = JSON.stringify([id, personNo, body]);
    const size = encoder.encode(json).length + 1;
    if (size > room) {
      chunks.push([]);
      room = CHUNK_BYTES;
    }
    room -= size;
    chunks.at(-1)?.push(json);
  }
  return chunks.map((chunk) => `[${chunk.join(",")}]`);
}

/** How many deliveries of a webhook wait for a try; counted no further than `most`. */
export async function countWaiting(
  { d1, groupNo }: GroupDb,
  webhookNo: number,
  most: number,
): Promise<number> {
  const row = await d1
    .prepare(
      `SELECT count(*) AS n FROM (SELECT 1 FROM webhook_deliveries
         WHERE group_no = ?1 AND webhook_no = ?2 AND due_at IS NOT NULL LIMIT ?3)`,
    )
    .bind(groupNo, webhookNo, most)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** Deletes of a webhook's log what is settled and not among the newest, so many rows at most. */
export async function deleteBeyond(
  { d1, groupNo }: GroupDb,
  webhookNo: number,
  kept: number,
  limit: number,
): Promise<void> {
  await d1
    .prepare(
      `DELETE FROM webhook_deliveries WHERE group_no = ?1 AND webhook_no = ?2 AND due_at IS NULL AND id IN (
         SELECT id FROM webhook_deliveries WHERE group_no = ?1 AND webhook_no = ?2 ORDER BY at DESC LIMIT ?4 OFFSET ?3)`,
    )
    .bind(groupNo, webhookNo, kept, limit)
    .run();
}

const DELIVERY = `SELECT id, at, state, due_at AS dueAt, tries, body, tried_at AS triedAt, status, took_ms AS tookMs, answer
  FROM webhook_deliveries WHERE group_no = ?1 AND webhook_no = ?2`;
type StoredDelivery = Omit<Delivery, "state"> & { state: number };
const deliveryOf = ({ state, ...row }: StoredDelivery): Delivery => ({
  ...row,
  state: state === deliveryStates.waiting ? "waiting" : state === deliveryStates.sent ? "sent" : "failed",
});

/** What is due by a moment, the longest due first. */
export async function selectDue(
  { d1, groupNo }: GroupDb,
  webhookNo: number,
  by: number,
  limit: number,
): Promise<Delivery[]> {
  const { results } = await d1
    .prepare(`${DELIVERY} AND due_at IS NOT NULL AND due_at <= ?3 ORDER BY due_at LIMIT ?4`)
    .bind(groupNo, webhookNo, by, limit)
    .all<StoredDelivery>();
  return results.map(deliveryOf);
}

/** When the next is due, in ms; null when nothing waits. */
export async function nextDue({ d1, groupNo }: GroupDb, webhookNo: number): Promise<number | null> {
  const row = await d1
    .prepare(
      "SELECT min(due_at) AS at FROM webhook_deliveries WHERE group_no = ?1 AND webhook_no = ?2 AND due_at IS NOT NULL",
    )
    .bind(groupNo, webhookNo)
    .first<{ at: number | null }>();
  return row?.at ?? null;
}

/** The log, the newest first. @param before where the page before ended */
export async function selectLog(
  { d1, groupNo }: GroupDb,
  webhookNo: number,
  before: { at: number; id: string } | null,
  limit: number,
): Promise<Delivery[]> {
  const { results } = await d1
    .prepare(
      `${DELIVERY} AND (at, id) < (coalesce(?3, 9e15), coalesce(?4, '')) ORDER BY at DESC, id DESC LIMIT ?5`,
    )
    .bind(groupNo, webhookNo, before?.at ?? null, before?.id ?? null, limit)
    .all<StoredDelivery>();
  return results.map(deliveryOf);
}

export async function selectDelivery(
  { d1, groupNo }: GroupDb,
  webhookNo: number,
  id: string,
): Promise<Delivery | null> {
  const row = await d1
    .prepare(`${DELIVERY} AND id = ?3`)
    .bind(groupNo, webhookNo, id)
    .first<StoredDelivery>();
  return row && deliveryOf(row);
}

export type Tried = Pick<Delivery, "status" | "tookMs" | "answer"> & {
  at: number;
  state: number;
  dueAt: number | null;
};

/** Writes down how a try went. */
export async function settleDelivery(
  { d1, groupNo }: GroupDb,
  webhookNo: number,
  id: string,
  tried: Tried,
): Promise<void> {
  await d1
    .prepare(
      `UPDATE webhook_deliveries SET state = ?4, due_at = ?5, tries = tries + 1, tried_at = ?6, status = ?7, took_ms = ?8, answer = ?9
       WHERE group_no = ?1 AND webhook_no = ?2 AND id = ?3`,
    )
    .bind(
      ...[groupNo, webhookNo, id, tried.state, tried.dueAt],
      ...[tried.at, tried.status, tried.tookMs, tried.answer],
    )
    .run();
}

/** A test, which is about nobody and is tried once, by whoever asked for it. */
export function insertTest(
  { d1, groupNo }: GroupDb,
  webhookNo: number,
  { id, body, at }: { id: string; body: string; at: number },
): D1PreparedStatement {
  return d1
    .prepare(
      `INSERT INTO webhook_deliveries (group_no, webhook_no, id, at, state, body) VALUES (?1, ?2, ?3, ?4, ${deliveryStates.waiting}, ?5)`,
    )
    .bind(groupNo, webhookNo, id, at, body);
}

/** Those that are on, by what their lanes are found by. */
export async function selectOn({ d1, groupNo }: GroupDb): Promise<{ no: number; id: WebhookId }[]> {
  const { results } = await d1
    .prepare(
      `SELECT webhook_no AS no, lower(hex(id)) AS id FROM webhooks WHERE group_no = ?1 AND state = 'on' AND removed_at IS NULL LIMIT ${WEBHOOKS_MAX}`,
    )
    .bind(groupNo)
    .all<{ no: number; id: string }>();
  return results.map(({ no, id }) => ({ no, id: idFromHex<WebhookId>(id) }));
}

/** The webhooks of a shard whose logs hold what is older than a moment, the one whose is oldest first. */
export async function selectOldLogs(
  d1: D1Database,
  before: number,
  limit: number,
): Promise<{ groupNo: number; no: number }[]> {
  const { results } = await d1
    .prepare(
      `SELECT groupNo, no FROM (
         SELECT group_no AS groupNo, webhook_no AS no,
           (SELECT min(d.at) FROM webhook_deliveries d WHERE d.group_no = w.group_no AND d.webhook_no = w.webhook_no) AS at
         FROM webhooks w)
       WHERE at < ?1 ORDER BY at LIMIT ?2`,
    )
    .bind(before, limit)
    .all<{ groupNo: number; no: number }>();
  return results;
}

/**
 * The groups of a shard with a webhook that is on, some of them: those of one turn, until all had theirs.
 * @param turn a number that grows by one each time
 */
export async function selectGroupsOn(d1: D1Database, turn: number, limit: number): Promise<number[]> {
  const { results } = await d1
    .prepare(
      `WITH g AS (SELECT DISTINCT group_no FROM webhooks WHERE state = 'on' AND removed_at IS NULL)
       SELECT group_no AS groupNo FROM g ORDER BY group_no
       LIMIT ?2 OFFSET (?1 % max(1, ((SELECT count(*) FROM g) + ?2 - 1) / ?2)) * ?2`,
    )
    .bind(turn, limit)
    .all<{ groupNo: number }>();
  return results.map(({ groupNo }) => groupNo);
}

/** Deletes what is older than a moment, so many rows at most. Gives how many. */
export async function deleteOldLog(
  d1: D1Database,
  { groupNo, no }: { groupNo: number; no: number },
  before: number,
  limit: number,
): Promise<number> {
  const { meta } = await d1
    .prepare(
      `DELETE FROM webhook_deliveries WHERE group_no = ?1 AND webhook_no = ?2 AND id IN (
         SELECT id FROM webhook_deliveries WHERE group_no = ?1 AND webhook_no = ?2 AND at < ?3 ORDER BY at LIMIT ?4)`,
    )
    .bind(groupNo, no, before, limit)
    .run();
  return meta.changes;
}

import type { GroupDb } from "../groups/shard";
import type { Context } from "../platform/context";
import { postOut } from "../platform/outgoing";
import { signMessage } from "../platform/signed-webhook";
import { problemOf } from "./address";
import { secretOf } from "./secret";
import { noteFailures, settleDelivery } from "./store";
import {
  ANSWER_BYTES_MAX,
  type Delivery,
  deliveryStates,
  FAILURES_MAX,
  RETRY_MS,
  TIMEOUT_MS,
  type Webhook,
} from "./types";

const OK_MIN = 200;
const OK_MAX = 299;

type Sent = { isTaken: boolean; status: number | null; tookMs: number | null; answer: string };

/**
 * Tries to deliver once, and writes down how it went. What the receiver does not take is due again later, three times, and then given up.
 * @param how.isAlone of a test or a retry by hand: it is not tried again, and says nothing of the webhook's health
 * @returns whether the webhook has failed so often in a row that it should be switched off
 */
export async function tryDelivery(
  ctx: Context,
  db: GroupDb,
  webhook: Webhook,
  delivery: Pick<Delivery, "id" | "body" | "tries">,
  { isAlone = false }: { isAlone?: boolean } = {},
): Promise<{ isTaken: boolean; shouldPause: boolean }> {
  const sent = await send(ctx, webhook, delivery);
  const now = Date.now();
  const wait = isAlone ? undefined : RETRY_MS[delivery.tries];
  const isOver = sent.isTaken || wait === undefined;
  await settleDelivery(db, webhook.no, delivery.id, {
    ...{ at: now, status: sent.status, tookMs: sent.tookMs, answer: sent.answer },
    state: sent.isTaken ? deliveryStates.sent : isOver ? deliveryStates.failed : deliveryStates.waiting,
    dueAt: isOver ? null : now + (wait ?? 0),
  });
  if (isAlone || !isOver) return { isTaken: sent.isTaken, shouldPause: false };
  // Most often there is nothing to reset, and nothing is written.
  const failures = await noteFailures(db, webhook.no, sent.isTaken ? 0 : 1);
  return { isTaken: sent.isTaken, shouldPause: !sent.isTaken && failures >= FAILURES_MAX };
}

async function send(
  ctx: Context,
  webhook: Webhook,
  { id, body }: Pick<Delivery, "id" | "body">,
): Promise<Sent> {
  const problem = await problemOf(ctx, webhook.url);
  if (problem) return { isTaken: false, status: null, tookMs: null, answer: problem };
  const posted = await postOut(webhook.url, body, {
    headers: {
      "Content-Type": "application/json",
      "User-Agent": "Groundswell-Webhooks/1",
      ...(await signatureHeaders(ctx, webhook, id, body)),
    },
    timeoutMs: TIMEOUT_MS,
    bytesMax: ANSWER_BYTES_MAX,
  });
  if (posted.is !== "answered")
    return { isTaken: false, status: null, tookMs: posted.tookMs, answer: posted.is };
  const isTaken = posted.status >= OK_MIN && posted.status <= OK_MAX;
  return { isTaken, status: posted.status, tookMs: posted.tookMs, answer: posted.text };
}

/** The three headers of Standard Webhooks (standardwebhooks.com): id, second, and HMAC of both with the body. */
async function signatureHeaders(
  { config }: Context,
  webhook: Webhook,
  id: string,
  body: string,
): Promise<Record<string, string>> {
  const secret = await secretOf(config, webhook);
  if (!secret) return {};
  const second = String(Math.floor(Date.now() / 1_000));
  return {
    "webhook-id": id,
    "webhook-timestamp": second,
    "webhook-signature": await signMessage(secret, id, second, body),
  };
}

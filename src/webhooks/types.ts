import { z } from "zod";
import type { ActionId, Id } from "../platform/ids";

export type WebhookId = Id<"webhook">;

/** What a webhook tells of (osdi-api.md §5.1, a–d). */
export const triggers = ["action", "actions", "everything", "subscriptions"] as const;
export type Trigger = (typeof triggers)[number];

/** The types of news (osdi-api.md §5.3), as a payload names them. */
export const eventTypes = [
  "osdi:signature",
  "osdi:submission",
  "osdi:attendance",
  "osdi:donation",
  "osdi:outreach",
  "action_network:response",
  "action_network:action",
  "action_network:upload",
] as const;
export type EventType = (typeof eventTypes)[number];

/** off: never switched on, or switched off. paused: switched off by us after failures, which administrators were told. */
const states = ["off", "on", "paused"] as const;
export type WebhookState = (typeof states)[number];

export const SOURCE_MAX = 100;
/** Only what passes all of them is sent; an empty one passes everything. */
export const filtersSchema = z.object({
  types: z.array(z.enum(eventTypes)).max(eventTypes.length).default([]),
  source: z.string().max(SOURCE_MAX).default(""),
});
export type Filters = z.infer<typeof filtersSchema>;

export type Webhook = {
  no: number;
  id: WebhookId;
  name: string;
  url: string;
  trigger: Trigger;
  action: { no: number; id: ActionId; title: string } | null;
  filters: Filters;
  /** Which signing key of the installation its secret is made of; null where nothing is signed. */
  secretKey: string | null;
  state: WebhookState;
  /** The place in the feed at which it was switched on. */
  fromCursor: string | null;
  /** Deliveries that failed for good in a row. */
  failures: number;
  createdAt: number;
  createdBy: number;
  removedAt: number | null;
};

/** As stored: waiting for its next try, taken by the receiver, given up. */
export const deliveryStates = { waiting: 1, sent: 2, failed: 3 } as const;

export type Delivery = {
  /** Also the idempotency key: 32 hexadecimal digits, the same at every try. */
  id: string;
  at: number;
  state: keyof typeof deliveryStates;
  dueAt: number | null;
  tries: number;
  body: string;
  triedAt: number | null;
  /** The receiver's; null when there was no answer. */
  status: number | null;
  tookMs: number | null;
  /** The beginning of the receiver's answer, or why there was none: a word of the locale files. */
  answer: string | null;
};

export const WEBHOOKS_MAX = 20;
export const NAME_MAX = 100;
export const URL_MAX = 2_000;
/** A receiver must have answered within so long. */
export const TIMEOUT_MS = 10_000;
export const ANSWER_BYTES_MAX = 4_096;
/** After the first try: within roughly an hour, ever further apart (osdi-api.md §5.1). */
export const RETRY_MS = [120_000, 600_000, 2_700_000] as const;
/** So many deliveries given up in a row, and a webhook is switched off. */
export const FAILURES_MAX = 20;
export const LOG_KEPT_MS = 30 * 24 * 60 * 60 * 1000;

import type { Env } from "../../src/env";
import { isClockHeld } from "./clock";
import { add, replace } from "./meter";

/*
 * Counts queue operations: one for each 64 kB a message is written, read and deleted (Cloudflare's docs, Queues). While the clock is held
 * messages are kept here, since the queues' own timers would not follow it.
 */

const UNIT_BYTES = 64_000;
const QUEUES = {
  EVENTS: "groundswell-events",
  MAIL: "groundswell-mail",
  RECEIPTS: "groundswell-receipts",
  MAILINGS: "groundswell-mailings",
} as const;
type QueueBinding = keyof typeof QUEUES;
const bindings: QueueBinding[] = ["EVENTS", "MAIL", "RECEIPTS", "MAILINGS"];

const held: { queue: string; body: unknown }[] = [];

function operations(body: unknown): number {
  return Math.ceil(JSON.stringify(body).length / UNIT_BYTES);
}

export function watchQueues(env: Env): void {
  const bindingOf = new Map<object, QueueBinding>(bindings.map((binding) => [env[binding], binding]));
  const written = async (self: object, bodies: unknown[], deliver: () => unknown) => {
    const binding = bindingOf.get(self);
    if (!binding) throw new Error("a queue the meter does not know");
    add(`message ${binding}`, bodies.length);
    for (const body of bodies) add(`queue ${binding}`, operations(body));
    if (!isClockHeld()) return deliver();
    held.push(...bodies.map((body) => ({ queue: QUEUES[binding], body: structuredClone(body) })));
  };
  replace(env.EVENTS, "send", (self, original) => (...values) => {
    return written(self, [values[0]], () => original.apply(self, values));
  });
  replace(env.EVENTS, "sendBatch", (self, original) => (...values) => {
    const messages = [...(values[0] as Iterable<MessageSendRequest>)];
    return written(
      self,
      messages.map(({ body }) => body),
      () => original.call(self, messages, values[1]),
    );
  });
}

/** The batch, each message counted as it is read and as it is deleted. */
export function countedBatch(batch: MessageBatch): MessageBatch {
  const binding = bindings.find((name) => QUEUES[name] === batch.queue);
  if (!binding) throw new Error(`a queue the meter does not know: ${batch.queue}`);
  add(`consumer ${binding}`);
  const messages = batch.messages.map((message) => {
    add(`queue ${binding}`, operations(message.body));
    return {
      ...{ id: message.id, body: message.body, attempts: message.attempts, timestamp: message.timestamp },
      ack: () => {
        add(`queue ${binding}`, operations(message.body));
        message.ack();
      },
      retry: (options?: QueueRetryOptions) => message.retry(options),
    };
  });
  return { queue: batch.queue, messages } as unknown as MessageBatch;
}

/** The message sent first of those held, as a batch of its own. */
export function nextHeldBatch(): MessageBatch | null {
  const next = held.shift();
  if (!next) return null;
  const none = () => undefined;
  const message = { id: "held", timestamp: new Date(), attempts: 1, body: next.body, ack: none, retry: none };
  return { queue: next.queue, messages: [message] } as unknown as MessageBatch;
}

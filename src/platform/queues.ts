/** A queue takes at most 100 messages or 256 kB in one call (Cloudflare's docs, Queues). */
export const QUEUE_SEND_MAX = 100;

/** Sends messages in calls of at most 100. Callers keep each message small: 256 kB is the limit of one call. */
export async function sendAll<M>(queue: Queue<M>, messages: M[], delaySeconds = 0): Promise<void> {
  for (let start = 0; start < messages.length; start += QUEUE_SEND_MAX) {
    const page = messages.slice(start, start + QUEUE_SEND_MAX);
    await queue.sendBatch(
      page.map((body) => ({ body })),
      delaySeconds > 0 ? { delaySeconds } : {},
    );
  }
}

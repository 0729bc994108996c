import type { Account } from "../accounts/account";
import { recordAct } from "../groups/audit";
import type { Context } from "../platform/context";
import { QUEUE_SEND_MAX } from "../platform/queues";
import * as store from "./store";
import {
  DEAD_LETTER_KEPT_MS,
  DEAD_LETTERS_AT_ONCE_MAX,
  DEAD_LETTERS_PAGE_MAX,
  type DeadLetter,
} from "./types";

/** One call to a queue takes 256 kB (Cloudflare's docs, Queues), and a character has up to three bytes. */
const SEND_CHARACTERS_MAX = 80_000;
/** A string D1 is given has at most 2 MB (Cloudflare's docs, D1). */
const STORE_CHARACTERS_MAX = 500_000;
/** A message is at most 128 kB, so no text is longer. */
const BODY_MAX = 256_000;

/** Which letters an operator means: one, or all of a queue. */
export type Which = { no: number } | { queue: string };

/**
 * Keeps a batch of a dead-letter queue where the operations page shows it, then lets the queue forget it. A message
 * delivered twice is kept once. Throws when the directory cannot be written: the queue then delivers the batch again.
 */
export async function storeDead(ctx: Context, batch: MessageBatch): Promise<void> {
  const messages = batch.messages.map(({ id, body, timestamp }) => ({
    queue: liveQueueName(batch.queue),
    messageId: id,
    body: JSON.stringify(body ?? null).slice(0, BODY_MAX),
    diedAt: timestamp.getTime(),
  }));
  let kept = 0;
  for (const page of pagesOf(messages, STORE_CHARACTERS_MAX))
    kept += await store.keepDead(ctx.directory, page);
  batch.ackAll();
  ctx.log.info("deadletters.kept", { queue: batch.queue, kept });
}

/** A dead-letter queue is called as its live queue, with `-dead` at the end (wrangler.toml). */
function liveQueueName(deadQueue: string): string {
  return deadQueue.replace(/-dead$/, "");
}

function liveQueue(ctx: Context, name: string): Queue | null {
  if (name.endsWith("-mail")) return ctx.env.MAIL;
  if (name.endsWith("-views")) return ctx.env.VIEWS;
  // Before "-events", which it ends with as well.
  if (name.endsWith("-mail-events")) return ctx.env.MAIL_EVENTS;
  if (name.endsWith("-events")) return ctx.env.EVENTS;
  if (name.endsWith("-receipts")) return ctx.env.RECEIPTS;
  if (name.endsWith("-work")) return ctx.env.WORK;
  if (name.endsWith("-mailings")) return ctx.env.MAILINGS;
  return null;
}

/** A page of letters nobody has dealt with, newest first, and where the next page starts. */
export async function listDead(
  ctx: Context,
  options: { queue: string | null; before: number | null },
): Promise<{ letters: DeadLetter[]; next: number | null }> {
  const found = await store.openDeadLetters(ctx.directory, { ...options, limit: DEAD_LETTERS_PAGE_MAX + 1 });
  const letters = found.slice(0, DEAD_LETTERS_PAGE_MAX);
  return { letters, next: found.length > DEAD_LETTERS_PAGE_MAX ? (letters.at(-1)?.no ?? null) : null };
}

/** How many letters of each queue wait, and since when the oldest does. */
export function countDead(ctx: Context): Promise<{ queue: string; count: number; oldestAt: number }[]> {
  return store.deadLetterCounts(ctx.directory);
}

/**
 * Sends letters to their live queue again, at most DEAD_LETTERS_AT_ONCE_MAX, and then marks them. A crash in between
 * sends some twice, which every consumer bears.
 * @returns how many were sent; letters of a queue that is no more, or whose text is no message, stay.
 */
export async function replayDead(ctx: Context, which: Which, by: Pick<Account, "no">): Promise<number> {
  const letters = await find(ctx, which);
  let sent = 0;
  for (const page of pagesOf(letters, SEND_CHARACTERS_MAX)) {
    const queue = liveQueue(ctx, page[0]?.queue ?? "");
    const messages = page.flatMap(({ body, no }) => {
      const message = parsed(body);
      return message === undefined ? [] : [{ no, message }];
    });
    if (!queue || messages.length === 0) continue;
    await queue.sendBatch(messages.map(({ message }) => ({ body: message })));
    sent += await store.settleDead(
      ctx.directory,
      messages.map(({ no }) => no),
      { replayedAt: ctx.now },
    );
  }
  await record(ctx, "deadletters.replayed", which, by, sent);
  return sent;
}

/** Gives letters up, at most DEAD_LETTERS_AT_ONCE_MAX. Gives how many there were. */
export async function discardDead(ctx: Context, which: Which, by: Pick<Account, "no">): Promise<number> {
  const letters = await find(ctx, which);
  const count = await store.settleDead(
    ctx.directory,
    letters.map(({ no }) => no),
    { discardedAt: ctx.now },
  );
  await record(ctx, "deadletters.discarded", which, by, count);
  return count;
}

/** Empties the texts of letters dealt with a week ago, since they may hold addresses. Run by the hourly cron line. */
export async function emptyOldDead(ctx: Context): Promise<void> {
  await store.emptyDead(ctx.directory, ctx.now - DEAD_LETTER_KEPT_MS);
}

function find(ctx: Context, which: Which): Promise<store.DeadBody[]> {
  return store.deadBodies(
    ctx.directory,
    "no" in which ? which : { ...which, limit: DEAD_LETTERS_AT_ONCE_MAX },
  );
}

/** Messages in pages of at most QUEUE_SEND_MAX and about so many characters; a longer one goes alone. */
function pagesOf<Message extends { body: string }>(messages: Message[], charactersMax: number): Message[][] {
  const pages: Message[][] = [];
  let size = 0;
  for (const message of messages) {
    const page = pages.at(-1);
    const fits = page && page.length < QUEUE_SEND_MAX && size + message.body.length <= charactersMax;
    size = fits ? size + message.body.length : message.body.length;
    if (fits) page.push(message);
    else pages.push([message]);
  }
  return pages;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

async function record(
  ctx: Context,
  act: string,
  which: Which,
  by: Pick<Account, "no">,
  count: number,
): Promise<void> {
  if (count === 0) return;
  const subject = "no" in which ? String(which.no) : which.queue;
  await recordAct(ctx, { groupNo: null, accountNo: by.no, act, subject, detail: { count } });
}

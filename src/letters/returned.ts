import { dbFor, shardNames } from "../groups/shard";
import type { Context } from "../platform/context";
import { type MailEvent, type MailReturned, returnedBy } from "../platform/mail/events";
import { messageKey } from "./message-key";
import { findMailed, type Mailed, markReturned } from "./store-returned";

/** The report of a bounce takes about a minute, and may still be here before the hand-over is written down. */
const LOOK_AGAIN_SECONDS = 90;

/**
 * What the provider says of a mail after it has left. A letter that did not arrive says so, once however often it is
 * reported; of a mail that was no letter nothing is done. Throws when a shard cannot be asked, so that it is asked again.
 */
export async function letterReturned(ctx: Context, event: MailEvent): Promise<void> {
  const returned = returnedBy(event);
  if (!returned) return;
  const key = await messageKey(returned.messageId);
  for (const shard of shardNames(ctx.env)) {
    const found = await findMailed(ctx.env[shard], key);
    if (found) return write(ctx, shard, found, returned, key);
  }
  if (event.isRepeated) return;
  await ctx.env.MAIL_EVENTS.send({ ...event, isRepeated: true }, { delaySeconds: LOOK_AGAIN_SECONDS });
}

async function write(ctx: Context, shard: string, mailed: Mailed, returned: MailReturned, key: number) {
  const db = dbFor(ctx.env, { no: mailed.groupNo, shard });
  const count = await markReturned(db, mailed, { ...returned, key, now: ctx.now });
  ctx.log.info("letters.returned", { groupNo: mailed.groupNo, how: returned.how, count });
}

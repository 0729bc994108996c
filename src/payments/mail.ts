import { dbFor } from "../groups/shard";
import type { Context } from "../platform/context";
import { type MailMessage, sendLater } from "../platform/mail/mail";
import { claimMail, settleMail } from "./store-mails";
import type { PaidGroup, PaymentId } from "./types";

/**
 * Queues one mail about a payment, once however often it is asked for. An interruption between claim and queue ends with
 * the claim's age; the mail may then come a second time, which for a receipt is better than never.
 * @param write is only called when the mail is due
 * @throws when D1 or the queue is away; the claim is given back
 */
export async function mailOnce(
  ctx: Context,
  group: PaidGroup,
  { payment, purpose }: { payment: PaymentId; purpose: string },
  write: () => Promise<MailMessage> | MailMessage,
): Promise<void> {
  const db = dbFor(ctx.env, group);
  const claim = await claimMail(db, payment, purpose, ctx.now);
  if (claim === "sent") return;
  // Whoever asked asks again, until the mail is known to be queued.
  if (claim === "taken") throw new Error(`the mail ${purpose} of ${payment} is claimed by another`);
  try {
    await sendLater(ctx, await write(), "receipt");
  } catch (error) {
    await settleMail(db, payment, purpose, null);
    throw error;
  }
  await settleMail(db, payment, purpose, ctx.now);
}

import type { Context } from "../context";
import { normaliseEmail } from "../email-address";
import { newId } from "../ids";
import { takeFromLimits } from "../limits";
import { unsafeReason } from "./headers";
import {
  MAIL_MESSAGE_BYTES_MAX,
  type MailMessage,
  type MailPurpose,
  type MailQueued,
  type MailWithFiles,
} from "./messages";
import { type MailResult, mailTransport } from "./transport";

export type { MailAttachment, MailMessage, MailPurpose, MailQueued, MailWithFiles } from "./messages";
export type { MailResult, MailTransport } from "./transport";

/** A result, or "capped": the address had its share for this hour and this mail is never sent. */
export type MailOutcome = MailResult | { outcome: "capped"; reason: string };

/** So that nobody can fill a stranger's mailbox through our forms. Sign-in mail has limits of its own. */
export const MAILS_PER_ADDRESS_MAX = 10;
const ADDRESS_WINDOW_MS = 3_600_000;

/**
 * Puts a mail on the queue; it leaves within seconds. Each queued mail is handed over at most once: a doubled message
 * is recognised by its id, and a mail whose outcome is unknown is never repeated.
 * Throws when the mail is larger than a queue takes, which is a bug of whoever rendered it.
 */
export async function sendLater(ctx: Context, message: MailMessage, purpose: MailPurpose): Promise<void> {
  const queued: MailQueued = { type: "mail.send", id: newId(), attempt: 1, purpose, message };
  const size = new TextEncoder().encode(JSON.stringify(queued)).length;
  if (size > MAIL_MESSAGE_BYTES_MAX) throw new Error(`a mail of ${size} bytes does not fit the queue`);
  await ctx.env.MAIL.send(queued);
}

/**
 * Hands one mail to one recipient over to the transport, now.
 * @param options.isCounted false for a further try of a mail that was counted against its address before.
 * @returns never throws: a refusal, a cap and a lost answer are outcomes. The cap fails open when it cannot be reached.
 */
export async function deliverMail(
  ctx: Context,
  message: MailWithFiles,
  purpose: MailPurpose,
  options: { isCounted: boolean } = { isCounted: true },
): Promise<MailOutcome> {
  const address = normaliseEmail(message.to);
  if (!address) return { outcome: "permanent", reason: "recipient" };
  const reason = unsafeReason(message);
  if (reason) return { outcome: "permanent", reason };
  if (purpose !== "sign-in" && options.isCounted) {
    const limits = [{ max: MAILS_PER_ADDRESS_MAX, windowMs: ADDRESS_WINDOW_MS }];
    const taken = await takeFromLimits(ctx.env, "mail", address, limits);
    if (!taken.allowed) return { outcome: "capped", reason: "address" };
  }
  return mailTransport(ctx).send(message);
}

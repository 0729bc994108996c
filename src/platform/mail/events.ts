import { z } from "zod";

/** The provider's words end where a table of ours has no room for more. */
const REASON_MAX = 300;

/**
 * On the MAIL_EVENTS queue: what became of a mail after the provider took it (Cloudflare's docs, Email Service). The provider writes
 * these itself; of a message that never reached a mail server it gives no SMTP code.
 */
export const mailEvent = z.object({
  type: z.string().startsWith("cf.email.sending.message."),
  payload: z.object({
    /** As the hand-over was answered, angle brackets and all. */
    messageId: z.string().min(1).max(1_000),
    recipient: z.string().max(320).default(""),
    bounce: z.object({ type: z.string().optional(), reason: z.string().optional() }).optional(),
    delivery: z.object({ smtpResponse: z.string().optional() }).optional(),
    rejection: z.object({ reason: z.string().optional() }).optional(),
  }),
  /** Set by us: it came before the mail it is about was written down, and is looked at once more. */
  isRepeated: z.literal(true).optional(),
});
export type MailEvent = z.infer<typeof mailEvent>;

/** An end that a mail comes to after it was taken. "hard": nobody reads there; the others may end well another time. */
export type MailReturned = {
  messageId: string;
  recipient: string;
  how: "hard" | "soft" | "refused" | "complaint";
  reason: string;
};

/** What an event says of a mail that did not arrive or was not welcome; null of all others. */
export function returnedBy({ type, payload }: MailEvent): MailReturned | null {
  const { messageId, recipient, bounce, delivery, rejection } = payload;
  const said = bounce?.reason ?? rejection?.reason ?? delivery?.smtpResponse ?? "";
  const reason = said.toWellFormed().replace(/\s+/g, " ").trim().slice(0, REASON_MAX);
  const about = { messageId, recipient: recipient.trim().toLowerCase(), reason };
  switch (type.slice("cf.email.sending.message.".length)) {
    case "bounced":
      return { ...about, how: bounce?.type === "soft" ? "soft" : "hard" };
    case "failed":
    case "rejected":
      return { ...about, how: "refused" };
    case "complained":
      return { ...about, how: "complaint" };
    default:
      return null;
  }
}

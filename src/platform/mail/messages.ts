import { z } from "zod";

/** A queue message is at most 128 kB with its metadata (Cloudflare's docs, Queues). */
export const MAIL_MESSAGE_BYTES_MAX = 120_000;
/** Limits of Cloudflare Email Service, and RFC 5322 §2.1.1. */
export const SUBJECT_MAX = 998;

/** One mail to one person, in both forms. A name or a subject may hold anything; it is made safe when sent. */
export const mailMessage = z.object({
  to: z.string().max(320),
  /** Left out when it is no address. */
  replyTo: z.string().max(320).optional(),
  /** Who the mail says it is from; the address is always the installation's. */
  fromName: z.string().max(200).optional(),
  subject: z.string(),
  html: z.string(),
  text: z.string(),
  headers: z.record(z.string(), z.string()).optional(),
});
export type MailMessage = z.infer<typeof mailMessage>;
/** A file in a mail; the name is ours, never a visitor's. */
export type MailAttachment = { filename: string; type: string; content: Uint8Array };
/** A mail that is handed over at once: a queue has no room for files. */
export type MailWithFiles = MailMessage & { attachments?: readonly MailAttachment[] };

const mailPurposes = ["sign-in", "invitation", "receipt", "notice", "letter"] as const;
export type MailPurpose = (typeof mailPurposes)[number];

/** On the MAIL queue: send this one mail. `id` names it through every try, `attempt` counts the tries from 1. */
export const mailQueued = z.object({
  type: z.literal("mail.send"),
  id: z.uuid(),
  attempt: z.number().int().min(1),
  purpose: z.enum(mailPurposes),
  message: mailMessage,
});
export type MailQueued = z.infer<typeof mailQueued>;

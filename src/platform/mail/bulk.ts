import type { MailResult } from "./transport";

/** What is handed over at once: so many at most are unknown when a process dies (docs/decisions/0027). */
export const BULK_CHUNK = 10;

/** One copy of a mailing, whole. Every header is made safe by the transport. */
export type BulkMessage = {
  /** The key of the copy (platform/mail-keys.ts): it makes the Message-ID and the return path, so that what comes back names it. */
  key: string;
  to: string;
  fromName: string;
  fromEmail: string;
  replyTo: string;
  subject: string;
  html: string;
  text: string;
  /** List-Unsubscribe, List-Unsubscribe-Post, List-Id, X-… */
  headers: Record<string, string>;
};

/**
 * A way for many mails to leave. Takes `BULK_CHUNK` at most and answers for each, in their order; never throws and never tries
 * again by itself. "unknown" is said of whatever may have left.
 */
export type BulkTransport = { send(messages: readonly BulkMessage[]): Promise<MailResult[]> };

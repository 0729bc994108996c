import type { MailText } from "./mail-text";
import type { MailResult } from "./transport";

/** What is handed over at once: so many at most are unknown when a process dies (docs/decisions/0037). */
export const BULK_CHUNK = 20;

/** One copy of a mailing, whole. Every header is made safe by the transport. */
export type BulkMessage = {
  /** The key of the copy (platform/mail-keys.ts): it makes the Message-ID and the return path, so that what comes back names it. */
  key: string;
  to: string;
  fromName: string;
  fromEmail: string;
  replyTo: string;
  subject: string;
  html: MailText;
  text: MailText;
  /** The same as an AMP for Email document, for the mailboxes that show such; nothing for most mails. */
  amp?: MailText | undefined;
  /** List-Unsubscribe, List-Unsubscribe-Post, List-Id, X-… */
  headers: Record<string, string>;
};

/** With what a domain of a group's own signs its mail (DKIM, RFC 6376), where the provider does not. */
export type DkimKey = { domain: string; selector: string /** PKCS #8, base64 */; privateKey: string };

/** What a transport must know of a sender beyond its address. */
export type BulkLane = { dkim: DkimKey | null };

/**
 * A way for many mails to leave. Takes `BULK_CHUNK` at most and answers for each, in their order; never throws and never tries
 * again by itself. "unknown" is said of whatever may have left.
 */
export type BulkTransport = {
  send(messages: readonly BulkMessage[]): Promise<MailResult[]>;
  /** Says goodbye to whom it keeps a connection; to be called when an invocation has sent what it had to send. */
  close?(): Promise<void>;
};

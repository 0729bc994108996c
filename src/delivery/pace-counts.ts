import { mailboxOf, namedMailboxes } from "../platform/mail/mailbox-provider";
import type { MailResult } from "../platform/mail/transport";
import type { MailboxReports } from "./types";

/**
 * A refusal for now of this very recipient, by SMTP (RFC 5321 §4.2.1). What says that the mailbox is full or its address odd
 * (RFC 3463, X.1 and X.2) is nothing of its provider, nor is what our own relay says of its own troubles (X.3).
 */
const DEFERRED = /^(?:to|text)_4\d\d(?:_4\.[04-7]\.\d{1,3})?$/;

/** Whether whoever keeps the mailbox asks for less mail, as far as the transport was told. */
export function isDeferral(result: MailResult): boolean {
  return result.outcome === "transient" && DEFERRED.test(result.reason);
}

/** Counts how one copy ended for its mailbox provider; a domain of one's own is nobody's. */
export function countMailbox(reports: MailboxReports, to: string, result: MailResult): void {
  const mailbox = mailboxOf(to);
  if (mailbox === "others") return;
  const isPutOff = isDeferral(result);
  if (result.outcome === "transient" && !isPutOff) return;
  reports[mailbox] ??= { sent: 0, hard: 0, deferred: 0 };
  const report = reports[mailbox];
  if (isPutOff) report.deferred += 1;
  else report.sent += 1;
  if (result.outcome === "permanent") report.hard += 1;
}

/** Adds what a page came to. */
export function addMailboxes(sum: MailboxReports, more: MailboxReports): void {
  for (const mailbox of namedMailboxes) {
    const each = more[mailbox];
    if (!each) continue;
    const { sent, hard, deferred } = sum[mailbox] ?? { sent: 0, hard: 0, deferred: 0 };
    sum[mailbox] = { sent: sent + each.sent, hard: hard + each.hard, deferred: deferred + each.deferred };
  }
}

/** How many the provider put off that put most off. */
export function mostDeferred(reports: MailboxReports): number {
  return Math.max(0, ...Object.values(reports).map(({ deferred }) => deferred));
}

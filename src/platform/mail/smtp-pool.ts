import { errorText, type Log } from "../log";
import { type SmtpMail, type SmtpSession, SmtpSetUpError } from "./smtp";
import type { MailResult } from "./transport";

/** Of the six that an invocation may hold: D1 and objects need theirs. */
const SESSIONS_MAX = 3;

/** Sessions that are opened when they are needed and kept for the next mails. `send` never throws. */
export function smtpPool(open: () => Promise<SmtpSession>, log: Log) {
  const idle: SmtpSession[] = [];
  const waiting: (() => void)[] = [];
  let busy = 0;

  async function session(): Promise<SmtpSession> {
    return idle.pop() ?? open();
  }

  async function sendOver(mails: readonly SmtpMail[], isSecondTry: boolean): Promise<MailResult[]> {
    let used: SmtpSession;
    try {
      used = isSecondTry ? await open() : await session();
    } catch (error) {
      const reason = error instanceof SmtpSetUpError ? `smtp_${error.reason}` : "smtp_connect";
      // A server's words are not logged: they may quote an address.
      log.info("mail.smtp", { reason, error: error instanceof SmtpSetUpError ? "" : errorText(error) });
      return mails.map(() => ({ outcome: "transient", reason }));
    }
    const wasUsed = used.isUsed;
    const { results, isOpen } = await used.send(mails);
    if (isOpen) idle.push(used);
    const rest = mails.slice(results.length);
    if (rest.length === 0) return results;
    // A connection that waited may have been closed meanwhile: of those left nothing had been handed over.
    if (wasUsed && !isSecondTry) return [...results, ...(await sendOver(rest, true))];
    return [...results, ...rest.map((): MailResult => ({ outcome: "transient", reason: "smtp_lost" }))];
  }

  return {
    async send(mails: readonly SmtpMail[]): Promise<MailResult[]> {
      while (busy >= SESSIONS_MAX) await new Promise<void>((go) => waiting.push(go));
      busy += 1;
      try {
        return await sendOver(mails, false);
      } finally {
        busy -= 1;
        waiting.shift()?.();
      }
    },
    async close(): Promise<void> {
      await Promise.all(idle.splice(0).map((each) => each.quit()));
    },
  };
}

import { errorText, type Log } from "../log";
import { type SmtpMail, type SmtpSession, SmtpSetUpError } from "./smtp";
import type { MailResult } from "./transport";

/** Of the six that an invocation may hold: D1 and objects need theirs. */
const SESSIONS_MAX = 3;
/** After so long no mail of a chunk is begun. With the minute its text may take, that is less than a claim lasts. */
const BEGIN_MS = 40_000;

/** Sessions that are opened when they are needed and kept for the next mails. `send` never throws. */
export function smtpPool(open: (by: number) => Promise<SmtpSession>, log: Log) {
  const idle: SmtpSession[] = [];
  const waiting: (() => void)[] = [];
  let busy = 0;

  async function sendOver(
    mails: readonly SmtpMail[],
    beginBy: number,
    isFirst: boolean,
  ): Promise<MailResult[]> {
    let used: SmtpSession;
    try {
      used = (isFirst ? idle.pop() : undefined) ?? (await open(beginBy));
    } catch (error) {
      const reason = error instanceof SmtpSetUpError ? `smtp_${error.reason}` : "smtp_connect";
      // A server's words are not logged: they may quote an address.
      log.info("mail.smtp", { reason, error: error instanceof SmtpSetUpError ? "" : errorText(error) });
      return putOff(mails, reason);
    }
    const wasUsed = used.isUsed;
    const { results, isOpen } = await used.send(mails, beginBy);
    if (isOpen) idle.push(used);
    const rest = mails.slice(results.length);
    if (rest.length === 0) return results;
    if (isOpen) return [...results, ...putOff(rest, "smtp_slow")];
    if ((wasUsed && isFirst) || isCutShort(results))
      return [...results, ...(await sendOver(rest, beginBy, false))];
    return [...results, ...putOff(rest, "smtp_lost")];
  }

  return {
    async send(mails: readonly SmtpMail[]): Promise<MailResult[]> {
      while (busy >= SESSIONS_MAX) await new Promise<void>((go) => waiting.push(go));
      busy += 1;
      try {
        return await sendOver(mails, Date.now() + BEGIN_MS, true);
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

/**
 * Whether a connection did its work before it was closed: many servers take so many mails over one and no more. Of those left nothing
 * had been handed over, as of those for whom a connection was closed while it waited.
 */
function isCutShort(results: readonly MailResult[]): boolean {
  return results.at(-1)?.outcome !== "unknown" && results.some(({ outcome }) => outcome === "accepted");
}

function putOff(mails: readonly SmtpMail[], reason: string): MailResult[] {
  return mails.map(() => ({ outcome: "transient", reason }));
}

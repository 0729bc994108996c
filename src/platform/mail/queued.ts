import type { Context } from "../context";
import { takeFromLimits } from "../limits";
import { deliverMail, type MailOutcome } from "./mail";
import type { MailQueued } from "./messages";

/** About four minutes for a sign-in mail, whose link lives fifteen; half a day for the others. */
const SIGN_IN_TRIES_MAX = 4;
const TRIES_MAX = 18;
const FIRST_DELAY_SECONDS = 30;
const DELAY_SECONDS_MAX = 3_600;
/** The longest a doubled message is recognised; the limits object forgets older ones. */
const REPEAT_WINDOW_MS = 86_400_000;

/** When to try again after this many tries, in seconds: doubling up to an hour. */
export function retryDelaySeconds(attempt: number): number {
  return Math.min(FIRST_DELAY_SECONDS * 2 ** (attempt - 1), DELAY_SECONDS_MAX);
}

/**
 * Sends one queued mail. A try is taken before the mail is handed over, so the same message delivered twice sends once;
 * what the provider took for later comes back as a new try. "unknown" is final: the mail may have arrived.
 * Recognising a repeat fails open: a second mail is better than none when the limits object cannot be reached.
 */
export async function sendQueued(
  ctx: Context,
  queued: MailQueued,
): Promise<MailOutcome["outcome"] | "repeated"> {
  const first = await takeFromLimits(ctx.env, "mail-try", `${queued.id}/${queued.attempt}`, [
    { max: 1, windowMs: REPEAT_WINDOW_MS },
  ]);
  if (!first.allowed) return "repeated";
  const result = await deliverMail(ctx, queued.message, queued.purpose, { isCounted: queued.attempt === 1 });
  const triesMax = queued.purpose === "sign-in" ? SIGN_IN_TRIES_MAX : TRIES_MAX;
  if (result.outcome === "transient" && queued.attempt < triesMax) {
    const next: MailQueued = { ...queued, attempt: queued.attempt + 1 };
    await ctx.env.MAIL.send(next, { delaySeconds: retryDelaySeconds(queued.attempt) });
  } else if (result.outcome !== "accepted") {
    ctx.log.info("mail.not_sent", { mailId: queued.id, purpose: queued.purpose, ...result });
  }
  return result.outcome;
}

import { failureReasons, recipientStatus } from "../mailings/types";
import type { MailResult } from "../platform/mail/transport";
import type { Claim, Settlement } from "./store-ledger";

/** The first delay after a refusal for now; it doubles up to the longest. */
export const FIRST_DELAY_S = 300;
const DELAY_S_MAX = 4 * 3_600;
/** After so many refusals for now it is given up: with the delays above, 72 hours. */
export const TRIES_MAX = 22;

/** Refusals that are about who sends: nobody's copy may fail for them. They wait, and the mailing is paused. */
const SENDER_ERRORS = new Set([
  "E_SENDER_NOT_VERIFIED",
  "E_SENDER_DOMAIN_NOT_AVAILABLE",
  "sender_not_verified",
  "not_configured",
]);

export function isSenderError(result: MailResult): boolean {
  return result.outcome === "permanent" && SENDER_ERRORS.has(result.reason);
}

/**
 * A refusal for good that names the address as its reason: by SMTP the codes of RFC 3463 for one that is not there or closed, or a
 * provider that knows it is dead. What a server says without a code may be about us.
 */
const NOBODY_THERE = /^(?:to|text)_5\d\d_5\.(?:1\.(?:1|2|3|6|10|11)|2\.1)$|^E_RECIPIENT_SUPPRESSED$/;

/** Whether a copy was refused since nobody reads at its address. */
export function isNobodyThere(result: MailResult): boolean {
  return result.outcome === "permanent" && NOBODY_THERE.test(result.reason);
}

/** When to try again after this many refusals, in s. */
export function retryDelayS(tries: number): number {
  return Math.min(FIRST_DELAY_S * 2 ** Math.max(0, tries - 1), DELAY_S_MAX);
}

/** How a claim ends by what the transport said. */
export function settlementOf(
  { personNo, tries, claimedS }: Claim,
  result: MailResult,
  now: number,
): Settlement {
  const atS = Math.floor(now / 1000);
  const end = { personNo, reason: null, dueS: null, atS, claimedS };
  if (isSenderError(result)) return { ...end, status: recipientStatus.waiting, reason: tries || null };
  switch (result.outcome) {
    case "accepted":
      return { ...end, status: recipientStatus.sent };
    case "permanent":
      return { ...end, status: recipientStatus.failed, reason: failureReasons.refused };
    case "unknown":
      return { ...end, status: recipientStatus.unknown };
    case "transient":
      return tries + 1 > TRIES_MAX
        ? { ...end, status: recipientStatus.failed, reason: failureReasons.gave_up }
        : {
            ...end,
            status: recipientStatus.waiting,
            reason: tries + 1,
            dueS: atS + retryDelayS(tries + 1),
          };
  }
}

/** A claim nothing was handed over for: the next page takes it again. */
export function released({ personNo, tries, claimedS }: Claim, now: number): Settlement {
  return {
    ...{ personNo, status: recipientStatus.waiting, reason: tries || null, dueS: null },
    ...{ atS: Math.floor(now / 1000), claimedS },
  };
}

import { z } from "zod";
import type { MailOutcome } from "../platform/mail/mail";

/** People named by one message: a message costs the same for one as for a hundred (Cloudflare's docs, Queues). */
export const RECEIPT_PAGE_MAX = 100;
/** Mails handed over at once. A crash leaves at most these "unknown". */
export const RECEIPT_CHUNK = 10;
/**
 * How long a claim may stay open. An invocation ends after 15 minutes at most (Cloudflare's docs, Queues), so whoever made an
 * older claim is gone.
 */
export const CLAIM_MS = 15 * 60_000;
/** Doubling from half a minute to an hour, this is a little more than a day: a daily limit has passed by then. */
export const RECEIPT_TRIES_MAX = 32;

/** The states of a receipt's row, as they are stored. */
export const receiptStates = { claimed: 1, sent: 2, refused: 3, capped: 4, unknown: 5, waiting: 6 } as const;

/** On the RECEIPTS queue: see to the receipts of these people. Ids only; who they are is read when the mail is written. */
export const receiptPage = z.object({
  type: z.literal("receipts.send"),
  groupNo: z.number().int(),
  actionNo: z.number().int(),
  people: z.array(z.number().int()).min(1).max(RECEIPT_PAGE_MAX),
});
export type ReceiptPage = z.infer<typeof receiptPage>;

/** Someone whose receipt this invocation has claimed. `attempts` counts this one. */
export type ClaimedReceipt = {
  personNo: number;
  attempts: number;
  email: string;
  givenName: string;
  familyName: string;
  /** False for someone whose mail bounced or who complained: they get nothing more. */
  mayBeMailed: boolean;
};

/** How a claim ended. `at`: when, or for a waiting one from when it may be claimed again; in ms. */
export type SettledReceipt = {
  personNo: number;
  state: Exclude<(typeof receiptStates)[keyof typeof receiptStates], 1>;
  at: number;
  reason: string | null;
};

export type ReceiptOutcome = MailOutcome | { outcome: "refused"; reason: string };

/** A counted participation whose receipt is not settled; `state` is null where there is no row. */
export type UnsettledReceipt = { personNo: number; state: 1 | 6 | null; at: number };

import { minorDigits, splitAmount } from "../platform/money";
import type { GiftAnswer, Recipient } from "./types";

/**
 * What must be given on top so that the gift arrives whole: the provider keeps a part of all that is charged and a fixed
 * sum, so the charge is (gift + fixed) / (1 − part). It is rounded up to the smallest unit: by the stated fee the group
 * never gets less than the gift, and at most one unit more.
 */
export function feeCoverFor(
  gift: number,
  { basisPoints, fixed }: { basisPoints: number; fixed: number },
): number {
  return Math.ceil(((gift + fixed) * 10_000) / (10_000 - basisPoints)) - gift;
}

/** Where a gift goes, in whole units that add up to it. */
export function partsOf(amount: number, recipients: readonly Recipient[]): GiftAnswer["recipients"] {
  const parts = splitAmount(
    amount,
    recipients.map(({ share }) => share),
  );
  return recipients.map(({ name }, index) => ({ name, amount: parts[index] ?? 0 }));
}

/** The share of each recipient in whole percent, for the page. They are said to be about right, and are. */
export function percentOf({ share }: Recipient, recipients: readonly Recipient[]): number {
  const whole = recipients.reduce((sum, each) => sum + each.share, 0);
  return Math.round((share * 100) / whole);
}

const SUGGESTED = [10, 25, 50, 100];

/** What a new page suggests: round numbers of about the same worth in most currencies. */
export function suggestedAmounts(currency: string): number[] {
  const digits = minorDigits(currency);
  const unit = digits === 0 ? 100 : 10 ** digits;
  return SUGGESTED.map((amount) => amount * unit);
}

/** The least a new page takes: no card can be charged much less. */
export function leastAmount(currency: string): number {
  const digits = minorDigits(currency);
  return digits === 0 ? 100 : 10 ** digits;
}

/** The fixed part of the usual fee. */
export function usualFixedFee(currency: string): number {
  const digits = minorDigits(currency);
  return digits === 0 ? 0 : 3 * 10 ** (digits - 1);
}

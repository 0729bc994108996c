import type { Standing } from "../payments/ledger";

/** How each state of a gift is coloured; the word says it. */
export const standingTones = {
  awaited: "warn",
  paid: "good",
  partly_refunded: "warn",
  refunded: "warn",
  disputed: "bad",
  dispute_lost: "bad",
} as const satisfies Record<Standing, string>;

/** How often, from what a payment's row says. */
export function rhythmOf(interval: string) {
  return (["week", "month", "year"] as const).find((name) => name === interval) ?? "once";
}

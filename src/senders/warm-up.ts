/**
 * A day counts when so much of its share was sent, so that a domain that rests does not warm up by waiting. It is less than the half one
 * mailbox provider may get, since of that some is not used: lists that are nearly all of one provider warm up too.
 */
const COUNTS_FROM = 0.4;

/** What a domain nobody has had mail from may send on its first days, as mailbox providers advise: about twice as much each time. */
export const WARM_UP_CURVE = [
  500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 50_000, 80_000, 120_000, 200_000, 350_000, 600_000,
  1_000_000,
] as const;

/**
 * The most a domain may send today.
 * @param step how many days count already
 * @returns null for a domain that is warm
 */
export function warmUpMost(step: number): number | null {
  return WARM_UP_CURVE[step] ?? null;
}

/** The step of the next day. */
export function warmUpStep(step: number, used: number): number {
  const most = warmUpMost(step);
  return most !== null && used >= most * COUNTS_FROM ? step + 1 : step;
}

import { isTooFew, judge, wilson } from "../delivery/verdict";

export type Interval = { low: number; high: number };
export type Count = { variantNo: number; did: number; of: number };

/** The range the true share lies in with 95 % (Wilson's score interval). Null of nobody. */
export function intervalOf({ did, of }: Pick<Count, "did" | "of">): Interval | null {
  return of > 0 ? wilson(Math.min(did, of), of) : null;
}

export type Verdict =
  /** The moment agreed beforehand has not come: whoever looks often enough sees a winner in anything. Null: it is not known yet. */
  | { is: "not_yet"; at: number | null }
  | { is: "too_few" }
  | { is: "even" }
  | { is: "ahead"; variantNo: number };

/**
 * Whether one variant is ahead of all others by more than chance explains, by the rule that chooses winners (delivery/verdict.ts).
 * @param at when the verdict is due, in ms; null while that is not known
 */
export function verdictOf(
  variants: readonly Count[],
  { at, now }: { at: number | null; now: number },
): Verdict {
  if (at === null || now < at) return { is: "not_yet", at };
  const counts = variants.map(({ variantNo, did, of }) => ({ variantNo, did, sent: of, unsubscribed: 0 }));
  if (variants.length < 2 || isTooFew(counts)) return { is: "too_few" };
  const verdict = judge(counts, { measure: "clicks", unsubscribeShareMax: null }, now);
  return verdict.is === "clear" ? { is: "ahead", variantNo: verdict.bestNo } : { is: "even" };
}

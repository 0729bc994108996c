import { judge, wilson } from "../delivery/verdict";

/** With fewer who did it, or who did not, in any variant, a verdict says more about luck than about words. */
const LEAST = 10;

export type Interval = { low: number; high: number };
export type Count = { variantNo: number; did: number; of: number };

/** Between what the true share lies with 95 % (Wilson's score interval). Null of nobody. */
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
  const all = {
    did: variants.reduce((sum, { did }) => sum + did, 0),
    of: variants.reduce((sum, { of }) => sum + of, 0),
  };
  // One that is behind may have nobody at all: what counts is what each would have if they were alike.
  const isFew = ({ did, of }: Count) => of - did < LEAST || (of * all.did) / Math.max(1, all.of) < LEAST;
  if (variants.length < 2 || variants.some(isFew)) return { is: "too_few" };
  const counts = variants.map(({ variantNo, did, of }) => ({ variantNo, did, sent: of, unsubscribed: 0 }));
  const verdict = judge(counts, { measure: "clicks", unsubscribeShareMax: null }, now);
  return verdict.is === "clear" ? { is: "ahead", variantNo: verdict.bestNo } : { is: "even" };
}

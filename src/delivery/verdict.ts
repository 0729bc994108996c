import { comparedParts } from "../mailings/combining";
import type { AlternatePart, CohortPlan, Combination, TestPlan } from "../mailings/types";
import type { CohortCount, CohortFault, CohortResult, VariantResult, Verdict } from "./types";

/**
 * The standard normal quantile for 95 % when the best is compared with one, two, … others: with several comparisons chance has
 * several chances (Bonferroni).
 */
const QUANTILES = [
  ...[1.96, 1.96, 2.241, 2.394, 2.498, 2.576, 2.638, 2.69, 2.734, 2.773, 2.807, 2.838],
  ...[2.865, 2.891, 2.914, 2.935, 2.955, 2.974, 2.991, 3.008, 3.023, 3.038, 3.052, 3.065],
];
const ALONE = 1.96;

/** Wilson's interval for a share (E. B. Wilson 1927): right also for few, and for shares near 0. */
export function wilson(did: number, of: number, quantile = ALONE): { low: number; high: number } {
  if (of === 0) return { low: 0, high: 1 };
  const square = quantile * quantile;
  const share = did / of;
  const middle = share + square / (2 * of);
  const half = quantile * Math.sqrt((share * (1 - share)) / of + square / (4 * of * of));
  const whole = 1 + square / of;
  return {
    low: did === 0 ? 0 : Math.max(0, (middle - half) / whole),
    high: did === of ? 1 : Math.min(1, (middle + half) / whole),
  };
}

type Count = { variantNo: number; sent: number; did: number; unsubscribed: number };

/** Whether two shares differ by more than chance explains (R. G. Newcombe 1998, method 10). */
function differs(best: Count, other: Count, quantile: number): boolean {
  if (best.sent === 0 || other.sent === 0) return false;
  const one = wilson(best.did, best.sent, quantile);
  const two = wilson(other.did, other.sent, quantile);
  const [p, q] = [best.did / best.sent, other.did / other.sent];
  return p - q - Math.sqrt((p - one.low) ** 2 + (two.high - q) ** 2) > 0;
}

/** What a test says, once its time is over. Of variants alike the first is the best: somebody has to be. */
export function judge(
  counts: readonly Count[],
  plan: Pick<TestPlan, "measure" | "unsubscribeShareMax">,
  now: number,
): Verdict {
  const shareOf = ({ did, sent }: Count) => (sent === 0 ? 0 : did / sent);
  const ranked = counts.toSorted((a, b) => shareOf(b) - shareOf(a) || a.variantNo - b.variantNo);
  const [best, ...others] = ranked;
  if (!best) throw new Error("a test without variants");
  const quantile = QUANTILES[others.length] ?? QUANTILES.at(-1) ?? ALONE;
  const sent = counts.reduce((sum, each) => sum + each.sent, 0);
  const unsubscribed = counts.reduce((sum, each) => sum + each.unsubscribed, 0);
  const { unsubscribeShareMax: most } = plan;
  return {
    measure: plan.measure,
    variants: counts
      .toSorted((a, b) => a.variantNo - b.variantNo)
      .map((each): VariantResult => {
        const { variantNo, sent: of, did } = each;
        return { variantNo, sent: of, did, share: shareOf(each), ...wilson(did, of) };
      }),
    bestNo: best.variantNo,
    is: kindOf(best, others, quantile),
    ...{ unsubscribed, sent },
    isTripped: most !== null && sent > 0 && unsubscribed * 10_000 > sent * most,
    judgedAt: now,
  };
}

/** How the alternates of a part did; the numbers of its `variants` are their places among them, from 1. */
export type PartVerdict = { part: AlternatePart; verdict: Verdict };

/**
 * What a test says of each part that has alternates, where more than one has: all versions with one of them together against those with each other. Every
 * combination was drawn equally often, so that the other parts weigh the same on both sides.
 */
export function judgeParts(
  { variants, measure, judgedAt }: Pick<Verdict, "variants" | "measure" | "judgedAt">,
  combinations: ReadonlyMap<number, Combination>,
): PartVerdict[] {
  const plan = { measure, unsubscribeShareMax: null };
  return comparedParts(combinations.values()).flatMap((part) => {
    const counts = byAlternate(part, variants, combinations).map(({ nth, sent, did }) => ({
      ...{ variantNo: nth, sent, did, unsubscribed: 0 },
    }));
    return counts.length > 1 ? [{ part, verdict: judge(counts, plan, judgedAt) }] : [];
  });
}

type Sample = Pick<VariantResult, "variantNo" | "sent" | "did">;
type AlternateSample = Pick<Sample, "sent" | "did"> & { nth: number };

/** Versions as one for each alternate of a part, by its place. */
export function byAlternate(
  part: AlternatePart,
  variants: readonly Sample[],
  combinations: ReadonlyMap<number, Combination>,
): AlternateSample[] {
  const sums = new Map<number, AlternateSample>();
  for (const { variantNo, sent, did } of variants) {
    const nth = combinations.get(variantNo)?.[part].nth;
    if (nth === undefined) continue;
    const sum = sums.get(nth) ?? { nth, sent: 0, did: 0 };
    sums.set(nth, { ...sum, sent: sum.sent + sent, did: sum.did + did });
  }
  return [...sums.values()].toSorted((one, other) => one.nth - other.nth);
}

/** With fewer who did it, or who did not, in any variant, a verdict says more about luck than about words. */
const LEAST = 10;

/** Whether too few did it, or left it, to tell variants apart at all. */
export function isTooFew(counts: readonly Pick<Count, "sent" | "did">[]): boolean {
  const all = counts.reduce((sum, { did, sent }) => ({ did: sum.did + did, sent: sum.sent + sent }), {
    ...{ did: 0, sent: 0 },
  });
  // One that is behind may have nobody at all, and one ahead everybody: what counts is what each would have if they were alike.
  return counts.some(({ sent }) => {
    const expected = (sent * all.did) / Math.max(1, all.sent);
    return expected < LEAST || sent - expected < LEAST;
  });
}

function kindOf(best: Count, others: readonly Count[], quantile: number): Verdict["is"] {
  if (best.did === 0) return "nothing";
  const [second] = others;
  if (second && second.sent > 0 && second.did * best.sent === best.did * second.sent) return "tie";
  const isClear = !isTooFew([best, ...others]) && others.every((other) => differs(best, other, quantile));
  return isClear ? "clear" : "close";
}

/** What fewer did sets no standard for the others, where more were tried of any cohort. */
const STANDARD_FROM = 100;

/**
 * How each cohort of a test down the list took a variant, freshest first. The best cohort is the one whose share is surely highest
 * (by the low end of its interval) among those of which enough were tried, so that three lucky people set no standard. A cohort that
 * did nothing of what is measured does not perform. A cohort keeps the winner from older ones only when it surely failed.
 * @param people recipients of each cohort, in order
 */
export function judgeCohorts(
  counts: readonly CohortCount[],
  people: readonly number[],
  plan: CohortPlan,
  variantNo: number,
): CohortResult[] {
  const results = people.map((_, index) => resultOf(counts, index + 1, variantNo));
  const known = results.filter(({ sent }) => sent > 0);
  const enough = known.filter(({ sent }) => sent >= STANDARD_FROM);
  const [best] = (enough.length > 0 ? enough : known).toSorted((a, b) => b.low - a.low);
  let hasFailed = false;
  for (const [index, result] of results.entries()) {
    const least = ((best?.share ?? 0) * plan.shareOfBestMin) / 100;
    result.isClose = result !== best && result.sent > 0 && result.low <= least && least <= result.high;
    // In whole numbers: what is exactly so much is enough.
    const isBelow =
      best !== undefined && result.did * best.sent * 100 < best.did * result.sent * plan.shareOfBestMin;
    result.fault = people[index] === 0 ? "nobody" : faultOf(result, isBelow, plan);
    if (result.fault === "nobody") continue;
    if (plan.isInOrder && hasFailed) result.fault ??= "older";
    hasFailed ||= hasSurelyFailed(result);
  }
  return results;
}

/** A cohort nobody was tried of, or few whose share may be chance, says nothing of those who were active longer ago. */
function hasSurelyFailed({ fault, sent, isClose }: CohortResult): boolean {
  if (fault === null || fault === "unknown") return false;
  return sent >= STANDARD_FROM || (fault === "share" && !isClose);
}

function resultOf(counts: readonly CohortCount[], cohort: number, variantNo: number): CohortResult {
  const none = { sent: 0, did: 0, unsubscribed: 0, complained: 0 };
  const found = counts.find((each) => each.cohort === cohort && each.variantNo === variantNo) ?? none;
  const { sent, did, unsubscribed, complained } = found;
  return {
    ...{ cohort, sent, did, unsubscribed, complained, share: sent === 0 ? 0 : did / sent },
    ...wilson(did, sent),
    ...{ fault: null, isClose: false },
  };
}

function faultOf(
  { sent, did, unsubscribed, complained }: CohortResult,
  isBelow: boolean,
  { unsubscribeShareMax, complaintShareMax }: CohortPlan,
): CohortFault | null {
  const isOver = (count: number, most: number | null) => most !== null && count * 10_000 > sent * most;
  if (sent === 0) return "unknown";
  if (did === 0 || isBelow) return "share";
  if (isOver(unsubscribed, unsubscribeShareMax)) return "unsubscribed";
  return isOver(complained, complaintShareMax) ? "complained" : null;
}

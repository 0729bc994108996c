import { z } from "zod";
import type { GroupDb } from "../groups/shard";
import type { Mailing } from "../mailings/types";
import { type Count, type Verdict, verdictOf } from "./chance";
import { figuresOf, partsOf } from "./figures";
import { selectTest } from "./store-lists";
import type { Figures, Tally } from "./types";

/** Without a test, variants are judged once: so long after the last mail left, when nearly all who will read it have. */
export const JUDGED_AFTER_MS = 24 * 3_600_000;

/** What variants are compared by. */
export const comparedBy = ["opened", "clicked", "actions", "gifts"] as const;
export type ComparedBy = (typeof comparedBy)[number];

export type Variant = { variantNo: number; figures: Figures };
/** One measure of all variants: who did it of how many, and what that says. */
export type Comparison = { by: ComparedBy; counts: Count[]; verdict: Verdict };

const measured = { opens: "opened", clicks: "clicked", actions: "actions", donations: "gifts" } as const;
const verdictSchema = z.object({
  measure: z.enum(["opens", "clicks", "actions", "donations"]),
  variants: z.array(z.object({ variantNo: z.number(), sent: z.number(), did: z.number() })),
});

/**
 * The variants of a mailing beside each other. Of a test the sample alone is judged, by what it was made for, when its time is over;
 * whoever got the winner later got it at another hour, and is no comparison.
 */
export async function comparisonOf(
  db: GroupDb,
  mailing: Pick<Mailing, "no" | "settings" | "status">,
  tally: Tally,
  now: number,
): Promise<{ variants: Variant[]; comparisons: Comparison[]; isOfSample: boolean }> {
  const variants = partsOf(tally).variants.map((variantNo) => ({
    variantNo,
    figures: figuresOf(tally, { variantNo }),
  }));
  if (variants.length < 2) return { variants, comparisons: [], isOfSample: false };
  const { test } = mailing.settings;
  if (!test) {
    const isOver = mailing.status === "sent" || mailing.status === "stopped";
    const at = isOver && tally.lastS !== null ? tally.lastS * 1_000 + JUDGED_AFTER_MS : null;
    return { variants, comparisons: comparisonsOf(variants, { at, now }), isOfSample: false };
  }
  const { endsAt, verdict } = await selectTest(db, mailing.no);
  const sample = verdictSchema.safeParse(JSON.parse(verdict ?? "null"));
  const by = measured[test.measure];
  if (!sample.success) {
    // Until the test is judged, everybody who got a variant is of its sample; after its time delivery judges within a minute.
    const counts = variants.map((each) => countOf(each, by));
    const early: Verdict = { is: "not_yet", at: endsAt };
    return { variants, comparisons: [{ by, counts, verdict: early }], isOfSample: true };
  }
  const counts = sample.data.variants.map(({ variantNo, sent, did }) => ({ variantNo, did, of: sent }));
  const judged = verdictOf(counts, { at: now, now });
  return { variants, comparisons: [{ by, counts, verdict: judged }], isOfSample: true };
}

function comparisonsOf(variants: readonly Variant[], when: { at: number | null; now: number }): Comparison[] {
  return comparedBy
    .map((by) => ({ by, counts: variants.map((each) => countOf(each, by)) }))
    .filter(({ counts }) => counts.some(({ did }) => did > 0))
    .map(({ by, counts }) => ({ by, counts, verdict: verdictOf(counts, when) }));
}

function countOf({ variantNo, figures }: Variant, by: ComparedBy): Count {
  return { variantNo, did: figures[by], of: figures.delivered };
}

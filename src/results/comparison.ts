import { z } from "zod";
import { byAlternate } from "../delivery/verdict";
import type { GroupDb } from "../groups/shard";
import { combinationsIn } from "../mailings/alternate";
import { comparedParts } from "../mailings/combining";
import type { AlternatePart, Combination, Mailing, TestPlan } from "../mailings/types";
import { type Count, type Verdict, verdictOf } from "./chance";
import { addFigures, figuresOf, partsOf } from "./figures";
import { selectTest } from "./store-lists";
import type { Figures, Tally } from "./types";

/** Without a test, variants are judged once: so long after the last mail left, when nearly all who will read it have. */
export const JUDGED_AFTER_MS = 24 * 3_600_000;

/** What variants are compared by. */
const comparedBy = ["opened", "clicked", "actions", "gifts"] as const;
export type ComparedBy = (typeof comparedBy)[number];

export type Variant = { variantNo: number; figures: Figures };
/** One measure of all variants: who did it of how many, and what that says. */
export type Comparison = { by: ComparedBy; counts: Count[]; verdict: Verdict };
/** The alternates of one part, each all versions that have it as one; the numbers are their places, from 1. */
export type PartComparison = { part: AlternatePart; alternates: Variant[]; comparisons: Comparison[] };

export type Compared = {
  variants: Variant[];
  comparisons: Comparison[];
  /** Of a mailing with alternates of more than one part; else empty. */
  byPart: PartComparison[];
  combinations: ReadonlyMap<number, Combination>;
  isOfSample: boolean;
};

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
): Promise<Compared> {
  const variants = partsOf(tally).variants.map((variantNo) => ({
    variantNo,
    figures: figuresOf(tally, { variantNo }),
  }));
  const combinations = await combinationsIn(db, mailing.no);
  const none = { variants, comparisons: [], byPart: [], combinations, isOfSample: false };
  if (variants.length < 2) return none;
  const { test } = mailing.settings;
  if (!test) {
    const isOver = mailing.status === "sent" || mailing.status === "stopped";
    const at = isOver && tally.lastS !== null ? tally.lastS * 1_000 + JUDGED_AFTER_MS : null;
    const byPart = partsOfAll(variants, combinations).map(({ part, alternates }) => ({
      ...{ part, alternates, comparisons: comparisonsOf(alternates, { at, now }) },
    }));
    return { ...none, comparisons: comparisonsOf(variants, { at, now }), byPart };
  }
  const sample = await sampleOf(db, mailing.no, test.measure, variants);
  const compare = (counts: Count[]): Comparison => {
    const { by, isJudged, endsAt } = sample;
    const verdict = isJudged ? verdictOf(counts, { at: now, now }) : ({ is: "not_yet", at: endsAt } as const);
    return { by, counts, verdict };
  };
  const byPart = partsOfAll(variants, combinations).map(({ part, alternates }) => ({
    ...{ part, alternates, comparisons: [compare(asAlternates(part, sample.counts, combinations))] },
  }));
  return { ...none, comparisons: [compare(sample.counts)], byPart, isOfSample: true };
}

/** What a test's sample did. Until it is judged, everybody who got a variant is of it; after its time delivery judges within a minute. */
async function sampleOf(
  db: GroupDb,
  no: number,
  measure: TestPlan["measure"],
  variants: readonly Variant[],
): Promise<{ by: ComparedBy; counts: Count[]; isJudged: boolean; endsAt: number | null }> {
  const { endsAt, verdict } = await selectTest(db, no);
  const sample = verdictSchema.safeParse(JSON.parse(verdict ?? "null"));
  const by = measured[measure];
  const counts = sample.success
    ? sample.data.variants.map(({ variantNo, sent, did }) => ({ variantNo, did, of: sent }))
    : variants.map((each) => countOf(each, by));
  return { by, counts, isJudged: sample.success, endsAt };
}

/** Each part that is compared, with the figures of its alternates. */
function partsOfAll(
  variants: readonly Variant[],
  combinations: Compared["combinations"],
): Omit<PartComparison, "comparisons">[] {
  return comparedParts(combinations.values()).flatMap((part) => {
    const places = new Set([...combinations.values()].map((each) => each[part].nth));
    const alternates = [...places].flatMap((nth) => {
      const all = variants.filter(({ variantNo }) => combinations.get(variantNo)?.[part].nth === nth);
      const figures = addFigures(all.map((each) => each.figures));
      return all.length === 0 ? [] : [{ variantNo: nth, figures }];
    });
    return alternates.length < 2 ? [] : [{ part, alternates }];
  });
}

function asAlternates(
  part: AlternatePart,
  counts: readonly Count[],
  combinations: Compared["combinations"],
): Count[] {
  const samples = counts.map(({ variantNo, did, of }) => ({ variantNo, did, sent: of }));
  return byAlternate(part, samples, combinations).map(({ nth, did, sent }) => ({
    ...{ variantNo: nth, did, of: sent },
  }));
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

import { estimateAudience, estimateWithin } from "../delivery/delivery";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Mailing } from "../mailings/types";
import type { Context } from "../platform/context";
import { linesOf } from "./lines";
import type { Breakdown, Line, Withheld } from "./types";
import { withheldFrom } from "./withheld";

/** Beside the estimate of the page itself; what is left is counted by asking again. */
const BUDGET_MS = 500;

/** The recipients a draft would have now by the lines of a breakdown. */
export type DraftReport = {
  breakdown: Breakdown;
  /** `recipients` is null while nobody was looked at, or where it cannot be counted. */
  lines: { line: Line; recipients: number | null; isTooLarge: boolean }[];
  isWhole: boolean;
  /** From 0 to 1. */
  share: number;
  /** Why there are no lines; null where they are shown. */
  withheld: Withheld | null;
};

/**
 * Counts who would get a draft if it were sent at a moment (`startAt`; null: now), line after line, within its audience and by the same rules as the
 * mailing itself, as far as half a second goes. Asking again goes on. To those who may not see people no answers are shown, and nothing
 * of a handful of people.
 */
export async function draftReport(
  ctx: Context,
  group: Group,
  { no, target, settings }: Pick<Mailing, "no" | "target" | "settings">,
  breakdown: Breakdown,
  {
    startAt,
    seesPeople,
    budgetMs = BUDGET_MS,
  }: { startAt: number | null; seesPeople: boolean; budgetMs?: number },
): Promise<DraftReport | null> {
  if (!target) return null;
  const withheld = withheldFrom(breakdown, { seesPeople });
  if (withheld) return { breakdown, lines: [], isWhole: true, share: 1, withheld };
  const lines = await linesOf(dbFor(ctx.env, group), breakdown);
  const counted = lines.filter(({ node, key }) => node !== null && key !== "everybody");
  const nodes = counted.flatMap(({ node }) => node ?? []);
  const options = { mailingNo: no, startAt, budgetMs };
  // The page has counted everybody just before: this goes on with that.
  const everybody = await estimateAudience(ctx, group, target, settings, options);
  const parts = await estimateWithin(ctx, group, target, settings, nodes, options);
  const isFew = withheldFrom(breakdown, { seesPeople, recipients: everybody.recipients }) !== null;
  // Of those looked at so far: there may be more.
  if (isFew && everybody.isWhole) return { breakdown, lines: [], isWhole: true, share: 1, withheld: "few" };
  const found = new Map(counted.map(({ key }, place) => [key, parts[place] ?? null]));
  found.set("everybody", everybody);
  const shares = [...found.values()].map((each) => (each === "too_large" ? 1 : (each?.share ?? 0)));
  const share = shares.reduce((sum, each) => sum + each, 0) / shares.length;
  return {
    breakdown,
    lines: lines.map((line) => {
      const estimate = found.get(line.key) ?? null;
      const isTooLarge = estimate === "too_large";
      return {
        line,
        isTooLarge,
        recipients: isFew || estimate === "too_large" ? null : (estimate?.recipients ?? null),
      };
    }),
    ...{ isWhole: shares.every((each) => each === 1), share, withheld: null },
  };
}

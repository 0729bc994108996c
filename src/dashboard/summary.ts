import type { Action } from "../actions/types";
import type { Group } from "../groups/types";
import { homeOf } from "../intake/home";
import type { Context } from "../platform/context";

/** A page is worth more than one late number. */
const TIMEOUT_MS = 2_000;
/** Homes asked at once for one page. */
export const SUMMARIES_MAX = 20;
const DAYS_SHOWN = 30;
const DAY_MS = 86_400_000;

export type Day = { at: number; count: number };
export type Numbers = { total: number; days: Day[] };

/** As it comes through a call: pairs have become lists. */
type Summary = { total: number; days: number[][] };

/** The numbers of each action that has or had a page; null for one whose home did not answer in time. */
export async function numbersOf(
  ctx: Context,
  group: Group,
  actions: readonly Action[],
): Promise<Map<number, Numbers | null>> {
  const asked = actions.filter(({ status }) => status !== "draft").slice(0, SUMMARIES_MAX);
  const answers = await Promise.all(asked.map((action) => summaryOf(ctx, group, action)));
  return new Map(asked.map(({ no }, index) => [no, numbersIn(answers[index] ?? null)]));
}

async function summaryOf(ctx: Context, group: Group, action: Action): Promise<Summary | null> {
  const home = homeOf(ctx.env, { actionId: action.id, jurisdiction: group.jurisdiction });
  try {
    return await Promise.race([home.summary(), scheduler.wait(TIMEOUT_MS).then(() => null)]);
  } catch (error) {
    ctx.log.error("summary.failed", error, { actionId: action.id });
    return null;
  }
}

/** A home knows how many there were at the end of each day; what people want to see is how many came. */
function numbersIn(summary: Summary | null): Numbers | null {
  if (!summary) return null;
  const days = summary.days.map(([day = 0, total = 0], index) => ({
    at: day * DAY_MS,
    count: Math.max(0, total - (summary.days[index - 1]?.[1] ?? 0)),
  }));
  return { total: summary.total, days: days.slice(-DAYS_SHOWN) };
}

/** How many came in the last so many days, today included. */
export function lately(numbers: readonly (Numbers | null)[], days: number): number {
  return sum(numbers.map((one) => sum((one?.days ?? []).slice(-days).map(({ count }) => count))));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

import type { GroupDb } from "../groups/shard";
import { mailingByNo } from "../mailings/mailing";
import type { CohortPlan, Frozen, Mailing, TestPlan } from "../mailings/types";
import * as store from "./store";
import {
  type CohortTotal,
  countCohortTotals,
  leaveOutShut,
  openCohorts,
  setEarlyVerdict,
  shutCohorts,
  unchooseWinner,
} from "./store-cohorts";
import { lastRecipient } from "./store-ledger";
import { overRanges } from "./survey";
import type { CohortProgress, CohortResult, CohortStanding, Delivery, Verdict } from "./types";
import { judgeCohorts } from "./verdict";

/** Leaving out writes rows. */
const FIRST_WIDTH = 20_000;

/** The bit of a cohort in `CohortStanding`. */
const bitOf = (cohort: number) => 1 << cohort;

/** Whether the winner goes to a cohort: an organiser's word comes before what its sample says. */
function getsIt({ cohort, fault }: CohortResult, { send, leave }: CohortStanding): boolean {
  if (send & bitOf(cohort)) return true;
  return fault === null && (leave & bitOf(cohort)) === 0;
}

function resultsOf(
  { cohorts, bestNo }: Verdict,
  frozen: Frozen | null,
  plan: CohortPlan,
  winnerNo: number | null,
): CohortResult[] {
  const people = (frozen?.cohorts ?? []).map((each) => each.people);
  return judgeCohorts(cohorts ?? [], people, plan, winnerNo ?? bestNo);
}

/**
 * Whether any cohort would get a variant: where none would, an organiser is asked first.
 * @param variantNo null: the best
 */
export function goesSomewhere(
  verdict: Verdict,
  { frozen, cohorts }: Pick<Delivery, "frozen" | "cohorts">,
  plan: CohortPlan,
  variantNo: number | null = null,
): boolean {
  return resultsOf(verdict, frozen, plan, variantNo).some((each) => getsIt(each, cohorts));
}

/** Whether a variant that is chosen now would go to no cohort at all. What is chosen before its time is judged when it is sent on. */
export async function goesNowhere(
  db: GroupDb,
  no: number,
  delivery: Pick<Delivery, "frozen" | "cohorts" | "verdict">,
  variantNo: number,
): Promise<boolean> {
  const plan = (await mailingByNo(db, no))?.settings.test?.cohorts;
  return !!plan && delivery.verdict !== null && !goesSomewhere(delivery.verdict, delivery, plan, variantNo);
}

/**
 * The winner is known: lets the cohorts that perform have it, the freshest first, each when nobody of the one before is left; by
 * people's own clocks all at once, since their hour would pass. Then everybody else ends without it; where nobody got it and nobody
 * said so, an organiser is asked. Each step is one statement, and whatever happens between two of them, asking again goes on.
 * @param judge what the sample says now, for a winner who was chosen before its time
 */
export async function sendDown(
  db: GroupDb,
  { no, settings }: Pick<Mailing, "no" | "settings">,
  plan: TestPlan & { cohorts: CohortPlan },
  judge: () => Promise<Verdict>,
): Promise<void> {
  const delivery = await store.selectDelivery(db, no);
  if (delivery?.status !== "sending" || delivery.winnerNo === null) return;
  const { verdict, frozen, cohorts: standing, winnerNo } = delivery;
  if (!verdict) {
    await setEarlyVerdict(db, no, JSON.stringify(await judge()));
    return;
  }
  if (standing.shut !== 0) await leaveOut(db, no);
  const results = resultsOf(verdict, frozen, plan.cohorts, winnerNo);
  const bits = (chosen: readonly CohortResult[]) =>
    chosen.reduce((sum, { cohort }) => sum | bitOf(cohort), 0) & ~standing.open & ~standing.shut;
  const next = bits(results.filter((each) => getsIt(each, standing)));
  // The lowest bit is the freshest cohort's.
  if (next !== 0) await openCohorts(db, no, settings.localTime ? next : next & -next, standing);
  else {
    const rest = bits(results.filter((each) => !getsIt(each, standing)));
    if (rest === 0) return;
    const failing = bits(results.filter((each) => !getsIt(each, standing) && each.fault !== "nobody"));
    const isForNobody = standing.open === 0 && standing.shut === 0 && (failing & ~standing.leave) !== 0;
    if (isForNobody) await unchooseWinner(db, no, standing, Date.now());
    else await shutCohorts(db, no, rest, standing);
  }
}

async function leaveOut(db: GroupDb, no: number): Promise<void> {
  const nowS = Math.floor(Date.now() / 1000);
  await overRanges(
    await lastRecipient(db, no),
    async (after, upTo) => (await leaveOutShut(db, no, { after, upTo, nowS })).ms,
    FIRST_WIDTH,
  );
}

/** Everybody of a test down the list by cohort, counted from the rows. */
export async function cohortTotals(db: GroupDb, no: number): Promise<CohortTotal[]> {
  const sums = new Map<number, CohortTotal>();
  await overRanges(await lastRecipient(db, no), async (after, upTo) => {
    const { rows, ms } = await countCohortTotals(db, no, { after, upTo });
    for (const row of rows) {
      const sum = sums.get(row.cohort) ?? { cohort: row.cohort, sent: 0, waiting: 0, leftOut: 0 };
      for (const name of ["sent", "waiting", "leftOut"] as const) sum[name] += row[name];
      sums.set(row.cohort, sum);
    }
    return ms;
  });
  return [...sums.values()];
}

/** How each cohort stands, freshest first; null of a mailing that does not go down the list. */
export function cohortsOf(
  delivery: Delivery,
  plan: CohortPlan | null,
  totals: readonly CohortTotal[],
): CohortProgress[] | null {
  const { frozen, verdict, winnerNo, status, cohorts: standing } = delivery;
  if (!frozen?.cohorts || !plan) return null;
  const results = verdict && resultsOf(verdict, frozen, plan, winnerNo);
  const isOpen = status === "sending" || status === "paused";
  return frozen.cohorts.map(({ people, sample }, index) => {
    const cohort = index + 1;
    const { sent, waiting, leftOut } = totals.find((each) => each.cohort === cohort) ?? NOBODY;
    const result = results?.[index] ?? null;
    const state = stateOf(delivery, cohort, { isWhole: people === sample, waiting, result, isOpen });
    const choice = standing.send & bitOf(cohort) ? "send" : standing.leave & bitOf(cohort) ? "leave" : null;
    return {
      ...{ cohort, people, sample, sent, waiting, leftOut, result, choice, state },
      isChangeable: isOpen && people > sample && state !== "out" && state !== "sent",
    };
  });
}

const NOBODY = { sent: 0, waiting: 0, leftOut: 0 };

function stateOf(
  { verdict, winnerNo, cohorts: standing }: Delivery,
  cohort: number,
  now: { isWhole: boolean; waiting: number; result: CohortResult | null; isOpen: boolean },
): CohortProgress["state"] {
  if (standing.shut & bitOf(cohort)) return "out";
  if (now.isWhole) return now.waiting > 0 ? "test" : "sent";
  if (winnerNo !== null && standing.open & bitOf(cohort)) return now.waiting > 0 ? "sending" : "sent";
  if (!now.isOpen) return "out";
  if (!verdict || !now.result) return "test";
  return getsIt(now.result, standing) ? "next" : "failing";
}

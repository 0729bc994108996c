import type { GroupDb } from "../groups/shard";
import type { CohortPlan, Mailing, TestPlan } from "../mailings/types";
import { goesSomewhere, sendDown } from "./down-the-list";
import * as store from "./store";
import type { SampleCount } from "./store-ledger";
import { sampleOf } from "./survey";
import type { CohortCount, Delivery, TestPhase, Verdict } from "./types";
import { judge } from "./verdict";

const HOUR_MS = 3_600_000;

/**
 * The sample has been sent: waits for its time, judges it then and not before, and says who goes to the rest; down the list, to which
 * part of it.
 * @returns in how many ms to look again; null when an organiser must choose; 0 when the rest may be sent
 */
export async function test(
  db: GroupDb,
  mailing: Pick<Mailing, "no" | "settings">,
  plan: TestPlan,
  read: Delivery,
  now: number,
): Promise<number | null> {
  const { no } = mailing;
  // A driver reads how a mailing stands once a second; the steps down the list follow one another faster.
  const delivery = (plan.cohorts && (await store.selectDelivery(db, no))) ?? read;
  const { testEndsAt, verdict, winnerNo } = delivery;
  if (winnerNo !== null) {
    if (isDownTheList(plan)) await sendDown(db, mailing, plan, () => judged(db, no, plan, now));
    return 0;
  }
  if (testEndsAt === null) {
    const sample = await sampleOf(db, no);
    const lastS = Math.max(...sample.map((each) => each.lastS ?? 0), 0);
    const endsAt = (lastS > 0 ? lastS * 1000 : now) + plan.hours * HOUR_MS;
    await store.setTestEnd(db, no, endsAt);
    return Math.max(1, endsAt - now);
  }
  if (now < testEndsAt) return testEndsAt - now;
  if (verdict) {
    const note = whyHeld(verdict, plan);
    if (note) await store.pause(db, no, { cause: "test", note, now });
    return null;
  }
  const found = await judged(db, no, plan, now);
  const goesOn = !isDownTheList(plan) || goesSomewhere(found, delivery, plan.cohorts);
  const follows = plan.isAutomatic && !found.isTripped && goesOn;
  await store.setVerdict(db, no, { verdict: found, winnerNo: follows ? found.bestNo : null });
  return follows ? 0 : 1;
}

function isDownTheList(plan: TestPlan): plan is TestPlan & { cohorts: CohortPlan } {
  return plan.cohorts !== null;
}

/** Why nobody gets the winner by itself though the plan says so; null where it does not. */
function whyHeld({ isTripped }: Verdict, { isAutomatic, cohorts }: TestPlan): string | null {
  if (isTripped) return "unsubscribed";
  return isAutomatic && cohorts ? "no_cohort" : null;
}

async function judged(db: GroupDb, no: number, plan: TestPlan, now: number): Promise<Verdict> {
  const counts = (await sampleOf(db, no)).map((each) => ({ ...each, did: didOf(each, plan.measure) }));
  const verdict = judge(byVariant(counts), plan, now);
  return plan.cohorts ? { ...verdict, cohorts: counts.flatMap(inCohort) } : verdict;
}

type Counted = SampleCount & { did: number };

/** A variant's people as one, in whichever cohort they are. */
function byVariant(counts: readonly Counted[]): Counted[] {
  const sums = new Map<number, Counted>();
  for (const each of counts) {
    const sum = sums.get(each.variantNo);
    if (!sum) sums.set(each.variantNo, { ...each });
    else for (const name of ["sent", "did", "unsubscribed"] as const) sum[name] += each[name];
  }
  return sums.size > 0 ? [...sums.values()] : [NOBODY];
}

function inCohort({ cohort, variantNo, sent, did, unsubscribed, complained }: Counted): CohortCount[] {
  return cohort === null ? [] : [{ cohort, variantNo, sent, did, unsubscribed, complained }];
}

const NOBODY: Counted = {
  ...{ variantNo: 1, cohort: null, sent: 0, opened: 0, clicked: 0, acted: 0, gave: 0 },
  ...{ unsubscribed: 0, complained: 0, lastS: null, did: 0 },
};

function didOf({ opened, clicked, acted, gave }: SampleCount, measure: TestPlan["measure"]): number {
  switch (measure) {
    case "opens":
      return opened;
    case "clicks":
      return clicked;
    case "actions":
      return acted;
    case "donations":
      return gave;
  }
}

/** Where a test is. */
export function phaseOf({ winnerNo, verdict, testEndsAt }: Delivery): TestPhase {
  if (winnerNo !== null) return "decided";
  if (verdict) return verdict.isTripped ? "tripped" : "choose";
  return testEndsAt === null ? "sample" : "waiting";
}

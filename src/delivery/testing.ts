import type { GroupDb } from "../groups/shard";
import type { Mailing, TestPlan } from "../mailings/types";
import * as store from "./store";
import type { SampleCount } from "./store-ledger";
import { sampleOf } from "./survey";
import type { Delivery, TestPhase } from "./types";
import { judge } from "./verdict";

const HOUR_MS = 3_600_000;

/**
 * The sample has been sent: waits for its time, judges it then and not before, and says who goes to the rest.
 * @returns in how many ms to look again; null when an organiser must choose; 0 when the rest may be sent
 */
export async function test(
  db: GroupDb,
  { no }: Pick<Mailing, "no">,
  plan: TestPlan,
  delivery: Delivery,
  now: number,
): Promise<number | null> {
  const { testEndsAt, verdict, winnerNo } = delivery;
  if (winnerNo !== null) return 0;
  if (testEndsAt === null) {
    const sample = await sampleOf(db, no);
    const lastS = Math.max(...sample.map((each) => each.lastS ?? 0), 0);
    const endsAt = (lastS > 0 ? lastS * 1000 : now) + plan.hours * HOUR_MS;
    await store.setTestEnd(db, no, endsAt);
    return Math.max(1, endsAt - now);
  }
  if (now < testEndsAt) return testEndsAt - now;
  if (verdict) {
    if (verdict.isTripped) await store.pause(db, no, { cause: "test", note: "unsubscribed", now });
    return null;
  }
  const counts = (await sampleOf(db, no)).map((each) => ({ ...each, did: didOf(each, plan.measure) }));
  if (counts.length === 0) counts.push({ ...NOBODY, did: 0 });
  const judged = judge(counts, plan, now);
  const follows = plan.isAutomatic && !judged.isTripped;
  await store.setVerdict(db, no, { verdict: judged, winnerNo: follows ? judged.bestNo : null });
  return follows ? 0 : 1;
}

const NOBODY: SampleCount = {
  ...{ variantNo: 1, sent: 0, opened: 0, clicked: 0, acted: 0, gave: 0, unsubscribed: 0 },
  lastS: null,
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

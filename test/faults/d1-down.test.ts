import { afterAll, beforeAll, expect, test } from "vitest";
import { liveThrough, signAndBeThanked } from "./outage.ts";
import { Stage } from "./stage.ts";

/* P6: a minute without any D1, in which the whole server is also killed and started with nothing in memory. */

const OUTAGE_MS = 60_000;
const BEFORE = 25;
// An object that has waited for D1 for long looks again once a minute.
const DRAIN_MS = 120_000;

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open({ hasReceipt: false });
});
afterAll(async () => {
  await stage.close();
});

test.each(["refuses", "hangs"] as const)(
  "while D1 %s for a minute, pages are served and signing goes on, also from a cold start; then all of it arrives",
  async (how) => {
    const before = (await stage.signers()).length;
    for (let n = 0; n < BEFORE; n += 1)
      await signAndBeThanked(stage, `${how}-before${n}@supporters.example`, "before");
    await stage.drained(DRAIN_MS);
    await stage.get("/");
    const figures = await liveThrough(stage, how, OUTAGE_MS, how);
    const upAgainAt = Date.now();
    const summary = await stage.drained(DRAIN_MS);
    const stored = await stage.signers();
    const drainedAfterMs = Date.now() - upAgainAt;
    console.log(JSON.stringify({ d1: how, ...figures, drainedAfterMs, rows: stored.length }));
    expect(stored.length).toBe(before + BEFORE + figures.signed);
    expect(summary).toMatchObject({ total: stored.length, parked: 0 });
    expect(await stage.publicCountAfter(stored.length)).toBe(stored.length);
    expect(figures.coldStarts).toBe(1);
    expect(figures.slowestSignatureMs).toBeLessThan(5_000);
    expect(figures.slowestViewMs).toBeLessThan(5_000);
  },
);

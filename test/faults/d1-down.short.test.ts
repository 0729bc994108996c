import { afterAll, beforeAll, expect, test } from "vitest";
import { liveThrough, signAndBeThanked } from "./outage.ts";
import { Stage } from "./stage.ts";

/* The minute of d1-down.test.ts in a few seconds. */

const OUTAGE_MS = 4_000;
const DRAIN_MS = 120_000;

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open({ hasReceipt: false });
});
afterAll(async () => {
  await stage.close();
});

test("without D1 pages are served and signing goes on, also from a cold start; then all of it arrives", async () => {
  await signAndBeThanked(stage, "before@supporters.example", "before");
  await stage.drained(DRAIN_MS);
  await stage.get("/");
  const { signed } = await liveThrough(stage, "refuses", OUTAGE_MS, "during");
  const { total } = await stage.drained(DRAIN_MS);
  expect(signed).toBeGreaterThan(5);
  expect(total).toBe(1 + signed);
  expect(await stage.publicCountAfter(1 + signed)).toBe(1 + signed);
});

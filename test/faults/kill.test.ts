import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRandom } from "./random.ts";
import { Stage } from "./stage.ts";
import { Stream } from "./stream.ts";

/*
 * P1 and P2 under power cuts: node and workerd are killed together, again and again, in the middle of a stream of signatures
 * and while the action is spread over more objects.
 */

const ANSWERS = 20_000;
const KILLS = 22;
const SEED = Number(process.env.TEST_SEED ?? 1);
/** Share of the stream after which the action is spread so far. */
const SPREADS = [
  { after: 0.25, to: 2 },
  { after: 0.55, to: 4 },
];
const POLL_MS = 5;
const DRAIN_MS = 120_000;

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open({ hasReceipt: false });
});
afterAll(async () => {
  await stage.close();
});

test("20,000 signatures survive more than 20 kills: none lost, none counted twice, the newest answer kept", async () => {
  const random = createRandom(SEED);
  const stream = new Stream(stage, random, {
    answers: ANSWERS,
    repeats: 0.15,
    revised: 0.6,
    impatient: 0.1,
    atOnce: 32,
  });
  const startedAt = Date.now();
  const running = stream.run();
  let kills = 0;
  for (const spread of [...SPREADS, { after: 1, to: 4 }]) {
    while (stream.progress < spread.after * ANSWERS && kills < KILLS) {
      await until(
        () => stream.progress >= ((kills + 0.2 + 0.6 * random.below(100) * 0.01) * ANSWERS) / KILLS,
      );
      await stage.kill();
      kills += 1;
      await stage.restart();
    }
    if (spread.after < 1) await stage.home("spreadTo", spread.to);
  }
  await running;
  const streamedMs = Date.now() - startedAt;
  const summary = await stage.drained(DRAIN_MS);
  const stored = await stage.signers();
  const { lost, outdated, invented, countedTwice } = stream.compare(stored);
  const { people, ...figures } = stream.figures();
  const publicCount = await stage.publicCountAfter(stored.length);
  const drift = await stage.home("check");
  console.log(
    JSON.stringify({
      seed: SEED,
      kills,
      spread: summary.spread,
      ...figures,
      people,
      rows: stored.length,
      publicCount,
      drift,
      lost: lost.length,
      countedTwice,
      outdated: outdated.length,
      seconds: Math.round(streamedMs / 1000),
    }),
  );
  expect(lost.slice(0, 5)).toEqual([]);
  expect(outdated.slice(0, 5)).toEqual([]);
  expect(invented.slice(0, 5)).toEqual([]);
  expect(countedTwice).toBe(0);
  expect(stored.length).toBeGreaterThanOrEqual(people);
  expect(summary.total).toBe(stored.length);
  expect(publicCount).toBe(stored.length);
  expect(drift).toBe(0);
  expect(summary).toMatchObject({ spread: 4, parked: 0, pending: 0 });
  expect(kills).toBeGreaterThanOrEqual(20);
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(POLL_MS);
}

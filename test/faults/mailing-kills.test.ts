import { expect, test } from "vitest";
import { sendThroughKills } from "./mailing-kills.ts";

/* P5 under power cuts: node and workerd are killed together, again and again, in the middle of a mailing. */

const PEOPLE = 50_000;
const KILLS = 30;
/** Alone on the machine it takes some minutes. */
const TIMEOUT_MS = 45 * 60_000;
const SEED = Number(process.env.TEST_SEED ?? 1);

test("a mailing to 50,000 survives 30 kills: nobody twice, at most 20 unknown a kill, everybody accounted for", {
  timeout: TIMEOUT_MS,
}, async () => {
  const outcome = await sendThroughKills({ people: PEOPLE, kills: KILLS, seed: SEED, isHurried: false });
  console.log(JSON.stringify({ seed: SEED, ...outcome.figures }));
  expect(outcome.twice.slice(0, 5)).toEqual([]);
  expect(outcome.mailedAfterwards.slice(0, 5)).toEqual([]);
  expect(outcome.untrue.slice(0, 5)).toEqual([]);
  expect(outcome.status).toBe("sent");
  expect(outcome.candidates).toBe(PEOPLE);
  expect(outcome.ends).toMatchObject({ waiting: 0, claimed: 0 });
  expect(Object.values(outcome.ends).reduce((sum, count) => sum + count, 0)).toBe(PEOPLE);
  // What the provider took without saying so is unknown whatever we do.
  expect(outcome.figures.unknown).toBeLessThanOrEqual(20 * KILLS + outcome.figures.untold);
  expect(outcome.figures.unsubscribedMidway).toBeGreaterThan(10);
});

import { expect, test } from "vitest";
import { sendThroughKills } from "./mailing-kills.ts";

/* P5 under power cuts, in its short form: the long one is mailing-kills.test.ts. */

test("a mailing that is killed twice reaches nobody twice and accounts for everybody", async () => {
  const kills = 2;
  const outcome = await sendThroughKills({ people: 1_500, kills, seed: 1, isHurried: true });
  console.log(JSON.stringify(outcome.figures));
  expect(outcome.twice).toEqual([]);
  expect(outcome.mailedAfterwards).toEqual([]);
  expect(outcome.untrue).toEqual([]);
  expect(outcome.status).toBe("sent");
  expect(outcome.ends).toMatchObject({ waiting: 0, claimed: 0 });
  expect(Object.values(outcome.ends).reduce((sum, count) => sum + count, 0)).toBe(outcome.candidates);
  expect(outcome.figures.unknown).toBeLessThanOrEqual(20 * kills + outcome.figures.untold);
});

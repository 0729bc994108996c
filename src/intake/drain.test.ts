import { evictAllDurableObjects } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Clock, History } from "../../test/faults/history";
import { createRandom } from "../../test/faults/random";

/** The long suite asks for more (`test/faults/vitest.config.ts`); one that failed is played again by its seed. */
const { TEST_HISTORIES = 40, TEST_FIRST_SEED = 1 } = env as {
  TEST_HISTORIES?: number;
  TEST_FIRST_SEED?: number;
};
const HISTORIES_A_TEST = 20;
const STEPS = 40;

/** Far ahead, so that no alarm rings by itself. */
const BEGINNING = Date.UTC(2040, 0, 1);
const clock: Clock = { now: BEGINNING };
let history: History;

type Statement = { statement: string; params: unknown[] };

/** Tells the history of each page that D1 has taken, whichever way it came. */
function listenToD1() {
  const database = Object.getPrototypeOf(env.SHARD_01);
  const batch: D1Database["batch"] = database.batch;
  vi.spyOn(database, "batch").mockImplementation(async function (this: D1Database, ...given: unknown[]) {
    const [statements] = given as [D1PreparedStatement[]];
    const results = await batch.call(this, statements);
    for (const { statement, params } of statements as unknown as Statement[]) {
      if (!statement.includes("INSERT INTO participations")) continue;
      history.committed(Number(params[2]), JSON.parse(String(params[1])));
    }
    return results;
  });
}

beforeAll(() => {
  vi.spyOn(Date, "now").mockImplementation(() => clock.now);
  listenToD1();
});
afterAll(() => {
  vi.restoreAllMocks();
});

async function play(seed: number): Promise<string[]> {
  clock.now = BEGINNING;
  history = await History.begin(createRandom(seed), clock);
  try {
    for (let step = 0; step < STEPS; step += 1) await history.step();
    await history.calm();
    return await history.differences();
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}

describe("a drain interrupted anywhere, with removals, erasures, merges and unsubscribes in between", () => {
  const starts = Array.from(
    { length: Math.ceil(TEST_HISTORIES / HISTORIES_A_TEST) },
    (_, n) => TEST_FIRST_SEED + n * HISTORIES_A_TEST,
  );
  it.each(starts)(
    "loses nothing, counts nobody twice and keeps the newest answer (histories from seed %i)",
    { timeout: 120_000 },
    async (start) => {
      for (let seed = start; seed < start + HISTORIES_A_TEST; seed += 1) {
        const differences = await play(seed);
        expect(differences, `seed ${seed}\n    ${[...differences, ...history.log].join("\n    ")}`).toEqual(
          [],
        );
      }
      // Each object in memory holds files open.
      await evictAllDurableObjects();
    },
  );
});

import { evictAllDurableObjects } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Clock, History } from "../../test/faults/history";
import { createRandom } from "../../test/faults/random";

/** The long suite asks for more (`test/faults/vitest.config.ts`); one that failed is played again by its seed. */
const { TEST_HISTORIES = 8, TEST_FIRST_SEED = 1 } = env as {
  TEST_HISTORIES?: number;
  TEST_FIRST_SEED?: number;
};
const HISTORIES_A_TEST = 8;
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
  const keepsDrained = seed % 2 === 0;
  history = await History.begin(createRandom(seed), clock, { keepsDrained });
  try {
    for (let step = 0; step < STEPS; step += 1) await history.step();
    await history.calm();
    return [
      ...(await history.differences()),
      ...(keepsDrained ? await storedAgainForNothing() : []),
      ...(keepsDrained ? await storedAgainAfterLoss() : []),
    ];
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}

/** What is stored again although nothing was lost changes nothing: D1 is not even sent it. */
async function storedAgainForNothing(): Promise<string[]> {
  const { commits, announced } = history;
  const known = announced.size;
  await history.storeAgain();
  const found = (await history.differences()).map((difference) => `stored again: ${difference}`);
  if (history.commits > commits) found.push("stored again what was there");
  if (announced.size > known) found.push("announced again what was there");
  return found;
}

/** Whatever happened, a database that lost all of it gets back what everybody said who was not erased. */
async function storedAgainAfterLoss(): Promise<string[]> {
  const known = history.announced.size;
  await history.loseEverything();
  await history.storeAgain();
  const found = (await history.differencesAfterLoss()).map((difference) => `after a loss: ${difference}`);
  if (history.announced.size > known) found.push("announced again after a loss");
  return found;
}

describe("a drain interrupted anywhere, with removals, erasures, merges and unsubscribes in between", () => {
  const starts = Array.from(
    { length: Math.ceil(TEST_HISTORIES / HISTORIES_A_TEST) },
    (_, n) => TEST_FIRST_SEED + n * HISTORIES_A_TEST,
  );
  it.each(starts)(
    "loses nothing, counts nobody twice and keeps the newest answer (histories from seed %i)",
    { timeout: 300_000 },
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

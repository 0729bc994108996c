import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Clock, History } from "../../test/faults/history";
import { createRandom } from "../../test/faults/random";

const HISTORIES = 200;
const STEPS = 40;
const HISTORIES_A_TEST = 20;
const FIRST_SEED = 20261122;

const clock: Clock = { now: Date.now() + 10 * 365 * 86_400_000 };
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
      if (statement.includes("INSERT INTO participations")) history.committed(Number(params[2]), JSON.parse(String(params[1])));
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
  history = await History.begin(createRandom(seed), clock);
  try {
    for (let step = 0; step < STEPS; step += 1) await history.step();
    await history.calm();
    return await history.differences();
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}

describe("whatever interrupts a drain, and whatever organisers do meanwhile", () => {
  const starts = Array.from({ length: HISTORIES / HISTORIES_A_TEST }, (_, n) => FIRST_SEED + n * HISTORIES_A_TEST);
  it.each(starts)("nothing is lost, nobody counts twice and the newest answer stays (seeds from %i)", { timeout: 60_000 }, async (start) => {
    for (let seed = start; seed < start + HISTORIES_A_TEST; seed += 1) {
      const differences = await play(seed); if (differences.length) { if ([20261123,20261126,20261180,20261225].includes(seed)) console.log(history.log.join("\n")); console.log("SEED", seed, "\n  "+differences.map(d=>d.split("\n").slice(0,3).join("\n   ")).join("\n  ")); } continue;
      expect(differences, `seed ${seed}\n    ${[...differences, ...history.log].join("\n    ")}`).toEqual([]);
    }
  });
});

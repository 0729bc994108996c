import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Server } from "../test/server.ts";
import { cpuSecondsOf } from "./cpu.ts";
import { compare, figure, withServer } from "./harness.ts";
import { growthOf, residentMegabytes } from "./memory.ts";

// How many rows of a file a second become people, beside the drain of signatures with the same people in the same shard, and
// beside the sqlite3 shell's own CSV import into a bare table; and how much memory a file of a million rows takes, from its beginning to
// its end. Everyone is new to the group, which is the dearest case. The import reads, parses, checks and remembers; the drain is handed
// what was checked before.

const PROMISED_RATIO = 0.6;
const COUNT = 5_000;
/** Rows already in the shard, so that no b-tree is as flat as an empty one. */
const STANDING = 20_000;
const MILLION = 1_000_000;
/** How many are drained before the million and after it, since a full shard is slower than an empty one. */
const DRAINED = 50_000;
/** The same people once more. */
const AGAIN = 200_000;
const TURN_MS = 10_000;
const ISOLATE_MEGABYTES = 128;
const groups = { import: 1, drain: 2, memory: 3 };

type Way = keyof typeof groups;
type Turn = { ms: number; isDone: boolean; rows: number };
const stored = { import: 0, drain: 0, memory: 0 };

await withServer({ entry: "bench/workers/import.ts" }, async (server) => {
  for (let standing = 0; standing < STANDING; standing += COUNT) {
    await bring(server, "import");
    await drain(server);
  }
  await compare(
    "import: rows of a file, beside the drain",
    { candidate: async () => rateOf(await bring(server, "import")), baseline: () => drain(server) },
    { unit: "people/s", atLeast: PROMISED_RATIO },
  );
  await theMillion(server);
  const shell = shellImport(
    await (await ask(server, "/text", { first: 0, count: MILLION, groupNo: 0 })).text(),
  );
  if (shell !== null)
    figure("  the sqlite3 shell's .import of the million, bare table", shell, { unit: "rows/s" });
});

async function theMillion(server: Server): Promise<void> {
  const before = await drainCost(server);
  const whole = await growthOf(server.pid, () => bring(server, "memory", MILLION));
  const after = await drainCost(server);
  const { rows, cost, quarters } = whole.value;
  figure("a file of a million rows, all new", rateOf(whole.value), { unit: "people/s" });
  figure("  of a second of a core", rows / cost, { unit: "people/s" });
  figure("  beside the drain before it and after it", (before + after) / 2 / (cost / rows), {
    unit: "×",
    atLeast: PROMISED_RATIO,
  });
  figure("  memory of the whole process: it grew by", whole.grownBy, {
    unit: "MB",
    atMost: ISOLATE_MEGABYTES,
  });
  const held = quarters.map((megabytes) => Math.round(megabytes)).join(", ");
  console.log(`     MB held after each quarter of the file: ${held}`);
  figure("  of it between a quarter of the file and its end", (quarters[3] ?? 0) - (quarters[0] ?? 0), {
    unit: "MB",
  });
  // The same people: the shard grows little, so what grows now is the import's own.
  stored.memory = 0;
  const again = await growthOf(server.pid, () => bring(server, "memory", AGAIN));
  figure(`a file of ${AGAIN.toLocaleString("en")} of them again, all known`, rateOf(again.value), {
    unit: "people/s",
  });
  figure("  memory of the whole process: it grew by", again.grownBy, {
    unit: "MB",
    atMost: ISOLATE_MEGABYTES,
  });
}

async function ask(server: Server, path: string, body: object): Promise<Response> {
  const response = await server.fetch("localhost", path, { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return response;
}

function rateOf({ rows, ms }: { rows: number; ms: number }): number {
  return (rows / ms) * 1000;
}

/** The next people of a group from a file, turn by turn; `cost` is processor time in seconds, and the clock's where nobody tells. */
async function bring(server: Server, way: Way, count = COUNT) {
  const order = { first: stored[way], count, groupNo: groups[way], turnMs: TURN_MS };
  stored[way] += count;
  const { id } = (await (await ask(server, "/file", order)).json()) as { id: string };
  const quarters: number[] = [];
  const begun = cpuSecondsOf(server.pid);
  let [ms, rows, isDone] = [0, 0, false];
  while (!isDone) {
    const turn = (await (await ask(server, "/import", { ...order, id })).json()) as Turn;
    ms += turn.ms;
    ({ rows, isDone } = turn);
    while (quarters.length < Math.floor((rows * 4) / count)) quarters.push(residentMegabytes(server.pid));
  }
  const ended = cpuSecondsOf(server.pid);
  const cost = begun === null || ended === null ? ms / 1000 : ended - begun;
  return { ms, rows, cost, quarters };
}

/** Signatures a second. */
async function drain(server: Server, count = COUNT): Promise<number> {
  const order = { first: stored.drain, count, groupNo: groups.drain };
  stored.drain += count;
  const { ms } = (await (await ask(server, "/drain", order)).json()) as { ms: number };
  return rateOf({ rows: count, ms });
}

/** Processor time of a signature, in seconds, without what makes the rows that a drain is handed. */
async function drainCost(server: Server): Promise<number> {
  const first = stored.drain;
  const begun = cpuSecondsOf(server.pid);
  const rate = await drain(server, DRAINED);
  const drained = cpuSecondsOf(server.pid);
  await ask(server, "/rows", { first, count: DRAINED, groupNo: groups.drain });
  const made = cpuSecondsOf(server.pid);
  if (begun === null || drained === null || made === null) return 1 / rate;
  return (drained - begun - (made - drained)) / DRAINED;
}

/** Rows a second by `.import --csv` into a table without keys, on disk; null where there is no sqlite3. */
function shellImport(text: string): number | null {
  const dir = mkdtempSync(join(tmpdir(), "groundswell-shell-"));
  try {
    writeFileSync(join(dir, "people.csv"), text);
    const start = performance.now();
    execFileSync("sqlite3", [
      join(dir, "people.db"),
      ".mode csv",
      `.import ${join(dir, "people.csv")} people`,
    ]);
    return (MILLION / (performance.now() - start)) * 1000;
  } catch {
    return null;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

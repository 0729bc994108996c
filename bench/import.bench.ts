import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compare, figure, withServer } from "./harness.ts";
import { growthOf } from "./memory.ts";

// How many rows of a file a second become people, beside the drain of signatures with the same people in the same shard, and
// beside the sqlite3 shell's own CSV import into a bare table; and how much memory a long file takes. Everyone is new to the
// group, which is the dearest case. The import reads, parses, checks and remembers; the drain is handed what was checked before.

const PROMISED_RATIO = 0.6;
const COUNT = 5_000;
/** Rows already in the shard, so that no b-tree is as flat as an empty one. */
const STANDING = 20_000;
const LONG_FILE = 200_000;
const ISOLATE_MEGABYTES = 128;
const groups = { import: 1, drain: 2, memory: 3 };

await withServer({ entry: "bench/workers/import.ts" }, async ({ fetch, pid }) => {
  const stored = { import: 0, drain: 0, memory: 0 };
  const ask = async (path: string, body: object) => {
    const response = await fetch("localhost", path, { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return response;
  };
  const run = async (way: keyof typeof groups, count = COUNT): Promise<number> => {
    const order = { first: stored[way], count, groupNo: groups[way] };
    stored[way] += count;
    const isDrain = way === "drain";
    const { id } = isDrain ? { id: "" } : ((await (await ask("/file", order)).json()) as { id: string });
    const { ms } = (await (await ask(isDrain ? "/drain" : "/import", { ...order, id })).json()) as {
      ms: number;
    };
    return (count / ms) * 1000;
  };
  for (let standing = 0; standing < STANDING; standing += COUNT) {
    await run("import");
    await run("drain");
  }
  await compare(
    "import: rows of a file, beside the drain",
    { candidate: () => run("import"), baseline: () => run("drain") },
    { unit: "people/s", atLeast: PROMISED_RATIO },
  );

  const text = await (await ask("/text", { first: 0, count: LONG_FILE, groupNo: 0 })).text();
  const shell = shellImport(text);
  if (shell !== null) figure("  the sqlite3 shell's .import, bare table", shell, { unit: "rows/s" });

  const first = await growthOf(pid, () => run("memory", LONG_FILE));
  // The same people once more: the shard grows little, so what grows now is the import's own.
  stored.memory = 0;
  const again = await growthOf(pid, () => run("memory", LONG_FILE));
  const rows = LONG_FILE.toLocaleString("en");
  figure(`a file of ${rows} rows, all new`, first.value, { unit: "people/s" });
  figure(`a file of ${rows} rows, all known`, again.value, { unit: "people/s" });
  figure("memory of the whole process: it grew by", first.grownBy, { unit: "MB", atMost: ISOLATE_MEGABYTES });
  figure("  and when the same file came again, by", again.grownBy, { unit: "MB", atMost: ISOLATE_MEGABYTES });
});

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
    return (LONG_FILE / (performance.now() - start)) * 1000;
  } catch {
    return null;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { cpuSecondsOf } from "./cpu.ts";
import { compare, figure, withServer } from "./harness.ts";
import { growthOf } from "./memory.ts";
import { MANY_PEOPLE, NARROW, NARROW_SQL } from "./workers/many-people.ts";

// How many people a second become lines of a file, sent at once and made in R2, beside what SQLite itself takes to read the same
// rows and beside a plain count of them; how long one stretch holds up others; how much memory a long file takes. Last, the sweep
// that reports are made of.

const NARROW_ROWS_PER_SECOND = 100_000;
const PEOPLE = 400_000;
/** One stretch is one statement of a narrow export, and the writing of its rows. */
const STRETCH_MS_MAX = 200;
const ISOLATE_MEGABYTES = 128;
const WIDE = [
  ...NARROW,
  "id",
  "phone",
  "emailStatus",
  "emailStatusAt",
  "createdAt",
  "firstAction",
  "level",
  "tags",
];

type Answer = { ms: number; rows: number; bytes: number; longestMs: number };

await withServer({ entry: "bench/workers/export.ts" }, async ({ fetch, pid }) => {
  const ask = async (path: string, more: { columns?: string[]; format?: string } = {}): Promise<Answer> => {
    const body = JSON.stringify({ count: PEOPLE, columns: NARROW, format: "csv", ...more });
    const response = await fetch("localhost", path, { method: "POST", body });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    const answer = (await response.json()) as Answer;
    if (answer.rows !== PEOPLE) throw new Error(`${path}: ${answer.rows} rows`);
    return answer;
  };
  const rate = ({ ms, rows }: { ms: number; rows: number }) => (rows / ms) * 1000;
  await ask("/fill");
  const sqlite = bareReader();
  let longest = 0;
  const streamed = async (more = {}) => {
    const answer = await ask("/stream", more);
    longest = Math.max(longest, answer.longestMs);
    return rate(answer);
  };
  const options = { unit: "rows/s", repeats: 3 };
  const { candidate } = await compare(
    "export: CSV of five columns, beside SQLite reading",
    { candidate: () => streamed(), baseline: async () => rate(sqlite.read()) },
    options,
  );
  figure("narrow rows of a file", candidate, { unit: "rows/s" });
  const sent = await coreRate(pid, () => ask("/stream"));
  figure("  a second of a core", sent.rate, { unit: "rows/s", atLeast: NARROW_ROWS_PER_SECOND });
  figure("its longest stretch", longest, { unit: "ms", atMost: STRETCH_MS_MAX });
  figure("  JSON lines of the same", await streamed({ format: "jsonl" }), { unit: "rows/s" });
  figure("  CSV of thirteen columns", await streamed({ columns: WIDE }), { unit: "rows/s" });
  figure("  a plain count of the rows", rate(await ask("/count")), { unit: "rows/s" });
  const made = await growthOf(pid, () => ask("/make"));
  const { rate: perCore, answer } = await coreRate(pid, () => ask("/make"));
  figure("made in R2, part by part", rate(answer), { unit: "rows/s" });
  figure("  a second of a core", perCore, { unit: "rows/s", atLeast: NARROW_ROWS_PER_SECOND });
  figure(`  a file of ${Math.round(made.value.bytes / 1e6)} MB: memory of the process`, made.grownBy, {
    unit: "MB",
    atMost: ISOLATE_MEGABYTES,
  });
  const first = await ask("/sweep");
  const again = await ask("/sweep");
  figure("reports: a first sweep, everybody new", rate(first), { unit: "people/s" });
  figure("reports: a sweep that finds little changed", rate(again), { unit: "people/s" });
  figure("  its longest step, of nine statements", again.longestMs, { unit: "ms" });
  sqlite.close();
});

/** Rows for each second of processor time, which others on the same machine do not lengthen; of the clock's where nobody tells. */
async function coreRate(pid: number, work: () => Promise<Answer>): Promise<{ rate: number; answer: Answer }> {
  const before = cpuSecondsOf(pid);
  const answer = await work();
  const after = cpuSecondsOf(pid);
  const seconds = before === null || after === null ? answer.ms / 1000 : after - before;
  return { rate: answer.rows / seconds, answer };
}

/** The same people in a database file of their own, read by SQLite in this process. */
function bareReader() {
  const dir = mkdtempSync(join(tmpdir(), "groundswell-sqlite-"));
  const database = new DatabaseSync(join(dir, "people.db"));
  const schema = readFileSync(join(import.meta.dirname, "../migrations/shard/0000_start.sql"), "utf8");
  const [people = ""] = /CREATE TABLE `people` \(.*?\)( WITHOUT ROWID)?;/s.exec(schema) ?? [];
  database.exec(people);
  database.prepare(MANY_PEOPLE).run(1, PEOPLE);
  const narrow = database.prepare(NARROW_SQL);
  return {
    read() {
      const start = performance.now();
      let rows = 0;
      for (const _row of narrow.iterate()) rows += 1;
      return { ms: performance.now() - start, rows };
    },
    close() {
      database.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

import { fork } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { basename, join } from "node:path";
import { describe, results } from "./harness.ts";
import { load } from "./load.ts";

/*
 * npm run bench [-- name …]: every bench/*.bench.ts, or those whose name contains a word given, one after the other. Prints
 * ratios against baselines measured beside them and writes bench/results/<time>.json. Fails when a promise is not kept.
 */

const CEILING_MS = 2_000;

/** Answers a second when the other side does nothing, so that a reader can tell the generator from what it measures. */
async function generatorCeiling(): Promise<number> {
  const server = fork(join(import.meta.dirname, "constant-server.ts"));
  const [{ port }] = await once(server, "message");
  const options = { port, host: "localhost", request: () => ({ path: "/" }) };
  await load({ ...options, requestsMax: 5_000 });
  const { perSecond } = await load({ ...options, durationMs: CEILING_MS });
  server.disconnect();
  return perSecond;
}

const words = process.argv.slice(2);
const files = globSync("*.bench.ts", { cwd: import.meta.dirname })
  .toSorted()
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
const ceiling = Math.round(await generatorCeiling());
const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown"}, node ${process.version}`;
console.log(`${machine}\nload generator: at most ${ceiling.toLocaleString("en")} answers a second\n`);

for (const file of files) {
  console.log(basename(file, ".bench.ts"));
  await import(join(import.meta.dirname, file));
  console.log();
}

const folder = join(import.meta.dirname, "results");
const at = new Date().toISOString();
mkdirSync(folder, { recursive: true });
writeFileSync(
  join(folder, `${at.replaceAll(":", "-")}.json`),
  JSON.stringify({ at, machine, ceiling, results }, null, 2),
);
const missed = results.filter(({ isMet }) => !isMet);
if (missed.length > 0) console.log(`Not as promised:\n${missed.map(describe).join("\n")}`);
process.exit(missed.length > 0 ? 1 : 0);

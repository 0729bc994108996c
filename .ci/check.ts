import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Count, countOf, summary } from "./count.ts";

/*
 * npm run check [-- --faults]: everything a change must pass, as one list, up to the first failure. The last line counts the
 * tests, and each other check as one: `N passed, N failed`.
 */

type Check = { name: string; command: string[]; report?: string };

const root = join(import.meta.dirname, "..");
const reports = join(root, ".wrangler/reports");

function vitest(name: string, config: string): Check {
  const report = join(reports, `${name}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  return { name, command: ["vitest", "run", "--config", config, ...reporters], report };
}

const checks: Check[] = [
  { name: "format and lint", command: ["biome", "check", "--error-on-warnings", "."] },
  { name: "types", command: ["tsc", "--noEmit"] },
  { name: "types of the editor", command: ["tsc", "--noEmit", "-p", "src/mailings/editor/browser"] },
  vitest("tests", "test/vitest.config.ts"),
  { name: "bundle", command: ["wrangler", "deploy", "--dry-run", "--outdir", ".wrangler/build"] },
];
const faults = vitest("faults", "test/faults/vitest.config.ts");

/** Runs a tool of node_modules with its output shown as it comes. Gives whether it succeeded. */
function run([tool = "", ...options]: string[]): Promise<boolean> {
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false" };
  const child = spawn(join(root, "node_modules/.bin", tool), options, {
    cwd: root,
    env,
    stdio: ["ignore", "inherit", "inherit"],
  });
  return new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}

/** A suite that failed without a failing test (it did not start, say) counts as one failure all the same. */
function countCheck(check: Check, ok: boolean): Count {
  const tests = check.report && countOf(readReport(check.report));
  if (!tests) return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  return ok ? tests : { passed: tests.passed, failed: Math.max(1, tests.failed) };
}

function readReport(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
const wanted = process.argv.includes("--faults") ? [...checks, faults] : checks;
const counts: Count[] = [];
const lines: string[] = [];
for (const check of wanted) {
  console.log(`\n── ${check.name}`);
  const startedAt = performance.now();
  const ok = await run(check.command);
  counts.push(countCheck(check, ok));
  lines.push(
    `${ok ? "passed" : "FAILED"}  ${check.name.padEnd(16)} ${((performance.now() - startedAt) / 1000).toFixed(1)} s`,
  );
  if (!ok) break;
}
const notRun = wanted.slice(lines.length).map(({ name }) => `not run ${name}`);
console.log(`\n${[...lines, ...notRun].join("\n")}\n`);
console.log(summary(counts));
process.exit(counts.some(({ failed }) => failed > 0) ? 1 : 0);

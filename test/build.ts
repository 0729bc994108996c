import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { promisify } from "node:util";
import type { WorkerOptions } from "miniflare";
import type { Unstable_Config } from "wrangler";
import type { Migration } from "../migrations/local.ts";

/** What `server-process.ts` reads beside the bundle: the worker as wrangler.toml describes it, and the migrations. */
export type ServerPlan = {
  worker: WorkerOptions;
  mainModule: string;
  migrations: { binding: string; files: Migration[] }[];
};

export const PLAN_FILE = "plan.json";

const root = join(import.meta.dirname, "..");
const BUILDS = join(root, ".wrangler/builds");
// Stands where the bundle goes when the server starts.
const NO_MODULE = { type: "ESModule", path: "worker.js", contents: "" } as const;
const BUILD_TTL_MS = 24 * 60 * 60 * 1000;
// What every bundle is made of, beside the folder of its entry.
const INPUTS = [
  "src/**/*.{ts,tsx,css,json}",
  "public/**/*.css",
  "migrations/**/*.sql",
  "wrangler.toml",
  "test/build.ts",
  "package-lock.json",
];

const builds = new Map<string, Promise<string>>();

/** `build`, once for each entry in this process, so that a server that is killed and started again runs the same code. */
export function buildServer(entry = "src/worker.ts"): Promise<string> {
  const known = builds.get(entry) ?? build(entry);
  builds.set(entry, known);
  return known;
}

/**
 * Bundles a worker as `wrangler deploy` does and writes down how to run it. Gives the folder, which is named after everything
 * that went in: an unchanged tree is not built again, and several processes may ask at once.
 * @param entry path of the worker, from the root of the repository.
 */
async function build(entry: string): Promise<string> {
  const folder = join(BUILDS, inputsDigest(entry));
  if (existsSync(join(folder, PLAN_FILE))) return folder;
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  const [plan] = await Promise.all([readPlan(entry), bundle(entry, unfinished)]);
  writeFileSync(join(unfinished, PLAN_FILE), JSON.stringify(plan));
  try {
    renameSync(unfinished, folder);
  } catch {
    rmSync(unfinished, { recursive: true, force: true });
  }
  forgetOldBuilds();
  return folder;
}

function inputsDigest(entry: string): string {
  const patterns = [...INPUTS, join(dirname(entry), "**/*.ts")];
  const files = new Set(patterns.flatMap((pattern) => globSync(pattern, { cwd: root })));
  const digest = createHash("sha256").update(entry);
  for (const file of [...files].toSorted()) {
    const { mtimeMs, size } = statSync(join(root, file));
    digest.update(`${file} ${mtimeMs} ${size}\n`);
  }
  return digest.digest("hex").slice(0, 24);
}

async function bundle(entry: string, folder: string): Promise<void> {
  const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");
  const command = ["deploy", entry, "--dry-run", "--outdir", folder];
  try {
    await promisify(execFile)(process.execPath, [wrangler, ...command], { cwd: root });
  } catch (error) {
    const output = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
    throw new Error(`wrangler ${command.join(" ")} failed:\n${output}`, { cause: error });
  }
}

async function readPlan(entry: string): Promise<ServerPlan> {
  // Imported here, because loading wrangler takes over a second and a finished build needs none of it.
  const { unstable_getMiniflareWorkerOptions, unstable_readConfig } = await import("wrangler");
  const { convertV4MiniflareOptions } = await import("miniflare");
  const { readDatabases } = await import("../migrations/databases.ts");
  const configPath = join(root, "wrangler.toml");
  const config: Unstable_Config = unstable_readConfig({ config: configPath }, { hideWarnings: true });
  const { modulesRules, ...workerOptions } = unstable_getMiniflareWorkerOptions(config).workerOptions;
  // The variables of wrangler.toml alone: a server of the tests shares no secret with this machine's .dev.vars.
  const source = { name: config.name, bindings: config.vars, modules: [NO_MODULE] };
  const { workers } = convertV4MiniflareOptions({ ...workerOptions, ...source });
  const worker = workers[0];
  if (!worker) throw new Error("wrangler.toml describes no worker");
  const databases = readDatabases(configPath);
  const migrations = databases.map((database) => ({ binding: database.binding, files: database.migrations }));
  return { worker, mainModule: `${basename(entry, extname(entry))}.js`, migrations };
}

function forgetOldBuilds(): void {
  for (const name of globSync("*", { cwd: BUILDS })) {
    const path = join(BUILDS, name);
    // Another process may just have given its own its final name.
    const found = statSync(path, { throwIfNoEntry: false });
    if (found && Date.now() - found.mtimeMs > BUILD_TTL_MS) rmSync(path, { recursive: true, force: true });
  }
}

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Miniflare } from "miniflare";
import { type Database, readDatabases } from "./databases.ts";
import { migrateDatabase } from "./local.ts";

/*
 * npm run migrate [-- --remote | --persist-to <dir>]
 *
 * Migrates the directory, then every shard, one after the other; run it before the code that needs it is deployed, while the
 * old code still serves. So a migration only expands (adds tables, columns with a default, indexes). What contracts (drops,
 * renames) goes into a later release, when no deployed version uses the old shape. A run that stopped half-way is repeated.
 */

const root = join(import.meta.dirname, "..");
const COMPATIBILITY_DATE = "2026-11-01";

/** Where `wrangler dev` keeps its state unless told otherwise. */
export const DEFAULT_STATE = join(root, ".wrangler/state");

/**
 * Migrates the local databases under a state directory, all of them in this process, since a wrangler for each would cost
 * seconds. Gives a line for each database.
 */
export async function applyLocally(state: string, databases: Database[]): Promise<string[]> {
  const env = Object.fromEntries(databases.map(({ binding, id }) => [binding, { type: "d1" as const, id }]));
  const source = {
    mainModule: "none.js",
    modules: { "none.js": { type: "esm" as const, contents: "export default {}" } },
  };
  const miniflare = new Miniflare({
    cf: false,
    resourcePersistencePath: join(state, "v3"),
    workers: [{ config: { name: "migrate", compatibilityDate: COMPATIBILITY_DATE, env, manifest: source } }],
  });
  try {
    const lines: string[] = [];
    for (const { binding, migrations } of databases) {
      const applied = await migrateDatabase(await miniflare.getD1Database(binding), migrations);
      lines.push(`${binding}: ${applied.length === 0 ? "up to date" : applied.join(", ")}`);
    }
    return lines;
  } finally {
    await miniflare.dispose();
  }
}

/** The wrangler commands that migrate the deployed databases, in order. */
export function remoteCommands(databases: Database[]): string[][] {
  return databases.map(({ name }) => ["d1", "migrations", "apply", name, "--remote"]);
}

function applyRemotely(databases: Database[]): void {
  const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");
  for (const command of remoteCommands(databases)) {
    const { status } = spawnSync(process.execPath, [wrangler, ...command], { cwd: root, stdio: "inherit" });
    if (status !== 0)
      throw new Error(`wrangler ${command.join(" ")} failed; the databases after it are untouched`);
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { remote: { type: "boolean" }, "persist-to": { type: "string" } },
  });
  const databases = readDatabases(join(root, "wrangler.toml"));
  if (values.remote) applyRemotely(databases);
  else
    for (const line of await applyLocally(values["persist-to"] ?? DEFAULT_STATE, databases))
      console.log(line);
}

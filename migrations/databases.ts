import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  unstable_readConfig as readConfig,
  unstable_splitSqlQuery as splitSql,
  type Unstable_Config,
} from "wrangler";
import type { Migration } from "./local.ts";

/** A D1 block of wrangler.toml. */
export type Database = { binding: string; name: string; id: string; migrations: Migration[] };

const DIRECTORY = "DIRECTORY";

/**
 * Every database of a wrangler.toml with its migrations, the directory first and the shards in order of their binding.
 * Throws when a block names no migrations, or when there is no directory or no shard.
 */
export function readDatabases(configPath: string): Database[] {
  const config: Unstable_Config = readConfig({ config: configPath }, { hideWarnings: true });
  const databases = config.d1_databases.map(({ binding, database_name, database_id, migrations_dir }) => {
    if (!database_name || !database_id || !migrations_dir) {
      throw new Error(`wrangler.toml: ${binding} needs database_name, database_id and migrations_dir`);
    }
    const migrations = readMigrations(join(dirname(configPath), migrations_dir));
    return { binding, name: database_name, id: database_id, migrations };
  });
  const directory = databases.filter(({ binding }) => binding === DIRECTORY);
  const shards = databases.filter(({ binding }) => binding.startsWith("SHARD_"));
  if (directory.length !== 1 || shards.length === 0)
    throw new Error("wrangler.toml needs DIRECTORY and at least SHARD_00");
  return [...directory, ...shards.toSorted((a, b) => a.binding.localeCompare(b.binding))];
}

/** The migrations of a folder, in the order of their leading number, as wrangler orders them. */
function readMigrations(folder: string): Migration[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    .map((name) => ({ name, statements: splitSql(readFileSync(join(folder, name), "utf8")) }));
}

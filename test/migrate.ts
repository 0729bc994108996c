import { env } from "cloudflare:workers";

/** Brings empty databases to the newest schema. */
export async function applyMigrations(): Promise<void> {
  const shards = Object.entries(env).filter(([name]) => name.startsWith("SHARD_"));
  await Promise.all([
    migrate(env.DIRECTORY, env.TEST_DIRECTORY_MIGRATIONS),
    ...shards.map(([, shard]) => migrate(shard as D1Database, env.TEST_SHARD_MIGRATIONS)),
  ]);
}

/** One batch a database is one transaction, several times quicker than a statement at a time. */
async function migrate(database: D1Database, migrations: MigrationFile[]): Promise<unknown> {
  // A file before this one in the same workerd has brought them there.
  const isThere = await database.prepare("SELECT 1 FROM sqlite_master WHERE name NOT GLOB '_cf*'").first();
  if (isThere) return;
  const statements = migrations.flatMap(({ queries }) => queries.map((query) => database.prepare(query)));
  return statements.length > 0 ? database.batch(statements) : Promise.resolve();
}

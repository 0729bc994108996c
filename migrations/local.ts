import type { Miniflare } from "miniflare";

/** One migration file, cut into statements. */
export type Migration = { name: string; statements: string[] };

type LocalDatabase = Awaited<ReturnType<Miniflare["getD1Database"]>>;

// As wrangler makes it, so that `wrangler d1 migrations list` agrees with what was applied here.
const BOOKKEEPING = `CREATE TABLE IF NOT EXISTS d1_migrations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`;

/**
 * Applies what a local database lacks, each file and its bookkeeping row in one transaction.
 * Gives the names it applied, in order. A failing file leaves the earlier ones applied and throws, naming itself.
 */
export async function migrateDatabase(database: LocalDatabase, migrations: Migration[]): Promise<string[]> {
  await database.prepare(BOOKKEEPING).run();
  const { results } = await database.prepare("SELECT name FROM d1_migrations").all();
  const applied = new Set(results.map((row) => row.name));
  const missing = migrations.filter((migration) => !applied.has(migration.name));
  for (const { name, statements } of missing) {
    const record = database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name);
    try {
      await database.batch([...statements.map((sql) => database.prepare(sql)), record]);
    } catch (error) {
      throw new Error(`migration ${name} failed: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    }
  }
  return missing.map(({ name }) => name);
}

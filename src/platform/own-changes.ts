/**
 * Statements of one transaction, and how many rows the last of them changed. `meta.changes` of D1 counts what triggers wrote as well
 * (a group's changes are recorded by triggers, decision 0042); SQLite's `changes()` does not.
 */
export async function ownChanges(d1: D1Database, ...statements: D1PreparedStatement[]): Promise<number> {
  const results = await d1.batch<{ n: number }>([...statements, d1.prepare("SELECT changes() AS n")]);
  return results.at(-1)?.results[0]?.n ?? 0;
}

import type { SuppressionCause } from "./types";

/** Which of some hashes (hexadecimal) are suppressed. */
export async function selectSuppressed(
  directory: D1Database,
  hashes: readonly string[],
): Promise<Set<string>> {
  const { results } = await directory
    .prepare(
      "SELECT lower(hex(hash)) AS hash FROM json_each(?1) AS asked CROSS JOIN suppressions ON hash = unhex(asked.value)",
    )
    .bind(JSON.stringify(hashes))
    .run<{ hash: string }>();
  return new Set(results.map(({ hash }) => hash));
}

/** A complaint stands over anything said before or after. */
export async function insertSuppression(
  directory: D1Database,
  hash: string,
  cause: SuppressionCause,
  now: number,
): Promise<void> {
  await directory
    .prepare(
      `INSERT INTO suppressions (hash, cause, at) VALUES (unhex(?1), ?2, ?3)
       ON CONFLICT (hash) DO UPDATE SET cause = excluded.cause, at = excluded.at
         WHERE excluded.cause = 'complaint' OR cause <> 'complaint'`,
    )
    .bind(hash, cause, now)
    .run();
}

export function selectSuppression(
  directory: D1Database,
  hash: string,
): Promise<{ cause: SuppressionCause; at: number } | null> {
  return directory
    .prepare("SELECT cause, at FROM suppressions WHERE hash = unhex(?1)")
    .bind(hash)
    .first<{ cause: SuppressionCause; at: number }>();
}

/** False when there was none, one of another cause, or a later one. */
export async function deleteSuppression(
  directory: D1Database,
  hash: string,
  { causes, until }: { causes: readonly SuppressionCause[]; until: number },
): Promise<boolean> {
  const { meta } = await directory
    .prepare(
      "DELETE FROM suppressions WHERE hash = unhex(?1) AND at <= ?3 AND cause IN (SELECT value FROM json_each(?2))",
    )
    .bind(hash, JSON.stringify(causes), until)
    .run();
  return meta.changes > 0;
}

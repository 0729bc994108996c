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

/** False when there was none, or one of another cause. */
export async function deleteSuppression(
  directory: D1Database,
  hash: string,
  cause: SuppressionCause | null,
): Promise<boolean> {
  const { meta } = await directory
    .prepare("DELETE FROM suppressions WHERE hash = unhex(?1) AND cause = coalesce(?2, cause)")
    .bind(hash, cause)
    .run();
  return meta.changes > 0;
}

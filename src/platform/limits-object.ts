import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env";

/** One named limit: at most `max` in any `windowMs`. So many are taken at once, or none of them; 1 where nothing is said. */
export type Limit = { key: string; max: number; windowMs: number; count?: number };

/**
 * Exact limits, where the platform's rate limiting binding is per location and permissive (Cloudflare's docs, rate limiting). One
 * object holds many keys; `limits.ts` spreads keys over objects. Keys are hashes: no address is stored here.
 */
export class LimitsObject extends DurableObject<Env> {
  readonly #sql = this.ctx.storage.sql;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS takes (key TEXT NOT NULL, at INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (key, at, n)) WITHOUT ROWID",
    );
  }

  /**
   * Takes from every limit of each entry, or from none of that entry's when any of them has not so many left.
   * @returns for each entry 0 when it may go on, else the ms until it may.
   */
  take(entries: Limit[][]): number[] {
    const now = Date.now();
    return entries.map((limits) => this.#takeOne(limits, now));
  }

  #takeOne(limits: Limit[], now: number): number {
    let waitMs = 0;
    for (const limit of limits) {
      const since = now - limit.windowMs;
      this.#sql.exec("DELETE FROM takes WHERE key = ? AND at <= ?", limit.key, since);
      const { used, first } = this.#sql
        .exec<{ used: number; first: number | null }>(
          "SELECT count(*) AS used, min(at) AS first FROM takes WHERE key = ?",
          limit.key,
        )
        .one();
      if (used + (limit.count ?? 1) > limit.max)
        waitMs = Math.max(waitMs, (first ?? now) + limit.windowMs - now, 1);
    }
    if (waitMs > 0) return waitMs;
    for (const limit of limits) {
      for (let taken = 0; taken < (limit.count ?? 1); taken += 1)
        this.#sql.exec(
          "INSERT INTO takes (key, at, n) VALUES (?1, ?2, (SELECT coalesce(max(n), 0) + 1 FROM takes WHERE key = ?1 AND at = ?2))",
          limit.key,
          now,
        );
    }
    this.#sweepLater(Math.max(...limits.map((limit) => limit.windowMs)));
    return 0;
  }

  /** Keys that are never asked about again are swept, so that the object does not grow for ever. */
  #sweepLater(windowMs: number): void {
    this.ctx.waitUntil(
      this.ctx.storage
        .getAlarm()
        .then((alarm) =>
          alarm === null ? this.ctx.storage.setAlarm(Date.now() + windowMs + 3_600_000) : undefined,
        ),
    );
  }

  override alarm(): void {
    this.#sql.exec("DELETE FROM takes WHERE at < ?", Date.now() - 86_400_000);
    const left = this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM takes").one().n;
    if (left > 0) this.ctx.waitUntil(this.ctx.storage.setAlarm(Date.now() + 3_600_000));
  }
}

import { LazyTable } from "../platform/lazy-table";
import { KEPT_MS } from "./store-kept";
import type { Erasure } from "./types";

/** Erasures in one action an object can be told of at once. */
const TOLD_MAX = 10_000;

/** The identities of those erased in the last days, for an object the home did not know of when they were. */
export class Erased {
  readonly #sql: SqlStorage;
  readonly #table: LazyTable;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#table = new LazyTable(
      sql,
      "erased",
      "(identity BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID",
    );
  }

  add(identity: Uint8Array, now: number): void {
    this.#table.make();
    this.#sql.exec("DELETE FROM erased WHERE at <= ?", now - KEPT_MS);
    this.#sql.exec("INSERT OR REPLACE INTO erased (identity, at) VALUES (?, ?)", identity, now);
  }

  all(): Erasure[] {
    if (!this.#table.isThere) return [];
    return this.#sql
      .exec<{ identity: ArrayBuffer; at: number }>(
        "SELECT identity, at FROM erased ORDER BY at DESC LIMIT ?",
        TOLD_MAX,
      )
      .toArray()
      .map(({ identity, at }) => ({ identity: new Uint8Array(identity), at }));
  }
}

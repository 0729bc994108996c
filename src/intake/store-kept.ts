import { LazyTable } from "../platform/lazy-table";
import { type BufferedRow, DRAIN_BYTES_MAX, DRAIN_ROWS_MAX } from "../platform/write-behind";
import { identityMark } from "./drain";
import { parseRow } from "./store";

/** What was drained stays this long where the group wants it (docs/decisions/0009). */
export const KEPT_MS = 7 * 86_400_000;
/** Pages deleted in one alarm; a page holds up to 1 MB. */
const PRUNED_PAGES_MAX = 100;

/**
 * What was drained and stays for some days, so that a database that was set back to an earlier moment can be given it again.
 * One row holds a whole drained page, a line each participation: rows are what storage costs.
 */
export class Kept {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  readonly #table: LazyTable;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#table = new LazyTable(
      storage.sql,
      "kept",
      "(seq INTEGER PRIMARY KEY, drained_at INTEGER NOT NULL, count INTEGER NOT NULL, bodies TEXT NOT NULL)",
    );
  }

  /** To be called before anything is kept. */
  begin(): void {
    this.#table.make();
  }

  /** Keeps a drained page. To be called in the transaction that forgets its rows. */
  keep(rows: BufferedRow[], now: number): void {
    if (rows.length === 0) return;
    this.#sql.exec(
      "INSERT INTO kept (drained_at, count, bodies) VALUES (?, ?, ?)",
      now,
      rows.length,
      rows.map((row) => row.body).join("\n"),
    );
  }

  /** When the oldest page must go, in ms; null when nothing is kept. */
  get dueAt(): number | null {
    if (!this.#table.isThere) return null;
    const [oldest] = this.#sql
      .exec<{ drained_at: number }>("SELECT drained_at FROM kept ORDER BY seq LIMIT 1")
      .toArray();
    return oldest ? oldest.drained_at + KEPT_MS : null;
  }

  /** How many participations drained at `sinceMs` or later are kept, and the last page of them. */
  since(sinceMs: number): { count: number; lastSeq: number } {
    if (!this.#table.isThere) return { count: 0, lastSeq: 0 };
    return this.#sql
      .exec<{ count: number; lastSeq: number }>(
        "SELECT coalesce(sum(count), 0) AS count, coalesce(max(seq), 0) AS lastSeq FROM kept WHERE drained_at >= ?",
        sinceMs,
      )
      .one();
  }

  /** The next rows after a page, as many as one batch for D1 takes; null when there are none up to `lastSeq`. */
  next(after: number, lastSeq: number, sinceMs: number): { rows: BufferedRow[]; seq: number } | null {
    if (!this.#table.isThere) return null;
    const pages = this.#sql.exec<{ seq: number; count: number; bodies: string }>(
      "SELECT seq, count, bodies FROM kept WHERE seq > ? AND seq <= ? AND drained_at >= ? ORDER BY seq LIMIT ?",
      after,
      lastSeq,
      sinceMs,
      DRAIN_ROWS_MAX,
    );
    const bodies: string[] = [];
    let [seq, bytes] = [after, 0];
    for (const page of pages) {
      bytes += page.bodies.length * 2;
      if (bodies.length > 0 && (bodies.length + page.count > DRAIN_ROWS_MAX || bytes > DRAIN_BYTES_MAX))
        break;
      bodies.push(...page.bodies.split("\n"));
      seq = page.seq;
    }
    return bodies.length > 0 ? { rows: bodies.map(rowOf), seq } : null;
  }

  /** Blanks what somebody said up to `untilMs` who asked to be forgotten then. */
  forget(identity: Uint8Array, untilMs: number): void {
    if (!this.#table.isThere) return;
    const mark = identityMark(identity);
    this.#storage.transactionSync(() => {
      const pages = this.#sql
        .exec<{ seq: number }>("SELECT seq FROM kept WHERE instr(bodies, ?) > 0", mark)
        .toArray();
      for (const { seq } of pages)
        this.#blank(seq, (body) => body.includes(mark) && parseRow(body).t <= untilMs);
    });
  }

  #blank(seq: number, isForgotten: (body: string) => boolean): void {
    const { bodies } = this.#sql.exec<{ bodies: string }>("SELECT bodies FROM kept WHERE seq = ?", seq).one();
    const rest = bodies.split("\n").filter((body) => !isForgotten(body));
    if (rest.length === 0) this.#sql.exec("DELETE FROM kept WHERE seq = ?", seq);
    else
      this.#sql.exec(
        "UPDATE kept SET count = ?, bodies = ? WHERE seq = ?",
        rest.length,
        rest.join("\n"),
        seq,
      );
  }

  /** Deletes pages whose time is over, some at a time: the oldest are looked at, so that nothing else is read. */
  prune(now: number): void {
    if (!this.#table.isThere) return;
    this.#sql.exec(
      `DELETE FROM kept WHERE seq <= (SELECT max(seq) FROM (SELECT seq, drained_at FROM kept ORDER BY seq LIMIT ?)
        WHERE drained_at <= ?)`,
      PRUNED_PAGES_MAX,
      now - KEPT_MS,
    );
  }
}

function rowOf(body: string): BufferedRow {
  const { h, t } = parseRow(body);
  return { seq: 0, key: Uint8Array.fromHex(h), at: t, body };
}

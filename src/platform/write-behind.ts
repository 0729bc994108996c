import { LazyTable } from "./lazy-table";
import { errorText } from "./log";
import { type PartsDeps, writeInParts } from "./write-behind-parts";

/** One D1 batch carries at most this many rows and bytes: under 2 MB a parameter, well under 30 s (Cloudflare's docs, D1). */
export const DRAIN_ROWS_MAX = 1_000;
export const DRAIN_BYTES_MAX = 1_000_000;
const BACKOFF_MAX_MS = 60_000;
/** From 1,000 rows down to one. */
const PAGE_HALVINGS_MAX = 9;
/** An alarm may run for 15 minutes; stopping earlier lets other events of the object in between pages. */
const DRAIN_TIME_MAX_MS = 20_000;

/** Parked rows whose errors are shown. */
const ERRORS_SHOWN_MAX = 20;

export type BufferedRow = { seq: number; key: Uint8Array; at: number; body: string };
export type ParkedRow = BufferedRow & { error: string; parkedAt: number };

export type WriteBehindDeps<Outcome> = Pick<PartsDeps<BufferedRow, Outcome>, "write" | "probe"> & {
  now(): number;
  /** Tells those who wait for the news. May be called again with the same rows. */
  announce(rows: BufferedRow[], outcomes: Outcome[]): Promise<void>;
  /** Takes note of the outcomes, in the transaction that forgets the rows. Gives the note to keep. */
  settle(rows: BufferedRow[], outcomes: Outcome[]): string;
};

export type DrainResult = { state: "empty" | "more" | "outage"; settled: number; error: string | null };

/**
 * A durable buffer in front of a slower store, inside a Durable Object. Rows are appended at once and written later in
 * pages. Any step may run twice: a row is forgotten only in the transaction that notes its outcome.
 *
 * The last row is never deleted but emptied, and the next append takes its place: it carries a small note (such as a
 * running count) that is thereby durable without a row of its own, which would cost one more write per append.
 */
export class WriteBehind<Outcome> {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  readonly #parkedTable: LazyTable;
  #tailSeq = 0;
  #isTailEmpty = true;
  #pending = 0;
  #failures = 0;
  #isDraining = false;
  #note = "";

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS outbox (seq INTEGER PRIMARY KEY, key BLOB NOT NULL, at INTEGER NOT NULL, body TEXT, note TEXT NOT NULL)",
    );
    this.#parkedTable = new LazyTable(
      this.#sql,
      "parked",
      "(seq INTEGER PRIMARY KEY, key BLOB NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL, error TEXT NOT NULL, parked_at INTEGER NOT NULL)",
    );
    this.#load();
  }

  #load(): void {
    const [tail] = this.#sql
      .exec<{ seq: number; note: string; is_empty: number }>(
        "SELECT seq, note, body IS NULL AS is_empty FROM outbox ORDER BY seq DESC LIMIT 1",
      )
      .toArray();
    this.#tailSeq = tail?.seq ?? 0;
    this.#isTailEmpty = tail ? tail.is_empty === 1 : false;
    this.#note = tail?.note ?? "";
    this.#pending = this.#sql
      .exec<{ n: number }>("SELECT count(*) AS n FROM outbox WHERE body IS NOT NULL")
      .one().n;
  }

  /** The note of the last append or settlement; "" for a buffer that was never used. */
  get note(): string {
    return this.#note;
  }

  get pending(): number {
    return this.#pending;
  }

  get parked(): number {
    if (!this.#parkedTable.isThere) return 0;
    return this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM parked").one().n;
  }

  /** Why rows were parked, oldest first; nothing of what they hold. */
  parkedErrors(): { at: number; error: string }[] {
    if (!this.#parkedTable.isThere) return [];
    return this.#sql
      .exec<{ at: number; error: string }>(
        "SELECT at, error FROM parked ORDER BY seq LIMIT ?",
        ERRORS_SHOWN_MAX,
      )
      .toArray();
  }

  oldestPendingAt(): number | null {
    return this.#sql
      .exec<{ at: number | null }>("SELECT min(at) AS at FROM outbox WHERE body IS NOT NULL")
      .one().at;
  }

  append(key: Uint8Array, at: number, body: string, note: string): void {
    const seq = this.#isTailEmpty ? this.#tailSeq : this.#tailSeq + 1;
    this.#sql.exec(
      "INSERT INTO outbox (seq, key, at, body, note) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (seq) DO UPDATE SET key = ?2, at = ?3, body = ?4, note = ?5",
      seq,
      key,
      at,
      body,
      note,
    );
    this.#tailSeq = seq;
    this.#isTailEmpty = false;
    this.#pending += 1;
    this.#note = note;
  }

  /** Whether something waits under a key; a parked row does not. */
  holds(key: Uint8Array): boolean {
    return (
      this.#sql.exec("SELECT 1 FROM outbox WHERE key = ? AND body IS NOT NULL LIMIT 1", key).toArray()
        .length > 0
    );
  }

  /** The newest row that waits under a key: what to ask `isWaiting` for. Null when nothing does. */
  newestOf(key: Uint8Array): Pick<BufferedRow, "seq" | "key"> | null {
    const { seq } = this.#sql
      .exec<{ seq: number | null }>(
        "SELECT max(seq) AS seq FROM outbox WHERE key = ? AND body IS NOT NULL",
        key,
      )
      .one();
    return seq === null ? null : { seq, key };
  }

  /** Whether a row waits still. One look, however much does. */
  isWaiting({ seq, key }: Pick<BufferedRow, "seq" | "key">): boolean {
    return (
      this.#sql
        .exec("SELECT 1 FROM outbox WHERE seq = ? AND key = ? AND body IS NOT NULL", seq, key)
        .toArray().length > 0
    );
  }

  /** Drops what waits under a key, parked rows too, and gives it (erasure). Call it between drains only. */
  forget(key: Uint8Array): BufferedRow[] {
    return this.#storage.transactionSync(() => {
      const waiting = this.#sql
        .exec<{ seq: number; at: number; body: string }>(
          "SELECT seq, at, body FROM outbox WHERE key = ? AND body IS NOT NULL",
          key,
        )
        .toArray();
      for (const row of waiting) this.#forgetRow({ ...row, key }, this.#note);
      if (!this.#parkedTable.isThere) return waiting.map((row) => ({ ...row, key }));
      const parked = this.#sql
        .exec<{ seq: number; at: number; body: string }>(
          "SELECT seq, at, body FROM parked WHERE key = ?",
          key,
        )
        .toArray();
      this.#sql.exec("DELETE FROM parked WHERE key = ?", key);
      return [...waiting, ...parked].map((row) => ({ ...row, key }));
    });
  }

  /** Rewrites the note without an append, for a count that changed by other means. */
  keepNote(note: string): void {
    this.#note = note;
    this.#sql.exec("UPDATE outbox SET note = ? WHERE seq = ?", note, this.#tailSeq);
  }

  /** How long to wait before the next try, in ms: a second when all is well, doubling to a minute while it is not. */
  nextDelayMs(): number {
    return Math.min(1_000 * 2 ** Math.min(this.#failures, 10), BACKOFF_MAX_MS);
  }

  /** Moves parked rows back to be tried again, at the end of the line. */
  unpark(): number {
    return this.#storage.transactionSync(() => {
      const rows = this.#parkedRows(DRAIN_ROWS_MAX);
      for (const row of rows) {
        this.append(row.key, row.at, row.body, this.#note);
        this.#sql.exec("DELETE FROM parked WHERE seq = ?", row.seq);
      }
      return rows.length;
    });
  }

  /**
   * Writes page after page until nothing waits, the time is up, or the destination is out. Single-flight: a second call
   * while one runs does nothing. Never throws.
   */
  async drain(deps: WriteBehindDeps<Outcome>): Promise<DrainResult> {
    if (this.#isDraining) return { state: "more", settled: 0, error: null };
    this.#isDraining = true;
    const stopAt = deps.now() + DRAIN_TIME_MAX_MS;
    let settled = 0;
    try {
      while (this.#pending > 0 && deps.now() < stopAt) {
        settled += await this.#drainPage(deps, this.#page());
        this.#failures = 0;
      }
      return { state: this.#pending > 0 ? "more" : "empty", settled, error: null };
    } catch (error) {
      this.#failures += 1;
      return { state: "outage", settled, error: errorText(error) };
    } finally {
      this.#isDraining = false;
    }
  }

  #drainPage(deps: WriteBehindDeps<Outcome>, rows: BufferedRow[]): Promise<number> {
    return writeInParts(rows, {
      write: deps.write,
      probe: deps.probe,
      written: async (written, outcomes) => {
        await deps.announce(written, outcomes);
        this.#settle(deps, written, outcomes);
      },
      refused: (row, error) => this.#park(row, errorText(error), deps.now()),
    });
  }

  #settle(deps: WriteBehindDeps<Outcome>, rows: BufferedRow[], outcomes: Outcome[]): void {
    this.#storage.transactionSync(() => {
      const note = deps.settle(rows, outcomes);
      this.#forgetRows(rows, note);
      this.#note = note;
      if (!this.#isTailEmpty && note !== "")
        this.#sql.exec("UPDATE outbox SET note = ? WHERE seq = ? AND note <> ?1", note, this.#tailSeq);
    });
  }

  /** Smaller after each failure, since D1 may have refused it for its weight; whole again after the first success. */
  #page(): BufferedRow[] {
    const page: BufferedRow[] = [];
    let bytes = 0;
    const rows = this.#sql.exec<{ seq: number; key: ArrayBuffer; at: number; body: string }>(
      "SELECT seq, key, at, body FROM outbox WHERE body IS NOT NULL ORDER BY seq LIMIT ?",
      DRAIN_ROWS_MAX >> Math.min(this.#failures, PAGE_HALVINGS_MAX),
    );
    for (const row of rows) {
      bytes += row.body.length * 2;
      if (page.length > 0 && bytes > DRAIN_BYTES_MAX) break;
      page.push({ seq: row.seq, key: new Uint8Array(row.key), at: row.at, body: row.body });
    }
    return page;
  }

  /** The same as row by row, in one statement for all but the last. */
  #forgetRows(rows: BufferedRow[], note: string): void {
    const page = rows.filter(({ seq }) => seq !== this.#tailSeq);
    const { rowsWritten } = this.#sql.exec(
      `DELETE FROM outbox WHERE seq IN (SELECT o.seq FROM json_each(?) j CROSS JOIN outbox o ON o.seq = j.value ->> 0
         WHERE o.at = j.value ->> 1 AND hex(o.key) = j.value ->> 2 AND o.body IS NOT NULL)`,
      JSON.stringify(page.map(({ seq, at, key }) => [seq, at, key.toHex().toUpperCase()])),
    );
    this.#pending -= rowsWritten;
    for (const row of rows) if (row.seq === this.#tailSeq) this.#forgetRow(row, note);
  }

  /** Asks for key and moment too: the place of a row forgotten while it was being written may be another row's by now. */
  #forgetRow({ seq, key, at }: Pick<BufferedRow, "seq" | "key" | "at">, note: string): void {
    const isTail = seq === this.#tailSeq;
    const { rowsWritten } = isTail
      ? this.#sql.exec(
          "UPDATE outbox SET body = NULL, note = ? WHERE seq = ? AND key = ? AND at = ? AND body IS NOT NULL",
          note,
          seq,
          key,
          at,
        )
      : this.#sql.exec(
          "DELETE FROM outbox WHERE seq = ? AND key = ? AND at = ? AND body IS NOT NULL",
          seq,
          key,
          at,
        );
    if (rowsWritten === 0) return;
    this.#pending -= 1;
    if (isTail) this.#isTailEmpty = true;
  }

  #park(row: BufferedRow, error: string, now: number): void {
    this.#parkedTable.make();
    this.#storage.transactionSync(() => {
      this.#sql.exec(
        "INSERT INTO parked (key, at, body, error, parked_at) VALUES (?, ?, ?, ?, ?)",
        row.key,
        row.at,
        row.body,
        error,
        now,
      );
      this.#forgetRow(row, this.#note);
    });
  }

  #parkedRows(limit: number): ParkedRow[] {
    if (!this.#parkedTable.isThere) return [];
    return this.#sql
      .exec<{ seq: number; key: ArrayBuffer; at: number; body: string; error: string; parked_at: number }>(
        "SELECT seq, key, at, body, error, parked_at FROM parked ORDER BY seq LIMIT ?",
        limit,
      )
      .toArray()
      .map((row) => ({ ...row, key: new Uint8Array(row.key), parkedAt: row.parked_at }));
  }
}

import { type PublicSigner, RECENT_SIGNERS_MAX } from "../actions/types";
import type { Meta } from "./store-meta";
import type { ObjectReport } from "./types";

const DAYS_KEPT = 60;
const DAY_MS = 86_400_000;
/** The retired objects of an action, added up. */
const RETIRED = "retired";

export type Tally = Pick<
  ObjectReport,
  "count" | "version" | "pending" | "parked" | "oldestPendingAt" | "lastError"
>;

/**
 * What each intake object of an action has counted, a row for each day: an object's newest row is its tally, the older
 * ones are the curve of the last weeks. The newest row of all holds the recent signers as of its report.
 */
export class Tallies {
  readonly #sql: SqlStorage;
  readonly #meta: Meta;
  readonly #tallies = new Map<string, Tally>();
  #recent: PublicSigner[];

  constructor(sql: SqlStorage, meta: Meta) {
    this.#sql = sql;
    this.#meta = meta;
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS tallies (object TEXT NOT NULL, day INTEGER NOT NULL, count INTEGER NOT NULL, version INTEGER NOT NULL, recent TEXT NOT NULL, PRIMARY KEY (object, day)) WITHOUT ROWID",
    );
    this.#recent = this.#load();
  }

  #load(): PublicSigner[] {
    let newest = {
      version: this.#meta.number("recent_version") ?? 0,
      recent: this.#meta.get("recent") ?? "[]",
    };
    for (const row of this.#sql.exec<{ object: string; count: number; version: number; recent: string }>(
      "SELECT object, count, version, recent FROM tallies ORDER BY object, day",
    )) {
      const { count, version } = row;
      this.#tallies.set(row.object, { count, version, ...NOTHING_WAITS });
      if (version > newest.version) newest = row;
    }
    return JSON.parse(newest.recent);
  }

  /** The names of the objects that are there. */
  objects(): string[] {
    return [...this.#tallies.keys()].filter((object) => object !== RETIRED);
  }

  all(): Tally[] {
    return [...this.#tallies.values()];
  }

  get(object: string): Tally | undefined {
    return this.#tallies.get(object);
  }

  /** What all objects have counted, the retired ones too. */
  get count(): number {
    return sum(this.all().map((tally) => tally.count));
  }

  get recent(): PublicSigner[] {
    return this.#recent;
  }

  /** Takes an object's numbers, which are absolute. Writes a row only when something that is kept has changed. */
  take(report: ObjectReport): void {
    const known = this.#tallies.get(report.object);
    this.#tallies.set(report.object, report);
    if (report.recent.length > 0)
      this.#recent = [...report.recent, ...this.#recent].slice(0, RECENT_SIGNERS_MAX);
    if (report.count !== known?.count || report.recent.length > 0) this.#keep(report.object, report);
  }

  /** Puts right a count whose report was missed. */
  mend(object: string, count: number): void {
    const tally = this.#tallies.get(object);
    if (!tally || tally.count === count) return;
    this.#tallies.set(object, { ...tally, count });
    this.#keep(object, { count, version: tally.version });
  }

  /** Puts the recent signers that D1 gave in the place of those reported. */
  replaceRecent(recent: PublicSigner[]): void {
    this.#recent = recent;
    this.#meta.set("recent", JSON.stringify(recent));
    this.#meta.set("recent_version", Date.now());
  }

  /** Adds a deleted object's count to that of the retired. To be called in a transaction. */
  retire(object: string): void {
    const tally = this.#tallies.get(object);
    if (!tally) return;
    const count = (this.#tallies.get(RETIRED)?.count ?? 0) + tally.count;
    const version = Date.now();
    this.#tallies.set(RETIRED, { ...tally, count, version });
    this.#keep(RETIRED, { count, version });
    this.#tallies.delete(object);
    this.#sql.exec("DELETE FROM tallies WHERE object = ?", object);
  }

  #keep(object: string, { count, version }: Pick<Tally, "count" | "version">): void {
    this.#sql.exec(
      "INSERT INTO tallies (object, day, count, version, recent) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (object, day) DO UPDATE SET count = ?3, version = ?4, recent = ?5",
      object,
      Math.floor(Date.now() / DAY_MS),
      count,
      version,
      JSON.stringify(this.#recent),
    );
  }

  /** Participations counted at the end of each of the last days, oldest first. */
  days(): [day: number, total: number][] {
    const today = Math.floor(Date.now() / DAY_MS);
    const last = new Map<string, number>();
    const rows = this.#sql
      .exec<{ object: string; day: number; count: number }>(
        "SELECT object, day, count FROM tallies ORDER BY day",
      )
      .toArray();
    const days: [number, number][] = [];
    let next = 0;
    for (let day = today - DAYS_KEPT + 1; day <= today; day += 1) {
      for (let row = rows[next]; row && row.day <= day; row = rows[next]) {
        last.set(row.object, row.count);
        next += 1;
      }
      days.push([day, sum([...last.values()])]);
    }
    return days;
  }

  dropOldDays(): void {
    this.#sql.exec(
      "DELETE FROM tallies WHERE day < ? AND (object, day) NOT IN (SELECT object, max(day) FROM tallies GROUP BY object)",
      Math.floor(Date.now() / DAY_MS) - DAYS_KEPT,
    );
  }
}

const NOTHING_WAITS = { pending: 0, parked: 0, oldestPendingAt: null, lastError: null };

export function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

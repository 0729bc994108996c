import { type PublicSigner, RECENT_SIGNERS_MAX } from "../actions/types";
import type { Meta } from "./store-meta";
import type { ObjectReport } from "./types";

const DAYS_KEPT = 60;
const DAY_MS = 86_400_000;
/** The retired objects of an action, added up. */
const RETIRED = "retired";
/** An object's tally is written down once in each stretch of time, by its first report in it. */
export const STRETCH_MS = 15 * 60_000;
const SURE_AT = "tallies_sure_at";

type Kept = { count: number; version: number };

export type Tally = Pick<
  ObjectReport,
  "count" | "version" | "pending" | "parked" | "oldestPendingAt" | "lastError"
>;

/** Which stretch of time a moment is in. */
export function stretchOf(ms: number): number {
  return Math.floor(ms / STRETCH_MS);
}

/**
 * What each intake object of an action has counted, a row for each day: an object's newest row is its tally, the older
 * ones are the curve of the last weeks. The newest row of all holds the recent signers as of its report.
 *
 * The objects themselves know what they counted, so most reports are only remembered: a row written for each would be paid
 * for by every lone signature. A home that left memory in between finds the rows it cannot be sure of, and asks.
 */
export class Tallies {
  readonly #sql: SqlStorage;
  readonly #meta: Meta;
  readonly #tallies = new Map<string, Tally>();
  /** What each object's newest row says. */
  readonly #written = new Map<string, Kept>();
  /** Objects that may have reported more than is written, to a home that left memory since. */
  readonly #unsure = new Set<string>();
  #isRecentSure: boolean;
  #recent: PublicSigner[];

  constructor(sql: SqlStorage, meta: Meta) {
    this.#sql = sql;
    this.#meta = meta;
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS tallies (object TEXT NOT NULL, day INTEGER NOT NULL, count INTEGER NOT NULL, version INTEGER NOT NULL, recent TEXT NOT NULL, PRIMARY KEY (object, day)) WITHOUT ROWID",
    );
    this.#recent = this.#load();
    const sureAt = this.#meta.number(SURE_AT) ?? 0;
    for (const [object, { version }] of this.#written)
      if (version > sureAt && object !== RETIRED) this.#unsure.add(object);
    this.#isRecentSure = this.#unsure.size === 0;
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
      this.#written.set(row.object, { count, version });
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

  /** The objects to be asked what they have counted, since their rows may be behind. */
  get unsure(): string[] {
    return [...this.#unsure];
  }

  /** Whether the recent signers are those of the last report. */
  get isRecentSure(): boolean {
    return this.#isRecentSure;
  }

  /** Takes an object's numbers, which are absolute. Writes a row once in a stretch when something that is kept has changed. */
  take(report: ObjectReport): void {
    const { object } = report;
    const known = this.#tallies.get(object);
    this.#unsure.delete(object);
    this.#tallies.set(object, report);
    if (report.recent.length > 0)
      this.#recent = [...report.recent, ...this.#recent].slice(0, RECENT_SIGNERS_MAX);
    if (report.count === known?.count && report.recent.length === 0) return;
    const written = this.#written.get(object);
    if (written && stretchOf(written.version) === stretchOf(report.version)) return;
    // How the day before ended.
    if (known && written?.count !== known.count && dayOf(known.version) < dayOf(report.version))
      this.#keep(object, known);
    this.#keep(object, report);
  }

  /** Takes what an object answered that was asked. */
  learn(object: string, count: number): void {
    this.mend(object, count);
    this.#unsure.delete(object);
  }

  /** Once nobody has reported for a stretch, writes down what was only remembered, so that nobody need be asked again. */
  beSure(): void {
    if (this.#unsure.size > 0 || !this.#isRecentSure) return;
    const newest = Math.max(0, ...this.all().map(({ version }) => version));
    if (newest <= (this.#meta.number(SURE_AT) ?? 0) || stretchOf(newest) >= stretchOf(Date.now())) return;
    for (const [object, tally] of this.#tallies)
      if (this.#written.get(object)?.count !== tally.count) this.#keep(object, tally);
    this.#meta.set(SURE_AT, newest);
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
    this.learnRecent(recent);
    this.#meta.set("recent", JSON.stringify(recent));
    this.#meta.set("recent_version", Date.now());
  }

  /** The same, for as long as this home is in memory. */
  learnRecent(recent: PublicSigner[]): void {
    this.#recent = recent;
    this.#isRecentSure = true;
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
    this.#written.delete(object);
    this.#sql.exec("DELETE FROM tallies WHERE object = ?", object);
  }

  #keep(object: string, { count, version }: Kept): void {
    this.#sql.exec(
      "INSERT INTO tallies (object, day, count, version, recent) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (object, day) DO UPDATE SET count = ?3, version = ?4, recent = ?5",
      object,
      dayOf(version),
      count,
      version,
      JSON.stringify(this.#recent),
    );
    this.#written.set(object, { count, version });
  }

  /** Participations counted at the end of each of the last days, oldest first. */
  days(): [day: number, total: number][] {
    const today = dayOf(Date.now());
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
      if (day === today) for (const [object, { count }] of this.#tallies) last.set(object, count);
      days.push([day, sum([...last.values()])]);
    }
    return days;
  }

  dropOldDays(): void {
    this.#sql.exec(
      "DELETE FROM tallies WHERE day < ? AND (object, day) NOT IN (SELECT object, max(day) FROM tallies GROUP BY object)",
      dayOf(Date.now()) - DAYS_KEPT,
    );
  }
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

const NOTHING_WAITS = { pending: 0, parked: 0, oldestPendingAt: null, lastError: null };

export function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

import { DurableObject } from "cloudflare:workers";
import { type PublicSigner, RECENT_SIGNERS_MAX } from "../actions/types";
import type { Env } from "../env";
import { dbFor } from "../groups/shard";
import { type Context, createContext } from "../platform/context";
import { intakeStub } from "./objects";
import { SPREAD_MAX } from "./place";
import { recentStored } from "./signers";
import { countRemoved, countStored } from "./store";
import type { FollowUpWindow, HomeReply, HomeSummary, IntakeTarget, ObjectReport } from "./types";

/** An object that takes more than this a second, report after report, shares its load (cloudflare.md §4.1: 200–500/s). */
const SPREAD_RATE_PER_SECOND = 150;
const SPREAD_REPORTS = 3;
const CHECK_EVERY_MS = 60 * 60_000;
/** An action where nothing happens is compared seldom: its rows are read one by one. */
const CHECK_QUIET_MS = 24 * 60 * 60_000;
/** After something that changes rows behind the objects' back, in case its end was never heard of. */
const CHECK_SOON_MS = 60_000;
/** An object that was not known at the last comparison may have rows that were taken for a difference then. */
const CHECK_NEWCOMER_MS = 60_000;
/** Until the objects stand still long enough to be compared. */
const CHECK_RETRY_MS = 5 * 60_000;
/** Messages are given this long to arrive before what they announced is looked for in the rows. */
const FOLLOW_UP_GRACE_MS = 5 * 60_000;
const FOLLOW_UP_RETRY_MS = 60_000;
/** How long after closing an object may still be asked about a page cached somewhere. */
const RETIRE_AFTER_MS = 7 * 86_400_000;
const OPERATIONS_EVERY_MS = 10_000;
const OPERATIONS_QUIET_EVERY_MS = 10 * 60_000;
/** A backlog older than this is worth an operator's look. */
const BACKLOG_WORTH_SHOWING_MS = 15_000;
const DAYS_KEPT = 60;
const DAY_MS = 86_400_000;
const NEVER = Number.MAX_SAFE_INTEGER;
/** The retired objects of an action, added up. */
const RETIRED = "retired";

type Tally = Pick<
  ObjectReport,
  "count" | "version" | "pending" | "parked" | "oldestPendingAt" | "lastError"
> & { hotReports: number };

/** Gives how many participations in the window had been missed and were announced again. */
export type FollowUp = (ctx: Context, window: FollowUpWindow) => Promise<number>;

/**
 * The home of one action: knows its intake objects, adds up their absolute numbers, decides how far to spread, and
 * compares itself with D1 every hour. Nothing waits for it: while it is away, reports are simply made again.
 */
export class HomeObject extends DurableObject<Env> {
  /** What must follow a stored participation; `jobs.ts` lists it, since what follows lies above this folder. */
  protected readonly followUps: FollowUp[] = [];
  readonly #sql: SqlStorage;
  readonly #tallies = new Map<string, Tally>();
  #target: IntakeTarget | null;
  #recent: PublicSigner[];
  #alarmAt: number | null = null;
  #drainedSinceShown = 0;
  #shownAt = 0;
  #wasShownTroubled = false;
  #adjusting: Promise<unknown> = Promise.resolve();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS tallies (object TEXT NOT NULL, day INTEGER NOT NULL, count INTEGER NOT NULL, version INTEGER NOT NULL, recent TEXT NOT NULL, PRIMARY KEY (object, day)) WITHOUT ROWID",
    );
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    );
    this.#target = JSON.parse(this.#meta("target") ?? "null");
    this.#recent = this.#load();
    ctx.blockConcurrencyWhile(async () => {
      this.#alarmAt = await ctx.storage.getAlarm();
      if (this.#alarmAt === null && this.#target) this.#scheduleBy(this.#nextDueAt());
    });
  }

  /** The newest row of each object is its tally; the newest row of all holds the recent signers as of its report. */
  #load(): PublicSigner[] {
    let newest = { version: Number(this.#meta("recent_version") ?? 0), recent: this.#meta("recent") ?? "[]" };
    for (const row of this.#sql.exec<{ object: string; count: number; version: number; recent: string }>(
      "SELECT object, count, version, recent FROM tallies ORDER BY object, day",
    )) {
      this.#tallies.set(row.object, {
        count: row.count,
        version: row.version,
        pending: 0,
        parked: 0,
        oldestPendingAt: null,
        lastError: null,
        hotReports: 0,
      });
      if (row.version > newest.version) newest = row;
    }
    return JSON.parse(newest.recent);
  }

  /** Takes an object's absolute numbers. An older report than one already taken changes nothing. */
  report(target: IntakeTarget, report: ObjectReport): HomeReply {
    this.#learn(target);
    const known = this.#tallies.get(report.object);
    if (!known || report.version > known.version) this.#take(report, known);
    this.#show(report);
    return { total: this.total(), spread: this.#spread(), isClosed: this.#meta("closed_at") !== null };
  }

  #take(report: ObjectReport, known: Tally | undefined): void {
    const hotReports = report.ratePerSecond > SPREAD_RATE_PER_SECOND ? (known?.hotReports ?? 0) + 1 : 0;
    this.#tallies.set(report.object, { ...report, hotReports });
    if (report.recent.length > 0)
      this.#recent = [...report.recent, ...this.#recent].slice(0, RECENT_SIGNERS_MAX);
    if (report.count !== known?.count || report.recent.length > 0) this.#keepTally(report.object, report);
    if (hotReports >= SPREAD_REPORTS) this.#spreadFurther();
    if (report.settledFrom !== null) this.#followFrom(report.settledFrom);
    if (report.count !== known?.count) this.#checkWithin(CHECK_EVERY_MS);
    if (!known && this.#meta("checked_at") !== null) this.#checkWithin(CHECK_NEWCOMER_MS);
    this.#scheduleBy(this.#nextDueAt());
  }

  #checkWithin(ms: number): void {
    const at = Date.now() + ms;
    if (Number(this.#meta("check_at") ?? Number.POSITIVE_INFINITY) > at)
      this.#setMeta("check_at", String(at));
  }

  #keepTally(object: string, report: Pick<ObjectReport, "count" | "version">): void {
    const day = Math.floor(Date.now() / DAY_MS);
    this.#sql.exec(
      "INSERT INTO tallies (object, day, count, version, recent) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (object, day) DO UPDATE SET count = ?3, version = ?4, recent = ?5",
      object,
      day,
      report.count,
      report.version,
      JSON.stringify(this.#recent),
    );
  }

  /** Distinct people counted: what the objects hold, less what was removed, mended by the last comparison with D1. */
  total(): number {
    let total = -Number(this.#meta("removed") ?? 0) + Number(this.#meta("correction") ?? 0);
    for (const tally of this.#tallies.values()) total += tally.count;
    return Math.max(total, 0);
  }

  summary(): HomeSummary {
    const tallies = [...this.#tallies.values()];
    return {
      total: this.total(),
      recent: this.#recent,
      spread: this.#spread(),
      pending: sum(tallies.map((tally) => tally.pending)),
      parked: sum(tallies.map((tally) => tally.parked)),
      days: this.#days(),
      checkedAt: numberOrNull(this.#meta("checked_at")),
      drift: Number(this.#meta("drift") ?? 0),
    };
  }

  #days(): [number, number][] {
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

  /** Makes sure that the total is compared with D1 soon, whatever becomes of the caller. Call it before changing rows. */
  checkSoon(target: IntakeTarget): void {
    this.#learn(target);
    this.#checkWithin(CHECK_SOON_MS);
    this.#scheduleBy(this.#nextDueAt());
  }

  /** Reads from D1 how many are removed and who signed last, after a removal, its undoing, a merge or an erasure. */
  async readjust(target: IntakeTarget): Promise<number> {
    this.#learn(target);
    // One after the other, so that what was read first is not kept last.
    const adjusting = this.#adjusting.catch(() => undefined).then(() => this.#adjust(target));
    this.#adjusting = adjusting;
    await adjusting;
    return this.total();
  }

  async #adjust(target: IntakeTarget): Promise<void> {
    const group = dbFor(this.env, { no: target.groupNo, shard: target.shard });
    const [removed, recent] = await Promise.all([
      countRemoved(group, target.actionNo),
      recentStored(group, target.actionNo),
    ]);
    this.#setMeta("removed", String(removed));
    this.#recent = recent;
    this.#setMeta("recent", JSON.stringify(recent));
    this.#setMeta("recent_version", String(Date.now()));
  }

  async close(target: IntakeTarget): Promise<void> {
    this.#learn(target);
    if (this.#meta("closed_at") === null) this.#setMeta("closed_at", String(Date.now()));
    this.#scheduleBy(this.#nextDueAt());
    await this.#tellObjects(target, (stub) => stub.close());
  }

  async reopen(target: IntakeTarget): Promise<void> {
    this.#learn(target);
    this.#sql.exec("DELETE FROM meta WHERE key IN ('closed_at', 'retire_at')");
    await this.#tellObjects(target, (stub) => stub.reopen());
  }

  /** Tells every object to forget a person, and takes the removal into the count. Throws when an object was not reached. */
  async forget(target: IntakeTarget, identity: Uint8Array): Promise<void> {
    await this.#tellObjects(target, (stub) => stub.forget(identity));
    await this.readjust(target);
  }

  /** Spreads over so many objects from now on; for operators who know that a wave is coming. */
  spreadTo(spread: number): void {
    this.#setMeta("spread", String(Math.min(Math.max(Math.trunc(spread), this.#spread()), SPREAD_MAX)));
  }

  /** Tries the parked rows of every object again. Gives how many there were. */
  async unpark(): Promise<number> {
    const target = this.#target;
    if (!target) return 0;
    return sum(await this.#tellObjects(target, (stub) => stub.unpark()));
  }

  async parkedErrors(): Promise<{ at: number; error: string }[]> {
    const target = this.#target;
    if (!target) return [];
    return (await this.#tellObjects(target, (stub) => stub.parkedErrors())).flat();
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = null;
    const target = this.#target;
    if (!target) return;
    const now = Date.now();
    const dues: [string, () => Promise<unknown>][] = [
      ["follow_at", () => this.#follow(target)],
      ["check_at", () => this.check()],
      ["retire_at", () => this.#retire(target)],
    ];
    for (const [key, work] of dues) {
      if (Number(this.#meta(key) ?? Number.POSITIVE_INFINITY) > now) continue;
      try {
        await work();
      } catch (error) {
        this.#setMeta(key, String(now + FOLLOW_UP_RETRY_MS));
        this.#context().log.error(`home.${key}`, error, { actionId: target.actionId });
      }
    }
    this.#scheduleBy(this.#nextDueAt());
  }

  /** Looks for stored participations whose news was lost, from the last moment up to which all were found. */
  async #follow(target: IntakeTarget): Promise<void> {
    const sinceMs = Number(this.#meta("follow_since") ?? 0);
    const untilMs = Date.now() - FOLLOW_UP_GRACE_MS;
    if (await this.followUp(target, sinceMs, untilMs)) {
      const since = Number(this.#meta("follow_since") ?? 0);
      // Rows drained late, while the follow-up ran, have moved the mark back: it is not moved over them.
      if (since === sinceMs) this.#setMeta("follow_since", String(Math.max(untilMs, sinceMs)));
      this.#sql.exec("DELETE FROM meta WHERE key = 'follow_at'");
      const isWaiting =
        [...this.#tallies.values()].some((tally) => tally.pending > 0) ||
        Date.now() - this.#lastSettledAt < FOLLOW_UP_GRACE_MS;
      if (isWaiting) this.#setMeta("follow_at", String(Date.now() + FOLLOW_UP_GRACE_MS));
    } else {
      this.#setMeta("follow_at", String(Date.now() + FOLLOW_UP_RETRY_MS));
    }
  }

  #lastSettledAt = 0;

  /** Runs every follow-up over a window. Gives whether nothing was missing. */
  async followUp(target: IntakeTarget, sinceMs: number, untilMs: number): Promise<boolean> {
    if (!target.hasReceipt) return true;
    const ctx = this.#context();
    let missing = 0;
    for (const follow of this.followUps) missing += await follow(ctx, { target, sinceMs, untilMs });
    return missing === 0;
  }

  #followFrom(settledFrom: number): void {
    this.#lastSettledAt = Date.now();
    if (!this.#target?.hasReceipt) return;
    const since = this.#meta("follow_since");
    if (since === null || settledFrom < Number(since)) this.#setMeta("follow_since", String(settledFrom - 1));
    if (this.#meta("follow_at") === null)
      this.#setMeta("follow_at", String(Date.now() + FOLLOW_UP_GRACE_MS * 2));
  }

  /**
   * Compares the objects' sum with the rows in D1, and mends the total by what differs. Asks the objects before and after
   * reading D1: only when nothing waits and nothing changed in between were all read at one moment.
   * @returns by how much the public number was off, or null when it could not be compared now.
   */
  async check(): Promise<number | null> {
    const target = this.#target;
    if (!target) return null;
    this.#setMeta("check_at", String(Date.now() + CHECK_RETRY_MS));
    const shown = this.total();
    await this.readjust(target);
    const before = await this.#objectStates(target);
    if (before.some((state) => state.waiting > 0)) return null;
    const adjusting = this.#adjusting;
    const group = dbFor(this.env, { no: target.groupNo, shard: target.shard });
    const [stored, removed] = await Promise.all([
      countStored(group, target.actionNo),
      countRemoved(group, target.actionNo),
    ]);
    const after = await this.#objectStates(target);
    if (JSON.stringify(after) !== JSON.stringify(before) || this.#adjusting !== adjusting) return null;
    const drift = shown - (stored - removed);
    for (const { object, count } of after) {
      const tally = this.#tallies.get(object);
      if (!tally || tally.count === count) continue;
      this.#tallies.set(object, { ...tally, count });
      this.#keepTally(object, { count, version: tally.version });
    }
    this.#setMeta("removed", String(removed));
    this.#setMeta(
      "correction",
      String(stored - sum([...this.#tallies.values()].map((tally) => tally.count))),
    );
    this.#setMeta("checked_at", String(Date.now()));
    this.#setMeta("drift", String(drift));
    const isOver = this.#objects().length === 0 && this.#meta("closed_at") !== null;
    this.#setMeta("check_at", String(isOver ? NEVER : Date.now() + CHECK_QUIET_MS));
    this.#dropOldDays();
    if (drift !== 0) this.#context().log.info("home.drift", { actionId: target.actionId, drift });
    return drift;
  }

  async #objectStates(target: IntakeTarget): Promise<{ object: string; count: number; waiting: number }[]> {
    const objects = this.#objects();
    return Promise.all(
      objects.map(async (object) => ({
        object,
        ...(await intakeStub(this.env, target.jurisdiction, object).state()),
      })),
    );
  }

  #objects(): string[] {
    return [...this.#tallies.keys()].filter((object) => object !== RETIRED);
  }

  #dropOldDays(): void {
    this.#sql.exec(
      "DELETE FROM tallies WHERE day < ? AND (object, day) NOT IN (SELECT object, max(day) FROM tallies GROUP BY object)",
      Math.floor(Date.now() / DAY_MS) - DAYS_KEPT,
    );
  }

  /** Some days after closing, drained objects hand over their number and delete themselves. */
  async #retire(target: IntakeTarget): Promise<void> {
    for (const object of this.#objects()) {
      const tally = this.#tallies.get(object);
      if (!tally) continue;
      const isGone = await intakeStub(this.env, target.jurisdiction, object).retire(tally.count);
      if (!isGone) continue;
      const retired = (this.#tallies.get(RETIRED)?.count ?? 0) + tally.count;
      const version = Date.now();
      this.ctx.storage.transactionSync(() => {
        this.#tallies.set(RETIRED, { ...tally, count: retired, version });
        this.#keepTally(RETIRED, { count: retired, version });
        this.#tallies.delete(object);
        this.#sql.exec("DELETE FROM tallies WHERE object = ?", object);
      });
    }
    this.#setMeta("retire_at", String(this.#objects().length > 0 ? Date.now() + CHECK_EVERY_MS : NEVER));
  }

  #spread(): number {
    return Number(this.#meta("spread") ?? 1);
  }

  #spreadFurther(): void {
    this.spreadTo(this.#spread() * 2);
    for (const tally of this.#tallies.values()) tally.hotReports = 0;
  }

  async #tellObjects<R>(
    target: IntakeTarget,
    tell: (stub: ReturnType<typeof intakeStub>) => Promise<R>,
  ): Promise<R[]> {
    return Promise.all(
      this.#objects().map((object) => tell(intakeStub(this.env, target.jurisdiction, object))),
    );
  }

  /** Tells the operations page, seldom while all is well and every few seconds while something waits. */
  #show(report: ObjectReport): void {
    const now = Date.now();
    const target = this.#target;
    if (!target) return;
    this.#drainedSinceShown += report.drained;
    const tallies = [...this.#tallies.values()];
    const oldest = Math.min(...tallies.map((tally) => tally.oldestPendingAt ?? now));
    const isTroubled =
      now - oldest > BACKLOG_WORTH_SHOWING_MS ||
      tallies.some((tally) => tally.parked > 0 || tally.lastError !== null);
    const every = isTroubled || this.#wasShownTroubled ? OPERATIONS_EVERY_MS : OPERATIONS_QUIET_EVERY_MS;
    if (now - this.#shownAt < every) return;
    const elapsedMinutes = this.#shownAt === 0 ? 1 : Math.max((now - this.#shownAt) / 60_000, 1 / 60);
    const entry = {
      actionId: target.actionId,
      groupNo: target.groupNo,
      kind: target.kind,
      objects: tallies.length,
      pending: sum(tallies.map((tally) => tally.pending)),
      oldestPendingAt: oldest < now ? oldest : null,
      parked: sum(tallies.map((tally) => tally.parked)),
      drainedTotal: sum(tallies.map((tally) => tally.count)),
      drainRatePerMinute: this.#drainedSinceShown / elapsedMinutes,
      lastError: tallies.find((tally) => tally.lastError !== null)?.lastError ?? undefined,
      at: now,
    };
    this.#shownAt = now;
    this.#wasShownTroubled = isTroubled;
    this.#drainedSinceShown = 0;
    this.ctx.waitUntil(
      this.env.OPERATIONS.getByName("operations")
        .report(entry)
        .catch(() => undefined),
    );
  }

  #nextDueAt(): number {
    const closedAt = numberOrNull(this.#meta("closed_at"));
    if (closedAt !== null && this.#meta("retire_at") === null)
      this.#setMeta("retire_at", String(closedAt + RETIRE_AFTER_MS));
    return Math.min(
      ...["follow_at", "check_at", "retire_at"].map((key) =>
        Number(this.#meta(key) ?? Number.POSITIVE_INFINITY),
      ),
    );
  }

  #scheduleBy(at: number): void {
    if (at >= NEVER || (this.#alarmAt !== null && this.#alarmAt <= at)) return;
    this.#alarmAt = at;
    void this.ctx.storage.setAlarm(at);
  }

  #learn(target: IntakeTarget): void {
    const text = JSON.stringify(target);
    if (this.#meta("target") === text) return;
    this.#target = target;
    this.#setMeta("target", text);
  }

  #context(): Context {
    return createContext(this.env, `home-${this.#target?.actionId ?? ""}`, (work) =>
      this.ctx.waitUntil(work),
    );
  }

  #meta(key: string): string | null {
    return (
      this.#sql.exec<{ value: string }>("SELECT value FROM meta WHERE key = ?", key).toArray()[0]?.value ??
      null
    );
  }

  #setMeta(key: string, value: string): void {
    this.#sql.exec(
      "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2",
      key,
      value,
    );
  }
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function numberOrNull(text: string | null): number | null {
  return text === null ? null : Number(text);
}

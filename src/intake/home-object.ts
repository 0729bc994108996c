import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env";
import { dbFor, type GroupDb } from "../groups/shard";
import { type Context, createContext } from "../platform/context";
import type { ParticipationId } from "../platform/ids";
import { AlarmClock } from "./alarm-clock";
import { Backlog } from "./backlog";
import { type FollowUp, FollowUpMark, followUp } from "./follow-up";
import { HomePlaces } from "./home-places";
import { KnownTarget } from "./known-target";
import { intakeStub } from "./objects";
import { checkBy, checkWithin, compare, keepComparison, type ObjectState, totalOf } from "./self-check";
import { recentStored } from "./signers";
import { Spread } from "./spread";
import { countRemoved, type RemovedPage, removedIds } from "./store";
import { Erased } from "./store-erased";
import { Meta } from "./store-meta";
import { sum, Tallies } from "./store-tallies";
import type { HomeReply, HomeSummary, IntakeTarget, ObjectReport } from "./types";

export type { FollowUp } from "./follow-up";

/** What failed when its time had come is tried again after this. */
const RETRY_MS = 60_000;
/** How long after closing an object may still be asked about a page cached somewhere. */
const RETIRE_AFTER_MS = 7 * 86_400_000;
const RETIRE_RETRY_MS = 60 * 60_000;
/** What has just been reported may change once more in the same breath. */
const DUE_SOON_MS = 1_000;
/** So long whoever asks this home waits for those whom it asks; what comes later is for the next. */
const ASKED_WAIT_MS = 500;
const NEVER = Number.MAX_SAFE_INTEGER;

/** Work that the clock brings to an action. Gives when to ask again, in ms; null when nothing is left. */
export type WhenDue = (ctx: Context, target: IntakeTarget) => Promise<number | null>;

/**
 * The home of one action: knows its intake objects, adds up their absolute numbers, decides how far to spread, and
 * compares itself with D1 every hour. Nothing waits for it: while it is away, reports are simply made again.
 */
export class HomeObject extends DurableObject<Env> {
  /** What must follow a stored participation; `jobs.ts` lists it, since what follows lies above this folder. */
  protected readonly followUps: FollowUp[] = [];
  /** What the clock brings: does it, and gives when to ask again. Told by `worker.ts` for the same reason. */
  protected readonly whenDue: WhenDue = async () => null;
  readonly #meta: Meta;
  readonly #tallies: Tallies;
  readonly #spread: Spread;
  readonly #followUpMark: FollowUpMark;
  readonly #erased: Erased;
  readonly #places: HomePlaces;
  readonly #backlog = new Backlog();
  readonly #clock: AlarmClock;
  readonly #target: KnownTarget;
  #adjusting: Promise<unknown> = Promise.resolve();
  /** Reports taken and numbers of removals read, in this home's memory. */
  #changes = 0;
  #asking: Promise<void> | null = null;
  #askingRecent: Promise<void> | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#meta = new Meta(ctx.storage.sql);
    this.#tallies = new Tallies(ctx.storage.sql, this.#meta);
    this.#spread = new Spread(this.#meta);
    this.#followUpMark = new FollowUpMark(this.#meta);
    this.#erased = new Erased(ctx.storage.sql);
    this.#places = new HomePlaces(this.#meta);
    this.#clock = new AlarmClock(ctx.storage);
    this.#target = new KnownTarget(this.#meta);
    ctx.blockConcurrencyWhile(async () => {
      if ((await this.#clock.load()) === null && this.#target.value) this.#schedule();
    });
  }

  /** Takes an object's absolute numbers. An older report than one already taken changes nothing. */
  async report(target: IntakeTarget, report: ObjectReport): Promise<HomeReply> {
    this.#target.learn(target);
    const known = this.#tallies.get(report.object);
    const reportedAt = Math.max(0, ...this.#tallies.all().map(({ version }) => version));
    if (!known || report.version > known.version) this.#take(report);
    this.#show(target, report, reportedAt);
    await this.#ask();
    return {
      total: this.#total(),
      spread: this.#spread.value,
      isClosed: this.#meta.get("closed_at") !== null,
      erased: report.asksForErased ? this.#erased.all() : [],
    };
  }

  #take(report: ObjectReport): void {
    const known = this.#tallies.get(report.object);
    this.#changes += 1;
    this.#tallies.take(report);
    this.#spread.watch(report);
    // Whoever has just moved up is to be told; of a new action it is not known yet what the clock will bring.
    if (report.places && this.#places.take(report.places)) this.#dueWithin(DUE_SOON_MS);
    if (report.settledFrom !== null) this.#followUpMark.moveBackTo(report.settledFrom, this.#target.value);
    if (report.count !== known?.count) checkBy(this.#meta, checkWithin.busyMs);
    if (!known && this.#meta.get("checked_at") !== null) checkBy(this.#meta, checkWithin.newcomerMs);
    this.#schedule();
  }

  #show(target: IntakeTarget, report: ObjectReport, reportedAt: number): void {
    const entry = this.#backlog.entry(target, this.#tallies.all(), report.drained, reportedAt);
    if (!entry) return;
    const shown = this.env.OPERATIONS.getByName("operations").report(entry);
    this.ctx.waitUntil(shown.catch(() => undefined));
  }

  #total(): number {
    return totalOf(this.#meta, this.#tallies.count);
  }

  /** Asks the objects of which this home is not sure. One that cannot be reached is asked again by the next who needs to know. */
  async #ask(): Promise<void> {
    const target = this.#target.value;
    if (!target || this.#tallies.unsure.length === 0) return;
    this.#asking ??= this.#askUnsure(target).finally(() => {
      this.#asking = null;
    });
    await Promise.race([this.#asking, scheduler.wait(ASKED_WAIT_MS)]);
  }

  async #askUnsure(target: IntakeTarget): Promise<void> {
    const { unsure } = this.#tallies;
    const answers = await Promise.allSettled(
      unsure.map((object) => intakeStub(this.env, target.jurisdiction, object).state()),
    );
    for (const [position, object] of unsure.entries()) {
      const answer = answers[position];
      // One that has reported meanwhile has said something newer than its answer.
      const isUnsure = this.#tallies.unsure.includes(object);
      if (isUnsure && answer?.status === "fulfilled") this.#tallies.learn(object, answer.value.count);
    }
  }

  /** Makes sure of everything that is shown, once this home has left memory and come back. */
  async #beSure(): Promise<void> {
    // In this order, since a tally is written down together with the recent signers.
    await this.#askRecent();
    await this.#ask();
    this.#tallies.beSure();
  }

  /** Reads who signed last, if this home is not sure. A database that is away or hangs is asked again by the next. */
  async #askRecent(): Promise<void> {
    const target = this.#target.value;
    if (!target || this.#tallies.isRecentSure) return;
    const group = dbFor(this.env, { no: target.groupNo, shard: target.shard });
    const before = this.#tallies.recent;
    this.#askingRecent ??= recentStored(group, target.actionNo)
      .then((recent) => {
        // What was reported meanwhile is newer than what was read.
        if (this.#tallies.recent === before) this.#tallies.learnRecent(recent);
      })
      .catch(() => undefined)
      .finally(() => {
        this.#askingRecent = null;
      });
    await Promise.race([this.#askingRecent, scheduler.wait(ASKED_WAIT_MS)]);
  }

  async summary(): Promise<HomeSummary> {
    await this.#beSure();
    const tallies = this.#tallies.all();
    return {
      total: this.#places.value?.people ?? this.#total(),
      ...(this.#places.value ? { places: this.#places.value.taken } : {}),
      recent: this.#tallies.recent,
      spread: this.#spread.value,
      pending: sum(tallies.map((tally) => tally.pending)),
      parked: sum(tallies.map((tally) => tally.parked)),
      days: this.#tallies.days(),
      checkedAt: this.#meta.number("checked_at"),
      drift: this.#meta.number("drift") ?? 0,
    };
  }

  /** Has the kind say anew what the clock will bring, after the action was changed. */
  wake(target: IntakeTarget): void {
    if (!this.#target.value) this.#target.learn(target);
    this.#dueWithin(0);
  }

  #dueWithin(ms: number): void {
    const at = Date.now() + ms;
    if ((this.#meta.number("due_at") ?? NEVER) > at) this.#meta.set("due_at", at);
    this.#schedule();
  }

  /** Makes sure that the total is compared with D1 soon, whatever becomes of the caller. Call it before changing rows. */
  checkSoon(target: IntakeTarget): void {
    this.#target.learn(target);
    checkBy(this.#meta, checkWithin.soonMs);
    this.#schedule();
  }

  /** Reads from D1 how many are removed and who signed last, after a removal, its undoing, a merge or an erasure. */
  async readjust(target: IntakeTarget): Promise<number> {
    this.#target.learn(target);
    this.#changes += 1;
    // One after the other, so that what was read first is not kept last.
    const adjusting = this.#adjusting.catch(() => undefined).then(() => this.#adjust(target));
    this.#adjusting = adjusting;
    await adjusting;
    await this.#ask();
    return this.#total();
  }

  async #adjust(target: IntakeTarget): Promise<void> {
    const group = dbFor(this.env, { no: target.groupNo, shard: target.shard });
    const [removed, recent] = await Promise.all([
      countRemoved(group, target.actionNo),
      recentStored(group, target.actionNo),
    ]);
    this.#meta.set("removed", removed);
    this.#tallies.replaceRecent(recent);
    if (this.#places.value) await this.#leaveOut(group, target);
  }

  async #leaveOut(group: GroupDb, target: IntakeTarget): Promise<void> {
    let after: ParticipationId | null = null;
    do {
      const page: RemovedPage = await removedIds(group, target.actionNo, after);
      await this.#tellObjects(target, (stub) => stub.leaveOut(page));
      after = page.upTo;
    } while (after !== null);
  }

  async close(target: IntakeTarget): Promise<void> {
    this.#target.learn(target);
    if (this.#meta.get("closed_at") === null) this.#meta.set("closed_at", Date.now());
    this.#schedule();
    await this.#tellObjects(target, (stub) => stub.close());
  }

  async reopen(target: IntakeTarget): Promise<void> {
    this.#target.learn(target);
    for (const key of ["closed_at", "retire_at"]) this.#meta.delete(key);
    await this.#tellObjects(target, (stub) => stub.reopen());
  }

  /** Tells every object to forget a person, and takes the removal into the count. Throws when an object was not reached. */
  async forget(target: IntakeTarget, identity: Uint8Array): Promise<void> {
    this.#erased.add(identity, Date.now());
    await this.#tellObjects(target, (stub) => stub.forget(identity));
    await this.readjust(target);
  }

  /**
   * Has every object give the database again what it lost of what was stored since a moment. Comes to an end by itself, is
   * compared with D1 then, and may be ordered again. Throws when an object was not reached.
   * @returns how many participations are kept since then
   */
  async storeAgain(sinceMs: number): Promise<number> {
    const target = this.#target.value;
    if (!target) return 0;
    this.#followUpMark.startAnew();
    this.checkSoon(target);
    return sum(await this.#tellObjects(target, (stub) => stub.storeAgain(sinceMs)));
  }

  /** Spreads over so many objects from now on; for operators who know that a wave is coming. */
  spreadTo(spread: number): void {
    this.#spread.raiseTo(spread);
  }

  /** Tries the parked rows of every object again. Gives how many there were. */
  async unpark(): Promise<number> {
    const target = this.#target.value;
    if (!target) return 0;
    return sum(await this.#tellObjects(target, (stub) => stub.unpark()));
  }

  async parkedErrors(): Promise<{ at: number; error: string }[]> {
    const target = this.#target.value;
    if (!target) return [];
    return (await this.#tellObjects(target, (stub) => stub.parkedErrors())).flat();
  }

  override async alarm(): Promise<void> {
    this.#clock.rang();
    const target = this.#target.value;
    if (!target) return;
    await this.#beSure();
    const now = Date.now();
    const dues: [string, () => Promise<unknown>][] = [
      ["follow_at", () => this.#follow(target)],
      ["due_at", () => this.#doWhatIsDue(target)],
      ["check_at", () => this.check()],
      ["retire_at", () => this.#retire(target)],
    ];
    for (const [key, work] of dues) {
      if ((this.#meta.number(key) ?? Number.POSITIVE_INFINITY) > now) continue;
      try {
        await work();
      } catch (error) {
        this.#meta.set(key, now + RETRY_MS);
        this.#context().log.error(`home.${key}`, error, { actionId: target.actionId });
      }
    }
    this.#schedule();
  }

  async #doWhatIsDue(target: IntakeTarget): Promise<void> {
    // Whatever is asked for meanwhile, by a report or an organiser's change, is not moved past.
    this.#meta.delete("due_at");
    const next = await this.whenDue(this.#context(), target);
    if (next !== null && (this.#meta.number("due_at") ?? NEVER) > next) this.#meta.set("due_at", next);
  }

  #follow(target: IntakeTarget): Promise<void> {
    return this.#followUpMark.follow(
      (sinceMs, untilMs) => this.followUp(target, sinceMs, untilMs),
      () => this.#tallies.all().some((tally) => tally.pending > 0),
    );
  }

  /** Runs every follow-up over a window. Gives whether nothing was missing. */
  followUp(target: IntakeTarget, sinceMs: number, untilMs: number): Promise<boolean> {
    return followUp(this.#context(), this.followUps, { target, sinceMs, untilMs });
  }

  /**
   * Compares the objects' sum with the rows in D1, and mends the total by what differs.
   * @returns by how much the public number was off, or null when it could not be compared now.
   */
  async check(): Promise<number | null> {
    const target = this.#target.value;
    if (!target) return null;
    const retryAt = Date.now() + checkWithin.retryMs;
    this.#meta.set("check_at", retryAt);
    // Word of a change may have been lost on the way here.
    if (this.#places.value) this.#dueWithin(DUE_SOON_MS);
    await this.#ask();
    const shown = this.#total();
    await this.readjust(target);
    const found = await compare(
      dbFor(this.env, { no: target.groupNo, shard: target.shard }),
      target.actionNo,
      { states: () => this.#objectStates(target), changes: () => this.#changes },
    );
    if (!found) return null;
    const { states, stored, removed } = found;
    const drift = shown - (stored - removed);
    for (const { object, count } of states) this.#tallies.mend(object, count);
    keepComparison(this.#meta, { stored, removed, counted: this.#tallies.count, drift });
    const isOver = states.length === 0 && this.#meta.get("closed_at") !== null;
    // One that was asked for meanwhile stays.
    if (this.#meta.number("check_at") === retryAt)
      this.#meta.set("check_at", isOver ? NEVER : Date.now() + checkWithin.quietMs);
    this.#tallies.dropOldDays();
    if (drift !== 0) this.#context().log.info("home.drift", { actionId: target.actionId, drift });
    return drift;
  }

  #objectStates(target: IntakeTarget): Promise<ObjectState[]> {
    return this.#tellObjects(target, async (stub, object) => ({ object, ...(await stub.state()) }));
  }

  /** Some days after closing, drained objects hand over their number and delete themselves. */
  async #retire(target: IntakeTarget): Promise<void> {
    // Whoever has a place can give it back until the day comes, whether or not newcomers are taken.
    if (this.#places.value) return this.#meta.set("retire_at", NEVER);
    for (const object of this.#tallies.objects()) {
      const tally = this.#tallies.get(object);
      if (!tally) continue;
      const isGone = await intakeStub(this.env, target.jurisdiction, object).retire(tally.count);
      if (isGone) this.ctx.storage.transactionSync(() => this.#tallies.retire(object));
    }
    this.#meta.set("retire_at", this.#tallies.objects().length > 0 ? Date.now() + RETIRE_RETRY_MS : NEVER);
  }

  #tellObjects<R>(
    target: IntakeTarget,
    tell: (stub: ReturnType<typeof intakeStub>, object: string) => Promise<R>,
  ): Promise<R[]> {
    return Promise.all(
      this.#tallies
        .objects()
        .map((object) => tell(intakeStub(this.env, target.jurisdiction, object), object)),
    );
  }

  /** Sets the alarm for the next thing that is due. */
  #schedule(): void {
    const closedAt = this.#meta.number("closed_at");
    if (closedAt !== null && this.#meta.get("retire_at") === null)
      this.#meta.set("retire_at", closedAt + RETIRE_AFTER_MS);
    const dues = ["follow_at", "due_at", "check_at", "retire_at"].map(
      (key) => this.#meta.number(key) ?? NEVER,
    );
    const next = Math.min(...dues);
    if (next < NEVER) this.#clock.setBy(next);
  }

  #context(): Context {
    return createContext(this.env, `home-${this.#target.value?.actionId ?? ""}`, (work) =>
      this.ctx.waitUntil(work),
    );
  }
}

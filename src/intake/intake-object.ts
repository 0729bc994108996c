import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env";
import { dbFor } from "../groups/shard";
import { GroupCommit } from "../platform/group-commit";
import { idToHex, newId, type ParticipationId } from "../platform/ids";
import { createLog, errorText } from "../platform/log";
import { type DrainResult, WriteBehind } from "../platform/write-behind";
import { Again } from "./again";
import { AlarmClock } from "./alarm-clock";
import { announcePage, isUpdate, nthOf, rowBody, rowsToKeep, writePage } from "./drain";
import { DRAIN_DELAY_MS, Draining } from "./draining";
import { HomeLink } from "./home-link";
import { KnownTarget } from "./known-target";
import { readNote, writeNote } from "./note";
import { placedBody, placedReply, placesAsked, promote, settlePlaces } from "./placing";
import { type Recorded, recordPaid, recordParticipant, recordSigned } from "./recording";
import { settleAgain, settlePage } from "./settle";
import { answers, type DrainOutcome, type RemovedPage } from "./store";
import { Kept } from "./store-kept";
import { Meta } from "./store-meta";
import { Participants, states } from "./store-participants";
import { type Capacities, decidedOf, Places, type Seats } from "./store-places";
import type { IntakeTarget, RecordReply } from "./types";

/** The next part of what is stored again follows after this time; after a failure, later. */
const AGAIN_DELAY_MS = 2_000;
const AGAIN_RETRY_MS = 15_000;
/** A home that could not be reached is told again after this time. */
const REPORT_RETRY_MS = 10_000;
/** So many waiting rows take a while, and the home should know of them before. */
const BACKLOG_WORTH_TELLING = 1_000;
/** A closed object asks its home at most this often whether it was reopened without hearing of it. */
const REOPENED_ASK_MS = 5_000;

/**
 * Takes participations of one action for one part of the world. A shell over its SQLite: what it decides is in `record`
 * (one synchronous transaction, durable before the reply leaves) and in `drain.ts`; see docs/architecture.md, "One signature".
 */
export class ActionIntake extends DurableObject<Env> {
  readonly #meta: Meta;
  readonly #participants: Participants;
  readonly #buffer: WriteBehind<DrainOutcome>;
  readonly #kept: Kept;
  readonly #again: Again;
  readonly #home: HomeLink;
  readonly #clock: AlarmClock;
  readonly #draining: Draining;
  readonly #commit = new GroupCommit();
  /** The `settledFrom` of the last note; the home may know of it by now. */
  readonly #notedFrom: number | null;
  readonly #target: KnownTarget;
  #isClosed: boolean;
  #count: number;
  #askedHomeAt = 0;
  /** Made where places run out: its tables cost rows. */
  #placesOrNone: Places | null = null;
  #isAwake = false;
  #isRetired = false;
  #lastError: string | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#meta = new Meta(ctx.storage.sql);
    this.#participants = new Participants(ctx.storage.sql);
    this.#buffer = new WriteBehind(ctx.storage);
    this.#kept = new Kept(ctx.storage);
    this.#again = new Again(this.#meta, this.#kept, this.#participants);
    this.#clock = new AlarmClock(ctx.storage);
    this.#draining = new Draining(this.#buffer, this.#clock, () => this.#drainOnce());
    this.#target = new KnownTarget(this.#meta);
    this.#isClosed = this.#meta.get("closed") === "1";
    const note = readNote(this.#buffer.note);
    this.#count = note.count;
    this.#home = new HomeLink(note);
    this.#notedFrom = note.settledFrom;
    ctx.blockConcurrencyWhile(() => this.#rearm());
  }

  async #rearm(): Promise<void> {
    const isSet = (await this.#clock.load()) !== null;
    if (isSet) this.#home.settledFrom = this.#notedFrom;
    if (this.#buffer.pending > 0) this.#draining.within(DRAIN_DELAY_MS);
    else if (isSet) return;
    else if (this.#again.isOrdered) this.#draining.in(DRAIN_DELAY_MS);
    else this.#wakeForKept();
  }

  get #places(): Places {
    this.#placesOrNone ??= new Places(this.ctx.storage.sql, this.#meta);
    return this.#placesOrNone;
  }

  /** Has what waits drained, at once or in company. */
  #drainSoon(): void {
    if (this.#draining.isDue) return;
    const gatherMs = Number(this.env.INTAKE_GATHER_MS ?? 0);
    if (this.#draining.soon(gatherMs)) this.ctx.waitUntil(this.#drainLone());
  }

  async #drainLone(): Promise<void> {
    try {
      // Whoever came at the same moment is in the first page.
      await scheduler.wait(0);
      this.#draining.begun();
      await this.drain();
    } catch (error) {
      this.#lastError = errorText(error);
    } finally {
      if (!this.#isRetired) this.#sleep();
    }
  }

  /**
   * Records a participation. Whoever comes at the same moment shares a commit; each is decided synchronously, and the reply
   * is held by the output gate until the row is on disk.
   * @param targetText as `targetText` gives it
   * @param body a `Participation` as JSON, validated by the caller.
   * @param paid the id of the payment it is for, which becomes the participation's
   * @param signedAt when it was signed on paper, or given; for kinds where a person acts once and no places run out, and with `paid`
   */
  async record(
    targetText: string,
    identity: Uint8Array,
    body: string,
    paid?: ParticipationId,
    signedAt?: number,
  ): Promise<RecordReply> {
    await this.#commit.join();
    const target = this.#target.learnText(targetText);
    const now = Date.now();
    if (target.places) return this.#recordPlace(target, identity, body, now);
    // What was paid for is owed, also after closing.
    if (this.#isClosed && (!paid || this.#isRetired)) return this.#refuse(now);
    this.#isAwake = true;
    const { isOnce } = target;
    if (signedAt !== undefined && !paid) {
      const signed = recordSigned(this.#participants, identity, body, Math.min(signedAt, now));
      this.#keep(identity, body, signed, isOnce, now);
      return this.#reply(signed.outcome, signed.id);
    }
    const recorded = paid
      ? recordPaid(this.#participants, paid, Math.min(signedAt ?? now, now))
      : recordParticipant(this.#participants, identity, body, { isOnce, now });
    if (recorded.outcome !== "same") this.#keep(identity, body, recorded, isOnce, paid ? now : recorded.at);
    return this.#reply(recorded.outcome, recorded.id);
  }

  /** The same where places run out: who came first has one, in the very transaction that keeps what they said. */
  #recordPlace(target: IntakeTarget, by: Uint8Array, body: string, now: number): RecordReply {
    const asked = placesAsked(body);
    const identity = this.#holder(by, asked.reply);
    if (target.places) this.#places.learn(target.places);
    this.#promote(now);
    // A place can be given back as long as anybody remembers it.
    if (this.#isClosed && (asked.count > 0 || this.#isRetired)) return this.#refuse(now);
    this.#isAwake = true;
    const seats = this.#places.seatsOf(identity);
    if (this.#places.isTooMuch(seats, asked))
      return this.#replyPlaced("full", this.#participants.get(identity)?.id ?? newId(), seats);
    const { isOnce } = target;
    const recorded = recordParticipant(this.#participants, identity, body, { isOnce, now });
    if (recorded.outcome === "same") return this.#replyPlaced("same", recorded.id, seats);
    const taken = this.#places.take(identity, seats, asked, body, recorded.at);
    this.#keep(identity, placedBody(body, decidedOf(taken)), recorded, isOnce);
    // None of it is the caller's: what they wait for is more than was free a moment ago.
    this.#promote(now);
    return this.#replyPlaced(recorded.outcome, recorded.id, taken);
  }

  /** Who has the places of somebody who acts: they may have replied before their address was another, or by another of theirs. */
  #holder(identity: Uint8Array, reply: ParticipationId | undefined): Uint8Array {
    if (!this.#target.value?.places) return identity;
    const known = this.#participants.get(identity);
    const id = reply ?? (known?.state === states.other ? known.id : undefined);
    return (id && this.#participants.countedAs(id)) ?? identity;
  }

  #replyPlaced(outcome: RecordReply["outcome"], id: ParticipationId, seats: Seats): RecordReply {
    return { ...this.#reply(outcome, id), ...placedReply(this.#places, seats) };
  }

  /** Gives what is free to those who wait, in the order they came, and brings the news to D1 like an answer. */
  #promote(now: number): void {
    for (const { identity, row } of promote(this.#places, this.#participants, now)) {
      this.#buffer.append(identity, now, row, this.#note());
      this.#drainSoon();
    }
  }

  /** Takes how many places there are now, after an organiser changed it. */
  learnPlaces(told: { version: number; capacities: Capacities }): void {
    this.#places.learn(told);
    this.#promote(Date.now());
  }

  /** Frees the places of those whom an organiser took out of the list, and gives back those of whoever was put back. */
  async leaveOut(removed: RemovedPage): Promise<void> {
    this.#places.leaveOut(removed);
    // What is freed is for those who wait; whether one of them is out, a page to come may say.
    if (removed.upTo !== null) return;
    this.#promote(Date.now());
    await this.#report();
  }

  #keep(
    identity: Uint8Array,
    body: string,
    { outcome, id, at }: Recorded,
    isOnce: boolean,
    takenAt = at,
  ): void {
    if (outcome === "counted") this.#count += 1;
    const row = rowBody(body, idToHex(id), at, identity, isOnce ? 0 : nthOf(id), outcome === "updated");
    this.#buffer.append(identity, takenAt, row, this.#note());
    this.#home.recorded();
    this.#drainSoon();
  }

  /** Closed until its home says otherwise: word of a reopening may have been lost on the way here. */
  #refuse(now: number): RecordReply {
    // Nobody is sent to a retired object unless the action was reopened; the next try finds a new one.
    if (this.#isRetired) this.ctx.abort("retired");
    if (now - this.#askedHomeAt > REOPENED_ASK_MS) {
      this.#askedHomeAt = now;
      this.ctx.waitUntil(this.#report());
    }
    return this.#reply("closed", newId());
  }

  #reply(outcome: RecordReply["outcome"], id: ParticipationId): RecordReply {
    return { outcome, id, total: this.#count + this.#home.others, spread: this.#home.spread };
  }

  override async alarm(): Promise<void> {
    this.#clock.rang();
    this.#draining.begun();
    // The first thing an object does is an alarm only when it was interrupted: what it settled then was perhaps not reported.
    if (!this.#isAwake) this.#home.settledFrom = this.#notedFrom;
    this.#isAwake = true;
    try {
      await this.drain();
      await this.#storeAgain();
    } catch (error) {
      this.#lastError = errorText(error);
    } finally {
      this.#kept.prune(Date.now());
      this.#sleep();
    }
  }

  #sleep(): void {
    if (this.#buffer.pending > 0) this.#draining.in(this.#buffer.nextDelayMs());
    else if (!this.#home.isReported(this.#count)) this.#draining.in(REPORT_RETRY_MS);
    else if (this.#again.isOrdered) this.#draining.in(this.#lastError ? AGAIN_RETRY_MS : AGAIN_DELAY_MS);
    else if (this.#kept.dueAt !== null) {
      // Whoever wakes by an alarm takes it that something was not told; the note says that the home knows everything.
      if (this.#buffer.note !== this.#note()) this.#buffer.keepNote(this.#note());
      this.#wakeForKept();
    }
  }

  /** For the day when the oldest of what is kept must go. */
  #wakeForKept(): void {
    const dueAt = this.#kept.dueAt;
    if (dueAt !== null) this.#clock.setBy(Math.max(dueAt, Date.now() + DRAIN_DELAY_MS));
  }

  /** Drains all there is now. */
  drain(): Promise<DrainResult> {
    return this.#draining.drain();
  }

  /**
   * Has what waits of one person stored, for callers that read back what they wrote: they wait for the page it is in, and not for
   * what others send meanwhile. Gives whether it is stored; false while the database is away or far behind.
   */
  store(identity: Uint8Array): Promise<boolean> {
    return this.#draining.store(this.#holder(identity, undefined));
  }

  async #drainOnce(): Promise<DrainResult> {
    const target = this.#target.value;
    if (!target) return { state: "empty", settled: 0, error: null };
    const group = dbFor(this.env, { no: target.groupNo, shard: target.shard });
    // While D1 is slow or down the home still learns the count; when all is well one report after the drain is enough.
    const isLate = this.#lastError !== null || this.#buffer.pending > BACKLOG_WORTH_TELLING;
    const early = isLate ? this.#report() : Promise.resolve();
    if (target.keepsDrained) this.#kept.begin();
    const result = await this.#buffer.drain({
      now: Date.now,
      write: (rows) => writePage(group, target, rows),
      announce: (_rows, outcomes) => announcePage(this.env.EVENTS, target, outcomes),
      settle: (rows, outcomes) => {
        this.#count += settlePage(this.#participants, rows, outcomes, target);
        if (target.places) settlePlaces(this.#places, rows, outcomes);
        if (target.keepsDrained) this.#kept.keep(rowsToKeep(rows, outcomes), Date.now());
        this.#home.settled(rows, outcomes);
        this.#draining.pageSettled();
        return this.#note();
      },
      probe: () => answers(group),
    });
    this.#lastError = result.error;
    if (target.places) this.#promote(Date.now());
    await early;
    if (result.settled > 0 || result.error !== null || !this.#home.isReported(this.#count))
      await this.#report();
    return result;
  }

  async #report(): Promise<void> {
    const target = this.#target.value;
    if (!target) return;
    const wasClosed = this.#isClosed;
    const reply = await this.#home.report(this.env, target, Date.now(), {
      object: this.ctx.id.name ?? "",
      count: this.#count,
      pending: this.#buffer.pending,
      oldestPendingAt: this.#buffer.oldestPendingAt(),
      parked: this.#buffer.parked,
      lastError: this.#lastError,
      ...(target.places ? { places: this.#places.report() } : {}),
      isKeeping: this.#kept.dueAt !== null,
    });
    for (const { identity, at } of reply?.erased ?? []) this.#kept.forget(identity, at);
    if (reply?.isClosed) this.close();
    else if (reply && wasClosed) this.reopen();
  }

  /** Gives the database again what it lost of what was stored since a moment. Gives how much is kept since then. */
  storeAgain(sinceMs: number): number {
    const count = this.#again.order(sinceMs);
    if (count > 0 && !this.#draining.isDue) this.#draining.in(0);
    return count;
  }

  async #storeAgain(): Promise<void> {
    const target = this.#target.value;
    if (!target || !this.#again.isOrdered) return;
    const group = dbFor(this.env, { no: target.groupNo, shard: target.shard });
    await this.#again.run(group, target, {
      log: createLog({ actionId: target.actionId }),
      transaction: (work) => this.ctx.storage.transactionSync(work),
      settle: (rows, outcomes) => {
        this.#count += settlePage(this.#participants, rows, outcomes, target, settleAgain);
        this.#buffer.keepNote(this.#note());
      },
    });
    if (!this.#home.isReported(this.#count)) await this.#report();
  }

  /** What the home compares with D1. */
  state(): { count: number; waiting: number } {
    const ordered = this.#again.isOrdered ? 1 : 0;
    return { count: this.#count, waiting: this.#buffer.pending + this.#buffer.parked + ordered };
  }

  /** Takes no more participations. What was recorded still drains. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#meta.set("closed", "1");
  }

  reopen(): void {
    this.#isClosed = false;
    this.#meta.set("closed", "0");
  }

  /**
   * Forgets a person who asked for it: what waits for D1 is dropped, and signing again counts as new. What is already
   * stored stays counted here, since the erasure's removal takes it out of the total.
   */
  async forget(identity: Uint8Array): Promise<void> {
    const now = Date.now();
    this.#kept.forget(identity, now);
    // D1 may have what waits here, if a drain was interrupted; only D1 knows whether it is counted there.
    if (this.#buffer.holds(identity)) await this.drain();
    if (this.#buffer.holds(identity))
      throw new Error(`still waiting for D1: ${this.#lastError ?? "more to drain"}`);
    // What that drain has kept.
    this.#kept.forget(identity, now);
    const parked = this.#buffer.forget(identity).filter((row) => !isUpdate(row)).length;
    if (this.#participants.forget(identity) === states.mine) this.#count -= parked;
    if (this.#target.value?.places) {
      this.#places.forget(identity);
      this.#promote(now);
    }
    this.#buffer.keepNote(this.#note());
    await this.#report();
  }

  /** Tries parked rows again, at an operator's word. Gives how many. */
  unpark(): number {
    const count = this.#buffer.unpark();
    if (count > 0) this.#draining.in(0);
    return count;
  }

  /** The parked rows' errors, for the operations page; nothing personal. */
  parkedErrors(): { at: number; error: string }[] {
    return this.#buffer.parkedErrors();
  }

  /** Deletes everything once closed, drained and known to its home under `count`. Gives whether it is gone. */
  async retire(count: number): Promise<boolean> {
    // It was asked before, and the home did not live to hear the answer.
    if (!this.#target.value) return true;
    if (!this.#isClosed || this.state().waiting > 0 || this.#count !== count) return false;
    if (this.#kept.dueAt !== null) return false;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    this.#isRetired = true;
    return true;
  }

  #note(): string {
    const { others, spread, settledFrom } = this.#home;
    return writeNote({ count: this.#count, others, spread, settledFrom });
  }
}

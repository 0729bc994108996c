import type { DrainResult, WriteBehind } from "../platform/write-behind";
import type { AlarmClock } from "./alarm-clock";
import type { DrainOutcome } from "./store";

/** A drain follows the one before by about a second, so that a burst shares one batch. */
export const DRAIN_DELAY_MS = 1_000;
/** An object that dies before it has stored a lone record does so within this time, or as soon as anybody calls it. */
const WATCH_MS = 10 * 60_000;
/** Whoever reads back what they wrote waits so long, and behind so many rows (two seconds of a drain), and no longer. */
const STORE_WAIT_MS = 10_000;
const BACKLOG_WORTH_WAITING = 20_000;

/** When an intake object drains, one drain at a time, and who waits for what it stores. */
export class Draining {
  readonly #buffer: WriteBehind<DrainOutcome>;
  readonly #clock: AlarmClock;
  readonly #drainOnce: () => Promise<DrainResult>;
  /** Whether what waits is about to be drained, by an alarm set for that or at once. */
  #isDue = false;
  #underWay: Promise<DrainResult> | null = null;
  /** When the last drain that had something to do ended. */
  #endedAt = 0;
  /** Resolved when the next page of a drain is stored. */
  #pageSettled = Promise.withResolvers<null>();

  constructor(buffer: WriteBehind<DrainOutcome>, clock: AlarmClock, drainOnce: () => Promise<DrainResult>) {
    this.#buffer = buffer;
    this.#clock = clock;
    this.#drainOnce = drainOnce;
  }

  get isDue(): boolean {
    return this.#isDue;
  }

  /** By the alarm, in so many ms and not before. */
  in(ms: number): void {
    this.#isDue = true;
    this.#clock.set(Date.now() + ms);
  }

  /** By the alarm, within so many ms. */
  within(ms: number): void {
    this.#isDue = true;
    this.#clock.setBy(Date.now() + ms);
  }

  /**
   * With all that comes within a second when there was a drain a moment ago, and else at once, since somebody who comes alone
   * is likely to stay alone. Setting an alarm is a row written; the one that watches over lone records serves for all of some
   * minutes. For what is not due yet. Gives whether the caller is to begin at once.
   * @param gatherMs how long to wait for company in any case; 0 to decide as above
   */
  soon(gatherMs: number): boolean {
    if (gatherMs > 0 || this.#underWay || Date.now() - this.#endedAt < DRAIN_DELAY_MS) {
      this.in(gatherMs || DRAIN_DELAY_MS);
      return false;
    }
    this.within(WATCH_MS);
    return true;
  }

  /** To be called first when what was due begins: what comes from here on must be due anew. */
  begun(): void {
    this.#isDue = false;
  }

  /** Drains all there is now. */
  async drain(): Promise<DrainResult> {
    // The one under way may be past its last page already.
    const underWay = await this.#underWay;
    if (underWay && (underWay.error !== null || this.#buffer.pending === 0)) return underWay;
    return this.#oneAtATime();
  }

  #oneAtATime(): Promise<DrainResult> {
    this.#underWay ??= this.#drainOnce().finally(() => {
      this.#underWay = null;
      this.#endedAt = Date.now();
    });
    return this.#underWay;
  }

  /** To be called when a page is stored. */
  pageSettled(): void {
    this.#pageSettled.resolve(null);
    this.#pageSettled = Promise.withResolvers();
  }

  /**
   * Has what waits of one person stored: waits for the page it is in, and not for what others send meanwhile. Gives whether it
   * is stored; false while the database is away or far behind.
   */
  async store(identity: Uint8Array): Promise<boolean> {
    if (this.#buffer.pending > BACKLOG_WORTH_WAITING) return false;
    const row = this.#buffer.newestOf(identity);
    if (!row) return true;
    // A timer that runs on keeps an object awake, which is paid for.
    const over = new AbortController();
    const tooLong = scheduler.wait(STORE_WAIT_MS, { signal: over.signal }).then(
      () => "too long" as const,
      () => null,
    );
    while (this.#buffer.isWaiting(row)) {
      const ended = await Promise.race([this.#oneAtATime(), this.#pageSettled.promise, tooLong]);
      if (ended === "too long" || ended?.error) break;
    }
    over.abort();
    return !this.#buffer.isWaiting(row);
  }
}

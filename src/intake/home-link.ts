import type { PublicSigner } from "../actions/types";
import type { Env } from "../env";
import type { BufferedRow } from "../platform/write-behind";
import { recentSigners } from "./drain";
import { homeOf } from "./objects";
import type { DrainOutcome } from "./store";
import type { HomeReply, IntakeTarget, ObjectReport } from "./types";

const RECENT_MAX = 10;

/** What the object is now; the rest of a report is what happened since the last one. */
type Standing = Pick<
  ObjectReport,
  "object" | "count" | "pending" | "oldestPendingAt" | "parked" | "lastError" | "places"
> & { isKeeping: boolean };

/** What an intake object tells its home, and what the home told it last. */
export class HomeLink {
  /** What the action's other objects have counted. */
  others: number;
  spread: number;
  /** When the earliest participation settled since the last report was made. */
  settledFrom: number | null = null;
  #version = 0;
  #recorded = 0;
  #drained = 0;
  #recent: PublicSigner[] = [];
  #reportedAt = 0;
  #reportedCount = -1;

  constructor(told: { others: number; spread: number }) {
    this.others = told.others;
    this.spread = told.spread;
  }

  recorded(): void {
    this.#recorded += 1;
  }

  settled(rows: BufferedRow[], outcomes: DrainOutcome[]): void {
    this.#drained += rows.length;
    this.settledFrom = Math.min(this.settledFrom ?? Number.MAX_SAFE_INTEGER, ...rows.map((row) => row.at));
    this.#recent = [...recentSigners(rows, outcomes), ...this.#recent].slice(0, RECENT_MAX);
  }

  /** Whether the home knows all there is to know. */
  isReported(count: number): boolean {
    return count === this.#reportedCount && this.settledFrom === null;
  }

  /**
   * Tells the home. Gives its answer, or null when it is away, which delays only the shared total: the next report carries
   * absolute numbers again.
   */
  async report(
    env: Env,
    target: IntakeTarget,
    now: number,
    { isKeeping, ...is }: Standing,
  ): Promise<HomeReply | null> {
    const recent = this.#recent;
    const settledFrom = this.settledFrom;
    this.#version = Math.max(this.#version + 1, now);
    const elapsedSeconds = Math.max((now - this.#reportedAt) / 1000, 1);
    let reply: HomeReply;
    try {
      reply = await homeOf(env, target).report(target, {
        ...is,
        version: this.#version,
        drained: this.#drained,
        ratePerSecond: this.#reportedAt === 0 ? 0 : this.#recorded / elapsedSeconds,
        settledFrom,
        recent,
        asksForErased: isKeeping && this.#reportedAt === 0,
      });
    } catch {
      return null;
    }
    this.others = reply.total - is.count;
    this.spread = reply.spread;
    this.#reportedAt = now;
    this.#reportedCount = is.count;
    this.#recorded = 0;
    this.#drained = 0;
    if (this.#recent === recent) this.#recent = [];
    if (this.settledFrom === settledFrom) this.settledFrom = null;
    return reply;
  }
}

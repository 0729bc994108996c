import { SPREAD_MAX } from "./place";
import type { Meta } from "./store-meta";
import type { ObjectReport } from "./types";

/** An object that takes more than this a second, report after report, shares its load (Cloudflare's docs, Durable Objects: 200–500/s). */
const SPREAD_RATE_PER_SECOND = 150;
const SPREAD_REPORTS = 3;

/** Over how many objects of each region an action is spread. It only grows. */
export class Spread {
  readonly #meta: Meta;
  /** Hot reports of each object in a row. */
  readonly #hot = new Map<string, number>();

  constructor(meta: Meta) {
    this.#meta = meta;
  }

  get value(): number {
    return this.#meta.number("spread") ?? 1;
  }

  raiseTo(spread: number): void {
    this.#meta.set("spread", Math.min(Math.max(Math.trunc(spread), this.value), SPREAD_MAX));
  }

  /** Doubles when an object was too busy in several reports on end. */
  watch({ object, ratePerSecond }: Pick<ObjectReport, "object" | "ratePerSecond">): void {
    const reports = ratePerSecond > SPREAD_RATE_PER_SECOND ? (this.#hot.get(object) ?? 0) + 1 : 0;
    this.#hot.set(object, reports);
    if (reports < SPREAD_REPORTS) return;
    this.raiseTo(this.value * 2);
    this.#hot.clear();
  }
}

import { PAGE_MAX } from "./types";

/** Work that is under way covers about so many seconds, which bounds what a pause still meets. */
const UNDER_WAY_SECONDS = 2;
/** Before anybody knows how fast it goes. */
const FIRST_UNDER_WAY = 2 * PAGE_MAX;
const UNDER_WAY_MAX = 20_000;
/** How much of the past counts: after so many ms, half. */
const HALF_LIFE_MS = 4_000;

/** How fast mails leave, from when they did; what is older counts less. */
export class Speed {
  #mails = 0;
  #ms = 0;
  #at = 0;

  /** Some mails have left by now. */
  note(mails: number, now: number): void {
    this.#pass(now);
    this.#mails += mails;
  }

  /** Mails a second. */
  at(now: number): number {
    this.#pass(now);
    return this.#ms < 200 ? 0 : (this.#mails * 1000) / this.#ms;
  }

  /** Nothing is said of a time in which nothing was meant to leave. */
  rest(): void {
    this.#mails = 0;
    this.#ms = 0;
    this.#at = 0;
  }

  #pass(now: number): void {
    const ms = this.#at === 0 ? 0 : Math.max(0, now - this.#at);
    const kept = 0.5 ** (ms / HALF_LIFE_MS);
    this.#mails *= kept;
    this.#ms = this.#ms * kept + ms;
    this.#at = now;
  }
}

/** How many mails may be under way at a speed. */
export function underWayMax(perSecond: number): number {
  return Math.round(Math.min(UNDER_WAY_MAX, Math.max(FIRST_UNDER_WAY, perSecond * UNDER_WAY_SECONDS)));
}

const HOUR_MS = 3_600_000;
/** A moment of rest does not become a burst. */
const SAVED_MS = 2_000;
/** What leaves together: a message for each mail would cost more than the mails. */
const LUMP_MS = 1_000;

/** So many an hour at most, spread evenly over it. In memory: what was saved is lost with the process, at most two seconds' worth. */
export class HourlyPace {
  #saved = 0;
  #at: number | null = null;

  /** How many may leave now, and in how many ms the next may. Nothing is taken yet. */
  look(hourlyMax: number | null, now: number): { most: number; nextMs: number } {
    if (hourlyMax === null) return { most: Number.POSITIVE_INFINITY, nextMs: 0 };
    const most = Math.max(1, (hourlyMax * SAVED_MS) / HOUR_MS);
    const gained = this.#at === null ? 1 : ((now - this.#at) * hourlyMax) / HOUR_MS;
    this.#saved = Math.min(most, this.#saved + Math.max(0, gained));
    this.#at = now;
    const lump = Math.max(1, Math.floor((hourlyMax * LUMP_MS) / HOUR_MS));
    // A thousandth of a mail is what rounding may have cost.
    if (this.#saved + 0.001 >= lump) return { most: Math.floor(this.#saved + 0.001), nextMs: 0 };
    return { most: 0, nextMs: Math.ceil(((lump - this.#saved) * HOUR_MS) / hourlyMax) };
  }

  take(count: number): void {
    this.#saved = Math.max(0, this.#saved - count);
  }
}

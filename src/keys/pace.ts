/** So many requests of a key in any window of so many ms (osdi-api.md §1.3). */
const REQUESTS_MAX = 4;
const WINDOW_MS = 1_000;

/**
 * The last moments at which a request was let through. A fifth passes only once the first of the last four is more than a window
 * past, so that no window holds five, wherever one lays it; buckets by the second would let eight through at their border.
 */
export class Pace {
  readonly #taken: number[] = [];

  /** Takes one if there is one. @returns 0, or the ms until there is one again */
  take(now: number): number {
    const first = this.#taken.length < REQUESTS_MAX ? undefined : this.#taken[0];
    // A clock that was set back must not shut the gate for longer than a window.
    if (first !== undefined && now >= first && now - first <= WINDOW_MS) return WINDOW_MS + 1 - (now - first);
    this.#taken.push(now);
    if (this.#taken.length > REQUESTS_MAX) this.#taken.shift();
    return 0;
  }
}

import type { Context } from "./context";
import { LruCache } from "./lru";

type Times = {
  /** How long a value is used without a look at its source. */
  freshMs: number;
  /** How long after that it is still used at once, while one caller looks again behind it. */
  staleMs: number;
  /** How long "there is none" is believed. */
  absentMs: number;
};

/** How long other callers go on with a stale value while one looks again, and the pause after a source failed. */
const RETRY_MS = 5_000;

type Held<V> = { value: V | null; readAt: number };

/**
 * An isolate's memory in front of slower sources. A source that fails is covered by what is held, however old; only
 * someone asking for what was never held sees the failure.
 */
export class ReadThroughCache<V> {
  readonly #entries: LruCache<Held<V>>;
  readonly #times: Times;

  constructor(options: Times & { entriesMax: number }) {
    this.#entries = new LruCache(options.entriesMax);
    this.#times = options;
  }

  /** The value when it is held and fresh, null when it is known to be absent, undefined when its source must be asked. */
  peek(key: string, now: number): V | null | undefined {
    return this.#entries.get(key, now)?.value;
  }

  /** What is held, however old; undefined for nothing. For showing something while the truth is out of reach. */
  held(key: string, now: number): V | null | undefined {
    return this.#entries.look(key, now)?.value.value;
  }

  /** The value of `key`, from memory or from `load`. Throws what `load` throws when nothing at all is held. */
  async read(
    ctx: Pick<Context, "now" | "later" | "log">,
    key: string,
    load: () => Promise<V | null>,
  ): Promise<V | null> {
    const found = this.#entries.look(key, ctx.now);
    if (found && !found.isStale) return found.value.value;
    const held = found?.value;
    if (held && held.value !== null && ctx.now - held.readAt < this.#times.freshMs + this.#times.staleMs) {
      this.#entries.set(key, held, ctx.now + RETRY_MS);
      ctx.later(this.#load(key, load, ctx.now));
      return held.value;
    }
    try {
      return await this.#load(key, load, ctx.now);
    } catch (error) {
      if (!held || held.value === null) throw error;
      ctx.log.error("read-through.stale", error);
      this.#entries.set(key, held, ctx.now + RETRY_MS);
      return held.value;
    }
  }

  /** Puts a value just made in front of whatever its source would say. */
  put(key: string, value: V | null, now: number): void {
    const keptMs = value === null ? this.#times.absentMs : this.#times.freshMs;
    this.#entries.set(key, { value, readAt: now }, now + keptMs);
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  async #load(key: string, load: () => Promise<V | null>, now: number): Promise<V | null> {
    const value = await load();
    this.put(key, value, now);
    return value;
  }
}

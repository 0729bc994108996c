/** A bounded map that forgets what was used longest ago; entries also expire. Lives in one isolate: a cache, never truth. */
export class LruCache<V> {
  readonly #entries = new Map<string, { value: V; expiresAt: number }>();
  readonly #entriesMax: number;

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  /** The value and whether it is past its time; null when it is not held at all. */
  look(key: string, now: number): { value: V; isStale: boolean } | null {
    const entry = this.#entries.get(key);
    if (!entry) return null;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return { value: entry.value, isStale: entry.expiresAt <= now };
  }

  /** The value if it is held and fresh. */
  get(key: string, now: number): V | undefined {
    const found = this.look(key, now);
    return found && !found.isStale ? found.value : undefined;
  }

  set(key: string, value: V, expiresAt: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, expiresAt });
    if (this.#entries.size <= this.#entriesMax) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}

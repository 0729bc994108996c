/** The one alarm of an object, and when it is set for, so that it is set again only when it must ring earlier. */
export class AlarmClock {
  readonly #storage: DurableObjectStorage;
  #at: number | null = null;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Reads what is set: at the start, before anything else asks. Gives null when nothing is, or when it is just ringing. */
  async load(): Promise<number | null> {
    this.#at = await this.#storage.getAlarm();
    return this.#at;
  }

  /** To be called first when it rings: it is not set any more. */
  rang(): void {
    this.#at = null;
  }

  /** Rings at `at`, in ms, or earlier if it is set so. */
  setBy(at: number): void {
    if (this.#at === null || this.#at > at) this.set(at);
  }

  /** Rings at `at`, in ms, whatever was set before. */
  set(at: number): void {
    this.#at = at;
    // Not awaited: the output gate holds a reply until it is stored together with the rows it is for.
    void this.#storage.setAlarm(at);
  }
}

/**
 * Lets calls of one object that arrive together go on together. What they write then, each in one go without awaiting,
 * becomes one commit to disk, which costs as much for thirty rows as for one; each reply still waits for it, since the
 * output gate holds what is sent until what was written is durable (Cloudflare's docs, Durable Objects).
 */
export class GroupCommit {
  #next: Promise<void> | null = null;

  /** Resolves for all who wait at once, as soon as what has arrived so far has been heard. */
  join(): Promise<void> {
    // Whoever waits is heard before a timer, even one of no length.
    this.#next ??= scheduler.wait(0).then(() => {
      this.#next = null;
    });
    return this.#next;
  }
}

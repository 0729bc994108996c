type Asker = { group: string; tokens: number; askedAt: number; want: number; weight: number };

/** Whoever has not asked for so long takes no part in the sharing any more. */
const ACTIVE_MS = 10_000;
/** What the bucket holds at most, in seconds of its rate: a pause of the askers does not become a burst. */
const HELD_SECONDS = 2;
/** What a bucket begins with, which is also the most that a restart can add. */
const FIRST_SECONDS = 0.5;
/** Less than this is a rounding error. */
const EPSILON = 1e-6;
const WAIT_MS_MIN = 100;
const WAIT_MS_MAX = 5_000;

/**
 * A token bucket that several draw from, in fair shares: each second's tokens go to the groups that ask in equal parts, and
 * within a group to its mailings in equal parts; what somebody has no use for goes to the others. In memory: a restart
 * forgets what was left.
 */
export class FairBucket {
  readonly #askers = new Map<string, Asker>();
  #spare: number | null = null;
  #filledAt = 0;

  /**
   * @param now ms; never earlier than before
   * @returns how many may leave now, and when the asker may have the rest
   */
  take(
    asker: { group: string; name: string },
    want: number,
    { perSecond, now }: { perSecond: number; now: number },
  ): { granted: number; retryAfterMs: number } {
    const key = `${asker.group}/${asker.name}`;
    const known = this.#askers.get(key);
    const own: Asker = { group: asker.group, tokens: known?.tokens ?? 0, askedAt: now, want, weight: 1 };
    this.#askers.set(key, own);
    this.#fill(perSecond, now);
    const granted = Math.min(want, Math.floor(own.tokens + EPSILON));
    own.tokens = Math.max(0, own.tokens - granted);
    own.want = want - granted;
    if (own.want === 0) return { granted, retryAfterMs: 0 };
    const share = perSecond * own.weight;
    const wait = Math.ceil((Math.min(own.want, share * HELD_SECONDS) / share) * 1000);
    return { granted, retryAfterMs: Math.min(WAIT_MS_MAX, Math.max(WAIT_MS_MIN, wait)) };
  }

  #fill(perSecond: number, now: number): void {
    for (const [key, { askedAt }] of this.#askers) if (askedAt + ACTIVE_MS < now) this.#drop(key);
    this.#weigh();
    const seconds = this.#spare === null ? FIRST_SECONDS : Math.max(0, now - this.#filledAt) / 1000;
    const held = [...this.#askers.values()].reduce((sum, { tokens }) => sum + tokens, 0);
    const room = Math.max(0, Math.max(perSecond * HELD_SECONDS, this.#askers.size) - held);
    this.#spare = Math.min(room, (this.#spare ?? 0) + perSecond * seconds);
    this.#filledAt = now;
    // First to each their share of what the bucket holds, so that nobody empties it before others ask; then what is left to whoever wants more.
    this.#pour((asker) => Math.min(asker.want, Math.max(1, perSecond * HELD_SECONDS * asker.weight)));
    this.#pour((asker) => asker.want);
  }

  /** Pours the spare tokens out by weight until everybody holds what they may or nothing is left. */
  #pour(most: (asker: Asker) => number): void {
    // Each round fills somebody up or uses up what is spare.
    for (let round = 0; round <= this.#askers.size; round += 1) {
      const thirsty = [...this.#askers.values()].filter((asker) => asker.tokens < most(asker) - EPSILON);
      const sum = thirsty.reduce((total, { weight }) => total + weight, 0);
      const spare = this.#spare ?? 0;
      if (sum === 0 || spare < EPSILON) return;
      for (const asker of thirsty) {
        const share = (spare * asker.weight) / sum;
        const poured = Math.min(share, most(asker) - asker.tokens);
        asker.tokens += poured;
        this.#spare = Math.max(0, (this.#spare ?? 0) - poured);
      }
    }
  }

  /** The share of each asker: of all groups that ask now, and of the mailings of its group. */
  #weigh(): void {
    const mailings = new Map<string, number>();
    for (const { group } of this.#askers.values()) mailings.set(group, (mailings.get(group) ?? 0) + 1);
    for (const asker of this.#askers.values())
      asker.weight = 1 / (mailings.size * (mailings.get(asker.group) ?? 1));
  }

  #drop(key: string): void {
    this.#spare = (this.#spare ?? 0) + (this.#askers.get(key)?.tokens ?? 0);
    this.#askers.delete(key);
  }
}

import type { Context } from "../platform/context";
import type { Meta } from "./store-meta";
import type { FollowUpWindow, IntakeTarget } from "./types";

/** Messages are given this long to arrive before what they announced is looked for in the rows. */
const GRACE_MS = 5 * 60_000;
const RETRY_MS = 60_000;
/** Says that the next look is not the last: the value that `follow_since` has until then. */
const MORE = "follow_more";

/** Gives how many participations in the window had been missed and were announced again. */
export type FollowUp = (ctx: Context, window: FollowUpWindow) => Promise<number>;

/** Runs every follow-up over a window. Gives whether nothing was missing. */
export async function followUp(
  ctx: Context,
  followUps: readonly FollowUp[],
  window: FollowUpWindow,
): Promise<boolean> {
  if (!window.target.hasReceipt) return true;
  let missing = 0;
  for (const follow of followUps) missing += await follow(ctx, window);
  return missing === 0;
}

/** From when on stored participations whose news was lost must be looked for, and when to look next. */
export class FollowUpMark {
  readonly #meta: Meta;

  constructor(meta: Meta) {
    this.#meta = meta;
  }

  /** An object has stored participations made at `settledFrom` and later. */
  moveBackTo(settledFrom: number, target: IntakeTarget | null): void {
    if (!target?.hasReceipt) return;
    const known = this.#meta.number("follow_since");
    const from = Math.max(settledFrom - 1, this.#meta.number("follow_floor") ?? 0);
    const since = Math.min(known ?? from, from);
    if (since !== known) this.#meta.set("follow_since", since);
    const next = this.#meta.number("follow_at");
    if (next === null) this.#meta.set("follow_at", Date.now() + GRACE_MS * 2);
    // Too new for the look that is due next; written once for all of them, since a home leaves memory in between.
    else if (Date.now() > next - GRACE_MS && this.#meta.number(MORE) !== since) this.#meta.set(MORE, since);
  }

  /**
   * Never looks again at what was made before now: the database was set back to an earlier moment, and what it lost with
   * everything else is how the news of it had ended.
   */
  startAnew(): void {
    const now = Date.now();
    this.#meta.set("follow_floor", now);
    const since = this.#meta.number("follow_since");
    if (since !== null && since < now) this.#meta.set("follow_since", now);
  }

  /**
   * Looks from the last moment up to which all were found.
   * @param isWaiting whether objects have something to drain yet
   */
  async follow(
    look: (sinceMs: number, untilMs: number) => Promise<boolean>,
    isWaiting: () => boolean,
  ): Promise<void> {
    const sinceMs = this.#meta.number("follow_since") ?? 0;
    const untilMs = Date.now() - GRACE_MS;
    if (await look(sinceMs, untilMs)) {
      const since = this.#meta.number("follow_since") ?? 0;
      const isMore = isWaiting() || this.#meta.number(MORE) === since;
      // Rows drained late, while the follow-up ran, have moved the mark back: it is not moved over them.
      if (since === sinceMs) this.#meta.set("follow_since", Math.max(untilMs, sinceMs));
      if (isMore) this.#meta.set("follow_at", Date.now() + GRACE_MS);
      else this.#meta.delete("follow_at");
    } else {
      this.#meta.set("follow_at", Date.now() + RETRY_MS);
    }
  }
}

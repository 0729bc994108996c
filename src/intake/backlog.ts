import type { Env } from "../env";
import { STRETCH_MS, stretchOf, sum, type Tally } from "./store-tallies";
import type { IntakeTarget } from "./types";

const SHOWN_EVERY_MS = 10_000;
/** A backlog older than this is worth an operator's look. */
const WORTH_SHOWING_MS = 15_000;

type Entry = Parameters<ReturnType<Env["OPERATIONS"]["getByName"]>["report"]>[0];

/** What the operations page is told of an action: seldom while all is well, every few seconds while something waits. */
export class Backlog {
  #drained = 0;
  #shownAt = 0;
  #wasTroubled = false;

  /**
   * Gives what to show now; null when it was shown a moment ago.
   * @param reportedAt when an object reported last before now, in ms; 0 for never. A home that slept knows from it whether it
   * has shown something in this stretch of time, as in each it shows the first report.
   */
  entry(target: IntakeTarget, tallies: Tally[], drained: number, reportedAt: number): Entry | null {
    const now = Date.now();
    this.#drained += drained;
    const oldest = Math.min(...tallies.map((tally) => tally.oldestPendingAt ?? now));
    const isTroubled =
      now - oldest > WORTH_SHOWING_MS ||
      tallies.some((tally) => tally.parked > 0 || tally.lastError !== null);
    const every = isTroubled || this.#wasTroubled ? SHOWN_EVERY_MS : STRETCH_MS;
    // That trouble has begun, or is over, is told at once: nobody may come for a while to tell it later.
    if (isTroubled === this.#wasTroubled && now - this.#shownAt < every) return null;
    if (!isTroubled && this.#shownAt === 0 && stretchOf(reportedAt) === stretchOf(now)) return null;
    const elapsedMinutes = this.#shownAt === 0 ? 1 : Math.max((now - this.#shownAt) / 60_000, 1 / 60);
    const drainRatePerMinute = this.#drained / elapsedMinutes;
    this.#shownAt = now;
    this.#wasTroubled = isTroubled;
    this.#drained = 0;
    return {
      actionId: target.actionId,
      groupNo: target.groupNo,
      kind: target.kind,
      objects: tallies.length,
      pending: sum(tallies.map((tally) => tally.pending)),
      oldestPendingAt: oldest < now ? oldest : null,
      parked: sum(tallies.map((tally) => tally.parked)),
      drainedTotal: sum(tallies.map((tally) => tally.count)),
      drainRatePerMinute,
      lastError: tallies.find((tally) => tally.lastError !== null)?.lastError ?? undefined,
      at: now,
    };
  }
}

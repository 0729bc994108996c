import type { GroupDb } from "../groups/shard";
import type { Log } from "../platform/log";
import type { BufferedRow } from "../platform/write-behind";
import { writeInParts } from "../platform/write-behind-parts";
import { answers, type DrainOutcome, findLost, readOutcomes, storeParticipations } from "./store";
import type { Kept } from "./store-kept";
import type { Meta } from "./store-meta";
import type { Participants } from "./store-participants";
import type { IntakeTarget } from "./types";

/** Live participations wait at most this long for what is stored again, and for the page under way. */
const SLICE_MS = 5_000;

/** What is to be stored again: the pages drained since a moment, after one and up to another. */
type Order = { sinceMs: number; after: number; lastSeq: number; restored: number };

/**
 * Gives a database that was set back to an earlier moment what it lost, out of what was kept. Only what D1 does not have is
 * sent to it, by the statements of the drain; nothing of it is announced, since its news had gone out.
 */
export class Again {
  readonly #meta: Meta;
  readonly #kept: Kept;
  readonly #participants: Participants;

  constructor(meta: Meta, kept: Kept, participants: Participants) {
    this.#meta = meta;
    this.#kept = kept;
    this.#participants = participants;
  }

  /** Orders it; an order under way is begun anew. Gives how many participations are kept since then. */
  order(sinceMs: number): number {
    const since = Math.min(sinceMs, this.#order()?.sinceMs ?? sinceMs);
    const { count, lastSeq } = this.#kept.since(since);
    if (count > 0) this.#write({ sinceMs: since, after: 0, lastSeq, restored: 0 });
    return count;
  }

  get isOrdered(): boolean {
    return this.#meta.get("again") !== null;
  }

  /**
   * Goes on with the order for a while. Any step may run twice.
   * @param deps.settle takes note of what D1 says of a page, in the transaction that moves on
   * @throws when D1 is out; the order stays
   */
  async run(
    group: GroupDb,
    target: IntakeTarget,
    deps: {
      log: Log;
      transaction(work: () => void): void;
      settle(rows: BufferedRow[], outcomes: DrainOutcome[]): void;
    },
  ): Promise<void> {
    const stopAt = Date.now() + SLICE_MS;
    for (let order = this.#order(); order && Date.now() < stopAt; order = this.#order()) {
      const page = this.#kept.next(order.after, order.lastSeq, order.sinceMs);
      if (!page) return this.#end(order, deps.log);
      const restored = await restore(group, target, await this.#lost(group, target, page.rows), deps.log);
      const outcomes = await readOutcomes(
        group,
        target.actionNo,
        page.rows.map(({ body }) => body),
      );
      deps.transaction(() => {
        deps.settle(page.rows, outcomes);
        this.#moveOn(order, { after: page.seq, restored: order.restored + restored });
      });
    }
  }

  async #lost(group: GroupDb, { actionNo }: IntakeTarget, rows: BufferedRow[]): Promise<string[]> {
    const known = rows.map(({ key, body }) => ({ body, knownAs: this.#participants.get(key)?.id ?? null }));
    const lost = new Set(await findLost(group, actionNo, known));
    return known.filter((_row, position) => lost.has(position)).map(({ body }) => body);
  }

  /** Not over an order that was given meanwhile. */
  #moveOn(from: Order, to: Pick<Order, "after" | "restored">): void {
    if (this.#meta.get("again") === JSON.stringify(from)) this.#write({ ...from, ...to });
  }

  #end({ restored }: Order, log: Log): void {
    this.#meta.delete("again");
    log.info("intake.stored_again", { restored });
  }

  #order(): Order | null {
    return JSON.parse(this.#meta.get("again") ?? "null");
  }

  #write(order: Order): void {
    this.#meta.set("again", JSON.stringify(order));
  }
}

/** Sends D1 what it lost. Gives how many that were; a row that it refuses by itself stays behind. */
async function restore(
  group: GroupDb,
  { actionNo, tagNos }: IntakeTarget,
  bodies: string[],
  log: Log,
): Promise<number> {
  if (bodies.length === 0) return 0;
  const restoredAt = Date.now();
  return writeInParts(bodies, {
    write: (part) => storeParticipations(group, actionNo, tagNos, part, restoredAt),
    written: async () => undefined,
    probe: () => answers(group),
    refused: (_body, error) => log.error("intake.refused_again", error),
  });
}

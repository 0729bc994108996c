import type { GroupDb } from "../groups/shard";
import * as store from "./store-sweep";
import type { Cell, ReportGroup, Topic } from "./types";

/** People of one step: as many as keep the transaction that notes them near this long, since it holds up the whole shard. */
const STEP_MS = 60;
const STEP_MIN = 100;
const STEP_MAX = 4_000;
const FIRST_STEP = 500;

/** How far a sweep is. It goes through everybody there was when it began. */
export type Sweep = {
  no: number;
  after: number;
  last: number;
  step: number;
  startedAt: number;
  /** Spent so far, in ms. */
  spentMs: number;
};

export type SweepDeps = {
  db: GroupDb;
  group: Pick<ReportGroup, "timeZone">;
  now(): number;
  /** Adds what a step counted, in memory; `save` keeps it. */
  add(topic: Topic, cells: readonly Cell[]): void;
  /** Keeps what was added since the last time together with how far the sweep is: both or neither. */
  save(sweep: Sweep): void;
  mayGoOn(): boolean;
};

/** A sweep from its beginning. */
export async function beginSweep(db: GroupDb, no: number, now: number): Promise<Sweep> {
  return { no, after: 0, last: await store.lastPerson(db), step: FIRST_STEP, startedAt: now, spentMs: 0 };
}

/**
 * Goes through people's numbers as far as it may. Killed anywhere, it counts again from what was saved; what it notes in the
 * database is noted once, however often it is said.
 * @returns whether it is at its end
 */
export async function sweepOn(deps: SweepDeps, from: Sweep): Promise<boolean> {
  let sweep = from;
  while (sweep.after < sweep.last) {
    const begun = deps.now();
    const stretch = { after: sweep.after, upTo: Math.min(sweep.after + sweep.step, sweep.last) };
    // Points are counted back from the beginning, so that everybody is measured alike.
    const clock = { timeZone: deps.group.timeZone, now: sweep.startedAt };
    await store.noteStretch(deps.db, stretch, clock);
    const noted = deps.now() - begun;
    for (const { topic, cells } of await store.countStretch(deps.db, stretch, clock)) deps.add(topic, cells);
    const spentMs = sweep.spentMs + deps.now() - begun;
    sweep = { ...sweep, after: stretch.upTo, step: nextStep(sweep.step, noted), spentMs };
    if (!deps.mayGoOn()) break;
  }
  deps.save(sweep);
  return sweep.after >= sweep.last;
}

function nextStep(step: number, ms: number): number {
  if (ms > STEP_MS) return Math.max(STEP_MIN, Math.floor(step / 2));
  return ms < STEP_MS / 3 ? Math.min(STEP_MAX, step * 2) : step;
}

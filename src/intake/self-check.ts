import type { GroupDb } from "../groups/shard";
import { countRemoved, countStored } from "./store";
import type { Meta } from "./store-meta";

const HOUR_MS = 60 * 60_000;
/** When the total is compared with D1. */
export const checkWithin = {
  /** After something that changes rows behind the objects' back, in case its end was never heard of. */
  soonMs: 60_000,
  /** An object that was not known at the last comparison may have rows that were taken for a difference then. */
  newcomerMs: 60_000,
  busyMs: HOUR_MS,
  /** An action where nothing happens is compared seldom: its rows are read one by one. */
  quietMs: 24 * HOUR_MS,
  /** Until the objects stand still long enough to be compared. */
  retryMs: 5 * 60_000,
} as const;

/** What an object says of itself: how many it has counted, and how many of them D1 does not have yet. */
export type ObjectState = { object: string; count: number; waiting: number };

/** Asks for a comparison within `ms`; one that is due earlier stays. */
export function checkBy(meta: Meta, ms: number): void {
  const at = Date.now() + ms;
  if ((meta.number("check_at") ?? Number.POSITIVE_INFINITY) > at) meta.set("check_at", at);
}

/**
 * Compares the objects with the rows in D1. Asks them before and after reading D1: only when nothing waits and nothing
 * changed in between were all read at one moment.
 * @param changes something that is another thing when an object has reported meanwhile, or numbers of removals were read anew
 * @returns null when they could not be compared now
 */
export async function compare(
  group: GroupDb,
  actionNo: number,
  deps: { states(): Promise<ObjectState[]>; changes(): unknown },
): Promise<{ states: ObjectState[]; stored: number; removed: number } | null> {
  const before = await deps.states();
  if (before.some((state) => state.waiting > 0)) return null;
  const changes = deps.changes();
  const [stored, removed] = await Promise.all([countStored(group, actionNo), countRemoved(group, actionNo)]);
  const states = await deps.states();
  if (JSON.stringify(states) !== JSON.stringify(before) || deps.changes() !== changes) return null;
  return { states, stored, removed };
}

/** Mends the total by what the objects and D1 differ by, and writes down by how much it was off. */
export function keepComparison(
  meta: Meta,
  found: { stored: number; removed: number; counted: number; drift: number },
): void {
  meta.set("removed", found.removed);
  meta.set("correction", found.stored - found.counted);
  meta.set("checked_at", Date.now());
  meta.set("drift", found.drift);
}

/** Distinct people counted: what the objects hold, less what was removed, mended by the last comparison with D1. */
export function totalOf(meta: Meta, counted: number): number {
  return Math.max(counted - (meta.number("removed") ?? 0) + (meta.number("correction") ?? 0), 0);
}

import type { GroupDb } from "../groups/shard";
import * as store from "./store-wordings";

/** A question for consent as it was asked. `hash`: 16 hexadecimal digits, by which every answer names it. */
export type Wording = { hash: string; mode: string; locale: string; text: string };

/** Keeps a consent wording under its hash for as long as any answer may point at it. */
export function keepWording(group: GroupDb, wording: Wording, now: number): Promise<void> {
  return store.insertWording(group, wording, now);
}

import type { GroupDb } from "../groups/shard";
import { slugOf } from "../platform/slug";
import { takenSlugs } from "./store";
import { ACTION_SLUG_MAX, actionSlug } from "./types";

/** Tried in one query; a group with more petitions of one name gets a number at random. */
const CANDIDATES = 20;

/** A slug no action of the kind has or had: what the title suggests, or that with a number. */
export async function freeSlug(db: GroupDb, kind: string, title: string): Promise<string> {
  const wanted = slugOf(title, ACTION_SLUG_MAX) || kind;
  const base = wanted.slice(0, ACTION_SLUG_MAX - 4).replace(/-+$/, "");
  const candidates = [
    wanted,
    ...Array.from({ length: CANDIDATES - 1 }, (_, index) => `${base}-${index + 2}`),
  ];
  const taken = await takenSlugs(db, kind, candidates);
  const random = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  return candidates.find((slug) => !taken.has(slug)) ?? `${wanted.slice(0, ACTION_SLUG_MAX - 11)}-${random}`;
}

/** Whether the text can be the last part of an action's address. */
export function isSlug(text: string): boolean {
  return actionSlug.safeParse(text).success;
}

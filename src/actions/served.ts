import { ReadThroughCache } from "../platform/read-through";
import type { ActionSnapshot } from "./types";

/** A snapshot without its group, which is kept once for its host (groups/tenant.ts). */
type Snapshot = Omit<ActionSnapshot, "group">;

/**
 * The published actions this isolate remembers. Apart from `serving.ts`, so that publication can replace what is remembered
 * here without depending on how it is served.
 */
const served = new ReadThroughCache<Snapshot>({
  entriesMax: 2_000,
  freshMs: 30_000,
  staleMs: 300_000,
  // Short, since an organiser may have looked for the page just before publishing it.
  absentMs: 3_000,
});

/** One published action as lists of the group name it. */
export type Listed = {
  id: string;
  kind: string;
  slug: string;
  title: string;
  locale: "en" | "fr" | "es";
  /** What it shares with its translations; a list kept by an earlier release has none. */
  setNo?: number | null;
  /** When it was published and last edited, in ms; a list kept by an earlier release does not say. */
  publishedAt?: number | null;
  updatedAt?: number;
  /** Of what has a time: when and where, as JSON, for its kind to say in words. */
  facts?: string | null;
};

/** The published actions of each group, by its number. */
const lists = new ReadThroughCache<Listed[]>({
  entriesMax: 1_000,
  freshMs: 30_000,
  staleMs: 300_000,
  absentMs: 0,
});

export { lists, served };

export function servedKey(groupNo: number, kind: string, slug: string): string {
  return `${groupNo}/${kind}/${slug}`;
}

/** Makes a snapshot just published the one this isolate serves, and has the group's list made anew; others follow within 30 s. */
export function rememberServed(
  groupNo: number,
  kind: string,
  slug: string,
  snapshot: Snapshot,
  now: number,
): void {
  served.put(servedKey(groupNo, kind, slug), snapshot, now);
  lists.forget(String(groupNo));
}

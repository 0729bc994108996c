import type { Group } from "../groups/types";

/** `people_scores.level`, by name; docs/engagement.md says who is on which. */
export const levels = { quiet: 0, warm: 1, active: 2, core: 3 } as const;
export const levelNames = ["quiet", "warm", "active", "core"] as const;

/** From how many points on somebody is on a level. */
export const levelPoints = { warm: 1, active: 8, core: 20 } as const;
/** What one action is worth, by how long ago it was. */
export const points = [
  { days: 30, points: 5 },
  { days: 90, points: 3 },
  { days: 365, points: 1 },
] as const;
/** What asks more of people than a name counts so many times. */
export const DEEPER_TIMES = 2;
export const deeperKinds = ["event", "fundraiser", "call"] as const;
/** More says nothing more. */
export const SCORE_MAX = 200;

/** `people_scores.status` beyond `people.email_status`. */
export const goneStatus = { erased: 5, merged: 6 } as const;

/** `list_days.change`: the first two are gains, the others losses. */
export const listChanges = {
  new: 1,
  back: 2,
  unsubscribed: 3,
  bounced: 4,
  complained: 5,
  erased: 6,
  merged: 7,
  other: 8,
} as const;
export type ListChange = keyof typeof listChanges;
export const gains = ["new", "back"] as const;
export const losses = ["unsubscribed", "bounced", "complained", "erased", "merged", "other"] as const;

/** What one sweep counts; each cell has a key, a second key, and two counts. */
export const topics = {
  /** day, action number: participations, and those of people new to the list by them */
  activity: 1,
  /** country, region: people, and of them on the mailing list */
  places: 2,
  /** level: people, and of them on the mailing list */
  levels: 3,
  /** month of joining (2026-03): who were ever on the mailing list, and who are */
  cohorts: 4,
  /** tag number: people, and of them on the mailing list */
  tags: 5,
  /** status: people */
  statuses: 6,
  /** day, tag number: people who were given it, and of them on the mailing list */
  tagged: 7,
} as const;
export type Topic = keyof typeof topics;
export type Cell = { key: string; sub: string; n: number; m: number };

/** What the object that counts must know of a group wherever that is done. */
export type ReportGroup = Pick<Group, "no" | "id" | "shard" | "jurisdiction" | "timeZone">;

/** Figures that can be pinned to the group's home, in the order they are offered. */
export const figures = [
  "listSize",
  "gained30",
  "lost30",
  "net30",
  "acted7",
  "acted30",
  "active",
  "core",
] as const;
export type Figure = (typeof figures)[number];
export const HIGHLIGHTS_MAX = 4;

export const DAY_MS = 86_400_000;

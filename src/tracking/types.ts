import type { Group } from "../groups/types";
import type { LeaveChoice, LeaveReason, LeaveWay } from "../subscriptions/types";

/** The readers of one mailing are kept by so many objects: a million people open within minutes of each other. */
export const PARTS = 4;

/** Whose readers an object keeps; sent along with each call, so that a cold object needs nothing else. */
export type ReadersOf = {
  groupNo: number;
  shard: string;
  mailingNo: number;
  part: number;
};

/**
 * Who seems to have opened or clicked: a person; a machine that says so; or "unsure", which looks like a browser in a data
 * centre and is believed to be a machine only right after the mail left.
 */
export const agents = { person: 0, machine: 1, unsure: 2 } as const;
export type Agent = keyof typeof agents;

/** One opening or click on its way to D1. Keys are short: a mailing has hundreds of thousands. */
export type Reading = {
  /** Person number. */
  p: number;
  /** Link number; 0 for the picture that counts openings. */
  l: number;
  /** When, in s. */
  s: number;
  /** `agents` */
  a: 0 | 1 | 2;
};

/** What somebody asked for while D1 could not be reached. */
export type KeptOptOut = {
  personNo: number;
  mailingNo: number;
  way: LeaveWay;
  choice: LeaveChoice;
  why: LeaveReason | null;
  reason: string;
  /** ms */
  at: number;
};

/** What of a group an object keeps with an opt-out, so that it can write it and hold its sending. */
export type OptOutGroup = Group;

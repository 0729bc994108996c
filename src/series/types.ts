import { z } from "zod";
import type { MailingId } from "../mailings/types";
import type { Id } from "../platform/ids";
import { isTimeZone } from "../platform/time-zones";

export type SeriesId = Id<"series">;

export const RUNS_MAX = 1_000;
export const RECIPIENTS_MAX = 10_000_000;
/** So many runs one after another that could not be sent, and the series rests until somebody looks. */
export const HELD_IN_ROW_MAX = 3;

const day = z.iso.date();

/** When a series runs. Days and times are those of the zone's clocks, so that "at nine" stays at nine when the clocks change. */
export const planSchema = z.object({
  every: z.enum(["day", "week", "month"]),
  /** Of a weekly one: 1 is Monday, 7 is Sunday. */
  weekdays: z.array(z.int().min(1).max(7)).max(7).default([]),
  /** Of a monthly one. In a month that is shorter it is the last day, so that 31 always is. */
  monthDay: z.int().min(1).max(31).default(1),
  at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  timeZone: z.string().refine(isTimeZone),
  /** The first and the last day on which it may run; no last one: until somebody stops it. */
  from: day,
  until: day.nullable().default(null),
  /** How many runs there are at most, those that nobody was there for counted. */
  runsMax: z.int().min(1).max(RUNS_MAX).nullable().default(null),
  /** A run for which nobody is there is passed over; else it waits, and its owner is told. */
  skipsEmpty: z.boolean().default(true),
  /** Nobody gets the series twice: a run leaves out who was in one before, and in those of the series it was changed from. */
  isOncePerPerson: z.boolean().default(false),
});
export type Plan = z.infer<typeof planSchema>;

/** waiting: for a second person. paused: by hand, or since it could not go on; `note` says why. ended: by its own plan. */
const seriesStatuses = ["waiting", "active", "paused", "stopped", "ended"] as const;
export type SeriesStatus = (typeof seriesStatuses)[number];

/** Why a series is paused or stopped. hand: whoever confirmed it chose so. other: somebody else did. held: too many runs in a row had to wait. owner: nobody may send it. */
const seriesNotes = ["hand", "other", "held", "owner", "replaced"] as const;
export type SeriesNote = (typeof seriesNotes)[number];

export type Series = {
  no: number;
  id: SeriesId;
  /** The first of the series it was changed from, itself when there is none. One of a family runs at most. */
  familyNo: number;
  /** The mailing its runs are copies of. It is out of the lists, and nothing changes it any more. */
  mailingNo: number;
  plan: Plan;
  /** To more people no run goes by itself. What a second person agreed to. */
  recipientsMax: number;
  status: SeriesStatus;
  /** Who confirmed it, in whose name its runs are sent. */
  ownerNo: number;
  approvedBy: number | null;
  /** When its next run is due, in ms; null while it does not run. */
  nextAt: number | null;
  nextNth: number;
  heldInRow: number;
  note: SeriesNote | "";
  createdAt: number;
  updatedAt: number;
};

/**
 * taken: the mailing is being made. asked: it is on its way, and not frozen yet. sent: it left, or leaves. held: it waits as a draft or
 * for approval, and its owner is told. empty: nobody was there. called_off: the series was stopped, or somebody took the mailing back.
 */
const runStates = ["taken", "asked", "sent", "held", "empty", "called_off"] as const;
export type RunState = (typeof runStates)[number];

/** Why a run had to wait. */
const heldNotes = [
  "owner",
  "group_closed",
  "no_postal_address",
  "no_audience",
  "nobody",
  "no_subject",
  "errors",
  "changed",
  "words",
  "too_many",
  "ceiling",
  "quota",
  "colleague",
  "operator",
  "not_built",
  "mirrors_too_large",
  "sent_back",
  "before",
  "failed",
] as const;
export type HeldNote = (typeof heldNotes)[number];

export type Run = {
  seriesNo: number;
  nth: number;
  dueAt: number;
  takenAt: number;
  /** How many times before it passed without a run, since nothing was there to run them. */
  missed: number;
  mailingId: MailingId;
  /** Null while there is none, or for good when nobody was there. */
  mailingNo: number | null;
  state: RunState;
  note: HeldNote | "";
  recipients: number | null;
  /** How often something of it failed. */
  failures: number;
};

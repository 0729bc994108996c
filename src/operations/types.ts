import { z } from "zod";
import type { ActionId } from "../platform/ids";

/** The name of the one object that knows how the installation is doing. */
export const OPERATIONS_OBJECT = "operations";

/** A home that is well and has been silent for this long is forgotten; one with a backlog is kept longer. */
export const HOME_STALE_MS = 86_400_000;
export const TROUBLED_HOME_STALE_MS = 7 * 86_400_000;
export const HOMES_MAX = 2_000;
export const HOMES_SHOWN_MAX = 50;
/** A rate reported longer ago says nothing about now. */
export const RATE_FRESH_MS = 15 * 60_000;
/** The last errors kept. */
export const FAILURES_MAX = 200;
export const FAILURES_SHOWN_MAX = 20;
export const EVENT_NAME_MAX = 80;
export const ERROR_TEXT_MAX = 500;
export const QUEUES_MAX = 20;
/** Queue figures are kept by the minute, so that a rate is of the last hour whatever happened before. */
export const QUEUE_MINUTES_KEPT = 60;
/** Parked rows of one action shown, each with D1's words. */
export const PARKED_SHOWN_MAX = 100;

/** Parts of mailings with openings or clicks that D1 refuses. */
export const READERS_MAX = 1_000;
export const READERS_SHOWN_MAX = 50;

/** How many openings and clicks of a part of a mailing (tracking/types.ts) D1 refuses. */
export type ReadersReport = { groupNo: number; mailingNo: number; part: number; parked: number; at: number };

/** How one action's intake is doing, as its home sees it. Figures only. */
export type HomeReport = {
  actionId: ActionId;
  groupNo: number;
  kind: string;
  slug?: string;
  /** Intake objects the home knows. */
  objects: number;
  /** Participations not yet in D1, and since when the oldest of them waits, in ms. */
  pending: number;
  oldestPendingAt: number | null;
  /** Rows set aside because D1 refuses them. */
  parked: number;
  drainedTotal: number;
  drainRatePerMinute: number;
  lastError?: string;
  at: number;
};

/** One thing that went wrong. The text is bounded, and holds no personal data (docs/decisions/0005). */
export type Failure = { event: string; errorText: string; at: number };

/** What became of one batch of queue messages. `backlog`: what the queue still held, where the platform says so. */
export type QueueBatch = { queue: string; done: number; retried: number; backlog: number | null; at: number };

/** A queue in the last hour. */
export type QueueRate = {
  queue: string;
  done: number;
  retried: number;
  donePerMinute: number;
  backlog: number | null;
  lastAt: number;
};

export type OperationsOverview = {
  /** Those with something wrong first, then those with the oldest backlog, then the newest report. */
  homes: HomeReport[];
  homeCount: number;
  pending: number;
  oldestPendingAt: number | null;
  parked: number;
  drainRatePerMinute: number;
  queues: QueueRate[];
  failures: Failure[];
};

export const DEAD_LETTERS_PAGE_MAX = 50;
/** Letters replayed or discarded by one click on "all"; the page says how many are left. */
export const DEAD_LETTERS_AT_ONCE_MAX = 500;
/** A dead message's text is kept this long after it was dealt with, then emptied: it may hold a person's address. */
export const DEAD_LETTER_KEPT_MS = 7 * 86_400_000;

/** A message that ran out of retries, as an operator may see it: never its text, which may hold what a person wrote. */
export type DeadLetter = {
  no: number;
  queue: string;
  /** The message's type, or "" when it has none. */
  type: string;
  /** Size of its text, in characters. */
  size: number;
  diedAt: number;
};

export const REPORTS_PAGE_MAX = 50;
export const REPORT_URL_MAX = 1_000;
export const REPORT_DETAIL_MAX = 2_000;
/** Reports one page of an action may gather before it is settled; more say nothing new. */
export const OPEN_REPORTS_PER_GROUP_MAX = 200;

export const reportOutcomes = ["dismissed", "action_limited", "group_limited", "group_suspended"] as const;
export type ReportOutcome = (typeof reportOutcomes)[number];

export type AbuseReport = {
  no: number;
  groupNo: number;
  groupName: string;
  groupId: string;
  actionId: ActionId | null;
  mailingNo: number | null;
  url: string;
  reason: string;
  detail: string;
  reportedAt: number;
  settledAt: number | null;
  outcome: ReportOutcome | null;
};

export const GROUPS_PAGE_MAX = 50;
export const ACTS_SHOWN_MAX = 20;
export const REASON_MAX = 300;
export const SEARCH_MAX = 80;
export const FORM_BYTES_MAX = 16_384;

export const groupStatuses = ["active", "limited", "suspended"] as const;

const reason = z.string().trim().max(REASON_MAX);
export const statusForm = z.object({ status: z.enum(groupStatuses), reason });
export const brakeForm = z.object({ brake: z.enum(["on", "off"]), reason });

/** How long objects keep what a group wants kept, with an hour for whoever types the moment (`intake/store-kept.ts`). */
const RECOVERY_MS = 7 * 86_400_000 + 3_600_000;
/** As a field of type datetime-local sends it, read as UTC. */
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?$/;

/** A moment within the last days, in ms. */
export const recoveryForm = (now: number) =>
  z.object({
    since: z
      .string()
      .regex(MOMENT)
      .transform((text) => Date.parse(`${text}Z`))
      .refine((ms) => ms > now - RECOVERY_MS && ms <= now),
  });

export const outcomeForm = z.object({ outcome: z.enum(reportOutcomes) });

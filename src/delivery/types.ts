import { z } from "zod";
import type { Group } from "../groups/types";
import type {
  Frozen,
  LeftOutReason,
  Mailing,
  MailingStatus,
  MailingTotals,
  PauseCause,
  TestPlan,
} from "../mailings/types";
import { type NamedMailbox, namedMailboxes } from "../platform/mail/mailbox-provider";
import type { MailboxPace } from "../senders/types";

/** Recipients in one message: some tenths of a second of work, so that a pause meets little that is under way. */
export const PAGE_MAX = 200;

const mailbox = z.enum(namedMailboxes);

/** Some of a mailing's recipients, to be mailed by whoever gets the message. A hint: the rows say who is still to be mailed. */
export const mailingPage = z.object({
  type: z.literal("mailings.send"),
  groupNo: z.int(),
  mailingNo: z.int(),
  /** People over this number … */
  from: z.int(),
  /** … up to this one. */
  upTo: z.int(),
  /** So many at most: what the sender's gate allowed. */
  most: z.int().min(1).max(PAGE_MAX),
  /** By which the driver knows it; driver and number together name it. */
  pageNo: z.int(),
  driver: z.string().max(40),
  /** `Frozen.frozenAt`: which templates are meant. */
  frozenAt: z.int(),
  /** Only people whose mailboxes these are; not there while no provider has a pace of its own. */
  whose: z.union([z.object({ only: mailbox }), z.object({ but: z.array(mailbox) })]).optional(),
});
export type MailingPage = z.infer<typeof mailingPage>;

/** On the MAIL_EVENTS queue: whoever a copy was for was refused for good when it was handed over. A hint: what is lost is refused again. */
export const recipientRefused = z.object({
  type: z.literal("mailings.refused"),
  groupNo: z.int(),
  personNo: z.int(),
  to: z.string().max(320),
  reason: z.string().max(200),
  /** ms */
  at: z.int(),
});
export type RecipientRefused = z.infer<typeof recipientRefused>;

/** Why a page ended before its end. `sender`: the transport refuses whoever sends, not whom they write to. */
export type PageTrouble = "sender" | "failed";

/** What became of a page's people. */
export type PageReport = {
  pageNo: number;
  driver: string;
  accepted: number;
  permanent: number;
  transient: number;
  unknown: number;
  leftOut: number;
  notRendered: number;
  /** Claimed and given back: they were certainly not handed over. */
  released: number;
  trouble: PageTrouble | null;
  why: string;
  mailboxes: MailboxReports;
};

/** What was handed over by mailbox provider: what was put off is none of what was sent, what was refused for good is. */
export type MailboxReports = Partial<Record<NamedMailbox, { sent: number; hard: number; deferred: number }>>;

/**
 * People of a mailbox provider that has a pace of its own, who wait for it. `until` is null while they are being mailed; `left` is 0
 * where nobody counted them.
 */
export type LaneNow = MailboxPace & { left: number; until: number | null };

/** What names a mailing to its driver. */
export type DriverRef = {
  group: Pick<Group, "no" | "id" | "shard" | "jurisdiction">;
  mailingNo: number;
};

/** What delivery keeps of a mailing beside what everybody knows of it. */
export type Delivery = {
  status: MailingStatus;
  startAt: number | null;
  frozen: Frozen | null;
  winnerNo: number | null;
  pauseCause: PauseCause | null;
  /** A word that says more than the cause, for the locale files (`composer.pauseNote`), or an operator's reason (`waiting.ts`); "" for none. */
  pauseNote: string;
  /** When the sample of a test is judged; null before its last mail left. */
  testEndsAt: number | null;
  verdict: Verdict | null;
  /** Of a test down the list; of another mailing all of it is empty. */
  cohorts: CohortStanding;
};

/**
 * Bits by number of the cohort, from 1: whose held people may be claimed, and who ends without the winner for good; then whom an
 * organiser has it sent to, or left out, whatever the test says.
 */
export type CohortStanding = { open: number; shut: number; send: number; leave: number };

/** What a variant brought in a cohort's part of the sample. */
export type CohortCount = {
  cohort: number;
  variantNo: number;
  sent: number;
  did: number;
  unsubscribed: number;
  complained: number;
};

/**
 * Why a cohort fails. nobody: nobody is in it. unknown: nothing was sent to its sample. older: a fresher one failed, and the plan
 * goes down the list.
 */
export type CohortFault = "nobody" | "unknown" | "share" | "unsubscribed" | "complained" | "older";

/** A cohort as its part of the sample shows it, by one variant. */
export type CohortResult = Omit<CohortCount, "variantNo"> & {
  share: number;
  low: number;
  high: number;
  /** Null: it performs. */
  fault: CohortFault | null;
  /** What it is measured by lies within its interval: chance may have decided. */
  isClose: boolean;
};

/** A cohort on the page of a mailing. */
export type CohortProgress = {
  cohort: number;
  /** Recipients, and how many of them try. */
  people: number;
  sample: number;
  /** Now, of all of them. */
  sent: number;
  waiting: number;
  leftOut: number;
  /** By the winner, or by the best while none is chosen; null before the verdict. */
  result: CohortResult | null;
  choice: "send" | "leave" | null;
  /** test: its sample is tried. next: it gets the winner. sending: it is getting it. sent, out: it has come to its end. failing: it gets nothing unless somebody says otherwise. */
  state: "test" | "next" | "sending" | "sent" | "failing" | "out";
  /** Somebody may still say otherwise. */
  isChangeable: boolean;
};

/** One variant of the sample: of how many, how many did what is measured, and between which shares the truth lies with 95 %. */
export type VariantResult = {
  variantNo: number;
  sent: number;
  did: number;
  share: number;
  low: number;
  high: number;
};

export type Verdict = {
  measure: TestPlan["measure"];
  variants: VariantResult[];
  bestNo: number;
  /**
   * clear: the best differs from every other by more than chance explains. close: it does not. tie: others did as well.
   * nothing: nobody did what is measured.
   */
  is: "clear" | "close" | "tie" | "nothing";
  /** Of the whole sample, those who unsubscribed. */
  unsubscribed: number;
  sent: number;
  /** More unsubscribed than the plan allows: nothing is sent by itself. */
  isTripped: boolean;
  /** Of a test down the list. */
  cohorts?: CohortCount[];
  judgedAt: number;
};

/** sample: it is being sent. waiting: for the time of the verdict. choose: for an organiser. tripped: too many unsubscribed. */
export type TestPhase = "sample" | "waiting" | "choose" | "tripped" | "decided";

export type Progress = {
  status: MailingStatus;
  pauseCause: PauseCause | null;
  pauseNote: string;
  startAt: number | null;
  frozen: Frozen | null;
  totals: MailingTotals;
  /** While it is being frozen: how many people have been looked at, of how many. */
  preparing: { done: number; of: number } | null;
  /** Mails a second, lately; 0 while nothing moves. */
  perSecond: number;
  /** Null where nobody can say. */
  secondsLeft: number | null;
  /** When the next of those who wait is due (by their clock, or after a refusal for now), in ms. */
  nextDueAt: number | null;
  /** Mailbox providers that are mailed more slowly than others, with people who wait for that. */
  slow: LaneNow[];
  test: { phase: TestPhase; endsAt: number | null; verdict: Verdict | null; winnerNo: number | null } | null;
  /** Of a test down the list, freshest first; else null. */
  cohorts: CohortProgress[] | null;
};

export type SendResult =
  | { is: "scheduled"; startAt: number }
  | { is: "needs_approval"; from: "colleague" | "operator" }
  | { is: "over_ceiling"; ceiling: number; recipients: number }
  | { is: "over_quota"; left: number; daily: number; recipients: number }
  | { is: "problems"; problems: SendProblem[] }
  /** Nobody was found so far, and not everybody was looked at: asking again goes on counting. */
  | { is: "counting" }
  | { is: "not_a_draft" };

/** What must be there before a mailing can be sent; what its words lack is for `checkVersions` to say. */
export type SendProblem = "no_audience" | "nobody" | "no_subject" | "group_closed" | "no_postal_address";

export type Estimate = {
  candidates: number;
  recipients: number;
  leftOut: Partial<Record<LeftOutReason, number>>;
  /** Which part of the people has been looked at, from 0 to 1. */
  share: number;
  isWhole: boolean;
  countedAt: number;
};

export type MailingOf = Pick<Mailing, "no" | "id">;

/** What was said of the runs of a series when it was confirmed: to how many recipients each may go by itself, and who agreed to that (null: nobody had to). */
export type Agreed = {
  by: number | null;
  upTo: number;
  /** Stands for the words they agreed to, as `fingerprintNow` has it; null where nobody did. */
  fingerprint: string | null;
  /** What the audit log says of it beside. */
  run?: { series: string; nth: number };
};

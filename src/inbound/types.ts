import { z } from "zod";
import type { Id } from "../platform/ids";

export type ReplyId = Id<"mail-reply">;
export type AnswerId = Id<"mail-answer">;
export type KeptMailId = Id<"kept-mail">;

/** Of an incoming mail this much is read and understood; what follows are pictures and files. */
export const READ_BYTES_MAX = 512 * 1024;
/** As many lines as such a part has when it is full of files, and some more. */
export const LINES_MAX = 10_000;
/** A mail greater than this is refused: the sender is told. Mail servers send no greater ones (Cloudflare's docs, Email Routing). */
export const MAIL_BYTES_MAX = 25 * 1024 * 1024;
/** Parts inside parts. Honest mail has four or five. */
export const NESTING_MAX = 40;
export const HEADERS_BYTES_MAX = 256 * 1024;
/** What is looked at for a code, an address or a word. */
export const TEXT_MAX = 100_000;
/** Servers between somebody and us; more of them means that the mail goes round in circles. */
export const HOPS_MAX = 40;
/** A server's own words about a mail that came back. */
export const REASON_MAX = 300;
/** Of what somebody answered. */
export const REPLY_TEXT_MAX = 20_000;
export const REPLY_SUBJECT_MAX = 250;
/** What the group writes back, and how often to one mail of somebody's. */
export const ANSWER_TEXT_MAX = 10_000;
export const ANSWERS_MAX = 50;
/** A group's inbox shows so many on a page. */
export const REPLIES_PAGE_MAX = 50;
/** Answers of one person to one group in an hour; what is more is kept for the operator. */
export const repliesPerPerson = [{ max: 20, windowMs: 3_600_000 }];
/** Mails nobody understood that are kept in a day; when there are more, their senders are told that they did not arrive. */
export const KEPT_PER_DAY_MAX = 5_000;
export const KEPT_DAYS = 90;
export const KEPT_PAGE_MAX = 50;

/** What somebody else's server says became of one copy. "delay": it is still trying. */
const returnKinds = ["hard", "soft", "delay", "complaint", "delivered"] as const;
export type ReturnKind = (typeof returnKinds)[number];
/** `mail_returns.kind`. */
export const returnCodes: Record<ReturnKind, number> = {
  hard: 1,
  soft: 2,
  delay: 3,
  complaint: 4,
  delivered: 5,
};

/** Why a mail came back, as far as it can be told from a code or the words. */
const faults = [
  "no_mailbox",
  "no_domain",
  "inactive",
  "full",
  "blocked",
  "too_big",
  "busy",
  "unreachable",
  "other",
] as const;
export type Fault = (typeof faults)[number];

export const FLAG = { hard: 4, complaint: 8, soft: 16, delivered: 32 } as const;

/** A soft return says nothing of an address; this many mailings in a row do, within so many days. */
export const SOFT_MAX = 5;
export const SOFT_DAYS = 60;

export type ReplyState = "open" | "done";

/**
 * Beside what happened: which report said so. The same report comes by several ways and again; it counts once.
 */
export type Report = {
  copy: { groupNo: number; mailingNo: number; personNo: number; isProof: boolean };
  how: ReturnKind;
  fault: Fault;
  /** The server's own words. */
  reason: string;
  eventId: string;
  /** Whose mailbox it was, where the report says so: somebody may have changed their address since. */
  recipient: string;
};

/** On the MAIL_EVENTS queue: a mail that is kept and must be looked at again, since nothing could be written when it came. */
export const mailDue = z.object({
  type: z.literal("inbound.mail"),
  key: z.string().max(200),
  from: z.string().max(1_000),
  to: z.string().max(1_000),
});

/** What comes in, by what it turned out to be; counted by day. */
export const inboundKinds = [
  "bounce",
  "delay",
  "complaint",
  "unsubscribe",
  "reply",
  "forwarded",
  "automatic",
  "loop",
  "unknown",
  "refused",
] as const;
export type InboundKind = (typeof inboundKinds)[number];

export const MONTHS_MIN = 3;
export const MONTHS_MAX = 60;
export const GRACE_DAYS_MIN = 7;
export const GRACE_DAYS_MAX = 365;

/** How a group parts from those who no longer read: first they get a tag, to be asked once more, then they leave the list. */
export type Sunset = {
  months: number;
  graceDays: number;
  /** Whom it would be, without doing it. */
  isDryRun: boolean;
  isOn: boolean;
  lastAt: number | null;
};

export type SunsetRun = {
  no: number;
  startedAt: number;
  finishedAt: number | null;
  isDryRun: boolean;
  engaged: number;
  silent: number;
  tagged: number;
  untagged: number;
  unsubscribed: number;
};

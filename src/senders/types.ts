import type { BulkLane } from "../platform/mail/bulk";
import type { NamedMailbox } from "../platform/mail/mailbox-provider";

/** Who a group's mailings are from. */
export type Sender = {
  fromEmail: string;
  /** What follows the name of whoever writes, such as " via Groundswell"; "" for a sender with a domain of its own. */
  fromSuffix: string;
  /** Where answers go unless a mailing says otherwise; "" when the group has given no address. */
  replyTo: string;
  /** The name of its gate, within its jurisdiction. */
  gate: string;
  jurisdiction: "" | "eu" | "us" | "fedramp";
  isOwnDomain: boolean;
  /** What the transport must know of the sender beyond its address. */
  lane: BulkLane;
};

/** Why a gate stops a mailing: a cause that a mailing is paused for, and a word that the locale files explain (`senders.stops`). */
const stopReasons = ["bounces", "complaints", "group_limited", "no_transport"] as const;
export type StopReason = (typeof stopReasons)[number];
export type Stop = { cause: "health" | "sender" | "operator"; why: StopReason };

/**
 * What a gate is waiting for when it grants less than was asked: our provider's pace, the day's share, things to be mended, or one
 * provider of mailboxes, of whom others are not slowed down.
 */
export type Waiting = "pace" | "day" | "hold" | "directory" | "mailbox";

/** Why a mailbox provider's pace was cut. */
export const brakeReasons = ["deferred", "bounces", "complaints"] as const;
export type BrakeReason = (typeof brakeReasons)[number];
/** Why a mailbox provider has a pace of its own: somebody set it, the domain is new, or it was cut. */
export type PaceReason = "set" | "warm_up" | BrakeReason;

/** A mailbox provider that gets mail more slowly than others. `perHour` is null where only the day's share is limited. */
export type MailboxPace = { mailbox: NamedMailbox; perHour: number | null; why: PaceReason };

/** What mailings came to at one mailbox provider, and its pace. */
export type MailboxHealth = {
  mailbox: NamedMailbox;
  /** Of the mailings of late. */
  sent: number;
  deferred: number;
  pace: Omit<MailboxPace, "mailbox"> | null;
};

/** What somebody may set for a provider, in mails an hour. */
export const PACE_SET_MIN = 20;
export const PACE_SET_MAX = 1_000_000;

export type Grant = {
  granted: number;
  /** When to ask again; 0 when everything was granted. */
  retryAfterMs: number;
  waiting: Waiting | null;
  stop: Stop | null;
  /** Mailbox providers with a pace of their own now; null while nothing is known of them. */
  paced: MailboxPace[] | null;
};

/** How a sender's mails of late were received. Shares are of mails handed over. */
export type SenderHealth = {
  stop: (Stop & { at: number; hard: number; complaints: number; sent: number }) | null;
  /** The newest mailings that make up a thousand mails together. */
  sent: number;
  hard: number;
  complaints: number;
  /** In this day of UTC. */
  usedToday: number;
  /** The smaller of quota and warm-up; null while the directory does not answer. */
  mostToday: number | null;
  warmUp: { domain: string; day: number; most: number } | null;
  heldUntil: number;
  mailboxes: MailboxHealth[];
};

/** The share of hard bounces and of complaints above which a sender is stopped. */
export const HARD_SHARE_MAX = 0.02;
export const COMPLAINT_SHARE_MAX = 0.001;

/** What an installation allows a group to mail in a day. */
export type Quota = {
  dailyMax: number;
  usedToday: number;
  /** When an operator allowed its big sends; null: the first one still waits for that. */
  approvedAt: number | null;
  isFixed: boolean;
};

export type MaySend =
  | { is: "yes" }
  | { is: "approval" }
  /** More than the group may mail in a day. `left` is what remains of today's, `daily` what a day holds. */
  | { is: "quota"; left: number; daily: number };

/** Mails a day of a group nobody knows yet. */
export const QUOTA_NEW = 1_000;
/** What a day's quota becomes when an operator allows big sends, unless it is more already. */
export const QUOTA_ALLOWED = 50_000;
/** How far good behaviour alone makes a quota grow: without an operator's yes, and with it. */
export const QUOTA_UNALLOWED_MAX = 5_000;
export const QUOTA_MAX = 5_000_000;
/** From so many recipients on, a group's first send waits for an operator. */
export const BIG_SEND = 1_000;

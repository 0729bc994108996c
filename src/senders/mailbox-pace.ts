import { type NamedMailbox, namedMailboxes } from "../platform/mail/mailbox-provider";
import { JUDGED_MAILS, tooMany } from "./health";
import type { BrakeReason, PaceReason } from "./types";

/* How fast a mailbox provider may be mailed: the arithmetic of the gate. Nothing here knows of objects or clocks. */

/** A provider is never mailed more slowly than this an hour by a brake, so that it is noticed when things are better. */
export const PACE_MIN = 60;
/** Of what a new domain may send in a day no provider gets more than this share. */
export const WARM_UP_SHARE = 0.5;

const HOUR_MS = 3_600_000;
/** What was under way when a brake came says nothing of the new pace; neither do first tries again, which come after so long. */
const CUT_MS = 300_000;
/** After so long without another cut a pace grows by a tenth of what it was before. */
const GROW_MS = 600_000;
const GROW_SHARE = 0.1;
/** What is put off now and then is no sign: so many at least, and such a share of what a provider was given. */
const DEFERRED_MIN = 3;
const DEFERRED_SHARE = 0.05;
/** "Lately" is between one and two of these. */
const LATELY_MS = 300_000;
/** A rate is not read off a shorter time than this. */
const RATE_MS_MIN = 60_000;

/** A provider's pace after it was cut. `before` is what it was when nothing was wrong. */
export type Brake = { why: BrakeReason; perHour: number; before: number; at: number };

/** What a braked provider may get in an hour by now; null once it is over. */
export function brakedPace({ perHour, before, at }: Brake, now: number): number | null {
  const steps = Math.floor(Math.max(0, now - at) / GROW_MS);
  const grown = perHour + steps * Math.ceil(before * GROW_SHARE);
  return grown >= before ? null : grown;
}

/**
 * Half the pace.
 * @param known the pace that is in force; null when there is none
 * @param taken mails an hour that went well of late, where a first brake begins, and `handed` all there were, where it ends
 * @returns null when it was cut a moment ago
 */
export function cutPace(
  brake: Brake | null,
  {
    why,
    known,
    taken,
    handed,
    now,
  }: { why: BrakeReason; known: number | null; taken: number; handed: number; now: number },
): Brake | null {
  if (brake && now - brake.at < CUT_MS) return null;
  const base = Math.max(known ?? taken, PACE_MIN);
  const isOn = brake !== null && brakedPace(brake, now) !== null;
  const before = Math.max(isOn ? brake.before : 0, known ?? handed, base, PACE_MIN * 2);
  return { why, perHour: Math.max(PACE_MIN, Math.floor(base / 2)), before, at: now };
}

/** Mails a provider may get now, filled up over time. On disk: a restart makes no burst. */
export type Bucket = { tokens: number; at: number };

/** What leaves together, and the most that is saved: about two minutes' worth, since a page for each mail would cost more than the mails. */
function lumpOf(perHour: number): number {
  return Math.max(1, perHour / 30);
}

/**
 * A bucket as it is now. It is filled a little more slowly than its pace, so that with what was saved no hour has more than it.
 * @param bucket null before the first mail
 */
export function filled(bucket: Bucket | null, perHour: number, now: number): Bucket {
  const lump = lumpOf(perHour);
  if (!bucket) return { tokens: lump, at: now };
  const gained = (Math.max(0, now - bucket.at) * (perHour - lump)) / HOUR_MS;
  return { tokens: Math.min(lump, bucket.tokens + gained), at: now };
}

/** How many of `want` may leave, and in how many ms the rest may; nothing is taken yet. */
export function allowed(
  { tokens }: Bucket,
  perHour: number,
  want: number,
): { most: number; retryMs: number } {
  const lump = Math.floor(lumpOf(perHour) + 0.001);
  const goal = Math.min(lump, Math.max(1, want));
  // A thousandth of a mail is what rounding may have cost.
  const most = tokens + 0.001 >= goal ? Math.min(want, Math.floor(tokens + 0.001)) : 0;
  const next = Math.min(lump, Math.max(1, want - most));
  const lacking = Math.max(0, next - (tokens - most));
  return { most, retryMs: Math.ceil((lacking * HOUR_MS) / (perHour - lumpOf(perHour))) };
}

/** What a provider made of mails; `lately` of the last minutes alone. */
export type MailboxTally = {
  sent: number;
  hard: number;
  complaints: number;
  deferred: number;
  lately: { at: number; sent: number; deferred: number; sentBefore: number; deferredBefore: number };
};
export type MailboxNumbers = Omit<MailboxTally, "lately">;
export type MailboxTallies = Partial<Record<NamedMailbox, MailboxTally>>;
/** What more is known, of as many providers as there is news of. */
export type ByMailbox = Partial<Record<NamedMailbox, Partial<MailboxNumbers>>>;

const NOTHING: MailboxNumbers = { sent: 0, hard: 0, complaints: 0, deferred: 0 };

/** Tallies with what was added; those given stay as they are. */
export function withMailboxes(tallies: MailboxTallies, more: ByMailbox, now: number): MailboxTallies {
  const sum = { ...tallies };
  for (const mailbox of namedMailboxes) {
    const added = more[mailbox];
    if (!added) continue;
    const { sent, hard, complaints, deferred } = { ...NOTHING, ...added };
    const before = sum[mailbox] ?? { ...NOTHING, lately: { ...NO_TIME, at: now } };
    const lately = turned(before.lately, now);
    sum[mailbox] = {
      sent: before.sent + sent,
      hard: before.hard + hard,
      complaints: before.complaints + complaints,
      deferred: before.deferred + deferred,
      lately: { ...lately, sent: lately.sent + sent, deferred: lately.deferred + deferred },
    };
  }
  return sum;
}

const NO_TIME = { sent: 0, deferred: 0, sentBefore: 0, deferredBefore: 0 };

function turned(lately: MailboxTally["lately"], now: number): MailboxTally["lately"] {
  const age = now - lately.at;
  if (age < LATELY_MS) return lately;
  if (age >= 2 * LATELY_MS) return { ...NO_TIME, at: now };
  return { ...NO_TIME, at: now, sentBefore: lately.sent, deferredBefore: lately.deferred };
}

/** Whether a provider puts mail off, more than now and then. */
export function isDeferring({ lately }: MailboxTally): boolean {
  const deferred = lately.deferred + lately.deferredBefore;
  const sent = lately.sent + lately.sentBefore;
  return deferred >= DEFERRED_MIN && deferred >= DEFERRED_SHARE * (sent + deferred);
}

/** Mails an hour a provider took of late, and was given. */
export function latelyPerHour({ lately }: MailboxTally, now: number): { taken: number; handed: number } {
  const { at, sent, deferred, sentBefore, deferredBefore } = lately;
  const before = sentBefore + deferredBefore;
  const ms = Math.max(RATE_MS_MIN, now - at + (before > 0 ? LATELY_MS : 0));
  const perHour = (count: number) => Math.floor((count * HOUR_MS) / ms);
  return { taken: perHour(sent + sentBefore), handed: perHour(sent + deferred + before) };
}

/** After a cut what led to it counts no more. */
export function forgetLately(tally: MailboxTally, now: number): MailboxTally {
  return { ...tally, lately: { ...NO_TIME, at: now } };
}

/** A provider's numbers of the newest mailings that make up `JUDGED_MAILS` to it together, as one. */
export function mailboxTogether(tallies: readonly MailboxTallies[], mailbox: NamedMailbox): MailboxNumbers {
  const sum = { ...NOTHING };
  for (const tally of tallies) {
    const each = tally[mailbox];
    if (!each) continue;
    if (sum.sent >= JUDGED_MAILS) break;
    for (const name of ["sent", "hard", "complaints", "deferred"] as const) sum[name] += each[name];
  }
  return sum;
}

/** Why a provider's pace must be cut, by what just came of it and what came before; null when it need not. */
export function reasonToCut(
  tally: MailboxTally,
  together: MailboxNumbers,
  more: Partial<MailboxNumbers>,
): BrakeReason | null {
  if ((more.deferred ?? 0) > 0 && isDeferring(tally)) return "deferred";
  if ((more.hard ?? 0) + (more.complaints ?? 0) === 0) return null;
  return tooMany(together);
}

/** What holds of several limits: the least. */
export function tightest(
  limits: readonly { perHour: number; why: PaceReason }[],
): { perHour: number; why: PaceReason } | null {
  return limits.toSorted((one, other) => one.perHour - other.perHour)[0] ?? null;
}

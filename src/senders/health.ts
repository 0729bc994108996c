import { COMPLAINT_SHARE_MAX, HARD_SHARE_MAX } from "./types";

/** What a mailing's mails came to so far, and its marks: the same at moments before, the oldest first. */
export type Reception = {
  sent: number;
  hard: number;
  complaints: number;
  marks: { at: number; sent: number; hard: number; complaints: number }[];
};
export type Numbers = Pick<Reception, "sent" | "hard" | "complaints">;

/** Small mailings are judged together with those before them until they are so many mails. */
export const JUDGED_MAILS = 1_000;
/** One bounce in ten mails says nothing: no verdict below these. */
const SENT_MIN = 100;
const HARD_MIN = 5;
const COMPLAINTS_MIN = 2;
/** What comes back comes within minutes, so what came back lately is compared with what left in so long a time. */
const LATELY_MS = 600_000;
const MARK_EVERY_MS = 60_000;
const MARKS_MAX = 12;

/**
 * What makes a sender stop, or null. Two looks: a mailing as a whole (with those before it when it is small), and what a large
 * one came to lately, so that a good beginning does not hide a bad end.
 * @param recent what the newest mailings came to, the one in question first
 */
export function verdictOn(
  recent: readonly Reception[],
  now: number,
): ({ why: "bounces" | "complaints" } & Numbers) | null {
  const whole = together(recent);
  const lately = recent[0] ? latelyOf(recent[0], now) : null;
  for (const numbers of lately ? [whole, lately] : [whole]) {
    const why = tooMany(numbers);
    if (why) return { why, ...numbers };
  }
  return null;
}

/** The numbers of the newest mailings that make up `JUDGED_MAILS` together. */
export function together(recent: readonly Reception[]): Numbers {
  const sum = { sent: 0, hard: 0, complaints: 0 };
  for (const { sent, hard, complaints } of recent) {
    if (sum.sent >= JUDGED_MAILS) break;
    sum.sent += sent;
    sum.hard += hard;
    sum.complaints += complaints;
  }
  return sum;
}

function latelyOf(reception: Reception, now: number): Numbers | null {
  const before = reception.marks.findLast(
    ({ at, sent }) => at <= now - LATELY_MS && reception.sent - sent >= JUDGED_MAILS,
  );
  if (!before) return null;
  return {
    sent: reception.sent - before.sent,
    hard: reception.hard - before.hard,
    complaints: reception.complaints - before.complaints,
  };
}

/** What is too much of so many mails: complaints before bounces; null when all is well. */
export function tooMany({ sent, hard, complaints }: Numbers): "bounces" | "complaints" | null {
  if (complaints >= COMPLAINTS_MIN && complaints > COMPLAINT_SHARE_MAX * Math.max(sent, JUDGED_MAILS))
    return "complaints";
  if (sent >= SENT_MIN && hard >= HARD_MIN && hard > HARD_SHARE_MAX * sent) return "bounces";
  return null;
}

/** The same with what was added, and a mark about every minute. */
export function withMore(reception: Reception, more: Numbers, now: number): Reception {
  const { sent, hard, complaints, marks } = reception;
  const last = marks.at(-1);
  const isDue = !last || last.at + MARK_EVERY_MS <= now;
  return {
    sent: sent + more.sent,
    hard: hard + more.hard,
    complaints: complaints + more.complaints,
    marks: isDue ? [...marks, { at: now, sent, hard, complaints }].slice(-MARKS_MAX) : marks,
  };
}

import type { GroupDb } from "../groups/shard";
import { type Mailbox, type NamedMailbox, namedMailboxes } from "../platform/mail/mailbox-provider";
import type { MailboxPace } from "../senders/types";
import { countReadyBy } from "./store-pace";
import type { Whose } from "./store-whose";
import { type Open, overRanges } from "./survey";
import type { LaneNow } from "./types";

/**
 * A way through the ledger, from the lowest number to the highest, for the people of one mailbox provider that has a pace of its own,
 * or (null) for everybody else. So nobody is looked at twice for being skipped: a slow provider's lane stands where it is.
 */
export type Lane = {
  mailbox: NamedMailbox | null;
  cursor: number;
  /** Due when the pass began and not given out yet. */
  left: number;
  /** Granted by the gate and not used yet; of a provider's lane alone. */
  inHand: number;
  /** The gate grants nothing before, in ms. */
  waitUntil: number;
};

/** Once through the ledger. */
export type Pass = {
  /** Those of slow providers first: they have less to give out. */
  lanes: Lane[];
  settled: number;
  /** The paces that were known when it began. Another one ends the pass. */
  paced: MailboxPace[];
  beganAt: number;
  /** When somebody is due whom this pass has passed by, in ms. */
  dueAt: number | null;
  /** How long it goes on at least before it is ended for them. */
  lookMs: number;
  /** A provider has a pace now that has no lane here: nothing more is given out, and the next pass begins. */
  isEnded: boolean;
};

/** While only slow providers are left, everybody is looked at again for whoever is due by now; twice as long each time. */
const LOOK_MS = 300_000;
const LOOK_MS_MAX = 3_600_000;
/** Where people are due by their own clocks they are not kept waiting for that. */
const LOOK_FRESH_MS = 60_000;

/** A pass for whoever is due now. Without a pace of any provider it is one lane, and asks nothing of anybody. */
export async function passOf(
  db: GroupDb,
  mailingNo: number,
  open: Open,
  { paced, before, now }: { paced: readonly MailboxPace[]; before: Pass | null; now: number },
): Promise<Pass> {
  const dueAt = open.nextDueS === null ? null : open.nextDueS * 1000;
  const isLook = before !== null && before.paced.length > 0;
  const lookMs = isLook ? Math.min(LOOK_MS_MAX, before.lookMs * 2) : LOOK_MS;
  const pass: Pass = {
    ...{ lanes: [lane(null, open.ready)], settled: 0, paced: [...paced], beganAt: now, dueAt },
    isEnded: false,
    lookMs: open.laterFresh > 0 ? LOOK_FRESH_MS : lookMs,
  };
  if (paced.length === 0) return pass;
  const ready = await readyBy(db, mailingNo, open.highest, now);
  const isPaced = new Set<Mailbox>(paced.map(({ mailbox }) => mailbox));
  const slow = namedMailboxes.filter((mailbox) => isPaced.has(mailbox) && (ready.get(mailbox) ?? 0) > 0);
  const rest = [...ready].reduce((sum, [mailbox, count]) => sum + (isPaced.has(mailbox) ? 0 : count), 0);
  pass.lanes = [...slow.map((mailbox) => lane(mailbox, ready.get(mailbox) ?? 0)), lane(null, rest)];
  return pass;
}

function lane(mailbox: NamedMailbox | null, left: number): Lane {
  return { mailbox, cursor: 0, left, inHand: 0, waitUntil: 0 };
}

async function readyBy(
  db: GroupDb,
  mailingNo: number,
  highest: number,
  now: number,
): Promise<Map<Mailbox, number>> {
  const ready = new Map<Mailbox, number>();
  const nowS = Math.floor(now / 1000);
  await overRanges(highest, async (after, upTo) => {
    const { rows, ms } = await countReadyBy(db, mailingNo, { after, upTo, nowS });
    for (const { mailbox, count } of rows) ready.set(mailbox, (ready.get(mailbox) ?? 0) + count);
    return ms;
  });
  return ready;
}

/** The lane that may go on now. */
export function laneFor(pass: Pass, now: number): Lane | null {
  if (pass.isEnded) return null;
  return (
    pass.lanes.find(({ left, inHand, waitUntil }) => left > 0 && (inHand >= 1 || waitUntil <= now)) ?? null
  );
}

/** Whose mailboxes a lane is for; null for everybody's, where no provider has a pace. */
export function whoseOf({ paced }: Pass, { mailbox }: Lane): Whose | null {
  if (mailbox) return { only: mailbox };
  return paced.length === 0 ? null : { but: paced.map((each) => each.mailbox) };
}

/** Whether the gate now names a provider this pass was not made for. */
export function isOutdated(pass: Pass, paced: readonly MailboxPace[]): boolean {
  return paced.some(({ mailbox }) => !pass.paced.some((known) => known.mailbox === mailbox));
}

/**
 * In how many ms something can be done, when all lanes that are left must wait for their gate; null when none is left. 0: the pass is
 * to be ended, for people who are due elsewhere.
 */
export function waitOf(pass: Pass, now: number): number | null {
  const waiting = pass.lanes.filter(({ left }) => left > 0);
  if (pass.isEnded || waiting.length === 0) return null;
  const lookAt =
    pass.dueAt === null ? Number.POSITIVE_INFINITY : Math.max(pass.dueAt, pass.beganAt + pass.lookMs);
  if (lookAt <= now) return 0;
  return Math.min(lookAt, ...waiting.map(({ waitUntil }) => waitUntil)) - now;
}

/** Whether everybody was given out, and still nobody was settled. */
export function wasInVain({ lanes, settled, isEnded }: Pass): boolean {
  return settled === 0 && !isEnded && lanes.every(({ left }) => left <= 0);
}

/** Whom a mailing waits for, to be shown. */
export function lanesNow({ lanes, paced }: Pass, now: number): LaneNow[] {
  return lanes.flatMap(({ mailbox, left, waitUntil }) => {
    const pace = paced.find((each) => each.mailbox === mailbox);
    if (!pace || left <= 0) return [];
    return [{ ...pace, left, until: waitUntil > now ? waitUntil : null }];
  });
}

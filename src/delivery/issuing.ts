import { nextWidth } from "../audiences/audience";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Mailing } from "../mailings/types";
import type { Context } from "../platform/context";
import { sendAll } from "../platform/queues";
import { gateOfGroup } from "../senders/sender";
import type { MailboxPace } from "../senders/types";
import { addMailboxes } from "./pace-counts";
import { isOutdated, type Lane, laneFor, type Pass, passOf, waitOf, wasInVain, whoseOf } from "./pace-lanes";
import * as store from "./store";
import { lastRecipient, nextPages } from "./store-ledger";
import type { Whose } from "./store-whose";
import { LEASE_S, survey } from "./survey";
import { test } from "./testing";
import { type MailboxReports, type MailingPage, PAGE_MAX } from "./types";
import type { UnderWay } from "./under-way";

/** How long one alarm gives out work. */
const TURN_MS = 5_000;
const SCAN_WIDTH = 100_000;
/** After a pass in which nothing could be done the next waits, doubling. */
const IDLE_MS = 1_000;
const IDLE_MS_MAX = 60_000;
const SOON_MS = 1_000;

export type Due = {
  ctx: Context;
  group: Group;
  mailing: Mailing;
  delivery: NonNullable<Awaited<ReturnType<typeof store.selectDelivery>>>;
};

/** What a driver keeps of a pass in which a provider has a pace of its own: it may sleep for longer than its memory lasts. */
export type KeptPass = {
  startAt: number | null;
  pass: Pass;
  /** Pages of it are out. */
  isBusy: boolean;
};
type Keeping = { pass(): KeptPass | null; keepPass(kept: KeptPass | null): void };

/**
 * Gives out about two seconds of work, as far as the sender's gate and the mailing's own pace allow.
 * @returns in how many ms to go on; null when nothing is to be done until somebody says so; "done" when nobody is left
 */
export async function issue(due: Due, underWay: UnderWay, kept: Keeping): Promise<number | null | "done"> {
  recall(due, underWay, kept);
  underWay.forgetLost(Date.now());
  if ((await passOn(due, underWay)) || (await pausedByTrouble(due, underWay))) return 0;
  const next = await turn(due, underWay);
  const { pass } = underWay;
  const isSlow = pass !== null && pass.paced.length > 0;
  kept.keepPass(isSlow ? { startAt: due.delivery.startAt, pass, isBusy: underWay.count > 0 } : null);
  return next;
}

/** Goes on where a driver before this one was. What it had given out and nobody did is found by the next look at everybody. */
function recall({ delivery }: Due, underWay: UnderWay, kept: Keeping): void {
  if (underWay.isRecalled) return;
  underWay.isRecalled = true;
  const known = kept.pass();
  if (!known || known.startAt !== delivery.startAt) return;
  underWay.pass = known.isBusy ? { ...known.pass, dueAt: Date.now() } : known.pass;
  underWay.paced = known.pass.paced;
}

async function turn(due: Due, underWay: UnderWay): Promise<number | null | "done"> {
  const { ctx, group, mailing } = due;
  const db = dbFor(ctx.env, group);
  const until = Date.now() + TURN_MS;
  let width = SCAN_WIDTH;
  let highest: number | null = null;
  while (Date.now() < until) {
    const now = Date.now();
    const { pass } = underWay;
    const lane = pass && laneFor(pass, now);
    if (!lane) {
      const waitMs = await afterLanes(due, underWay, now);
      if (waitMs !== 0) return waitMs;
      continue;
    }
    highest ??= await lastRecipient(db, mailing.no);
    const granted = await grantedNow(due, underWay, lane, now);
    if ("waitMs" in granted) return granted.waitMs;
    // Of a provider that must wait, or the gate says that another has a pace now.
    if (granted.most < 1) continue;
    const upTo = Math.min(highest, lane.cursor + width);
    const nowS = Math.floor(now / 1000);
    const whose = whoseOf(pass, lane);
    const range = { after: lane.cursor, upTo, limit: granted.most, pageMax: PAGE_MAX, nowS, whose };
    const { pages, ms } = await nextPages(db, mailing.no, range);
    const found = pages.reduce((sum, { count }) => sum + count, 0);
    width = nextWidth(width, ms);
    await giveOut(due, underWay, { after: lane.cursor, pages, whose });
    lane.cursor = found < granted.most ? upTo : (pages.at(-1)?.upTo ?? upTo);
    lane.left -= found;
    if (lane.mailbox) lane.inHand -= found;
    else underWay.inHand -= found;
    underWay.pace.take(found);
    if (lane.cursor >= highest) lane.left = 0;
    if (inHandOf(underWay, lane) < 1 && granted.thenMs > 0) return granted.thenMs;
  }
  return 0;
}

function inHandOf(underWay: UnderWay, lane: Lane): number {
  return lane.mailbox ? lane.inHand : underWay.inHand;
}

/** No lane may go on: the pass is over, or those of slow providers wait. Gives when to come back, as `issue` does; 0: go on. */
async function afterLanes(due: Due, underWay: UnderWay, now: number): Promise<number | null | "done"> {
  const { pass } = underWay;
  const waitMs = pass && waitOf(pass, now);
  if (waitMs !== null && waitMs > 0) return Math.max(50, Math.min(waitMs, underWay.lostIn(now) ?? waitMs));
  if (underWay.count > 0) return underWay.lostIn(now) ?? SOON_MS;
  return nextPass(due, underWay);
}

/** How many may be given out now, of those in hand or asked for. */
async function grantedNow(
  { ctx, group, mailing }: Due,
  underWay: UnderWay,
  lane: Lane,
  now: number,
): Promise<{ most: number; thenMs: number } | { waitMs: number }> {
  const { left, mailbox } = lane;
  const pace = underWay.pace.look(mailing.settings.hourlyMax, now);
  if (pace.most < 1) return { waitMs: Math.max(50, pace.nextMs) };
  const room = underWay.room(now);
  // Work for one consumer at least, or nothing: half a page costs as much as a whole one.
  if (room < Math.min(PAGE_MAX, left)) return { waitMs: underWay.lostIn(now) ?? SOON_MS };
  const want = Math.min(room, left, pace.most);
  const inHand = inHandOf(underWay, lane);
  if (inHand >= 1) return { most: Math.min(inHand, want), thenMs: 0 };
  const asked = { mailing: String(mailing.no), want, ...(mailbox ? { mailbox } : {}) };
  const grant = await gateOfGroup(ctx, group).take(asked);
  if (grant.stop) {
    const { cause, why } = grant.stop;
    await store.pause(dbFor(ctx.env, group), mailing.no, { cause, note: why, now });
    ctx.log.info("delivery.stopped_by_gate", { groupNo: group.no, mailingNo: mailing.no, why });
    return { waitMs: 0 };
  }
  const isForMailbox = grant.waiting === "mailbox";
  if (isForMailbox) lane.waitUntil = now + grant.retryAfterMs;
  if (mailbox) lane.inHand = grant.granted;
  else underWay.inHand = grant.granted;
  if (heeds(underWay, grant.paced)) return { most: 0, thenMs: 0 };
  if (grant.granted < 1 && !isForMailbox) return { waitMs: Math.max(50, grant.retryAfterMs) };
  return { most: Math.min(grant.granted, want), thenMs: isForMailbox ? 0 : grant.retryAfterMs };
}

/** Takes note of the paces there are now. True when one is new, and the pass must begin again with a lane for it. */
function heeds(underWay: UnderWay, paced: MailboxPace[] | null): boolean {
  const { pass } = underWay;
  if (paced === null || pass === null) return false;
  underWay.paced = paced;
  if (!isOutdated(pass, paced)) {
    // What is shown of a lane is what holds now; a pace that is over lets its lane run.
    pass.paced = pass.paced.map((known) => paced.find(({ mailbox }) => mailbox === known.mailbox) ?? known);
    return false;
  }
  pass.isEnded = true;
  return true;
}

async function giveOut(
  { ctx, group, mailing }: Due,
  underWay: UnderWay,
  {
    after,
    pages,
    whose,
  }: { after: number; pages: readonly { upTo: number; count: number }[]; whose: Whose | null },
): Promise<void> {
  const frozenAt = mailing.frozen?.frozenAt ?? 0;
  let from = after;
  const messages = pages.map(({ upTo, count }): MailingPage => {
    const page: MailingPage = {
      ...{ type: "mailings.send", groupNo: group.no, mailingNo: mailing.no, from, upTo, most: count },
      ...{ pageNo: underWay.nextNo(), driver: underWay.name, frozenAt },
      ...(whose ? { whose: "but" in whose ? { but: [...whose.but] } : whose } : {}),
    };
    from = upTo;
    return page;
  });
  await sendAll(ctx.env.MAILINGS, messages);
  for (const { pageNo, most } of messages) underWay.issued(pageNo, most, Date.now());
}

/**
 * Tells the gate how what it granted went; what was granted and not used goes back to the day.
 * @returns whether the mailing was paused, since the transport refuses whoever sends
 */
async function passOn({ ctx, group, mailing }: Due, underWay: UnderWay): Promise<boolean> {
  const reports = underWay.takeReports();
  let isRefused = false;
  const sum = { accepted: 0, permanent: 0, transient: 0, unknown: 0 };
  const mailboxes: MailboxReports = {};
  for (const each of reports) {
    addMailboxes(mailboxes, each.mailboxes);
    sum.accepted += each.accepted;
    sum.permanent += each.permanent;
    sum.unknown += each.unknown;
    sum.transient += each.transient + each.leftOut + each.notRendered + each.released + each.unused;
    isRefused ||= each.trouble === "sender";
  }
  if (isRefused) {
    const pause = { cause: "sender", note: "sender_refused", now: Date.now() } as const;
    await store.pause(dbFor(ctx.env, group), mailing.no, pause);
  }
  if (reports.length > 0)
    await gateOfGroup(ctx, group).note({ mailing: String(mailing.no), ...sum, mailboxes });
  return isRefused;
}

async function pausedByTrouble({ ctx, group, mailing }: Due, underWay: UnderWay): Promise<boolean> {
  const wrong = underWay.whatIsWrong();
  if (!wrong) return false;
  const note = wrong === "refused" ? "most_refused" : "most_unknown";
  await store.pause(dbFor(ctx.env, group), mailing.no, { cause: "transport", note, now: Date.now() });
  ctx.log.info("delivery.transport_trouble", { groupNo: group.no, mailingNo: mailing.no, wrong });
  underWay.rest();
  return true;
}

/** What a pass with slow providers has in hand at its end goes back: each lane was granted its own. */
async function giveBack({ ctx, group }: Due, underWay: UnderWay): Promise<void> {
  const { pass } = underWay;
  if (!pass || (pass.paced.length === 0 && underWay.paced.length === 0)) return;
  for (const lane of pass.lanes) {
    const count = inHandOf(underWay, lane);
    // Before the gate is asked, which may answer that it is away: nothing is given back twice.
    if (lane.mailbox) lane.inHand = 0;
    else underWay.inHand = 0;
    if (count >= 1) await gateOfGroup(ctx, group).giveBack({ count, mailbox: lane.mailbox ?? undefined });
  }
}

/** Looks at the whole ledger, and begins another pass when somebody is due. Gives when to come back, as `issue` does; 0: go on. */
async function nextPass(due: Due, underWay: UnderWay): Promise<number | null | "done"> {
  const { ctx, group, mailing, delivery } = due;
  const db = dbFor(ctx.env, group);
  const now = Date.now();
  const before = underWay.pass;
  await giveBack(due, underWay);
  const open = await survey(db, mailing.no, now);
  underWay.pass = null;
  if (open.ready > 0) {
    underWay.idlePasses = before && wasInVain(before) ? underWay.idlePasses + 1 : 0;
    underWay.pass = await passOf(db, mailing.no, open, { paced: underWay.paced, before, now });
    if (underWay.idlePasses === 0) return 0;
    return Math.min(IDLE_MS_MAX, IDLE_MS * 2 ** underWay.idlePasses);
  }
  underWay.speed.rest();
  const waits: number[] = [];
  if (open.oldestS !== null) waits.push((open.oldestS + LEASE_S + 1) * 1000 - now);
  if (open.nextDueS !== null) waits.push(open.nextDueS * 1000 - now);
  if (open.held > 0 && open.claimed === 0 && open.laterFresh === 0) {
    const plan = mailing.settings.test;
    if (!plan) throw new Error("somebody waits for a test that is not planned");
    const waitMs = await test(db, mailing, plan, delivery, now);
    if (waitMs !== null) waits.push(waitMs);
    else if (open.later === 0) return null;
  }
  if (waits.length > 0) return Math.max(SOON_MS / 20, Math.min(...waits));
  return open.held > 0 ? null : "done";
}

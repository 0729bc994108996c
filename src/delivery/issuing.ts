import { nextWidth } from "../audiences/audience";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Mailing } from "../mailings/types";
import type { Context } from "../platform/context";
import { sendAll } from "../platform/queues";
import { gateOfGroup } from "../senders/sender";
import * as store from "./store";
import { lastRecipient, nextPages } from "./store-ledger";
import { LEASE_S, survey } from "./survey";
import { test } from "./testing";
import { type MailingPage, PAGE_MAX } from "./types";
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

/**
 * Gives out about two seconds of work, as far as the sender's gate and the mailing's own pace allow.
 * @returns in how many ms to go on; null when nothing is to be done until somebody says so; "done" when nobody is left
 */
export async function issue(due: Due, underWay: UnderWay): Promise<number | null | "done"> {
  const { ctx, group, mailing } = due;
  const db = dbFor(ctx.env, group);
  underWay.forgetLost(Date.now());
  if ((await passOn(due, underWay)) || (await pausedByTrouble(due, underWay))) return 0;
  const until = Date.now() + TURN_MS;
  let width = SCAN_WIDTH;
  let highest: number | null = null;
  while (Date.now() < until) {
    const now = Date.now();
    const { pass } = underWay;
    if (!pass || pass.left <= 0 || (highest !== null && pass.cursor >= highest)) {
      if (underWay.count > 0) return underWay.lostIn(now) ?? SOON_MS;
      const waitMs = await nextPass(due, underWay);
      if (waitMs !== 0) return waitMs;
      continue;
    }
    highest ??= await lastRecipient(db, mailing.no);
    const granted = await grantedNow(due, underWay, pass.left, now);
    if ("waitMs" in granted) return granted.waitMs;
    const upTo = Math.min(highest, pass.cursor + width);
    const nowS = Math.floor(now / 1000);
    const range = { after: pass.cursor, upTo, limit: granted.most, pageMax: PAGE_MAX, nowS };
    const { pages, ms } = await nextPages(db, mailing.no, range);
    const found = pages.reduce((sum, { count }) => sum + count, 0);
    width = nextWidth(width, ms);
    await giveOut(due, underWay, pass.cursor, pages);
    pass.cursor = found < granted.most ? upTo : (pages.at(-1)?.upTo ?? upTo);
    pass.left -= found;
    underWay.inHand -= found;
    underWay.pace.take(found);
    if (pass.cursor >= highest) pass.left = 0;
    if (underWay.inHand < 1 && granted.thenMs > 0) return granted.thenMs;
  }
  return 0;
}

/** How many may be given out now, of those in hand or asked for. */
async function grantedNow(
  { ctx, group, mailing }: Due,
  underWay: UnderWay,
  left: number,
  now: number,
): Promise<{ most: number; thenMs: number } | { waitMs: number }> {
  const pace = underWay.pace.look(mailing.settings.hourlyMax, now);
  if (pace.most < 1) return { waitMs: Math.max(50, pace.nextMs) };
  const room = underWay.room(now);
  // Work for one consumer at least, or nothing: half a page costs as much as a whole one.
  if (room < Math.min(PAGE_MAX, left)) return { waitMs: underWay.lostIn(now) ?? SOON_MS };
  const want = Math.min(room, left, pace.most);
  if (underWay.inHand >= 1) return { most: Math.min(underWay.inHand, want), thenMs: 0 };
  const grant = await gateOfGroup(ctx, group).take({ mailing: String(mailing.no), want });
  if (grant.stop) {
    const { cause, why } = grant.stop;
    await store.pause(dbFor(ctx.env, group), mailing.no, { cause, note: why, now });
    ctx.log.info("delivery.stopped_by_gate", { groupNo: group.no, mailingNo: mailing.no, why });
    return { waitMs: 0 };
  }
  if (grant.granted < 1) return { waitMs: Math.max(50, grant.retryAfterMs) };
  underWay.inHand = grant.granted;
  return { most: Math.min(grant.granted, want), thenMs: grant.retryAfterMs };
}

async function giveOut(
  { ctx, group, mailing }: Due,
  underWay: UnderWay,
  after: number,
  pages: readonly { upTo: number; count: number }[],
): Promise<void> {
  const frozenAt = mailing.frozen?.frozenAt ?? 0;
  let from = after;
  const messages = pages.map(({ upTo, count }): MailingPage => {
    const page: MailingPage = {
      ...{ type: "mailings.send", groupNo: group.no, mailingNo: mailing.no, from, upTo, most: count },
      ...{ pageNo: underWay.nextNo(), driver: underWay.name, frozenAt },
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
  for (const each of reports) {
    sum.accepted += each.accepted;
    sum.permanent += each.permanent;
    sum.unknown += each.unknown;
    sum.transient += each.transient + each.leftOut + each.notRendered + each.released;
    isRefused ||= each.trouble === "sender";
  }
  if (isRefused) {
    const pause = { cause: "sender", note: "sender_refused", now: Date.now() } as const;
    await store.pause(dbFor(ctx.env, group), mailing.no, pause);
  }
  if (reports.length > 0) await gateOfGroup(ctx, group).note({ mailing: String(mailing.no), ...sum });
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

/** Looks at the whole ledger, and begins another pass when somebody is due. Gives when to come back, as `issue` does; 0: go on. */
async function nextPass(due: Due, underWay: UnderWay): Promise<number | null | "done"> {
  const { ctx, group, mailing, delivery } = due;
  const db = dbFor(ctx.env, group);
  const now = Date.now();
  const before = underWay.pass;
  const open = await survey(db, mailing.no, now);
  underWay.pass = null;
  if (open.ready > 0) {
    underWay.idlePasses = before && before.settled === 0 ? underWay.idlePasses + 1 : 0;
    underWay.pass = { cursor: 0, left: open.ready, settled: 0 };
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

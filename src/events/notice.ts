import { z } from "zod";
import { actionByNo } from "../actions/action";
import type { Action } from "../actions/types";
import { groupByNo } from "../groups/group";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { deliverMail, type MailOutcome } from "../platform/mail/mail";
import { retryDelaySeconds } from "../platform/mail/queued";
import { sendAll } from "../platform/queues";
import { type Changes, tellsAt } from "./changes";
import { composeNotice } from "./email";
import { repliesOf } from "./store";
import { changesOf } from "./store-changes";
import {
  type Claimed,
  claimNotices,
  type Expected,
  giveUpClaims,
  noticeStates,
  type Occasion,
  type SettledNotice,
  settleNotices,
  unsentNotices,
} from "./store-notices";
import { shiftSpan, spanOf } from "./times";
import { CANCELLATION_UNDO_MS, type EventSettings, eventSettings, type Notice } from "./types";

/** People named by one message. */
const PAGE_MAX = 100;
/** Mails handed over at once; a crash leaves at most these "unknown". */
const CHUNK = 10;
/** Whoever made an older claim is gone (Cloudflare's docs, Queues). */
const CLAIM_MS = 15 * 60_000;
const TRIES_MAX = 32;
/** What was asked for and has not happened is asked for again after this. */
const ASK_AGAIN_MS = 60_000;
/** A retry message may arrive this much before its time, by another machine's clock. */
const CLOCK_SLACK_MS = 5_000;
const HOUR_MS = 3_600_000;

const noticeNames = [
  "dayBefore",
  "hoursBefore",
  "promoted",
  "cancelled",
  "changed",
] as const satisfies Notice[];

/** On the RECEIPTS queue: see to this mail for these people. A hint; the rows say who has had it. */
export const noticePage = z.object({
  type: z.literal("event.notices"),
  groupNo: z.number().int(),
  actionNo: z.number().int(),
  notice: z.enum(noticeNames),
  at: z.number().int(),
  people: z.array(z.number().int()).min(1).max(PAGE_MAX),
});
export type NoticePage = z.infer<typeof noticePage>;

/** A mail that an event calls for: from when, and until when it still makes sense. */
type Call = Occasion & { dueAt: number; until: number };

/** The mails an event calls for, by its settings and by what an organiser wants guests to be told. */
export function callsOf(settings: EventSettings, changes: Changes | null = null): Call[] {
  const { cancelled } = settings;
  const start = spanOf(settings)?.start ?? null;
  if (cancelled) {
    const dueAt = cancelled.at + CANCELLATION_UNDO_MS;
    return [{ notice: "cancelled", at: cancelled.at, dueAt, until: Number.MAX_SAFE_INTEGER }];
  }
  if (start === null) return [];
  const tellingAt = changes && tellsAt(changes);
  const starts = startsOf(settings, start);
  // A place in the last shift is news when the first has begun.
  const last = Math.max(...starts.keys());
  const telling: Call[] =
    changes && tellingAt !== null && changes.known !== changes.now
      ? [{ notice: "changed", at: changes.changedAt, dueAt: tellingAt, until: last }]
      : [];
  return [...telling, ...remindersOf(settings, starts), { notice: "promoted", at: 0, dueAt: 0, until: last }];
}

/**
 * When somebody is expected, and who: whoever has one of the shifts that begin then, and at the start of the event those who
 * have none of its shifts.
 */
function startsOf(settings: EventSettings, start: number): Map<number, Expected> {
  const all = settings.shifts.map(({ key }) => key);
  const starts = new Map<number, Expected>([[start, { shifts: [], unlessIn: all }]]);
  for (const shift of settings.shifts) {
    const at = shiftSpan(settings, shift)?.start ?? start;
    const { shifts, unlessIn } = starts.get(at) ?? { shifts: [], unlessIn: null };
    starts.set(at, { shifts: [...shifts, shift.key], unlessIn });
  }
  return starts;
}

function remindersOf({ reminders }: EventSettings, starts: ReadonlyMap<number, Expected>): Call[] {
  const hours: [Notice, number][] = [
    ["dayBefore", reminders.dayBefore ? 24 : 0],
    ["hoursBefore", reminders.hoursBefore],
  ];
  return hours
    .filter(([, before]) => before > 0)
    .flatMap(([notice, before]) =>
      [...starts].map(([start, expected]): Call => {
        const at = start - before * HOUR_MS;
        return { notice, at, dueAt: at, until: start, expected };
      }),
    );
}

/**
 * Asks for the mails that are due, and gives when to ask again; null when nothing more will be. Whatever was lost on the
 * way to somebody is asked for again, and each leaves at most once.
 */
export async function askForNotices(ctx: Context, group: Group, action: Action): Promise<number | null> {
  if (action.status === "draft" || group.status === "suspended") return null;
  const db = dbFor(ctx.env, group);
  let next = Number.MAX_SAFE_INTEGER;
  const changes = await changesOf(db, action.no);
  for (const call of callsOf(eventSettings.parse(action.settings), changes)) {
    if (call.until <= ctx.now) continue;
    if (call.dueAt > ctx.now) next = Math.min(next, call.dueAt);
    else if ((await askFor(ctx, db, action.no, call)) > 0) next = Math.min(next, ctx.now + ASK_AGAIN_MS);
  }
  return next === Number.MAX_SAFE_INTEGER ? null : next;
}

/** Gives how many have not had the mail yet. */
async function askFor(ctx: Context, db: GroupDb, actionNo: number, call: Call): Promise<number> {
  const { notice, at } = call;
  await giveUpClaims(db, actionNo, notice, { claimedBy: ctx.now - CLAIM_MS, now: ctx.now });
  const unsent = await unsentNotices(db, actionNo, call);
  const people = unsent
    .filter(({ state, at }) => state === null || (state === noticeStates.waiting && at <= ctx.now))
    .map(({ personNo }) => personNo);
  const pages = chunks(people, PAGE_MAX).map(
    (page): NoticePage => ({
      type: "event.notices",
      groupNo: db.groupNo,
      actionNo,
      notice,
      at,
      people: page,
    }),
  );
  await sendAll(ctx.env.RECEIPTS, pages);
  return unsent.length;
}

/**
 * Sends a mail to a page of people, each at most once however often it is asked for: everyone is claimed in the same breath
 * as their chunk is handed over. Sends nothing once the event has been moved, put back on or called off meanwhile.
 */
export async function sendNotices(ctx: Context, page: NoticePage): Promise<void> {
  const group = await groupByNo(ctx.directory, page.groupNo);
  if (!group || group.status === "suspended") return;
  const db = dbFor(ctx.env, group);
  const action = await actionByNo(db, page.actionNo);
  if (action?.kind !== "event") return;
  const changes = await changesOf(db, action.no);
  const call = callDue(action, changes, page, ctx.now);
  if (!call) return;
  for (const people of chunks(page.people, CHUNK)) {
    // Read before anybody is claimed: after the claim nothing but the hand-over can fail.
    const replies = await repliesOf(db, action.no, people);
    const claimed = await claimNotices(db, action.no, call, people, ctx.now);
    const settled = await Promise.all(
      claimed.map(async (person) => {
        const reply = replies.find(({ personNo }) => personNo === person.personNo);
        if (!person.mayBeMailed || !reply) return refused(person, ctx.now, "suppressed");
        const mail = await composeNotice(ctx, group, action, page.notice, {
          ...person,
          reply,
          changes,
          expected: call.expected,
        });
        return settledBy(
          person,
          await deliverMail(ctx, mail, "notice", { isCounted: person.attempts === 1 }),
          ctx.now,
        );
      }),
    );
    await settleNotices(db, action.no, page.notice, settled);
  }
}

function callDue(
  action: Action,
  changes: Changes | null,
  { notice, at }: Pick<Occasion, "notice" | "at">,
  now: number,
): Call | undefined {
  return callsOf(eventSettings.parse(action.settings), changes).find(
    (call) => call.notice === notice && call.at === at && call.dueAt <= now && now < call.until,
  );
}

function refused({ personNo, occasion }: Claimed, at: number, reason: string): SettledNotice {
  return { personNo, occasion, state: noticeStates.refused, at, reason };
}

function settledBy(person: Claimed, result: MailOutcome, now: number): SettledNotice {
  const { personNo, occasion, attempts } = person;
  switch (result.outcome) {
    case "accepted":
      return { personNo, occasion, state: noticeStates.sent, at: now, reason: null };
    case "permanent":
      return refused(person, now, result.reason);
    case "capped":
      return { personNo, occasion, state: noticeStates.capped, at: now, reason: result.reason };
    case "unknown":
      return { personNo, occasion, state: noticeStates.unknown, at: now, reason: result.reason };
    case "transient": {
      if (attempts >= TRIES_MAX) return refused(person, now, result.reason);
      const at = now + retryDelaySeconds(attempts) * 1_000 - CLOCK_SLACK_MS;
      return { personNo, occasion, state: noticeStates.waiting, at, reason: result.reason };
    }
  }
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

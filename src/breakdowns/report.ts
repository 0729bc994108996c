import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Mailing } from "../mailings/types";
import type { Context } from "../platform/context";
import { beginCount, goOn, isDone, readGrowing, readLines, shareOf } from "./counting";
import { linesOf, markOf } from "./lines";
import * as store from "./store-counts";
import { type Breakdown, countOf, type Line, type LineCount, type Withheld } from "./types";
import { withheldFrom } from "./withheld";

/** How long numbers stand at least before they are counted again. */
const FRESH_MS = 60_000;
/** Counting takes a twentieth of the time at most, however often somebody asks. */
const REST_TIMES = 20;
/** Whoever counts is taken to be gone after so long, and another goes on. */
const CLAIM_MS = 30_000;
/** Turns of a second behind an answer; what is left is taken further by the next request. */
const TURNS_MAX = 20;
/** Between turns, so that whoever else uses the shard comes in between. */
const PAUSE_MS = 1_000;
/** What was put down so lately somebody is about to take further: whoever watches it only reads. */
const WATCHED_MS = 5_000;
/** A count whose statement failed is left alone for so long. */
const FAILED_REST_MS = 60_000;

export type LineReport = { line: Line; count: LineCount | null };

/** How a mailing did by the lines of a breakdown. */
export type Report = {
  breakdown: Breakdown;
  /** `count` is null of a line that was not counted yet. */
  lines: LineReport[];
  /** In ms; of a first count under way when it began, and null while somebody else has just begun it. */
  countedAt: number | null;
  isWhole: boolean;
  /** Of a count under way, from 0 to 1; 1 where none is. */
  share: number;
  /** It could not be counted just now: what is shown is the last whole count, or none. */
  isFailing: boolean;
  /** Why there are no lines; null where they are shown. */
  withheld: Withheld | null;
};

type Asked = { mailingNo: number; breakdown: Breakdown; lines: readonly Line[] };

/**
 * The recipients of a mailing by the lines of a breakdown, with the lines as they are now. Counted when it is asked for the first time, when
 * a line has changed and when the last mail has left; else from the last count, until somebody asks for another. Counts for a second,
 * then behind the answer. To those who may not see people no answers are shown, and nothing of a handful of people.
 * @throws when D1 is away
 */
export async function reportOf(
  ctx: Context,
  group: Group,
  mailing: Sent,
  breakdown: Breakdown,
  { isAgain = false, seesPeople }: { isAgain?: boolean; seesPeople: boolean },
): Promise<Report> {
  const db = dbFor(ctx.env, group);
  if (withheldFrom(breakdown, { seesPeople }) !== null) return nothingOf(breakdown);
  const asked = { mailingNo: mailing.no, breakdown, lines: await linesOf(db, breakdown) };
  const of = { mailingNo: mailing.no, breakdownNo: breakdown.no };
  const kept = await store.selectKept(db, of);
  if (kept && !isDue(kept, asked, mailing, { now: ctx.now, isAgain }))
    return shownTo(kept, asked, seesPeople);
  if (!(await countOnce(ctx, db, asked))) ctx.later(countOn(ctx, db, asked));
  return shownTo(await store.selectKept(db, of), asked, seesPeople);
}

type Sent = Pick<Mailing, "no" | "sentAt" | "finishedAt">;

function nothingOf(breakdown: Breakdown): Report {
  return {
    ...{ breakdown, lines: [], countedAt: null, isWhole: true, share: 1, isFailing: false },
    withheld: "answers",
  };
}

/** What may be shown of it. */
function shownTo(kept: store.Kept | null, asked: Asked, seesPeople: boolean): Report {
  const report = shown(kept, asked);
  const everybody = report.lines.find(({ line }) => line.key === "everybody")?.count;
  const recipients = everybody ? (countOf(everybody, "recipients") ?? 0) : null;
  const withheld = withheldFrom(asked.breakdown, { seesPeople, recipients });
  return withheld === null ? report : { ...report, withheld, lines: [] };
}

/** The last whole count, of lines as they are now, and nothing counted for it; null for none. */
export async function lastReport(
  ctx: Context,
  group: Group,
  mailing: Sent,
  breakdown: Breakdown,
  { seesPeople }: { seesPeople: boolean },
): Promise<Report | null> {
  const db = dbFor(ctx.env, group);
  const asked = { mailingNo: mailing.no, breakdown, lines: await linesOf(db, breakdown) };
  const kept = await store.selectKept(db, { mailingNo: mailing.no, breakdownNo: breakdown.no });
  if (kept && isBeforeSending(kept, mailing)) return null;
  const report = shownTo(kept, asked, seesPeople);
  return report.isWhole ? report : null;
}

function isDue(
  kept: store.Kept,
  { lines }: Asked,
  mailing: Sent,
  { now, isAgain }: { now: number; isAgain: boolean },
): boolean {
  const mark = markOf(lines);
  const growing = readGrowing(kept.growing, mark);
  // By the clock of the count itself: the page's stands still while it is drawn.
  if (growing && Date.now() - growing.savedAt < (growing.isFailing ? FAILED_REST_MS : WATCHED_MS))
    return false;
  if (kept.growing !== null || kept.countedAt === null || kept.mark !== mark) return true;
  if (isBeforeSending(kept, mailing)) return true;
  // Of a mailing that was still on its way: those who got it since are missing.
  const { finishedAt } = mailing;
  if (finishedAt !== null && kept.countedAt < finishedAt) return true;
  return isAgain && now - kept.countedAt >= Math.max(FRESH_MS, kept.tookMs * REST_TIMES);
}

/** Whether somebody looked while its recipients were still being written down: it is a count of some of them. */
function isBeforeSending({ countedAt }: store.Kept, { sentAt }: Sent): boolean {
  return countedAt !== null && sentAt !== null && countedAt < sentAt;
}

/** Counts for one turn. True when the count is whole, cannot go on now, or somebody else is at it. */
async function countOnce(
  ctx: Context,
  db: GroupDb,
  { mailingNo, breakdown, lines }: Asked,
): Promise<boolean> {
  const of = { mailingNo, breakdownNo: breakdown.no };
  const now = Date.now();
  const claim = await store.claimCount(db, of, { now, until: now + CLAIM_MS });
  if (claim === null) return true;
  const mark = markOf(lines);
  // Read after the claim: another may have put it down in between.
  const begun = readGrowing((await store.selectKept(db, of))?.growing ?? null, mark);
  const growing = await goOn(ctx, db, mailingNo, lines, begun ?? beginCount(mark, ctx.now));
  if (!isDone(growing, lines)) {
    await store.saveGrowing(db, of, claim, JSON.stringify({ ...growing, savedAt: Date.now() }));
    return growing.isFailing;
  }
  const { beganAt, tookMs, done } = growing;
  await store.saveWhole(db, of, claim, { lines: JSON.stringify(done), mark, beganAt, tookMs });
  return true;
}

async function countOn(ctx: Context, db: GroupDb, asked: Asked): Promise<void> {
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    await scheduler.wait(PAUSE_MS);
    if (await countOnce(ctx, db, asked)) return;
  }
}

function shown(kept: store.Kept | null, { breakdown, lines }: Asked): Report {
  const mark = markOf(lines);
  const growing = readGrowing(kept?.growing ?? null, mark);
  const whole = kept?.mark === mark ? readLines(kept.lines) : null;
  const counts = whole ?? growing?.done ?? [];
  return {
    breakdown,
    lines: lines.map((line) => ({ line, count: counts.find(({ key }) => key === line.key) ?? null })),
    countedAt: whole ? (kept?.countedAt ?? null) : (growing?.beganAt ?? null),
    isWhole: whole !== null,
    share: growing ? shareOf(growing, lines) : whole ? 1 : 0,
    ...{ isFailing: growing?.isFailing ?? false, withheld: null },
  };
}

import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Mailing } from "../mailings/types";
import type { Context } from "../platform/context";
import { beginCount, type Count, goOn, isDone, readCount, readFigures, readTally, shareOf } from "./counting";
import { figuresOf } from "./figures";
import * as store from "./store";
import type { Figures, Tally } from "./types";

export { leftStatuses } from "../mailings/types";

/** How long numbers stand at least before they are counted again. */
export const FRESH_MS = 60_000;
/** Counting takes a twentieth of the time at most. */
const REST_TIMES = 20;
/** The longer ago a mailing left, the less becomes of it: after a day numbers stand seven minutes, after ten days an hour. */
const AGE_SHARE = 1 / 200;
/** Whoever counts is taken to be gone after so long, and another goes on. */
const CLAIM_MS = 30_000;
/** Turns of `BUDGET_MS` behind an answer; what is left is taken further by the next request. */
const TURNS_MAX = 20;
/** Between turns, so that the page itself and whoever else uses the shard come in between. */
const PAUSE_MS = 500;

export type Results = {
  tally: Tally;
  /** As of when, in ms. */
  countedAt: number;
  /** False of a first count under way: of everybody up to now, `share` of them. */
  isWhole: boolean;
  share: number;
};

/** The key figures of mailings as they were last counted whole, by number; those never counted are not in it. */
export async function lastFigures(db: GroupDb, nos: readonly number[]): Promise<Map<number, Figures>> {
  const rows = await store.selectTotals(db, nos);
  return new Map(
    rows.flatMap(({ no, totals }) => {
      const figures = readFigures(totals);
      return figures ? [[no, figures] as const] : [];
    }),
  );
}

type Asked = Pick<Mailing, "no" | "sentAt" | "startAt" | "createdAt">;

/**
 * What became of a mailing, as of at most a minute ago while it is new; an older count of an older one. Counted for a second, then
 * behind the answer: until then the last whole count is shown, or the first as far as it came. Null while nothing was counted,
 * which only lasts when somebody else is just counting for the first time.
 * @throws when D1 is away
 */
export async function resultsOf(
  ctx: Context,
  group: Group,
  mailing: Asked,
  { isAgain = false }: { isAgain?: boolean } = {},
): Promise<Results | null> {
  const db = dbFor(ctx.env, group);
  const kept = await store.selectKept(db, mailing.no);
  if (kept && !isDue(kept, mailing, ctx.now, isAgain)) return shown(kept);
  if (!(await countOnce(db, mailing, kept, ctx.now))) ctx.later(countOn(db, mailing, ctx.now));
  const now = await store.selectKept(db, mailing.no);
  return now && shown(now);
}

function isDue(
  { countedAt, growing, tookMs }: store.Kept,
  { sentAt }: Asked,
  now: number,
  isAgain: boolean,
): boolean {
  if (growing !== null || countedAt === null) return true;
  const age = isAgain ? 0 : (now - (sentAt ?? now)) * AGE_SHARE;
  return now - countedAt >= Math.max(FRESH_MS, tookMs * REST_TIMES, age);
}

/** Counts for one turn. True when the count is whole, or somebody else is at it. */
async function countOnce(
  db: GroupDb,
  mailing: Asked,
  kept: store.Kept | null,
  now: number,
): Promise<boolean> {
  const claim = await store.claimCount(db, mailing.no, { now, until: now + CLAIM_MS });
  if (claim === null) return true;
  const before = readCount(kept?.growing ?? null);
  const count: Count = before ?? (await beginCount(db, mailing.no));
  const beganAt = before ? (kept?.beganAt ?? now) : now;
  const ms = await goOn(db, { no: mailing.no, beganAt: beganOf(mailing) }, count);
  const tookMs = ms + (before ? (kept?.tookMs ?? 0) : 0);
  if (!isDone(count)) {
    await store.saveGrowing(db, mailing.no, claim, { growing: JSON.stringify(count), beganAt, tookMs });
    return false;
  }
  const totals = JSON.stringify(figuresOf(count.tally));
  await store.saveWhole(db, mailing.no, claim, {
    tally: JSON.stringify(count.tally),
    totals,
    beganAt,
    tookMs,
  });
  return true;
}

/** What was done before the first mail left was not done because of it; a mailing that began without a note of when is read whole. */
function beganOf({ sentAt, startAt, createdAt }: Asked): number {
  return sentAt ?? startAt ?? createdAt;
}

async function countOn(db: GroupDb, mailing: Asked, now: number): Promise<void> {
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    await scheduler.wait(PAUSE_MS);
    const kept = await store.selectKept(db, mailing.no);
    // Somebody else has brought it to its end.
    if (!kept || kept.growing === null) return;
    if (await countOnce(db, mailing, kept, now)) return;
  }
}

function shown({ tally, countedAt, growing, beganAt }: store.Kept): Results | null {
  const whole = readTally(tally);
  if (whole && countedAt !== null) return { tally: whole, countedAt, isWhole: true, share: 1 };
  const count = readCount(growing);
  return count && { tally: count.tally, countedAt: beganAt ?? 0, isWhole: false, share: shareOf(count) };
}

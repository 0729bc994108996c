import type { Action } from "../actions/types";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import * as store from "./store";
import { addCells, type Days, readTally, tallyText, withCells } from "./tally";
import type { DayViews } from "./types";

/** Participations counted by one query, which holds up the whole shard; as for the results of a form. */
export const PAGE_ROWS = 2_000;
/** Pages somebody waits for: 40,000 participations, about a second. */
export const PAGES_MAX = 20;
/** So often as much is counted once they have their answer; more is left to the next request, as D1 allows 1,000 queries each. */
const TURNS_MAX = 20;
/** The newest are counted anew each time: those that come through several objects are not stored in the order of their ids. */
export const SETTLED_MS = 60_000;
/** How often the rows are compared with what was counted. Reads the index alone, and finds what was stored late. */
export const COMPARE_MS = 60_000;
/** A count is made anew once a day: countries people corrected and merged people are found only so. */
export const COUNT_KEPT_MS = 86_400_000;
/** How long the last count stands before a new one, for each participation: counting takes a hundredth of the time at most. */
const REST_MS_EACH = 0.5;

export type Statistics = {
  days: Days;
  views: DayViews[];
  timeZone: string;
  countedAt: number;
  /** False while a count goes on that the next request takes further. */
  isWhole: boolean;
};

type Asked = { now: number; timeZone: string; isAgain?: boolean };
type Count = store.CountRow & { days: Days };

/**
 * How an action goes, day by day: those counted, without the removed, up to this moment. Reads what has come since it was
 * asked last, and the whole action only when something has changed behind: a removal, rows stored late, the zone, a day gone by.
 * @throws when D1 is away
 */
export async function statisticsOf(
  db: GroupDb,
  action: Pick<Action, "no">,
  asked: Asked,
): Promise<Statistics> {
  const [kept, views] = await Promise.all([
    store.selectCounts(db, action.no),
    store.selectViews(db, action.no),
  ]);
  const counts = kept.counts.map((row) => countIn(row, kept.days));
  const shown = counts.findLast(({ finishedAt }) => finishedAt !== null);
  const begun = counts.findLast(({ finishedAt }) => finishedAt === null);
  const growing =
    begun ??
    (shown && !(await isOutdated(db, action.no, shown, kept.removals, asked))
      ? shown
      : beginning(shown?.no ?? 0, kept.removals, asked));
  await grow(db, action.no, growing, { now: asked.now, isNew: !counts.includes(growing) });
  const isWhole = growing.finishedAt !== null;
  const best = isWhole ? growing : (shown ?? growing);
  const tail =
    best === growing && isWhole ? await newest(db, action.no, growing) : { cells: [], isAll: true };
  return {
    days: tail.cells.length === 0 ? best.days : withCells(best.days, tail.cells, best.timeZone),
    views,
    timeZone: best.timeZone,
    countedAt: best === growing ? asked.now : best.startedAt,
    isWhole: isWhole && tail.isAll,
  };
}

/** The same for a request, which is answered before a long count is at its end: that goes on behind it. */
export async function statisticsNow(
  ctx: Context,
  group: Group,
  action: Pick<Action, "no">,
  { isAgain = false }: { isAgain?: boolean } = {},
): Promise<Statistics> {
  const db = dbFor(ctx.env, group);
  const asked = { now: ctx.now, timeZone: group.timeZone };
  const statistics = await statisticsOf(db, action, { ...asked, isAgain });
  if (!statistics.isWhole) ctx.later(countOn(db, action, asked));
  return statistics;
}

async function countOn(db: GroupDb, action: Pick<Action, "no">, asked: Asked): Promise<void> {
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    if ((await statisticsOf(db, action, asked)).isWhole) return;
  }
}

function countIn(row: store.CountRow, days: readonly { no: number; day: string; tally: string }[]): Count {
  const own = days.filter(({ no }) => no === row.no);
  return { ...row, days: new Map(own.map(({ day, tally }) => [day, readTally(tally)])) };
}

function beginning(before: number, removals: string, { now, timeZone }: Asked): Count {
  const count = { no: before + 1, timeZone, removals, lastId: "", seen: 0, startedAt: now };
  return { ...count, finishedAt: null, comparedAt: now, days: new Map() };
}

/** Whether a count that is whole must be made anew; not before the last has stood for a while, unless somebody asks for it. */
async function isOutdated(
  db: GroupDb,
  actionNo: number,
  count: Count,
  removals: string,
  { now, timeZone, isAgain }: Asked,
): Promise<boolean> {
  if (isAgain) return true;
  if (now - count.startedAt < count.seen * REST_MS_EACH) return false;
  if (count.timeZone !== timeZone || count.removals !== removals) return true;
  if (now - count.startedAt >= COUNT_KEPT_MS) return true;
  if (now - count.comparedAt < COMPARE_MS) return false;
  count.comparedAt = now;
  return (await store.countUpTo(db, actionNo, count.lastId)) !== count.seen;
}

/** Takes a count as far as the settled rows go, or as one request may; and stores what has become of it. */
async function grow(
  db: GroupDb,
  actionNo: number,
  count: Count,
  { now, isNew }: { now: number; isNew: boolean },
): Promise<void> {
  const from = isNew ? null : count.lastId;
  const seenBefore = count.seen;
  const changed = new Set<string>();
  const below = firstIdAt(now - SETTLED_MS);
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const page = await store.cellPage(db, actionNo, { after: count.lastId, below, limit: PAGE_ROWS });
    for (const day of addCells(count.days, page.cells, count.timeZone)) changed.add(day);
    count.seen += page.seen;
    count.lastId = page.last ?? count.lastId;
    if (page.seen < PAGE_ROWS) {
      count.finishedAt ??= now;
      break;
    }
  }
  const { seen, finishedAt, comparedAt } = count;
  if (!isNew && seen === seenBefore && finishedAt !== now && comparedAt !== now) return;
  const days = [...changed].flatMap((day) => {
    const tally = count.days.get(day);
    return tally ? [[day, tallyText(tally)] as const] : [];
  });
  await store.saveCount(db, actionNo, count, { from, days });
}

/** What is not settled yet: counted for this one answer, and kept nowhere. */
async function newest(db: GroupDb, actionNo: number, { lastId }: Count) {
  const cells: store.CellPage["cells"] = [];
  let after = lastId;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const page = await store.cellPage(db, actionNo, { after, below: LAST_ID, limit: PAGE_ROWS });
    cells.push(...page.cells);
    if (page.seen < PAGE_ROWS || page.last === null) return { cells, isAll: true };
    after = page.last;
  }
  return { cells, isAll: false };
}

const LAST_ID = "f".repeat(32);

/** The lowest id that a participation made at a moment can have (RFC 9562, version 7), in hexadecimal digits. */
function firstIdAt(ms: number): string {
  return Math.max(0, ms).toString(16).padStart(12, "0").padEnd(32, "0");
}

import type { GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { reportsOf } from "./objects";
import { type Range, type Span, stepStart, stepsOf } from "./range";
import type { Counted } from "./reports-object";
import * as store from "./store";
import { type Cell, gains, type ListChange, levelNames, losses, type Topic, topics } from "./types";

/** One day, week or month of a report, by its first day. */
export type StepLine = {
  day: number;
  /** On the mailing list at its end. */
  size: number;
  gained: number;
  lost: number;
  /** By reason. */
  changes: Partial<Record<ListChange, number>>;
  /** Participations, and those that were people's first with the group. */
  acted: number;
  newly: number;
};

/** Everything the page, its files and the mail are made of. */
export type Report = {
  range: Range;
  finishedAt: number | null;
  doneRatio: number | null;
  lines: StepLine[];
  /** On the mailing list at the end of the range, and what became of it within. */
  size: number;
  gained: number;
  lost: number;
  acted: number;
  /** By reason and cause, the most first. */
  reasons: { change: ListChange; cause: string; people: number }[];
  byAction: { actionNo: number; title: string | null; people: number; onList: number }[];
  bySource: { source: string; people: number; onList: number }[];
  levels: { level: (typeof levelNames)[number]; people: number; onList: number }[];
  actions: { title: string; kind: string; acted: number; newly: number }[];
  places: { country: string; region: string; people: number; onList: number }[];
  /** `gained`: who were given it in the range. */
  tags: { name: string; people: number; onList: number; gained: number }[];
  cohorts: { month: string; people: number; onList: number }[];
};

/** Lines of a table; a group with more wants a file of its own. */
const LINES_MAX = 200;
const topicNames = Object.keys(topics).filter((name): name is Topic => name in topics);

/** What the group's object has counted; asks for a new count where the last has stood for a while. */
export function countedOf(
  ctx: Context,
  group: Group,
  wanted: readonly Topic[] = topicNames,
  since = 0,
): Promise<Counted> {
  const { no, id, shard, jurisdiction, timeZone } = group;
  return reportsOf(ctx.env, group).counted({ no, id, shard, jurisdiction, timeZone }, wanted, since);
}

/** The first day anything is known of. */
export function earliestOf(counted: Counted, today: number): number {
  const days = (counted.cells.activity ?? []).map(({ key }) => Number(key));
  return days.reduce((first, day) => Math.min(first, day), today);
}

/** How a group did in a time, from what was counted behind: no query here reads more than one row a day. */
export async function reportOf(
  db: GroupDb,
  range: Range,
  { finishedAt, doneRatio, cells }: Counted,
): Promise<Report> {
  const [changed, actionLines, sourceLines, tagNames] = await Promise.all([
    store.listDaysFrom(db, range.from),
    store.sourcesBetween(db, range.from, range.to + 1, "action_no", LINES_MAX),
    store.sourcesBetween(db, range.from, range.to + 1, "source", LINES_MAX),
    store.tagNames(db),
  ]);
  const within = changed.days.filter(({ day }) => day <= range.to);
  const activity = (cells.activity ?? []).filter((cell) => isWithin(cell, range));
  const actions = mostActive(activity);
  const titles = await store.actionTitles(db, [
    ...actionLines.map(({ actionNo }) => actionNo),
    ...actions.map(({ actionNo }) => actionNo),
  ]);
  const tagged = sumBySub((cells.tagged ?? []).filter((cell) => isWithin(cell, range)));
  const lines = linesOf(range, changed.sizeBefore, within, activity);
  const total = (pick: (line: StepLine) => number) => lines.reduce((sum, line) => sum + pick(line), 0);
  return {
    ...{ range, finishedAt, doneRatio, lines, reasons: reasonsIn(within) },
    size: lines.at(-1)?.size ?? changed.sizeBefore,
    gained: total(({ gained }) => gained),
    lost: total(({ lost }) => lost),
    acted: total(({ acted }) => acted),
    byAction: actionLines.map(({ actionNo, people, subscribed }) => ({
      ...{ actionNo, people, onList: subscribed },
      title: titles.get(actionNo)?.title ?? null,
    })),
    bySource: sourceLines.map(({ source, people, subscribed }) => ({ source, people, onList: subscribed })),
    levels: levelNames.map((level, index) => {
      const cell = cells.levels?.find(({ key }) => key === String(index));
      return { level, people: cell?.n ?? 0, onList: cell?.m ?? 0 };
    }),
    actions: actions.map(({ actionNo, acted, newly }) => ({
      ...{ acted, newly, title: titles.get(actionNo)?.title ?? "", kind: titles.get(actionNo)?.kind ?? "" },
    })),
    places: (cells.places ?? [])
      .map(({ key, sub, n, m }) => ({ country: key, region: sub, people: n, onList: m }))
      .toSorted((a, b) => b.people - a.people || compare(a.country + a.region, b.country + b.region)),
    tags: (cells.tags ?? [])
      .flatMap(({ key, n, m }) => {
        const name = tagNames.get(Number(key));
        return name === undefined ? [] : { name, people: n, onList: m, gained: tagged.get(key) ?? 0 };
      })
      .toSorted((a, b) => b.people - a.people || compare(a.name, b.name)),
    cohorts: (cells.cohorts ?? [])
      .map(({ key, n, m }) => ({ month: key, people: n, onList: m }))
      .toSorted((a, b) => compare(b.month, a.month)),
  };
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function isWithin({ key }: Cell, { from, to }: Span): boolean {
  return Number(key) >= from && Number(key) <= to;
}

/** The first count of each second key, whatever the first. */
function sumBySub(cells: readonly Cell[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { sub, n } of cells) sums.set(sub, (sums.get(sub) ?? 0) + n);
  return sums;
}

function linesOf(
  range: Range,
  sizeBefore: number,
  changed: readonly store.ListDay[],
  activity: readonly Cell[],
): StepLine[] {
  const byStart = new Map<number, StepLine>(
    stepsOf(range).map((day) => [day, { day, size: 0, gained: 0, lost: 0, changes: {}, acted: 0, newly: 0 }]),
  );
  for (const { day, change, count } of changed) {
    const line = byStart.get(stepStart(day, range.by));
    if (!line) continue;
    line.changes[change] = (line.changes[change] ?? 0) + count;
    if (isGain(change)) line.gained += count;
    else line.lost += count;
  }
  for (const { key, n, m } of activity) {
    const line = byStart.get(stepStart(Number(key), range.by));
    if (!line) continue;
    line.acted += n;
    line.newly += m;
  }
  let size = sizeBefore;
  for (const line of byStart.values()) {
    size += line.gained - line.lost;
    line.size = size;
  }
  return [...byStart.values()];
}

function isGain(change: ListChange): boolean {
  return gains.some((gain) => gain === change);
}

function reasonsIn(changed: readonly store.ListDay[]): Report["reasons"] {
  const counts = new Map<string, Report["reasons"][number]>();
  for (const { change, cause, count } of changed) {
    const name = `${change}/${cause}`;
    const known = counts.get(name);
    if (known) known.people += count;
    else counts.set(name, { change, cause, people: count });
  }
  const order: readonly ListChange[] = [...gains, ...losses];
  return [...counts.values()].toSorted(
    (a, b) => order.indexOf(a.change) - order.indexOf(b.change) || b.people - a.people,
  );
}

function mostActive(activity: readonly Cell[]) {
  const counts = new Map<number, { actionNo: number; acted: number; newly: number }>();
  for (const { sub, n, m } of activity) {
    const actionNo = Number(sub);
    const known = counts.get(actionNo) ?? { actionNo, acted: 0, newly: 0 };
    counts.set(actionNo, { actionNo, acted: known.acted + n, newly: known.newly + m });
  }
  return [...counts.values()].toSorted((a, b) => b.acted - a.acted).slice(0, LINES_MAX);
}

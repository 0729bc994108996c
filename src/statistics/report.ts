import { readShareSource } from "../sharing/source";
import type { Way } from "../sharing/types";
import type { Statistics } from "./statistic";
import { add, type Count, type Days, PERSONAL_LINKS, type Trait } from "./tally";
import type { Range } from "./types";

const DAY_MS = 86_400_000;
/** Days of a chart of everything; no action is older. */
const DAYS_MAX = 4_000;

export type ReportDay = Count & { day: string; pageViews: number; embedViews: number };
/** Those who came by one value of a trait. */
export type Line = Count & { value: string };
/** A way is null where supporters' own links do not say it. */
export type ShareLine = Line & { way: Way | null; variant: string };

export type Report = {
  range: Range;
  /** Every day of the range, oldest first, also those on which nothing happened. */
  days: ReportDay[];
  total: Count & { pageViews: number; embedViews: number };
  /** Of the total, by an embed. */
  embedded: number;
  /** Biggest first. */
  sources: Line[];
  referrers: Line[];
  sites: Line[];
  countries: Line[];
  shares: ShareLine[];
};

/** What happened in the days of a range that ends today. */
export function reportOf(
  { days, views }: Pick<Statistics, "days" | "views">,
  range: Range,
  today: string,
): Report {
  const from = range === "all" ? earliest(days, views, today) : dayBefore(today, Number(range) - 1);
  const byDay = new Map(views.map((each) => [each.day, each]));
  const listed = daysFrom(from, today).map((day) => ({
    day,
    people: days.get(day)?.people ?? 0,
    newToList: days.get(day)?.newToList ?? 0,
    pageViews: byDay.get(day)?.pageViews ?? 0,
    embedViews: byDay.get(day)?.embedViews ?? 0,
  }));
  const within: Days = new Map([...days].filter(([day]) => day >= from && day <= today));
  const sources = linesOf(within, "sources", sourceIn);
  const sites = linesOf(within, "sites");
  return {
    range,
    days: listed,
    total: totalOf(listed),
    embedded: sites.reduce((total, { people }) => total + people, 0),
    sources,
    sites,
    referrers: linesOf(within, "referrers"),
    countries: linesOf(within, "countries"),
    shares: linesOf(within, "sources", sharedIn).map(shareLine),
  };
}

function totalOf(days: readonly ReportDay[]): Report["total"] {
  const total = { people: 0, newToList: 0, pageViews: 0, embedViews: 0 };
  for (const day of days) {
    add(total, day);
    total.pageViews += day.pageViews;
    total.embedViews += day.embedViews;
  }
  return total;
}

/** How many had each value, biggest first. @param called what a value is counted under; null where it is left out */
function linesOf(days: Days, trait: Trait, called: (value: string) => string | null = String): Line[] {
  const counts = new Map<string, Count>();
  for (const tally of days.values()) {
    for (const [found, count] of tally[trait]) {
      const value = called(found);
      const known = value === null ? undefined : counts.get(value);
      if (known) add(known, count);
      else if (value !== null) counts.set(value, { ...count });
    }
  }
  const lines = [...counts].map(([value, count]) => ({ value, ...count }));
  return lines.toSorted((a, b) => b.people - a.people || (a.value < b.value ? -1 : 1));
}

/** Among the sources, supporters' own links are one. */
function sourceIn(value: string): string {
  return value.startsWith(PERSONAL_LINKS) ? PERSONAL_LINKS : value;
}

/** Among the links passed on, a supporter's own counts with all others passed on the same way, where it says which. */
function sharedIn(value: string): string | null {
  if (value === PERSONAL_LINKS) return value;
  const shared = value.replace(`${PERSONAL_LINKS}.`, "share-");
  return readShareSource(shared) ? shared : null;
}

function shareLine(line: Line): ShareLine {
  const share = readShareSource(line.value);
  return { ...line, way: share?.way ?? null, variant: share?.letter ?? "" };
}

function earliest(days: Days, views: Statistics["views"], today: string): string {
  // A chart of one day says nothing.
  const all = [...days.keys(), ...views.map(({ day }) => day), dayBefore(today, 6)].toSorted();
  const limit = dayBefore(today, DAYS_MAX);
  return all.find((day) => day >= limit) ?? today;
}

function daysFrom(from: string, to: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS) days.push(nameOf(at));
  return days;
}

function dayBefore(day: string, count: number): string {
  return nameOf(Date.parse(day) - count * DAY_MS);
}

function nameOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** How many of a hundred views led to an action; null without views. Above 1 where people came again to a page they had open. */
export function conversionOf({ people, pageViews, embedViews }: Omit<ReportDay, "day" | "newToList">) {
  const views = pageViews + embedViews;
  return views === 0 ? null : people / views;
}

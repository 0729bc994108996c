import { z } from "zod";
import { siteOf } from "../embeds/address";
import { readShareSource, sourceOfShare } from "../sharing/source";
import { civilDay } from "../ui/format";

/** How many took part, and for how many of them it was the first thing they did with the group. */
export type Count = { people: number; newToList: number };

/** What people had in common that is counted. */
const traits = ["sources", "referrers", "countries", "sites"] as const;
export type Trait = (typeof traits)[number];

/** One day of an action. Values are what strangers wrote: they are keys of a Map, never of an object. */
export type DayTally = Count & Record<Trait, Map<string, Count>>;
/** By day: 2026-03-12. */
export type Days = Map<string, DayTally>;

/** Participations that have everything counted in common, by the quarter of an hour since 1970 in which they were made. */
export type Cell = [
  quarter: number,
  source: string,
  referrer: string,
  country: string,
  /** Of an embed, where its source does not say it. */
  site: string,
  people: number,
  newToList: number,
];

/** Every zone's clocks differ from UTC by whole quarters of an hour, so a quarter lies within one day anywhere. */
export const QUARTER_MS = 15 * 60_000;
/** Different values of one trait told apart on one day. */
const VALUES_MAX = 300;
/** Where the values beyond are counted; no source, address or country is written so. */
export const OTHERS = "*";

/** Links of supporters' own are counted together, since each of them leads to one person; the way they were passed on stays. */
export const PERSONAL_LINKS = "r-*";

function impersonal(source: string): string {
  const share = source.startsWith("r-") ? readShareSource(source) : null;
  return share?.code ? sourceOfShare({ ...share, code: OTHERS }) : source;
}

/** Adds what a page of participations said to the days. Gives the days it changed. */
export function addCells(days: Days, cells: readonly Cell[], timeZone: string): Set<string> {
  const changed = new Set<string>();
  for (const [quarter, source, referrer, country, site, people, newToList] of cells) {
    const day = civilDay(quarter * QUARTER_MS, timeZone);
    const count = { people, newToList };
    const tally = days.get(day) ?? emptyTally();
    days.set(day, tally);
    changed.add(day);
    add(tally, count);
    addValue(tally.sources, impersonal(source), count);
    addValue(tally.referrers, referrer, count);
    addValue(tally.countries, country, count);
    const embeddedIn = site || siteOf(source);
    if (embeddedIn) addValue(tally.sites, embeddedIn, count);
  }
  return changed;
}

function emptyTally(): DayTally {
  const values = { sources: new Map(), referrers: new Map(), countries: new Map(), sites: new Map() };
  return { people: 0, newToList: 0, ...values };
}

export function add(to: Count, { people, newToList }: Count): void {
  to.people += people;
  to.newToList += newToList;
}

function addValue(values: Map<string, Count>, value: string, count: Count): void {
  const name = values.has(value) || values.size < VALUES_MAX ? value : OTHERS;
  const known = values.get(name);
  if (known) add(known, count);
  else values.set(name, { ...count });
}

/** Adds the days of one count to another's, without changing the first. */
export function withCells(days: Days, cells: readonly Cell[], timeZone: string): Days {
  const copy: Days = new Map([...days].map(([day, tally]) => [day, copyOf(tally)]));
  addCells(copy, cells, timeZone);
  return copy;
}

function copyOf(tally: DayTally): DayTally {
  const values = (trait: Trait) => new Map([...tally[trait]].map(([value, count]) => [value, { ...count }]));
  return {
    ...tally,
    sources: values("sources"),
    referrers: values("referrers"),
    countries: values("countries"),
    sites: values("sites"),
  };
}

const whole = z.number().int();
const storedValues = z.array(z.tuple([z.string(), whole, whole]));
const storedTally = z.tuple([whole, whole, storedValues, storedValues, storedValues, storedValues]);

/** A day as it is stored. */
export function tallyText({ people, newToList, ...values }: DayTally): string {
  const listed = (trait: Trait) => [...values[trait]].map(([value, c]) => [value, c.people, c.newToList]);
  return JSON.stringify([people, newToList, ...traits.map(listed)]);
}

/** The day that was stored. Throws when it was not stored by `tallyText`. */
export function readTally(text: string): DayTally {
  const [people, newToList, sources, referrers, countries, sites] = storedTally.parse(JSON.parse(text));
  const values = (stored: z.infer<typeof storedValues>) =>
    new Map(stored.map(([value, n, fresh]) => [value, { people: n, newToList: fresh }]));
  return {
    people,
    newToList,
    sources: values(sources),
    referrers: values(referrers),
    countries: values(countries),
    sites: values(sites),
  };
}

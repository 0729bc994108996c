import { type Cell, type Counted, type Credit, type Departure, HOURS, type Tally } from "./types";

export function emptyTally(): Tally {
  return {
    cells: [],
    openHours: new Array<number>(HOURS + 1).fill(0),
    clickHours: new Array<number>(HOURS + 1).fill(0),
    departures: [],
    credits: [],
    links: [],
    raw: { opens: 0, machineOpens: 0, clicks: 0, machineClicks: 0 },
    firstS: null,
    lastS: null,
  };
}

/** What one range of recipients adds to a count. */
export type Part = {
  cells: readonly Cell[];
  departures: readonly Departure[];
  /** 0 opened or 1 clicked, and how many hours after their mail. */
  hours: readonly Counted<[what: number, hour: number]>[];
  firstS: number | null;
  lastS: number | null;
};

/** The count with one range more. */
export function addPart(tally: Tally, part: Part): Tally {
  const later = (hours: readonly number[], what: number) => {
    const sums = [...hours];
    for (const [[which, hour], [people = 0]] of part.hours)
      if (which === what) sums[hour] = (sums[hour] ?? 0) + people;
    return sums;
  };
  return {
    ...tally,
    cells: merged([...tally.cells, ...part.cells]),
    departures: merged([...tally.departures, ...part.departures]),
    openHours: later(tally.openHours, 0),
    clickHours: later(tally.clickHours, 1),
    firstS: known(Math.min, tally.firstS, part.firstS),
    lastS: known(Math.max, tally.lastS, part.lastS),
  };
}

/** The count with a page of what an action took more. */
export function addCredits(tally: Tally, credits: readonly Credit[]): Tally {
  return { ...tally, credits: merged([...tally.credits, ...credits]) };
}

function known(
  choose: (one: number, other: number) => number,
  one: number | null,
  other: number | null,
): number | null {
  return one === null || other === null ? (one ?? other) : choose(one, other);
}

/** Counts of the same key become one. */
function merged<Key extends readonly (string | number)[]>(rows: readonly Counted<Key>[]): Counted<Key>[] {
  const byKey = new Map<string, Counted<Key>>();
  for (const [key, counts] of rows) {
    const name = JSON.stringify(key);
    const [, before] = byKey.get(name) ?? [key, []];
    byKey.set(name, [key, counts.map((count, place) => count + (before[place] ?? 0))]);
  }
  return [...byKey.values()];
}

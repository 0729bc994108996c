import { agents, type Reading } from "./types";

/** Nobody reads that fast: what comes sooner after a mail left is a machine, whatever it calls itself. */
const AT_ONCE_S = 2;
/** Filters look at a mail when it arrives; what looks like a browser in a data centre is one of them for so long. */
const ON_ARRIVAL_S = 60;

/** Of one hour or one link, what an object has counted so far in all. */
export type Count = { opens: number; machineOpens: number; clicks: number; machineClicks: number };
/** By "h" and the hour since 1970, or "l" and the number of a link. */
export type Counts = Map<string, Count>;

/**
 * Whether a machine did it.
 * @param sentS when the mail was handed over, in s; null when nobody knows
 */
export function isByMachine({ a, s }: Pick<Reading, "a" | "s">, sentS: number | null): boolean {
  if (a === agents.machine) return true;
  if (sentS === null) return false;
  const afterS = s - sentS;
  return afterS < AT_ONCE_S || (a === agents.unsure && afterS < ON_ARRIVAL_S);
}

/** What is known of each reading once it is decided. */
export type Decided = {
  reading: Reading;
  isMachine: boolean;
  /** Of somebody who is not among the mailing's recipients. */
  isUnknown: boolean;
};

/** Adds readings to the counts of their hours and links. The counts given stay as they are. */
export function countedOn(before: Counts, decided: readonly Decided[]): Counts {
  const counts: Counts = new Map();
  for (const { reading, isMachine } of decided) {
    const isOpen = reading.l === 0;
    const keys = [`h${Math.floor(reading.s / 3_600)}`, ...(isOpen ? [] : [`l${reading.l}`])];
    for (const key of keys) {
      const known = counts.get(key) ?? { ...(before.get(key) ?? none) };
      if (isOpen && isMachine) known.machineOpens += 1;
      else if (isOpen) known.opens += 1;
      else if (isMachine) known.machineClicks += 1;
      else known.clicks += 1;
      counts.set(key, known);
    }
  }
  return counts;
}

const none: Count = { opens: 0, machineOpens: 0, clicks: 0, machineClicks: 0 };

/** A person's first opening and click of a page of readings, in s, and whether a machine opened it. */
export type Person = { p: number; o: number | null; c: number | null; f: number | null };
/** The first click of a person on a link. */
export type Click = { p: number; l: number; s: number };

/** What of a page of readings is worth a row each. */
export function firstOf(decided: readonly Decided[]): { people: Person[]; clicks: Click[] } {
  const people = new Map<number, Person>();
  const clicks = new Map<string, Click>();
  const earlier = (known: number | null, s: number) => (known === null ? s : Math.min(known, s));
  for (const { reading, isMachine } of decided) {
    const { p, l, s } = reading;
    if (isMachine && l > 0) continue;
    const known = people.get(p) ?? { p, o: null, c: null, f: null };
    people.set(p, known);
    if (isMachine) known.f = 1;
    else if (l === 0) known.o = earlier(known.o, s);
    else {
      known.c = earlier(known.c, s);
      clicks.set(`${p}/${l}`, { p, l, s: earlier(clicks.get(`${p}/${l}`)?.s ?? null, s) });
    }
  }
  return { people: [...people.values()], clicks: [...clicks.values()] };
}

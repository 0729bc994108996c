import type { GroupDb } from "../groups/shard";
import * as store from "./store";
import { type Fault, type ReturnKind, returnCodes } from "./types";

export type { ReturnRow } from "./store";

const DAY_MS = 86_400_000;
/** Lines of a month: a few providers and causes a day. What is more is of the oldest days. */
const COUNTS_MAX = 20_000;
const RETURNS_PAGE_MAX = 50;

const shownKinds = ["hard", "soft", "delay", "complaint"] as const satisfies ReturnKind[];
type Kinds = Record<(typeof shownKinds)[number], number>;

/** How many mails came back, by who keeps the mailbox, by why and by day. */
export type ReturnNumbers = {
  total: Kinds;
  providers: ({ name: string } & Kinds)[];
  faults: ({ name: Fault } & Kinds)[];
  days: ({ day: number } & Kinds)[];
};

const none = (): Kinds => ({ hard: 0, soft: 0, delay: 0, complaint: 0 });
const all = (kinds: Kinds) => kinds.hard + kinds.soft + kinds.delay + kinds.complaint;

/** The numbers of some days up to now. Days are those of the clock in Greenwich. */
export async function returnNumbers(db: GroupDb, now: number, days: number): Promise<ReturnNumbers> {
  const rows = await store.selectCounts(db, Math.floor(now / DAY_MS) - days + 1, COUNTS_MAX);
  const total = none();
  const providers = new Map<string, Kinds>();
  const faults = new Map<Fault, Kinds>();
  const byDay = new Map<number, Kinds>();
  for (const { day, provider, kind, fault, count } of rows) {
    const name = shownKinds.find((each) => returnCodes[each] === kind);
    if (!name) continue;
    total[name] += count;
    at(providers, provider)[name] += count;
    // A complaint says nothing of a mailbox.
    if (name !== "complaint") at(faults, fault)[name] += count;
    at(byDay, day)[name] += count;
  }
  return {
    total,
    providers: lines(providers, (name) => ({ name })),
    faults: lines(faults, (name) => ({ name })),
    days: [...byDay].map(([day, kinds]) => ({ day, ...kinds })).toSorted((a, b) => b.day - a.day),
  };
}

function at<K>(map: Map<K, Kinds>, key: K): Kinds {
  const known = map.get(key) ?? none();
  map.set(key, known);
  return known;
}

function lines<K, N>(map: Map<K, Kinds>, named: (key: K) => N): (N & Kinds)[] {
  return [...map]
    .toSorted(([, a], [, b]) => all(b) - all(a))
    .map(([key, kinds]) => ({ ...named(key), ...kinds }));
}

/** A page of what came back, the newest first, and where the next one begins. */
export async function latestReturns(
  db: GroupDb,
  before: number | null,
): Promise<{ rows: store.ReturnRow[]; next: number | null }> {
  const codes = shownKinds.map((kind) => returnCodes[kind]);
  const found = await store.selectReturns(db, { kinds: codes, before, limit: RETURNS_PAGE_MAX + 1 });
  const rows = found.slice(0, RETURNS_PAGE_MAX);
  return { rows, next: found.length > RETURNS_PAGE_MAX ? (rows.at(-1)?.at ?? null) : null };
}

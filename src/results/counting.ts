import { z } from "zod";
import { nextWidth } from "../audiences/ranges";
import type { GroupDb } from "../groups/shard";
import { countNames, figuresOf } from "./figures";
import * as store from "./store";
import { addCredits, addPart, emptyTally } from "./tally";
import { type Figures, HOURS, type Tally } from "./types";

/** What one request or one turn behind it waits for statements, in ms; each of them takes a tenth of that or so. */
const BUDGET_MS = 1_000;
const FIRST_PEOPLE = 10_000;
const FIRST_ROWS = 2_000;
const ROWS_MAX = 50_000;

const key = z.tuple([z.number(), z.string(), z.number(), z.number(), z.number()]);
const counts = z.array(z.number());
const cells = z.array(z.tuple([key, counts]));
const departures = z.array(z.tuple([z.tuple([z.number(), z.number(), z.string()]), counts]));
const credits = z.array(z.tuple([z.tuple([z.number(), z.number(), z.string()]), counts]));
const hours = z.array(z.tuple([z.tuple([z.number(), z.number()]), counts]));
const hourList = z.array(z.number()).length(HOURS + 1);

const tallySchema = z.object({
  cells,
  departures,
  credits,
  links: z.array(z.tuple([z.tuple([z.number()]), counts])),
  openHours: hourList,
  clickHours: hourList,
  raw: z.object({
    opens: z.number(),
    machineOpens: z.number(),
    clicks: z.number(),
    machineClicks: z.number(),
  }),
  firstS: z.number().nullable(),
  lastS: z.number().nullable(),
});

const countSchema = z.object({
  tally: tallySchema,
  /** Everybody up to this number has been counted, from `lowest` to `highest`. */
  people: z.number(),
  lowest: z.number(),
  highest: z.number(),
  /** The actions still to be counted, and the last id of the first of them. */
  actions: z.array(z.number()),
  lastId: z.string(),
  /** How wide the next range of people and the next page of an action should be. */
  width: z.number(),
  rows: z.number(),
});

/** A count under way, and how far it came; JSON as it is. */
export type Count = z.infer<typeof countSchema>;

/** A count that was put down; null for one this version cannot read, which is begun anew. */
export function readCount(text: string | null): Count | null {
  return read(countSchema, text);
}

const figuresSchema = z.object({
  ...Object.fromEntries(countNames.map((name) => [name, z.number()])),
  money: z.record(z.string(), z.number()),
});

/** The key figures of a whole count. */
export function readFigures(text: string | null): Figures | null {
  const found = read(figuresSchema, text);
  return found && { ...figuresOf({ cells: [], credits: [] }), ...found };
}

export function readTally(text: string | null): Tally | null {
  return read(tallySchema, text);
}

function read<S extends z.ZodType>(schema: S, text: string | null): z.infer<S> | null {
  if (text === null) return null;
  const found = schema.safeParse(JSON.parse(text));
  return found.success ? found.data : null;
}

/** A count at its beginning. */
export async function beginCount(db: GroupDb, mailingNo: number): Promise<Count> {
  const [links, { lowest, highest }] = await Promise.all([
    store.selectLinks(db, mailingNo),
    store.endsOfRecipients(db, mailingNo),
  ]);
  const actions = links.flatMap(({ actionNo }) => (actionNo === null ? [] : [actionNo]));
  return {
    tally: emptyTally(),
    ...{ people: Math.max(0, lowest - 1), lowest, highest },
    ...{ actions: [...new Set(actions)], lastId: "" },
    ...{ width: FIRST_PEOPLE, rows: FIRST_ROWS },
  };
}

export function isDone({ people, highest, actions }: Count): boolean {
  return people >= highest && actions.length === 0;
}

/** Which share of the people has been counted, from 0 to 1. */
export function shareOf({ people, lowest, highest }: Count): number {
  return highest === 0 ? 1 : (people - lowest + 1) / (highest - lowest + 1);
}

/**
 * Takes a count further until it is at its end or has used its time: recipients by ranges of their numbers, then the actions by pages
 * of what they took since the mailing began, each statement as wide as 100 ms allow.
 * @returns the milliseconds that its statements took
 */
export async function goOn(
  db: GroupDb,
  mailing: { no: number; beganAt: number },
  count: Count,
  budgetMs = BUDGET_MS,
): Promise<number> {
  const until = Date.now() + budgetMs;
  let spent = 0;
  while (!isDone(count)) {
    const isPeople = count.people < count.highest;
    spent += isPeople ? await range(db, mailing.no, count) : await page(db, mailing, count);
    if (Date.now() >= until) break;
  }
  if (isDone(count)) spent += await finish(db, mailing.no, count);
  return spent;
}

async function range(db: GroupDb, mailingNo: number, count: Count): Promise<number> {
  const upTo = Math.min(count.highest, count.people + count.width);
  const found = await store.countRange(db, mailingNo, { after: count.people, upTo, hours: HOURS });
  count.tally = addPart(count.tally, {
    cells: cells.parse(JSON.parse(found.cells)),
    departures: departures.parse(JSON.parse(found.departures)),
    hours: hours.parse(JSON.parse(found.hours)),
    ...{ firstS: found.firstS, lastS: found.lastS },
  });
  count.people = upTo;
  count.width = nextWidth(count.width, found.longestMs);
  return found.ms;
}

async function page(
  db: GroupDb,
  { no, beganAt }: { no: number; beganAt: number },
  count: Count,
): Promise<number> {
  const [actionNo = 0, ...others] = count.actions;
  const after = count.lastId || firstIdAt(beganAt);
  const found = await store.countCredits(db, no, { actionNo, after, limit: count.rows, since: beganAt });
  count.tally = addCredits(count.tally, credits.parse(JSON.parse(found.credits)));
  if (found.seen < count.rows || found.last === null) Object.assign(count, { actions: others, lastId: "" });
  else
    Object.assign(count, {
      lastId: found.last,
      rows: Math.min(nextWidth(count.rows, found.longestMs), ROWS_MAX),
    });
  return found.ms;
}

async function finish(db: GroupDb, mailingNo: number, count: Count): Promise<number> {
  const [links, { links: clicks, raw }] = await Promise.all([
    store.selectLinks(db, mailingNo),
    store.selectRaw(db, mailingNo),
  ]);
  let spent = 0;
  count.tally.links = [];
  for (const { no } of links) {
    const { people, ms } = await store.countLink(db, mailingNo, no);
    const all = clicks.find((each) => each.no === no);
    count.tally.links.push([[no], [people, all?.clicks ?? 0, all?.machineClicks ?? 0]]);
    spent += ms;
  }
  count.tally.raw = raw;
  return spent;
}

/** The lowest id that something made at a moment can have (RFC 9562, version 7), in hexadecimal digits. */
function firstIdAt(ms: number): string {
  return Math.max(0, ms).toString(16).padStart(12, "0").padEnd(32, "0");
}

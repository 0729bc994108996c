import { z } from "zod";
import { audienceSql, isSmallEnough, nextWidth } from "../audiences/audience";
import type { GroupDb } from "../groups/shard";
import type { Context } from "../platform/context";
import { inCountingOrder } from "./lines";
import * as store from "./store-counts";
import { type Line, type LineCount, lineMeasures } from "./types";

/** What one request or one turn behind it waits for statements, in ms; each of them takes a tenth of that or so. */
const BUDGET_MS = 1_000;
/** After a statement that failed the next one asks so much less. */
const NARROWER = 1 / 4;

const counts = z.array(z.number());
const money = z.record(z.string(), z.number());
const lineSchema = z.object({ key: z.string(), counts, money });
const growingSchema = z.object({
  /** Of which lines; see `markOf`. */
  mark: z.string(),
  /** What "now" is for the whole count. */
  beganAt: z.number(),
  tookMs: z.number(),
  /** Lines that are whole, in their order. */
  done: z.array(lineSchema),
  /** The numbers of the line after them, of everybody up to `after`, and how wide the next range is; 0: it was not begun. */
  current: z.object({ counts, money }),
  after: z.number(),
  /** Where that line begins: before it there is no recipient. */
  from: z.number().default(0),
  highest: z.number(),
  width: z.number(),
  /** When it was put down, in ms. */
  savedAt: z.number().default(0),
  /** Whether the last statement failed. */
  isFailing: z.boolean().default(false),
});

/** A count under way, and how far it came; JSON as it is. */
export type Growing = z.infer<typeof growingSchema>;

const NOTHING = { counts: lineMeasures.map(() => 0), money: {} };

export function beginCount(mark: string, now: number): Growing {
  return {
    ...{ mark, beganAt: now, tookMs: 0, done: [] },
    ...{ current: NOTHING, after: 0, from: 0, highest: 0, width: 0, savedAt: 0, isFailing: false },
  };
}

/** A count that was put down; null for one of other lines, or one this version cannot read: it is begun anew. */
export function readGrowing(text: string | null, mark: string): Growing | null {
  const found = growingSchema.safeParse(text === null ? null : JSON.parse(text));
  return found.success && found.data.mark === mark ? found.data : null;
}

/** The lines of a whole count; null for none. */
export function readLines(text: string | null): LineCount[] | null {
  const found = z.array(lineSchema).safeParse(text === null ? null : JSON.parse(text));
  return found.success ? found.data : null;
}

export function isDone({ done }: Growing, lines: readonly Line[]): boolean {
  return done.length >= lines.length;
}

/** Which part of all there is to count has been counted, from 0 to 1. */
export function shareOf({ done, after, from, highest }: Growing, lines: readonly Line[]): number {
  const ofLine = highest <= from ? 0 : (after - from) / (highest - from);
  return (done.length + ofLine) / Math.max(1, lines.length);
}

/**
 * Takes a count further until it is at its end or has used its time: line after line, each by ranges of people as wide as 100 ms allow.
 * Where a statement fails it stops there, and goes on with a narrower range the next time.
 */
export async function goOn(
  ctx: Context,
  db: GroupDb,
  mailingNo: number,
  lines: readonly Line[],
  begun: Growing,
  budgetMs = BUDGET_MS,
): Promise<Growing> {
  const until = Date.now() + budgetMs;
  const then = { ...ctx, now: begun.beganAt };
  let growing = { ...begun, isFailing: false };
  try {
    const isMerged = await store.hasMerged(db);
    for (const line of inCountingOrder(lines).slice(growing.done.length)) {
      const question = await questionOf(then, db, line);
      if (question === null) growing = ended(growing, { key: line.key, counts: [], money: {} });
      else if (growing.width === 0) growing = await started(db, { mailingNo, isMerged, question }, growing);
      while (question !== null && growing.after < growing.highest) {
        growing = await rangeOn(db, { mailingNo, isMerged, question }, growing);
        if (Date.now() >= until) break;
      }
      if (question !== null && growing.after < growing.highest) return growing;
      if (question !== null) growing = ended(growing, { key: line.key, ...growing.current });
      if (Date.now() >= until) return growing;
    }
    return growing;
  } catch (error) {
    ctx.log.error("breakdown.count", error, { groupNo: db.groupNo, mailingNo, width: growing.width });
    return { ...growing, width: Math.ceil(growing.width * NARROWER), isFailing: true };
  }
}

type Asking = {
  mailingNo: number;
  /** Whether anybody's mail may stand under another number. */
  isMerged: boolean;
  question: Awaited<ReturnType<typeof audienceSql>>;
};

/** Null where nobody may be counted by a line, or it does not fit a statement. */
async function questionOf(ctx: Context, db: GroupDb, { node }: Line): Promise<Asking["question"] | null> {
  const audience = node && { include: node };
  if (!audience || !(await isSmallEnough(ctx, db, audience))) return null;
  return audienceSql(ctx, db, audience, { isCount: true });
}

/** Where nobody was merged, nobody beyond the first and the last recipient can have got it. */
async function started(
  db: GroupDb,
  { mailingNo, isMerged, question }: Asking,
  growing: Growing,
): Promise<Growing> {
  const { highest, width } = question;
  if (isMerged) return { ...growing, after: 0, from: 0, highest, width };
  const bounds = await store.recipientBounds(db, mailingNo);
  const from = Math.max(0, bounds.lowest - 1);
  return { ...growing, after: from, from, highest: Math.min(highest, bounds.highest), width };
}

/** One range. */
async function rangeOn(
  db: GroupDb,
  { mailingNo, isMerged, question }: Asking,
  at: Growing,
): Promise<Growing> {
  const upTo = Math.min(at.highest, at.after + at.width);
  const found = await store.countRange(db, mailingNo, { question, isMerged }, { after: at.after, upTo });
  return {
    ...at,
    current: sumOf(at.current, found),
    ...{ after: upTo, width: nextWidth(at.width, found.ms), tookMs: at.tookMs + found.ms },
  };
}

function ended(growing: Growing, line: LineCount): Growing {
  return {
    ...growing,
    done: [...growing.done, line],
    current: NOTHING,
    after: 0,
    from: 0,
    highest: 0,
    width: 0,
  };
}

function sumOf(
  sum: Growing["current"],
  found: { counts: string; acts: string; money: string },
): Growing["current"] {
  const more = [...counts.parse(JSON.parse(found.counts)), ...counts.parse(JSON.parse(found.acts))];
  const added = { ...sum.money };
  for (const [currency, amount] of Object.entries(money.parse(JSON.parse(found.money))))
    added[currency] = (added[currency] ?? 0) + amount;
  return { counts: sum.counts.map((count, place) => count + (more[place] ?? 0)), money: added };
}

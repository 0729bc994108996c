import { z } from "zod";
import { audienceSql, isSmallEnough, nextWidth } from "../audiences/audience";
import type { GroupDb } from "../groups/shard";
import type { Context } from "../platform/context";
import * as store from "./store-counts";
import { type Line, type LineCount, lineMeasures } from "./types";

/** What one request or one turn behind it waits for statements, in ms; each of them takes a tenth of that or so. */
const BUDGET_MS = 1_000;

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
  highest: z.number(),
  width: z.number(),
});

/** A count under way, and how far it came; JSON as it is. */
export type Growing = z.infer<typeof growingSchema>;

const NOTHING = { counts: lineMeasures.map(() => 0), money: {} };

export function beginCount(mark: string, now: number): Growing {
  return {
    ...{ mark, beganAt: now, tookMs: 0, done: [] },
    ...{ current: NOTHING, after: 0, highest: 0, width: 0 },
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
export function shareOf({ done, after, highest }: Growing, lines: readonly Line[]): number {
  return (done.length + (highest === 0 ? 0 : after / highest)) / Math.max(1, lines.length);
}

/**
 * Takes a count further until it is at its end or has used its time: line after line, each by ranges of people as wide as 100 ms allow.
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
  const isMerged = await store.hasMerged(db);
  let growing = begun;
  do {
    const line = lines[growing.done.length];
    if (!line) return growing;
    growing = await lineOn(then, db, { mailingNo, line, isMerged, until }, growing);
  } while (Date.now() < until);
  return growing;
}

/** One line, as far as the time goes. */
async function lineOn(
  ctx: Context,
  db: GroupDb,
  { mailingNo, line, isMerged, until }: { mailingNo: number; line: Line; isMerged: boolean; until: number },
  growing: Growing,
): Promise<Growing> {
  const audience = line.node && { include: line.node };
  if (!audience || !(await isSmallEnough(ctx, db, audience)))
    return ended(growing, { key: line.key, counts: [], money: {} });
  const question = await audienceSql(ctx, db, audience, { isCount: true });
  let at = growing.width === 0 ? { ...growing, highest: question.highest, width: question.width } : growing;
  while (at.after < at.highest) {
    const upTo = Math.min(at.highest, at.after + at.width);
    const found = await store.countRange(db, mailingNo, { question, isMerged }, { after: at.after, upTo });
    at = {
      ...at,
      current: sumOf(at.current, found),
      ...{ after: upTo, width: nextWidth(at.width, found.ms), tookMs: at.tookMs + found.ms },
    };
    if (Date.now() >= until) break;
  }
  return at.after < at.highest ? at : ended(at, { key: line.key, ...at.current });
}

function ended(growing: Growing, line: LineCount): Growing {
  return { ...growing, done: [...growing.done, line], current: NOTHING, after: 0, highest: 0, width: 0 };
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

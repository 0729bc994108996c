import type { GroupDb } from "../groups/shard";
import { compileSize, mustHold, type Plan, type Question } from "./compile";
import { FIRST_WIDTH, WIDTH_MAX } from "./ranges";
import { countOfActions, countRanges } from "./store-questions";
import type { Audience, Clause } from "./types";

/*
 * Which of the clauses that must hold is read first, instead of everybody: the one that is true of fewest, if they are few enough.
 * How many that is may be a guess; the answer is the same whichever is read first.
 */

/** Of so many clauses at most it is asked how many people they are true of. */
const CANDIDATES_MAX = 4;
/** A set this small is not compared with others. */
const SMALL = 20_000;
/** Reading a set and looking up its people is quicker than asking everybody up to this part of them; less where it comes in no order. */
const ORDERED_PART = 1 / 2;
const OTHERS_PART = 1 / 5;
/** Sets whose size is not known beforehand are guessed from so many stretches, of this part of the people each. */
const SAMPLES = 5;
const SAMPLE_PART = 1 / 250;
const SAMPLE_MIN = 1_000;

/** The clause to begin with, null for everybody, and of about how many it is true. */
export type Driven = { plan: Plan; size: number | null };

/** The plan for going through everybody up to `highest`, beginning with a small set where one of the clauses that must hold is one. */
export async function drivenPlan(
  db: GroupDb,
  audience: Audience,
  plan: Plan,
  highest: number,
): Promise<Driven> {
  let best: { clause: Clause; size: number } | null = null;
  let asked = 0;
  for (const clause of mustHold(audience.include)) {
    const question = compileSize(clause, plan);
    if (!question) continue;
    asked += 1;
    const most = highest * (question.isOrdered ? ORDERED_PART : OTHERS_PART);
    const size = await sizeOf(db, clause, question, highest);
    if (size <= Math.max(most, SMALL) && (best === null || size < best.size)) best = { clause, size };
    if (asked >= CANDIDATES_MAX || (best && best.size <= SMALL)) break;
  }
  return { plan: { ...plan, driver: best?.clause ?? null }, size: best?.size ?? null };
}

/** A first range of person numbers that holds about as many people of the set that is begun with as one of everybody does. */
export function firstWidth(highest: number, size: number | null): number {
  if (size === null) return FIRST_WIDTH;
  return Math.min(WIDTH_MAX, Math.ceil((highest * FIRST_WIDTH) / Math.max(size, 1)));
}

async function sizeOf(db: GroupDb, clause: Clause, question: Question, highest: number): Promise<number> {
  switch (clause.is) {
    case "people":
      return clause.people.length;
    case "action":
      return countOfActions(db, clause.actions ?? [], Math.ceil(highest * OTHERS_PART) + 1);
    case "tag":
    case "import":
    case "recurring":
      return countRanges(db, question, [[0, highest]]);
    default:
      return guess(db, question, highest);
  }
}

async function guess(db: GroupDb, question: Question, highest: number): Promise<number> {
  const width = Math.max(SAMPLE_MIN, Math.ceil(highest * SAMPLE_PART));
  if (width * SAMPLES >= highest) return countRanges(db, question, [[0, highest]]);
  const step = Math.floor((highest - width) / (SAMPLES - 1));
  const ranges = Array.from({ length: SAMPLES }, (_, nth) => [nth * step, nth * step + width] as const);
  return Math.ceil(((await countRanges(db, question, ranges)) * highest) / (width * SAMPLES));
}

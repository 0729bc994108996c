import { z } from "zod";
import type { Action, Question } from "../actions/types";
import type { GroupDb } from "../groups/shard";
import * as store from "./store";
import { addTo, type Tallies, wayOf } from "./tally";

/** Participations counted by one query, which holds up the whole shard: with ten questions well below 100 ms (measured). */
const RANGE_ROWS = 2_000;
/** Queries of one count; beyond, the earliest are counted and the page says so. */
const RANGES_MAX = 400;
/** People whose texts are looked through for the latest ones, and texts shown of one question. */
const LATEST_READ = 200;
const LATEST_SHOWN_MAX = 10;
/** How long a count is believed, for each participation it read: counting takes no more than a hundredth of the time. */
const FRESH_MS_EACH = 0.5;

const tally = z.object({
  people: z.number(),
  others: z.number(),
  different: z.number(),
  answers: z.record(z.string(), z.number()),
});
const stored = z.object({
  total: z.number(),
  isWhole: z.boolean(),
  tallies: z.record(z.string(), tally),
});

/** What people answered: how many acted, and each question's tally. */
export type Results = { total: number; isWhole: boolean; tallies: Tallies; countedAt: number };

type Counting = { now: number; window?: store.Window; isAgain?: boolean };

/**
 * The answers of an action, counted range by range. A count of everybody is kept and used again as long as it is worth more
 * than a new one; a count of some days is made afresh. Throws when D1 is away.
 */
export async function resultsOf(
  db: GroupDb,
  action: Pick<Action, "no" | "settings">,
  { now, window = {}, isAgain = false }: Counting,
): Promise<Results> {
  const { questions } = action.settings;
  const isAll = window.from === undefined && window.to === undefined;
  const asked = JSON.stringify(questions.map(({ key, type }) => [key, type]));
  const kept = isAll && !isAgain ? await keptResults(db, action.no, asked) : null;
  if (kept && now - kept.countedAt < kept.total * FRESH_MS_EACH) return kept;
  const counted = await count(db, action.no, questions, window);
  if (isAll) await store.saveResults(db, action.no, { asked, results: counted, countedAt: now });
  return { ...counted, countedAt: now };
}

async function keptResults(db: GroupDb, actionNo: number, asked: string): Promise<Results | null> {
  const row = await store.selectResults(db, actionNo);
  const read = stored.safeParse(row?.results);
  return row && row.asked === asked && read.success ? { ...read.data, countedAt: row.countedAt } : null;
}

async function count(
  db: GroupDb,
  actionNo: number,
  questions: readonly Question[],
  window: store.Window,
): Promise<Omit<Results, "countedAt">> {
  const ways = Object.fromEntries(questions.map((question) => [question.key, wayOf(question)]));
  const tallies: Tallies = {};
  let total = 0;
  let after = "";
  for (let range = 0; range < RANGES_MAX; range += 1) {
    const page = await store.tallyPage(db, actionNo, ways, { after, limit: RANGE_ROWS, window });
    addTo(tallies, page.rows, questions);
    total += page.counted;
    if (page.read < RANGE_ROWS || page.last === null) return { total, isWhole: true, tallies };
    after = page.last;
  }
  return { total, isWhole: false, tallies };
}

const answers = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

/** The latest answers to questions that are answered in words, by the question's key, newest first. */
export async function latestTexts(
  db: GroupDb,
  action: Pick<Action, "no" | "settings">,
  window: store.Window,
): Promise<Record<string, string[]>> {
  const asked = action.settings.questions.filter((question) => wayOf(question) === "none");
  if (asked.length === 0) return {};
  const rows = await store.latestAnswers(db, action.no, window, LATEST_READ);
  const said = rows.map((row) => answers.catch({}).parse(JSON.parse(row)));
  return Object.fromEntries(
    asked.map(({ key }) => [key, said.flatMap((each) => each[key] ?? []).slice(0, LATEST_SHOWN_MAX)]),
  );
}

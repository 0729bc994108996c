import type { Question } from "../actions/types";
import type { TallyRow, Way } from "./store";

/** Different answers to one question that are told apart; a number beyond is rounded, any other answer counted as "other". */
export const ANSWERS_MAX = 2_000;
/** Significant digits that a number keeps once there are too many different ones. */
const DIGITS = 3;

/** How often each answer to one question was given, and how many people answered it. */
export type Tally = { people: number; others: number; different: number; answers: Record<string, number> };
/** By the question's key. */
export type Tallies = Record<string, Tally>;

export function wayOf({ type }: Pick<Question, "type">): Way {
  if (type === "date") return "month";
  return type === "text" || type === "paragraph" ? "none" : "each";
}

/** Adds a page of counts to what was counted before it. */
export function addTo(tallies: Tallies, rows: readonly TallyRow[], questions: readonly Question[]): void {
  const numbers = new Set(questions.filter(({ type }) => type === "number").map(({ key }) => key));
  for (const { question, answer, count, people } of rows) {
    tallies[question] ??= { people: 0, others: 0, different: 0, answers: Object.create(null) };
    const tally = tallies[question];
    tally.people += people;
    const isRoom = answer in tally.answers || tally.different < ANSWERS_MAX;
    if (isRoom) addAnswer(tally, answer, count);
    else if (numbers.has(question)) addAnswer(tally, rounded(answer), count);
    else tally.others += count;
  }
}

function addAnswer(tally: Tally, answer: string, count: number): void {
  if (!(answer in tally.answers)) tally.different += 1;
  tally.answers[answer] = (tally.answers[answer] ?? 0) + count;
}

function rounded(number: string): string {
  return String(Number(Number(number).toPrecision(DIGITS)));
}

import type { Question } from "../actions/types";
import type { Tally } from "./tally";

/** One line of a chart: an answer, a span of numbers, a month, and how many said so. */
export type Line = {
  label: string;
  count: number;
  /** From one number to another, both included. */
  span?: [number, number];
  /** It can no longer be chosen. */
  isOld?: boolean;
};

export type Summary =
  | { is: "answers"; lines: Line[] }
  | { is: "numbers"; lines: Line[]; mean: number; median: number; least: number; most: number }
  | { is: "texts" }
  | { is: "nothing" };

/** Lines of one chart; what comes after is added up. */
const LINES_MAX = 12;
const MONTHS_MAX = 24;

/** What a tally says: the lines of a chart in an order people expect, and for numbers their middle. */
export function summaryOf(question: Question, tally: Tally | undefined): Summary {
  if (!tally || tally.people === 0) return { is: "nothing" };
  switch (question.type) {
    case "text":
    case "paragraph":
      return { is: "texts" };
    case "number":
      return numbersOf(tally);
    case "date":
      return { is: "answers", lines: monthsOf(tally) };
    case "hidden":
      return { is: "answers", lines: byCount(tally) };
    case "dropdown":
    case "radio":
    case "checkboxes":
      return { is: "answers", lines: choicesOf(question.choices, tally) };
  }
}

/** In the order of the form, those nobody gave too; then what can no longer be chosen. */
function choicesOf(choices: readonly string[], { answers }: Tally): Line[] {
  const old = Object.keys(answers).filter((answer) => !choices.includes(answer));
  return [
    ...choices.map((label) => ({ label, count: answers[label] ?? 0 })),
    ...old.map((label) => ({ label, count: answers[label] ?? 0, isOld: true })),
  ];
}

/** The most frequent first; the rest as one line without a name. */
function byCount({ answers, others }: Tally): Line[] {
  const lines = Object.entries(answers)
    .map(([label, count]) => ({ label, count }))
    .sort((one, other) => other.count - one.count);
  const rest = lines.slice(LINES_MAX).reduce((sum, { count }) => sum + count, others);
  return [...lines.slice(0, LINES_MAX), ...(rest > 0 ? [{ label: "", count: rest }] : [])];
}

/** Months, or years where the months are many. */
function monthsOf({ answers }: Tally): Line[] {
  const isLong = Object.keys(answers).length > MONTHS_MAX;
  const counts = new Map<string, number>();
  for (const [month, count] of Object.entries(answers)) {
    const label = isLong ? month.slice(0, 4) : month;
    counts.set(label, (counts.get(label) ?? 0) + count);
  }
  return [...counts].sort().map(([label, count]) => ({ label, count }));
}

function numbersOf({ answers }: Tally): Summary {
  const values = Object.entries(answers)
    .map(([text, count]) => ({ value: Number(text), count }))
    .sort((one, other) => one.value - other.value);
  const total = values.reduce((sum, { count }) => sum + count, 0);
  const mean = values.reduce((sum, { value, count }) => sum + value * count, 0) / total;
  const least = values[0]?.value ?? 0;
  const most = values.at(-1)?.value ?? 0;
  const median = (nthOf(values, (total - 1) / 2, Math.floor) + nthOf(values, (total - 1) / 2, Math.ceil)) / 2;
  return { is: "numbers", lines: spansOf(values, least, most), mean, median, least, most };
}

type Counted = { value: number; count: number };

/** The number that stands at a place when all are put in a row. */
function nthOf(values: readonly Counted[], place: number, round: (place: number) => number): number {
  let before = 0;
  for (const { value, count } of values) {
    before += count;
    if (round(place) < before) return value;
  }
  return 0;
}

/** Each number by itself where they are few, else spans of equal round width. */
function spansOf(values: readonly Counted[], least: number, most: number): Line[] {
  if (values.length <= LINES_MAX) return values.map(({ value, count }) => spanLine(value, value, count));
  const width = roundWidth((most - least) / (LINES_MAX - 2));
  const isWhole = width >= 1 && values.every(({ value }) => Number.isInteger(value));
  const first = Math.floor(least / width);
  const counts = Array.from({ length: Math.floor(most / width) - first + 1 }, () => 0);
  for (const { value, count } of values) {
    const at = Math.floor(value / width) - first;
    counts[at] = (counts[at] ?? 0) + count;
  }
  return counts.map((count, at) => {
    const from = exact((first + at) * width);
    return spanLine(from, isWhole ? from + width - 1 : exact(from + width), count);
  });
}

function spanLine(from: number, to: number, count: number): Line {
  return { label: from === to ? String(from) : `${from}–${to}`, count, span: [from, to] };
}

/** 1, 2 or 5 times a power of ten, at least as wide as asked. */
function roundWidth(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= width * (1 - 1e-9)) ?? 10;
  return step * power;
}

/** Without the dust of binary fractions. */
function exact(value: number): number {
  return Number(value.toPrecision(12));
}

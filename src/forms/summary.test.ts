import { describe, expect, test } from "vitest";
import { type Question, question } from "../actions/types";
import type { TallyRow } from "./store";
import { summaryOf } from "./summary";
import { ANSWERS_MAX, addTo, type Tallies } from "./tally";

const ask = (changes: Partial<Question>) =>
  question.parse({ key: "q", label: "q", type: "radio", ...changes });

function summary(asked: Question, counts: Record<string, number>) {
  const tallies: Tallies = {};
  const rows = Object.entries(counts).map(
    ([answer, count]): TallyRow => ({ question: "q", answer, count, people: count }),
  );
  addTo(tallies, rows, [asked]);
  return summaryOf(asked, tallies.q);
}

describe("the summary of choices", () => {
  test("has every choice in the order of the form, those nobody gave too, then what is no longer offered", () => {
    expect(summary(ask({ choices: ["Bus", "Bike", "Car"] }), { Car: 2, Bus: 5, Tram: 1 })).toEqual({
      is: "answers",
      lines: [
        { label: "Bus", count: 5 },
        { label: "Bike", count: 0 },
        { label: "Car", count: 2 },
        { label: "Tram", count: 1, isOld: true },
      ],
    });
  });

  test("is nothing while nobody has answered", () => {
    expect(summaryOf(ask({ choices: ["a", "b"] }), undefined)).toEqual({ is: "nothing" });
  });
});

describe("the summary of numbers", () => {
  const numbers = (counts: Record<string, number>) => {
    const found = summary(ask({ type: "number" }), counts);
    if (found.is !== "numbers") throw new Error(found.is);
    return found;
  };

  test.each([
    [{ "1": 1, "2": 1, "9": 1 }, 4, 2],
    [{ "1": 1, "2": 1, "3": 1, "10": 1 }, 4, 2.5],
    [{ "2": 3, "8": 1 }, 3.5, 2],
    [{ "-1.5": 1, "1.5": 1 }, 0, 0],
    [{ "7": 1 }, 7, 7],
  ])("of %j has the mean %d and the median %d", (counts, mean, median) => {
    expect(numbers(counts)).toMatchObject({ mean, median });
  });

  test("shows few different ones each by itself, in their order", () => {
    expect(numbers({ "10": 1, "9": 2, "-1": 1 }).lines).toEqual([
      { label: "-1", count: 1, span: [-1, -1] },
      { label: "9", count: 2, span: [9, 9] },
      { label: "10", count: 1, span: [10, 10] },
    ]);
  });

  test("shows many in spans of a round width that touch and leave nobody out", () => {
    const counts = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [String(n), 1]));
    const { lines } = numbers(counts);
    expect(lines.slice(0, 2)).toEqual([
      { label: "0–9", count: 10, span: [0, 9] },
      { label: "10–19", count: 10, span: [10, 19] },
    ]);
    expect(lines.reduce((sum, { count }) => sum + count, 0)).toBe(100);
    const fractions = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [String(n / 10), 2]));
    expect(numbers(fractions).lines.reduce((sum, { count }) => sum + count, 0)).toBe(60);
  });

  test("rounds once there are too many to tell apart, and still counts everybody", () => {
    const tallies: Tallies = {};
    const rows = Array.from({ length: ANSWERS_MAX + 500 }, (_, n) => ({
      ...{ question: "q", answer: String(100_000 + n * 7), count: 1, people: 1 },
    }));
    addTo(tallies, rows, [ask({ type: "number" })]);
    const counted = Object.values(tallies.q?.answers ?? {}).reduce((sum, count) => sum + count, 0);
    expect(counted).toBe(rows.length);
    expect(tallies.q?.different).toBeLessThan(ANSWERS_MAX + 100);
  });
});

describe("the summary of days", () => {
  const days = (counts: Record<string, number>) => summary(ask({ type: "date" }), counts);

  test("goes by month, and by year where the months are many", () => {
    expect(days({ "2026-03": 2, "2025-12": 1 })).toEqual({
      is: "answers",
      lines: [
        { label: "2025-12", count: 1 },
        { label: "2026-03", count: 2 },
      ],
    });
    const births = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`${1970 + n}-05`, 1]));
    expect(days(births)).toMatchObject({ lines: expect.arrayContaining([{ label: "1999", count: 1 }]) });
  });
});

test("what links said shows the most frequent, and the rest as one", () => {
  const counts = Object.fromEntries(Array.from({ length: 15 }, (_, n) => [`ward ${n}`, n + 1]));
  const found = summary(ask({ type: "hidden" }), counts);
  if (found.is !== "answers") throw new Error(found.is);
  expect(found.lines[0]).toEqual({ label: "ward 14", count: 15 });
  expect(found.lines.at(-1)).toEqual({ label: "", count: 1 + 2 + 3 });
});

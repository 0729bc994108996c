import { expect, test } from "vitest";
import { countOf, summary } from "./count.ts";

test("the last line adds up every check in the plain form", () => {
  const tests = countOf(JSON.stringify({ numPassedTests: 40, numFailedTests: 2, numTotalTests: 42 }));
  expect(summary([{ passed: 1, failed: 0 }, tests ?? { passed: 0, failed: 0 }])).toBe("41 passed, 2 failed");
});

test("a report that is absent or cut short is no count", () => {
  expect(countOf(null)).toBeNull();
  expect(countOf('{"numPassedTests": 4')).toBeNull();
  expect(countOf("{}")).toBeNull();
});

export type Count = { passed: number; failed: number };

/** How many tests a JSON report of vitest holds, or null when there is no readable report. */
export function countOf(report: string | null): Count | null {
  if (report === null) return null;
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(report);
    const isCount = Number.isInteger(numPassedTests) && Number.isInteger(numFailedTests);
    return isCount ? { passed: numPassedTests, failed: numFailedTests } : null;
  } catch {
    return null;
  }
}

/** The last line of a run. */
export function summary(counts: Count[]): string {
  const sum = (pick: (count: Count) => number) => counts.reduce((total, count) => total + pick(count), 0);
  return `${sum((count) => count.passed)} passed, ${sum((count) => count.failed)} failed`;
}

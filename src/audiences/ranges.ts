/** What one statement should take, in ms: every statement holds up whoever else uses the shard. */
const TARGET_MS = 100;
export const FIRST_WIDTH = 20_000;
const WIDTH_MIN = 500;
/** Where everybody of a range is of a set that was thought to be small, reading them is still within the time. */
export const WIDTH_MAX = 200_000;
/** A width grows and shrinks by no more at once: the next range may hold other people. */
const STEP_MAX = 4;

/**
 * Does something for ranges of person numbers one after another, each as wide as fits the time one statement may take.
 * @param work gets a range (over the first number, up to the second) and says how long its statement took in ms; null ends it
 * @returns the number up to which it came
 */
export async function inRanges(
  { after, highest, width = FIRST_WIDTH }: { after: number; highest: number; width?: number | undefined },
  work: (after: number, upTo: number) => Promise<number | null>,
): Promise<number> {
  let at = after;
  let wide = width;
  while (at < highest) {
    const upTo = Math.min(highest, at + wide);
    const ms = await work(at, upTo);
    at = upTo;
    if (ms === null) return at;
    wide = nextWidth(wide, ms);
  }
  return at;
}

/** How wide the next range is, after one that took `ms`. */
export function nextWidth(width: number, ms: number): number {
  const fits = (width * TARGET_MS) / Math.max(ms, 1);
  const wanted = Math.min(Math.max(fits, width / STEP_MAX), width * STEP_MAX);
  return Math.round(Math.min(Math.max(wanted, WIDTH_MIN), WIDTH_MAX));
}

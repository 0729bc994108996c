import type { CommonSettings } from "./types";

const steps = [100, 250, 500];
/** A rising goal moves on before it is met, so that there is always something left to reach for. */
const RISES_AT = 0.8;

/**
 * The number a page shows as its goal: none, the fixed one, or for a rising goal the first of 100, 250, 500, 1,000, 2,500, …
 * (not below the goal the organiser chose) of which less than 80 % is met.
 */
export function goalFor(goal: CommonSettings["goal"], total: number): number | null {
  if (goal.mode === "none") return null;
  if (goal.mode === "fixed" || total < goal.target * RISES_AT) return goal.target;
  for (let scale = 1; ; scale *= 10) {
    const step = steps
      .map((number) => number * scale)
      .find((number) => number > goal.target && total < number * RISES_AT);
    if (step) return step;
  }
}

import { describe, expect, it } from "vitest";
import { goalFor } from "./goal";

describe("the goal a page shows", () => {
  it("is none when the organiser wants none, and stays when it is fixed", () => {
    expect(goalFor({ mode: "none", target: 100 }, 40)).toBeNull();
    expect(goalFor({ mode: "fixed", target: 100 }, 5_000)).toBe(100);
  });

  it("rises to the next step when 80 % is met, not before", () => {
    const steps = [0, 79, 80, 199, 200, 399, 400, 799, 800, 1_999, 2_000, 3_999, 4_000].map((total) =>
      goalFor({ mode: "rising", target: 100 }, total),
    );
    expect(steps).toEqual([100, 100, 250, 250, 500, 500, 1_000, 1_000, 2_500, 2_500, 5_000, 5_000, 10_000]);
  });

  it("starts at what the organiser chose and goes on up the ladder", () => {
    expect(goalFor({ mode: "rising", target: 300 }, 10)).toBe(300);
    expect(goalFor({ mode: "rising", target: 300 }, 240)).toBe(500);
    expect(goalFor({ mode: "rising", target: 1 }, 1)).toBe(100);
  });

  it("never falls and is never met, up to a hundred million", () => {
    let before = 0;
    for (let total = 1; total < 100_000_000; total = Math.ceil(total * 1.3)) {
      const goal = goalFor({ mode: "rising", target: 100 }, total) ?? 0;
      expect(goal).toBeGreaterThan(total);
      expect(goal).toBeGreaterThanOrEqual(before);
      before = goal;
    }
  });
});

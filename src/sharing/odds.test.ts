import { describe, expect, it } from "vitest";
import { chancesToBeBest, verdictOn, weightsFor } from "./odds";

const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);

describe("the chance to be best", () => {
  it("is the same for all while nothing was seen, and one together", () => {
    for (const count of [1, 2, 3, 4]) {
      const chances = chancesToBeBest(Array.from({ length: count }, () => ({ shown: 0, joined: 0 })));
      for (const chance of chances) expect(chance).toBeCloseTo(1 / count, 6);
    }
    const mixed = chancesToBeBest([
      { shown: 9, joined: 0 },
      { shown: 4_000, joined: 700 },
      { shown: 120, joined: 30 },
    ]);
    expect(sum(mixed)).toBeCloseTo(1, 9);
  });

  it("agrees with draws from the same beliefs", () => {
    const arms = [
      { shown: 1_000, joined: 60 },
      { shown: 1_000, joined: 80 },
    ];
    const [, better = 0] = chancesToBeBest(arms);
    expect(better).toBeCloseTo(simulated(arms), 1);
    expect(better).toBeGreaterThan(0.8);
    expect(better).toBeLessThan(0.95);
  });

  it("goes up with more of the same, since more was seen", () => {
    const chance = (times: number) =>
      chancesToBeBest([
        { shown: 100 * times, joined: 10 * times },
        { shown: 100 * times, joined: 14 * times },
      ])[1] ?? 0;
    expect(chance(1)).toBeLessThan(chance(5));
    expect(chance(5)).toBeLessThan(chance(50));
    expect(chance(50)).toBeGreaterThan(0.99);
  });

  it("is a number for the largest and the oddest counts", () => {
    const odd = chancesToBeBest([
      { shown: 1_000_000_000, joined: 900_000_000 },
      { shown: 0, joined: 50 },
      { shown: 3, joined: 0 },
    ]);
    for (const chance of odd) {
      expect(chance).toBeGreaterThanOrEqual(0);
      expect(chance).toBeLessThanOrEqual(1);
    }
    expect(sum(odd)).toBeCloseTo(1, 6);
  });
});

/** Gamma variables of whole shape as sums of exponentials, from a fixed sequence. */
function simulated(arms: { shown: number; joined: number }[]): number {
  let seed = 42;
  const random = () => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return (seed + 0.5) / 2 ** 32;
  };
  const guess = 2_001 / 141;
  const draw = ({ shown, joined }: { shown: number; joined: number }) => {
    let total = 0;
    for (let n = 0; n < 1 + joined / 2; n += 1) total -= Math.log(random());
    return total / (guess + shown / 2);
  };
  const rounds = 20_000;
  let won = 0;
  for (let round = 0; round < rounds; round += 1) {
    const [one = 0, other = 0] = arms.map(draw);
    if (other > one) won += 1;
  }
  return won / rounds;
}

describe("the verdict", () => {
  it("waits for 50 supporters each and 10 people, however far apart they are", () => {
    expect(
      verdictOn([
        { shown: 49, joined: 0 },
        { shown: 500, joined: 90 },
      ]).verdict,
    ).toBe("early");
    expect(
      verdictOn([
        { shown: 500, joined: 0 },
        { shown: 500, joined: 9 },
      ]).verdict,
    ).toBe("early");
  });

  it("is open while luck may be behind it, and sure from 95 %", () => {
    expect(
      verdictOn([
        { shown: 300, joined: 20 },
        { shown: 300, joined: 24 },
      ]),
    ).toMatchObject({
      verdict: "open",
      best: 1,
    });
    expect(
      verdictOn([
        { shown: 3_000, joined: 300 },
        { shown: 3_000, joined: 180 },
      ]),
    ).toMatchObject({
      verdict: "sure",
      best: 0,
    });
  });
});

describe("the weights", () => {
  it("are even at first, then lean to the better, and leave each a tenth", () => {
    expect(
      weightsFor([
        { shown: 10, joined: 9 },
        { shown: 10, joined: 1 },
      ]),
    ).toEqual([0.5, 0.5]);
    const weights = weightsFor([
      { shown: 5_000, joined: 900 },
      { shown: 5_000, joined: 300 },
      { shown: 5_000, joined: 200 },
      { shown: 5_000, joined: 100 },
    ]);
    expect(weights[0]).toBeGreaterThan(0.69);
    for (const weight of weights) expect(weight).toBeGreaterThanOrEqual(0.1);
    expect(sum(weights)).toBeCloseTo(1, 9);
  });
});

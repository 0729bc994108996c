import { describe, expect, it } from "vitest";
import { judge, wilson } from "./verdict";

const plan = { measure: "opens" as const, unsubscribeShareMax: null };
const count = (variantNo: number, did: number, sent: number, unsubscribed = 0) => ({
  ...{ variantNo, did, sent, unsubscribed },
});

describe("the interval of a share", () => {
  it("is Wilson's, with known values", () => {
    const { low, high } = wilson(20, 100);
    expect(low).toBeCloseTo(0.1334, 3);
    expect(high).toBeCloseTo(0.2888, 3);
  });

  it("stays within 0 and 1, and says nothing of nobody", () => {
    expect(wilson(0, 10).low).toBe(0);
    expect(wilson(10, 10).high).toBe(1);
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
    for (let did = 0; did <= 40; did += 1) {
      const { low, high } = wilson(did, 40);
      expect(low).toBeLessThanOrEqual(did / 40);
      expect(high).toBeGreaterThanOrEqual(did / 40);
    }
  });
});

describe("a verdict", () => {
  it("is clear when chance does not explain the difference", () => {
    expect(judge([count(1, 100, 1000), count(2, 160, 1000)], plan, 5)).toMatchObject({
      ...{ bestNo: 2, is: "clear", judgedAt: 5 },
    });
  });

  it("is close when it may", () => {
    expect(judge([count(1, 100, 1000), count(2, 110, 1000)], plan, 5)).toMatchObject({
      bestNo: 2,
      is: "close",
    });
  });

  it("asks for more the more variants there are", () => {
    const pair = [count(1, 100, 1000), count(2, 129, 1000)];
    expect(judge(pair, plan, 5).is).toBe("clear");
    const many = [...pair, ...[3, 4, 5, 6, 7, 8].map((no) => count(no, 100, 1000))];
    expect(judge(many, plan, 5).is).toBe("close");
  });

  it("calls a tie one, and nothing nothing, and names the first", () => {
    expect(judge([count(2, 50, 500), count(1, 100, 1000)], plan, 5)).toMatchObject({ bestNo: 1, is: "tie" });
    expect(judge([count(2, 0, 500), count(1, 0, 500)], plan, 5)).toMatchObject({ bestNo: 1, is: "nothing" });
  });

  it("trips above the share of unsubscribes that is allowed, not at it", () => {
    const trips = (unsubscribed: number) =>
      judge([count(1, 5, 500, unsubscribed), count(2, 4, 500)], { ...plan, unsubscribeShareMax: 100 }, 5)
        .isTripped;
    expect([trips(10), trips(11)]).toEqual([false, true]);
  });
});

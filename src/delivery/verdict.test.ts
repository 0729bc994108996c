import { describe, expect, it } from "vitest";
import type { CohortCount } from "./types";
import { judge, judgeCohorts, wilson } from "./verdict";

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

  it("is not clear among a handful, however far apart they are", () => {
    expect(judge([count(1, 0, 40), count(2, 19, 40)], plan, 5)).toMatchObject({ bestNo: 2, is: "close" });
    expect(judge([count(1, 0, 40), count(2, 20, 40)], plan, 5)).toMatchObject({ bestNo: 2, is: "clear" });
    // Nor where nearly everybody did it.
    expect(judge([count(1, 25, 40), count(2, 39, 40)], plan, 5)).toMatchObject({ bestNo: 2, is: "close" });
    // What counts is how many would have left it if they were alike, not how few left the best.
    expect(judge([count(1, 11, 71), count(2, 46, 53)], plan, 5)).toMatchObject({ bestNo: 2, is: "clear" });
  });

  it("asks for more the more variants there are", () => {
    const pair = [count(1, 100, 1000), count(2, 129, 1000)];
    expect(judge(pair, plan, 5).is).toBe("clear");
    const many = [...pair, ...[3, 4, 5, 6, 7, 8].map((no) => count(no, 100, 1000))];
    expect(judge(many, plan, 5).is).toBe("close");
    const eight = [count(1, 137, 1000), ...[2, 3, 4, 5, 6, 7, 8].map((no) => count(no, 96, 1000))];
    const all = [...eight, ...Array.from({ length: 16 }, (_, at) => count(at + 9, 96, 1000))];
    expect([judge(eight, plan, 5).is, judge(all, plan, 5).is]).toEqual(["clear", "close"]);
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

describe("the cohorts of a test down the list", () => {
  const down = {
    ...{ size: 1000, isInOrder: true, shareOfBestMin: 50 },
    ...{ unsubscribeShareMax: 100, complaintShareMax: 10 },
  };
  const people = [9, 9, 9, 9, 9];
  const of = (cohort: number, did: number, more: Partial<CohortCount> = {}): CohortCount => ({
    ...{ cohort, variantNo: 1, sent: 1000, did, unsubscribed: 0, complained: 0, ...more },
  });
  const faults = (counts: CohortCount[], plan: Partial<typeof down> = {}, there = people) =>
    judgeCohorts(counts, there, { ...down, ...plan }, 1).map(({ fault }) => fault);

  it("perform from a share of the best on, and the first that fails ends the list", () => {
    const counts = [of(1, 100), of(2, 50), of(3, 49), of(4, 90), of(5, 10)];
    expect(faults(counts)).toEqual([null, null, "share", "older", "share"]);
    expect(faults(counts, { isInOrder: false })).toEqual([null, null, "share", null, "share"]);
  });

  it("fail by unsubscribes and complaints above what is allowed, not at it, and may be allowed any", () => {
    const counts = [
      of(1, 90),
      of(2, 90, { unsubscribed: 10, complained: 1 }),
      of(3, 90, { unsubscribed: 11 }),
    ];
    const more = [...counts, of(4, 90, { complained: 2 }), of(5, 90)];
    expect(faults(more, { isInOrder: false })).toEqual([null, null, "unsubscribed", "complained", null]);
    const any = { unsubscribeShareMax: null, complaintShareMax: null } as unknown as Partial<typeof down>;
    expect(faults(more, any)).toEqual([null, null, null, null, null]);
  });

  it("are held to the cohort that is surely best: a lucky few set no standard", () => {
    const counts = [of(1, 3, { sent: 3 }), of(2, 100), of(3, 60), of(4, 60), of(5, 60)];
    expect(faults(counts)).toEqual([null, null, null, null, null]);
    const few = [of(1, 3, { sent: 3 }), of(2, 20, { sent: 40 }), of(3, 9, { sent: 40 })];
    expect(faults(few, { isInOrder: false }).slice(0, 3)).toEqual([null, null, "share"]);
  });

  it("fail when nobody does what is measured or nothing is known; one that nobody is in fails no other", () => {
    expect(faults([of(1, 0), of(2, 0), of(3, 0), of(4, 0), of(5, 0)])).toEqual(Array(5).fill("share"));
    expect(faults([of(1, 90), of(3, 90), of(4, 90)], {}, [9, 0, 9, 9, 9])).toEqual([
      ...[null, "nobody", null, null],
      "unknown",
    ]);
  });

  it("fail no older one when hardly anybody was tried of them, unless even so it cannot be chance", () => {
    const tiny = [of(1, 0, { sent: 3 }), of(3, 100), of(4, 90), of(5, 1, { sent: 20, unsubscribed: 1 })];
    expect(faults(tiny)).toEqual(["share", "unknown", null, null, "unsubscribed"]);
    const few = [of(1, 4, { sent: 4, unsubscribed: 1 }), of(2, 100), of(3, 90), of(4, 90), of(5, 90)];
    expect(faults(few)).toEqual(["unsubscribed", null, null, null, null]);
    const sure = [of(1, 19, { sent: 20 }), of(2, 0, { sent: 20 }), of(3, 18, { sent: 20 })];
    expect(faults(sure)).toEqual([null, "share", "older", "unknown", "unknown"]);
  });

  it("go by the variant asked for, and say when they are near the limit", () => {
    const counts = [
      of(1, 100),
      of(1, 10, { variantNo: 2 }),
      of(2, 48),
      of(2, 90, { variantNo: 2 }),
      of(3, 5),
    ];
    const [first, second, third] = judgeCohorts(counts, people, down, 1);
    expect(first).toMatchObject({ did: 100, fault: null, isClose: false });
    expect(second).toMatchObject({ did: 48, fault: "share", isClose: true });
    expect(third).toMatchObject({ isClose: false });
    expect(judgeCohorts(counts, people, down, 2)[0]).toMatchObject({ did: 10, fault: "share" });
  });
});

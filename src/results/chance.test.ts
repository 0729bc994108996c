import { describe, expect, it } from "vitest";
import { intervalOf, verdictOf } from "./chance";
import { medianOf } from "./figures";

describe("an interval", () => {
  // As R's prop.test(…, correct = FALSE) gives them.
  it.each([
    [0, 10, 0, 0.27754],
    [10, 10, 0.72246, 1],
    [50, 100, 0.40383, 0.59617],
    [20, 1_000, 0.01299, 0.0307],
  ])("of %i among %i", (did, of, low, high) => {
    const interval = intervalOf({ did, of });
    expect(interval?.low).toBeCloseTo(low, 4);
    expect(interval?.high).toBeCloseTo(high, 4);
  });

  it("of nobody is none, and acts of one person twice are no more than all", () => {
    expect(intervalOf({ did: 0, of: 0 })).toBeNull();
    expect(intervalOf({ did: 12, of: 10 })?.high).toBe(1);
  });
});

describe("the verdict on variants", () => {
  const due = { at: 1_000, now: 1_000 };
  const far = [
    { variantNo: 1, did: 90, of: 1_000 },
    { variantNo: 2, did: 150, of: 1_000 },
  ];

  it("names who is ahead by more than chance", () => {
    expect(verdictOf(far, due)).toEqual({ is: "ahead", variantNo: 2 });
  });

  it("is not given before its time, however far apart they are", () => {
    expect(verdictOf(far, { at: 1_000, now: 999 })).toEqual({ is: "not_yet", at: 1_000 });
    expect(verdictOf(far, { at: null, now: 999 })).toEqual({ is: "not_yet", at: null });
  });

  it("names nobody where chance may be all", () => {
    const near = [
      { variantNo: 1, did: 100, of: 1_000 },
      { variantNo: 2, did: 110, of: 1_000 },
    ];
    expect(verdictOf(near, due)).toEqual({ is: "even" });
  });

  it("names nobody among a handful", () => {
    const few = [
      { variantNo: 1, did: 0, of: 40 },
      { variantNo: 2, did: 9, of: 40 },
    ];
    expect(verdictOf(few, due)).toEqual({ is: "too_few" });
    expect(verdictOf([{ variantNo: 1, did: 90, of: 1_000 }], due)).toEqual({ is: "too_few" });
    expect(verdictOf([], due)).toEqual({ is: "too_few" });
  });

  it("asks more of the first among many, who is ahead by luck more often", () => {
    const two = [
      { variantNo: 1, did: 90, of: 1_000 },
      { variantNo: 2, did: 120, of: 1_000 },
    ];
    expect(verdictOf(two, due)).toEqual({ is: "ahead", variantNo: 2 });
    const more = [3, 4, 5].map((variantNo) => ({ variantNo, did: 90, of: 1_000 }));
    expect(verdictOf([...two, ...more], due)).toEqual({ is: "even" });
  });
});

describe("the median", () => {
  it("is the middle one, or between the two in the middle", () => {
    expect(medianOf([3, 1, 2])).toBe(2);
    expect(medianOf([4, 1, 2, 3])).toBe(2.5);
    expect(medianOf([])).toBeNull();
  });
});

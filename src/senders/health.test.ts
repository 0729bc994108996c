import { describe, expect, it } from "vitest";
import { type Numbers, type Reception, verdictOn, withMore } from "./health";
import { WARM_UP_CURVE, warmUpMost, warmUpStep } from "./warm-up";

const NOW = 1_000_000_000;
const of = (sent: number, hard: number, complaints = 0): Reception => ({ sent, hard, complaints, marks: [] });
const why = (...recent: Reception[]) => verdictOn(recent, NOW)?.why ?? null;

describe("the health brake", () => {
  it("stops above two bounces in a hundred, and not at two", () => {
    expect(why(of(1_000, 20))).toBeNull();
    expect(why(of(1_000, 21))).toBe("bounces");
  });

  it("stops above one complaint in a thousand, and not at one", () => {
    expect(why(of(1_000, 0, 1))).toBeNull();
    expect(why(of(1_000, 0, 2))).toBe("complaints");
    expect(why(of(3_000, 0, 3))).toBeNull();
    expect(why(of(3_000, 0, 4))).toBe("complaints");
  });

  it("says nothing of a few mails", () => {
    expect(why(of(99, 50))).toBeNull();
    expect(why(of(150, 4))).toBeNull();
    expect(why(of(150, 5))).toBe("bounces");
    expect(why(of(20, 0, 1))).toBeNull();
    expect(why(of(20, 0, 2))).toBe("complaints");
  });

  it("judges small mailings together with those before them, until they are a thousand", () => {
    expect(why(of(50, 4), of(50, 1))).toBe("bounces");
    expect(why(of(50, 4), of(5_000, 10))).toBeNull();
    expect(why(of(1_000, 5), of(1_000, 500))).toBeNull();
  });

  it("sees a bad end behind a good beginning", () => {
    let reception = of(0, 0);
    const minute = (at: number, more: Numbers) => {
      reception = withMore(reception, more, NOW + at * 60_000);
      return verdictOn([reception], NOW + at * 60_000)?.why ?? null;
    };
    for (let at = 0; at < 30; at += 1)
      expect(minute(at, { sent: 10_000, hard: 50, complaints: 0 })).toBeNull();
    const ends = Array.from({ length: 12 }, (_, at) =>
      minute(30 + at, { sent: 10_000, hard: 500, complaints: 0 }),
    );
    expect(ends).toContain("bounces");
    expect(reception.hard).toBeLessThan(0.02 * reception.sent);
  });

  it("does not stop for what trickles in after a large mailing", () => {
    let reception = of(0, 0);
    reception = withMore(reception, { sent: 500_000, hard: 2_000, complaints: 0 }, NOW);
    for (let at = 1; at < 600; at += 1) {
      reception = withMore(reception, { sent: 0, hard: 2, complaints: at % 2 }, NOW + at * 60_000);
      expect(verdictOn([reception], NOW + at * 60_000)).toBeNull();
    }
    expect(reception.marks.length).toBeLessThanOrEqual(12);
  });
});

describe("a new domain", () => {
  it("may send more each day that it was used, until it is warm", () => {
    const curve = [...WARM_UP_CURVE];
    expect(curve).toEqual(curve.toSorted((a, b) => a - b));
    expect(warmUpMost(0)).toBe(500);
    expect(warmUpMost(curve.length)).toBeNull();
    expect(warmUpStep(0, 200)).toBe(1);
    expect(warmUpStep(0, 199)).toBe(0);
    expect(warmUpStep(curve.length, 5_000_000)).toBe(curve.length);
  });
});

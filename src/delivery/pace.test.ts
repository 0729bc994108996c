import { describe, expect, it } from "vitest";
import { retryDelayS, TRIES_MAX } from "./outcomes";
import { HourlyPace, Speed, underWayMax } from "./pace";
import type { PageReport } from "./types";
import { UnderWay } from "./under-way";

describe("the pace of an hour", () => {
  it("lets no more leave in an hour than it says, evenly, whoever asks how often", () => {
    const pace = new HourlyPace();
    let left = 0;
    let inFirstHalf = 0;
    for (let now = 0; now < 3_600_000; now += 137) {
      const { most } = pace.look(600, now);
      pace.take(most);
      left += most;
      if (now < 1_800_000) inFirstHalf += most;
    }
    expect(left).toBeGreaterThan(590);
    expect(left).toBeLessThanOrEqual(601);
    expect(Math.abs(inFirstHalf * 2 - left)).toBeLessThan(5);
  });

  it("lets a second's worth leave together", () => {
    const pace = new HourlyPace();
    const lumps = [];
    for (let now = 0; now < 60_000; now += 50) {
      const { most } = pace.look(82_800, now);
      pace.take(most);
      if (most > 0) lumps.push(most);
    }
    expect(lumps.length).toBeLessThan(62);
    expect(lumps.reduce((sum, most) => sum + most, 0)).toBeGreaterThan(23 * 57);
  });

  it("says when the next may leave, and saves no more than two seconds' worth", () => {
    const pace = new HourlyPace();
    expect(pace.look(60, 0)).toEqual({ most: 1, nextMs: 0 });
    pace.take(1);
    expect(pace.look(60, 1).nextMs).toBeGreaterThan(59_000);
    expect(pace.look(3_600_000, 10_000_000).most).toBeLessThanOrEqual(2_000);
    expect(new HourlyPace().look(null, 5).most).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("how much is under way", () => {
  it("is two seconds of work at the speed of late, within limits", () => {
    const speed = new Speed();
    for (let now = 1_000; now <= 21_000; now += 100) speed.note(100, now);
    expect(speed.at(21_000)).toBeGreaterThan(900);
    expect(speed.at(21_000)).toBeLessThan(1_100);
    expect(underWayMax(speed.at(21_000))).toBeGreaterThan(1_800);
    expect(underWayMax(0)).toBe(400);
    expect(underWayMax(1e9)).toBe(20_000);
    expect(new Speed().at(5)).toBe(0);
  });

  const report = (driver: UnderWay, pageNo: number, changes: Partial<PageReport> = {}): PageReport => ({
    ...{ pageNo, driver: driver.name, accepted: 0, permanent: 0, transient: 0, unknown: 0, leftOut: 0 },
    ...{ notRendered: 0, released: 0, trouble: null, why: "" },
    ...changes,
  });

  it("counts a page until it is reported, once, by its own driver", () => {
    const underWay = new UnderWay();
    underWay.issued(1, 100, 0);
    underWay.issued(2, 50, 0);
    expect(underWay.count).toBe(150);
    expect(underWay.done(report(new UnderWay(), 1), 10)).toBe(false);
    expect(underWay.done(report(underWay, 1, { accepted: 100 }), 10)).toBe(true);
    expect(underWay.done(report(underWay, 1, { accepted: 100 }), 10)).toBe(false);
    expect(underWay.count).toBe(50);
    expect(underWay.takeReports()).toHaveLength(1);
    expect(underWay.takeReports()).toHaveLength(0);
  });

  it("gives up a page nobody reports, and waits longer each time nothing is heard", () => {
    const underWay = new UnderWay();
    underWay.issued(1, 100, 0);
    expect(underWay.forgetLost(19_000)).toBe(0);
    expect(underWay.forgetLost(20_000)).toBe(1);
    underWay.issued(2, 100, 20_000);
    expect(underWay.forgetLost(41_000)).toBe(0);
    expect(underWay.forgetLost(60_000)).toBe(1);
    underWay.issued(3, 100, 60_000);
    underWay.done(report(underWay, 3), 61_000);
    underWay.issued(4, 100, 61_000);
    expect(underWay.forgetLost(81_000)).toBe(1);
  });

  it("says that something is wrong when most goes wrong, and not for a few", () => {
    const underWay = new UnderWay();
    const note = (pageNo: number, changes: Partial<PageReport>) => {
      underWay.issued(pageNo, 100, 0);
      underWay.done(report(underWay, pageNo, changes), 0);
    };
    note(1, { accepted: 51, permanent: 49 });
    expect(underWay.whatIsWrong()).toBeNull();
    note(2, { transient: 100 });
    expect(underWay.whatIsWrong()).toBe("refused");
    underWay.rest();
    note(3, { unknown: 60, accepted: 40 });
    expect(underWay.whatIsWrong()).toBe("unknown");
  });
});

it("tries for about three days", () => {
  let sum = 0;
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) sum += retryDelayS(tries);
  expect(sum / 3_600).toBeGreaterThan(66);
  expect(sum / 3_600).toBeLessThan(76);
});

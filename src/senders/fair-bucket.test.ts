import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FairBucket } from "./fair-bucket";

type Asker = { group: string; name: string };

/** Everybody asks again as soon as they were told to, for so many seconds. Gives what each got. */
function race(
  askers: (Asker & { want(now: number): number })[],
  { perSecond, seconds, pace }: { perSecond: number; seconds: number; pace?: number },
): number[] {
  const bucket = new FairBucket();
  const got = askers.map(() => 0);
  const due = askers.map((_, position) => position);
  for (let now = 0; now < seconds * 1000; now += 1) {
    for (const [position, asker] of askers.entries()) {
      if ((due[position] ?? 0) > now) continue;
      const { granted, retryAfterMs } = bucket.take(asker, asker.want(now), { perSecond, now });
      got[position] = (got[position] ?? 0) + granted;
      due[position] = now + (pace ?? Math.max(1, retryAfterMs || 1000));
    }
  }
  return got;
}

const greedy = () => 1_000_000;

describe("one asker", () => {
  it("gets the whole pace, and no more", () => {
    const [got = 0] = race([{ group: "1", name: "a", want: greedy }], { perSecond: 100, seconds: 60 });
    expect(got).toBeGreaterThan(100 * 60 * 0.95);
    expect(got).toBeLessThanOrEqual(100 * 60 + 50);
  });

  it("gets half a second's tokens at once after a restart, and two seconds' after a rest", () => {
    const bucket = new FairBucket();
    const asker = { group: "1", name: "a" };
    const take = (now: number) => bucket.take(asker, 10_000, { perSecond: 100, now }).granted;
    expect(take(0)).toBe(50);
    expect(take(1)).toBe(0);
    expect(take(3_600_000)).toBe(200);
  });

  it("is told when what it lacks will be there", () => {
    const bucket = new FairBucket();
    const asker = { group: "1", name: "a" };
    expect(bucket.take(asker, 50, { perSecond: 100, now: 0 })).toEqual({ granted: 50, retryAfterMs: 0 });
    expect(bucket.take(asker, 50, { perSecond: 100, now: 0 })).toEqual({ granted: 0, retryAfterMs: 500 });
    expect(bucket.take(asker, 50, { perSecond: 100, now: 500 }).granted).toBe(50);
  });

  it("gets through even at one mail in seconds", () => {
    const [got = 0] = race([{ group: "1", name: "a", want: () => 1 }], {
      perSecond: 0.5,
      seconds: 100,
      pace: 100,
    });
    expect(got).toBeGreaterThanOrEqual(48);
    expect(got).toBeLessThanOrEqual(51);
  });
});

describe("several askers", () => {
  it("share in equal parts, whoever asks first and most often", () => {
    const [one = 0, other = 0] = race(
      [
        { group: "1", name: "a", want: greedy },
        { group: "2", name: "b", want: greedy },
      ],
      { perSecond: 1_000, seconds: 60 },
    );
    expect(one / other).toBeGreaterThan(0.95);
    expect(one / other).toBeLessThan(1.05);
    expect(one + other).toBeGreaterThan(1_000 * 60 * 0.95);
  });

  it("share between groups first: three mailings of one group get together what the other's one gets", () => {
    const got = race(
      [
        ...["a", "b", "c"].map((name) => ({ group: "1", name, want: greedy })),
        { group: "2", name: "d", want: greedy },
      ],
      { perSecond: 600, seconds: 60 },
    );
    const [a = 0, b = 0, c = 0, d = 0] = got;
    expect((a + b + c) / d).toBeGreaterThan(0.95);
    expect((a + b + c) / d).toBeLessThan(1.1);
    expect(Math.max(a, b, c) / Math.min(a, b, c)).toBeLessThan(1.1);
  });

  it("leave to others what they have no use for", () => {
    const [modest = 0, big = 0] = race(
      [
        { group: "1", name: "a", want: () => 10 },
        { group: "2", name: "b", want: greedy },
      ],
      { perSecond: 1_000, seconds: 60 },
    );
    expect(modest).toBeGreaterThanOrEqual(10 * 59);
    expect(big).toBeGreaterThan(1_000 * 60 * 0.9);
  });

  it("count no more once they stopped asking", () => {
    const [gone = 0, here = 0] = race(
      [
        { group: "1", name: "a", want: (now) => (now < 1_000 ? 1_000_000 : 0) },
        { group: "2", name: "b", want: greedy },
      ],
      { perSecond: 100, seconds: 120 },
    );
    expect(gone).toBeLessThan(400);
    expect(here).toBeGreaterThan(100 * 120 * 0.9);
  });

  it("all get through when there are more of them than tokens", () => {
    const askers = Array.from({ length: 60 }, (_, n) => ({ group: String(n), name: "a", want: greedy }));
    const got = race(askers, { perSecond: 14, seconds: 20 });
    expect(Math.min(...got)).toBeGreaterThan(0);
    expect(got.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(14 * 20 + 60);
  });

  it("never get more together than the pace, whatever they ask and when", () => {
    const steps = fc.array(fc.tuple(fc.nat(3), fc.nat(3), fc.nat(5_000), fc.nat(15_000)), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, fc.integer({ min: 20, max: 2_000 }), (asked, perSecond) => {
        const bucket = new FairBucket();
        let now = 0;
        let granted = 0;
        for (const [group, name, want, waitMs] of asked) {
          now += waitMs;
          const got = bucket.take({ group: String(group), name: String(name) }, want, { perSecond, now });
          expect(got.granted).toBeGreaterThanOrEqual(0);
          expect(got.granted).toBeLessThanOrEqual(want);
          granted += got.granted;
        }
        expect(granted).toBeLessThanOrEqual(perSecond * (0.5 + now / 1000) + 1);
      }),
    );
  });
});

import { describe, expect, it } from "vitest";
import { familyOf, mailboxes, mailboxOf } from "../platform/mail/mailbox-provider";
import type { MailResult } from "../platform/mail/transport";
import {
  allowed,
  type Bucket,
  brakedPace,
  cutPace,
  filled,
  isDeferring,
  latelyPerHour,
  mailboxTogether,
  PACE_MIN,
  withMailboxes,
} from "../senders/mailbox-pace";
import { retryDelayS, TRIES_MAX } from "./outcomes";
import { HourlyPace, Speed, underWayMax } from "./pace";
import { countMailbox, isDeferral } from "./pace-counts";
import type { MailboxReports, PageReport } from "./types";
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
    ...{ notRendered: 0, released: 0, trouble: null, why: "", mailboxes: {} },
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

  it("hears of a page after it was given up, and gives up the next ones later", () => {
    const underWay = new UnderWay();
    underWay.issued(1, 200, 0);
    expect(underWay.forgetLost(20_000)).toBe(1);
    // Whoever is left of it is given out again, and finds some of them done.
    underWay.issued(2, 200, 20_000);
    expect(underWay.done(report(underWay, 1, { accepted: 150, permanent: 40 }), 50_000)).toBe(true);
    expect(underWay.done(report(underWay, 1, { accepted: 150 }), 50_000)).toBe(false);
    expect(underWay.done(report(underWay, 2, { accepted: 10 }), 51_000)).toBe(true);
    expect(underWay.takeReports().map(({ permanent, unused }) => [permanent, unused])).toEqual([
      [40, 10],
      [0, 190],
    ]);
    underWay.issued(3, 200, 51_000);
    expect(underWay.forgetLost(120_000)).toBe(0);
    expect(underWay.forgetLost(152_000)).toBe(1);
  });

  it("tells the gate what became of pages that were out when it stood still, and blames nobody anew for it", () => {
    const underWay = new UnderWay();
    underWay.issued(1, 100, 0);
    underWay.issued(2, 100, 0);
    underWay.done(report(underWay, 1, { released: 100, trouble: "sender" }), 10);
    underWay.rest();
    expect(underWay.count).toBe(0);
    expect(underWay.done(report(underWay, 2, { unknown: 60, trouble: "sender" }), 20)).toBe(false);
    expect(
      underWay.takeReports().map(({ trouble, unknown, unused }) => ({ trouble, unknown, unused })),
    ).toEqual([
      { trouble: null, unknown: 0, unused: 0 },
      { trouble: null, unknown: 60, unused: 40 },
    ]);
    expect(underWay.whatIsWrong()).toBeNull();
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

describe("the pace of a mailbox provider", () => {
  const deferral: MailResult = { outcome: "transient", reason: "to_450_4.7.28" };

  it("lets no more leave in any hour than it says, in lumps of about two minutes, whatever is asked how often", () => {
    for (const perHour of [20, 60, 137, 500, 90_000]) {
      let bucket: Bucket | null = null;
      const left: { at: number; most: number }[] = [];
      for (let now = 0; now < 3 * 3_600_000; now += 1_711) {
        bucket = filled(bucket, perHour, now);
        const { most, retryMs } = allowed(bucket, perHour, 1_000_000);
        expect(retryMs).toBeGreaterThan(0);
        if (most > 0) left.push({ at: now, most });
        bucket = { ...bucket, tokens: bucket.tokens - most };
      }
      for (const { at } of left) {
        const inHour = left.filter((each) => each.at >= at && each.at < at + 3_600_000);
        expect(inHour.reduce((sum, { most }) => sum + most, 0)).toBeLessThanOrEqual(perHour);
      }
      const all = left.reduce((sum, { most }) => sum + most, 0);
      expect(all).toBeGreaterThan(3 * perHour * 0.9 - 2);
      expect(left.length).toBeLessThan(3 * 62);
    }
  });

  it("says when the next lump may leave, and grants what is asked for when that is less", () => {
    const empty = { tokens: 0, at: 0 };
    const { most, retryMs } = allowed(filled(empty, 600, 1_000), 600, 50);
    expect(most).toBe(0);
    expect(allowed(filled(empty, 600, 1_000 + retryMs), 600, 50).most).toBe(20);
    expect(allowed(filled(empty, 600, 32_000), 600, 5)).toMatchObject({ most: 5 });
  });

  it("is halved, then grows by tenths of what it was, and is over when it is that again", () => {
    const cut = cutPace(null, { why: "deferred", known: null, taken: 6_000, handed: 6_000, now: 0 });
    if (!cut) throw new Error("not cut");
    expect(cut).toMatchObject({ perHour: 3_000, before: 6_000 });
    expect(brakedPace(cut, 599_999)).toBe(3_000);
    expect(brakedPace(cut, 600_000)).toBe(3_600);
    expect(brakedPace(cut, 5 * 600_000)).toBeNull();
    // Where nothing was taken it begins at the bottom, and grows towards what there was to send.
    const nothing = cutPace(null, { why: "deferred", known: null, taken: 0, handed: 6_000, now: 0 });
    expect(nothing).toMatchObject({ perHour: PACE_MIN, before: 6_000 });
    // What was under way when it was cut says nothing.
    expect(
      cutPace(cut, { why: "deferred", known: 3_000, taken: 9_999, handed: 9_999, now: 299_999 }),
    ).toBeNull();
    const again = cutPace(cut, { why: "bounces", known: 3_000, taken: 9_999, handed: 9_999, now: 300_000 });
    expect(again).toMatchObject({ perHour: 1_500, before: 6_000, why: "bounces" });
    let lowest = again;
    for (let now = 600_000; now < 9_000_000; now += 300_000)
      lowest =
        cutPace(lowest, {
          why: "deferred",
          known: (lowest && brakedPace(lowest, now)) ?? 0,
          taken: 0,
          handed: 0,
          now,
        }) ?? lowest;
    expect(lowest?.perHour).toBe(PACE_MIN);
    expect(lowest && brakedPace(lowest, 9_000_000 + 100 * 60_000)).toBeNull();
  });

  it("judges by the newest mailings alone, as the sender is judged", () => {
    const of = (sent: number, hard: number) => withMailboxes({}, { gmail: { sent, hard } }, 0);
    const newest = [of(600, 0), of(500, 1), of(5_000, 900)];
    expect(mailboxTogether(newest, "gmail")).toMatchObject({ sent: 1_100, hard: 1 });
    expect(mailboxTogether([{}, of(10, 9)], "gmail")).toMatchObject({ sent: 10, hard: 9 });
  });

  it("takes for a sign what is put off more than now and then, lately", () => {
    const counted = (sent: number, deferred: number, now: number, tallies = {}) =>
      withMailboxes(tallies, { gmail: { sent, deferred } }, now);
    const tally = (tallies: ReturnType<typeof counted>) => {
      if (!tallies.gmail) throw new Error("nothing counted");
      return tallies.gmail;
    };
    expect(isDeferring(tally(counted(0, 2, 0)))).toBe(false);
    expect(isDeferring(tally(counted(97, 3, 0)))).toBe(false);
    expect(isDeferring(tally(counted(20, 3, 0)))).toBe(true);
    // A good beginning does not hide a bad end, and an old bad one is forgotten.
    const good = counted(100_000, 0, 0);
    expect(isDeferring(tally(counted(0, 50, 700_000, good)))).toBe(true);
    expect(isDeferring(tally(counted(10, 0, 700_000, counted(0, 50, 0))))).toBe(false);
    expect(latelyPerHour(tally(counted(200, 0, 0)), 2_000).taken).toBe(12_000);
    expect(latelyPerHour(tally(counted(200, 0, 300_000, counted(200, 0, 0))), 360_000).taken).toBe(4_000);
  });

  it("knows a refusal of a mailbox's provider from those of a mailbox, of our relay and of ourselves", () => {
    const is = (reason: string) => isDeferral({ outcome: "transient", reason });
    for (const reason of ["to_450_4.7.28", "to_421", "text_451_4.7.650", "to_451_4.4.2"])
      expect(is(reason), reason).toBe(true);
    for (const reason of ["to_452_4.2.2", "to_450_4.1.1", "from_451_4.7.1", "smtp_lost", "to_452_4.3.1"])
      expect(is(reason), reason).toBe(false);
    expect(is("TooManyRequestsException")).toBe(false);
    expect(isDeferral({ outcome: "permanent", reason: "to_450_4.7.28" })).toBe(false);
  });

  it("counts by provider what was handed over, and nothing of a domain of one's own", () => {
    const reports: MailboxReports = {};
    const count = (to: string, result: MailResult) => countMailbox(reports, to, result);
    count("a@gmail.com", { outcome: "accepted", id: "m" });
    count("a@gmail.com", deferral);
    count("a@gmail.com", { outcome: "transient", reason: "slow" });
    count("a@hotmail.fr", { outcome: "permanent", reason: "no" });
    count("a@group.example", { outcome: "accepted", id: "m" });
    expect(reports).toEqual({
      gmail: { sent: 1, hard: 0, deferred: 1 },
      outlook: { sent: 1, hard: 1, deferred: 0 },
    });
    expect(mailboxes.map((mailbox) => mailbox !== "others")).toEqual([1, 1, 1, 1, 1, 1, 0].map(Boolean));
    expect(mailboxOf("a@yahoo.co.uk")).toBe("yahoo");
    expect(familyOf("Proton")).toBe("others");
  });

  it("stops no mailing for what one provider puts off, and still for what most put off", () => {
    const underWay = new UnderWay();
    const page = (pageNo: number, changes: Partial<PageReport>) => {
      underWay.issued(pageNo, 100, 0);
      underWay.done(
        {
          ...{ pageNo, driver: underWay.name, accepted: 0, permanent: 0, transient: 0, unknown: 0 },
          ...{ leftOut: 0, notRendered: 0, released: 0, trouble: null, why: "", mailboxes: {} },
          ...changes,
        },
        0,
      );
    };
    page(1, { transient: 100, mailboxes: { gmail: { sent: 0, hard: 0, deferred: 100 } } });
    expect(underWay.whatIsWrong()).toBeNull();
    page(2, { transient: 60, accepted: 40, mailboxes: { yahoo: { sent: 40, hard: 0, deferred: 60 } } });
    expect(underWay.whatIsWrong()).toBe("refused");
    // One deferral of a provider that took nearly all: what it took went well all the same.
    underWay.rest();
    page(3, {
      ...{ accepted: 900, permanent: 60, transient: 1 },
      mailboxes: { gmail: { sent: 900, hard: 0, deferred: 1 } },
    });
    expect(underWay.whatIsWrong()).toBeNull();
  });
});

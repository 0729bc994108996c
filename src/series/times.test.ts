import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { localTimeAt } from "../platform/local-time";
import { lastDue, runAfter, runsAhead } from "./times";
import { type Plan, planSchema } from "./types";

const planOf = (changes: Partial<Plan>): Plan =>
  planSchema.parse({
    every: "day",
    at: "09:00",
    timeZone: "America/Toronto",
    from: "2026-01-01",
    ...changes,
  });
const at = (text: string) => Date.parse(text);
const iso = (moments: readonly number[]) => moments.map((moment) => new Date(moment).toISOString());

describe("when a series runs", () => {
  it("keeps its time on the clock when the clocks change", () => {
    // Toronto puts its clocks forward on 8 March 2026, and back on 1 November.
    expect(iso(runsAhead(planOf({}), at("2026-03-07T00:00Z"), 3))).toEqual([
      "2026-03-07T14:00:00.000Z",
      "2026-03-08T13:00:00.000Z",
      "2026-03-09T13:00:00.000Z",
    ]);
    expect(iso(runsAhead(planOf({}), at("2026-10-31T13:00Z"), 2))).toEqual([
      "2026-11-01T14:00:00.000Z",
      "2026-11-02T14:00:00.000Z",
    ]);
  });

  it("runs once on a day whose clocks leave its time out, and once on one that has it twice", () => {
    const night = planOf({ at: "02:30" });
    expect(iso(runsAhead(night, at("2026-03-07T12:00Z"), 2))).toEqual([
      "2026-03-08T07:30:00.000Z",
      "2026-03-09T06:30:00.000Z",
    ]);
    const twice = planOf({ at: "01:30" });
    expect(iso(runsAhead(twice, at("2026-10-31T12:00Z"), 2))).toEqual([
      "2026-11-01T05:30:00.000Z",
      "2026-11-02T06:30:00.000Z",
    ]);
    // Samoa had no 30 December 2011 at all.
    const samoa = planOf({ timeZone: "Pacific/Apia", from: "2011-12-01" });
    const around = runsAhead(samoa, at("2011-12-29T00:00Z"), 4).map((moment) =>
      localTimeAt(moment, "Pacific/Apia"),
    );
    expect(new Set(around).size).toBe(4);
  });

  it("knows weekdays, days of the month, and the last of each", () => {
    const weekly = planOf({ every: "week", weekdays: [1, 4] });
    expect(iso(runsAhead(weekly, at("2026-11-22T00:00Z"), 3))).toEqual([
      "2026-11-23T14:00:00.000Z",
      "2026-11-26T14:00:00.000Z",
      "2026-11-30T14:00:00.000Z",
    ]);
    const days = (monthDay: number) =>
      runsAhead(planOf({ every: "month", monthDay }), at("2028-01-15T00:00Z"), 3).map((moment) =>
        localTimeAt(moment, "America/Toronto").slice(0, 10),
      );
    expect(days(31)).toEqual(["2028-01-31", "2028-02-29", "2028-03-31"]);
    expect(days(30)).toEqual(["2028-01-30", "2028-02-29", "2028-03-30"]);
    expect(days(5)).toEqual(["2028-02-05", "2028-03-05", "2028-04-05"]);
  });

  it("begins on its first day and ends after its last, both within", () => {
    const plan = planOf({ from: "2026-11-25", until: "2026-11-26" });
    expect(iso(runsAhead(plan, at("2026-11-01T00:00Z"), 9))).toEqual([
      "2026-11-25T14:00:00.000Z",
      "2026-11-26T14:00:00.000Z",
    ]);
    expect(runAfter(planOf({ every: "week", weekdays: [] }), at("2026-11-01T00:00Z"))).toBeNull();
  });

  it("runs only the last of what passed, and counts the rest", () => {
    const plan = planOf({});
    expect(lastDue(plan, at("2026-11-20T14:00Z"), at("2026-11-20T14:00:30Z"))).toEqual({
      at: at("2026-11-20T14:00Z"),
      missed: 0,
    });
    expect(lastDue(plan, at("2026-11-20T14:00Z"), at("2026-11-23T13:59Z"))).toEqual({
      at: at("2026-11-22T14:00Z"),
      missed: 2,
    });
  });

  it("gives moments that rise, each on a day of its own, whatever the plan and the zone", () => {
    const plans = fc.record({
      every: fc.constantFrom("day" as const, "week" as const, "month" as const),
      weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }),
      monthDay: fc.integer({ min: 1, max: 31 }),
      at: fc
        .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
        .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":")),
      timeZone: fc.constantFrom(
        "America/Toronto",
        "Europe/Paris",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "UTC",
        "Asia/Kolkata",
      ),
    });
    const start = fc.integer({ min: at("2024-01-01T00:00Z"), max: at("2030-01-01T00:00Z") });
    fc.assert(
      fc.property(plans, start, (changes, after) => {
        const plan = planOf({ ...changes, from: "2020-01-01" });
        const runs = runsAhead(plan, after, 12);
        expect(runs).toHaveLength(12);
        const days = runs.map((moment) => localTimeAt(moment, plan.timeZone).slice(0, 10));
        expect(new Set(days).size).toBe(12);
        expect(runs.every((moment, index) => moment > (runs[index - 1] ?? after))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

import { describe, expect, it } from "vitest";
import { datesAfter, impossibleDates, onDate } from "./series";
import { shiftsOffered } from "./shifts";
import { isOver, overAt, shiftSpan, spanOf, timeProblems } from "./times";
import { type EventSettings, eventSettings, USUAL_MS } from "./types";
import { sayWhen, whenLine } from "./words";

const NOW = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;

const event = (settings: Partial<EventSettings>) =>
  eventSettings.parse({ timeZone: "America/Toronto", startsAt: "2026-03-12T19:00", ...settings });
const problems = (settings: Partial<EventSettings>) =>
  Object.fromEntries(
    Object.entries(timeProblems(event(settings), NOW)).map(([field, { key }]) => [field, key]),
  );

describe("the times of an event", () => {
  it("are fine when the end follows the start, or nobody has said", () => {
    expect(problems({ endsAt: "2026-03-12T21:00" })).toEqual({});
    expect(problems({ endsAt: "" })).toEqual({});
    expect(problems({ startsAt: "" })).toEqual({});
  });

  it.each([
    [
      "the hour that the clocks leave out",
      { startsAt: "2026-03-08T02:30" },
      { startsAt: "events.problems.gap" },
    ],
    [
      "an end that they leave out",
      { startsAt: "2026-03-08T01:30", endsAt: "2026-03-08T02:00" },
      { endsAt: "events.problems.gap" },
    ],
    [
      "an hour that comes twice, unless one says which",
      { startsAt: "2026-11-01T01:30" },
      { startsAt: "events.problems.twice" },
    ],
    ["an end before the start", { endsAt: "2026-03-12T18:00" }, { endsAt: "events.problems.endsBefore" }],
    ["an end that is the start", { endsAt: "2026-03-12T19:00" }, { endsAt: "events.problems.endsBefore" }],
    [
      "an end without a start",
      { startsAt: "", endsAt: "2026-03-12T19:00" },
      { startsAt: "events.problems.noStart" },
    ],
    ["an event of a month and a half", { endsAt: "2026-04-30T19:00" }, { endsAt: "events.problems.tooLong" }],
    ["the 30th of February", { startsAt: "2026-02-30T10:00" }, { startsAt: "events.problems.time" }],
    ["words", { startsAt: "next Tuesday" }, { startsAt: "events.problems.time" }],
    ["the year 1", { startsAt: "0001-01-01T10:00" }, { startsAt: "events.problems.year" }],
    ["the year 9999", { startsAt: "9999-12-31T23:59" }, { startsAt: "events.problems.year" }],
    ["a zone nobody lives in", { timeZone: "Mars/Olympus" }, { timeZone: "events.problems.timeZone" }],
    [
      "an offset, which knows no summer time",
      { timeZone: "+02:00" },
      { timeZone: "events.problems.timeZone" },
    ],
  ])("are refused for %s", (_what, settings, expected) => {
    expect(problems(settings)).toEqual(expected);
  });

  it("are refused for a shift by its own row", () => {
    const shift = { key: "sa", name: "", startsAt: "2026-03-08T02:15", endsAt: "", capacity: 3 };
    const other = { ...shift, key: "sb", startsAt: "2026-03-12T19:00", endsAt: "2026-03-12T18:00" };
    expect(problems({ shifts: [shift, other] })).toEqual({
      "shifts.0.startsAt": "events.problems.gap",
      "shifts.1.endsAt": "events.problems.endsBefore",
    });
  });

  it("are the moments the clocks of the place show, the second of two where that is meant", () => {
    const span = (settings: Partial<EventSettings>) => spanOf(event(settings));
    expect(span({ startsAt: "2026-07-01T19:00" })?.start).toBe(Date.UTC(2026, 6, 1, 23));
    expect(span({ startsAt: "2026-11-01T01:30", startsTwice: "earlier" })?.start).toBe(
      Date.UTC(2026, 10, 1, 5, 30),
    );
    expect(span({ startsAt: "2026-11-01T01:30", startsTwice: "later" })?.start).toBe(
      Date.UTC(2026, 10, 1, 6, 30),
    );
    expect(span({ startsAt: "" })).toBeNull();
    const twice = span({ startsAt: "2026-11-01T01:30", startsTwice: "earlier", endsAt: "2026-11-01T01:45" });
    expect(twice?.end).toBe(Date.UTC(2026, 10, 1, 6, 45));
  });

  it("are over at the end, a while after the start, after the last shift, or once it is called off", () => {
    const start = Date.UTC(2026, 2, 12, 23);
    expect(overAt(event({}))).toBe(start + USUAL_MS);
    const shift = {
      key: "sa",
      name: "",
      startsAt: "2026-03-13T08:00",
      endsAt: "2026-03-13T10:00",
      capacity: null,
    };
    expect(overAt(event({ endsAt: "2026-03-12T21:00", shifts: [shift] }))).toBe(start + 15 * HOUR_MS);
    expect(shiftSpan(event({}), shift)?.start).toBe(start + 13 * HOUR_MS);
    const snapshot = (settings: Partial<EventSettings>) =>
      ({ action: { settings: event(settings) } }) as unknown as Parameters<typeof isOver>[0];
    expect(isOver(snapshot({}), start)).toBe(false);
    expect(isOver(snapshot({}), start + USUAL_MS)).toBe(true);
    expect(isOver(snapshot({ cancelled: { at: 1, note: "" } }), 0)).toBe(true);
    expect(isOver(snapshot({ startsAt: "" }), Number.MAX_SAFE_INTEGER)).toBe(false);
  });

  it("leave out shifts that are over, but for whoever holds one, and while any is left", () => {
    const shift = (key: string, startsAt: string) => ({
      key,
      name: "",
      startsAt,
      endsAt: "",
      capacity: null,
    });
    const settings = event({ shifts: [shift("s1", "2026-03-12T19:00"), shift("s2", "2026-03-13T08:00")] });
    const start = spanOf(settings)?.start ?? 0;
    const offered = (now: number, held: string[] = []) =>
      shiftsOffered(settings, now, held).map(({ key }) => key);
    expect(offered(start)).toEqual(["s1", "s2"]);
    expect(offered(start + USUAL_MS)).toEqual(["s2"]);
    expect(offered(start + USUAL_MS, ["s1"])).toEqual(["s1", "s2"]);
    expect(offered(start + 30 * HOUR_MS), "the event goes on").toEqual(["s1", "s2"]);
  });

  it("are said in the language of the page by the clock of the place, with the zone by its name", () => {
    const settings = event({ endsAt: "2026-03-12T21:00" });
    const plain = (text: string) => text.replace(/[\u2009\u202f\u00a0]/g, " ");
    expect(plain(whenLine(settings, "en"))).toBe(
      "Thursday, March 12, 2026, 7:00 – 9:00 PM (Eastern Daylight Time)",
    );
    expect(plain(whenLine(settings, "fr"))).toBe(
      "jeudi 12 mars 2026, 19:00 – 21:00 (heure d’été de l’Est nord-américain)",
    );
    expect(plain(whenLine(settings, "es"))).toMatch(
      /^jueves, 12 de marzo de 2026, 19:00–21:00 \(.*verano.*\)$/,
    );
    const night = spanOf(event({ endsAt: "2026-03-13T02:00" }));
    expect(night && plain(sayWhen(night, "en", "America/Toronto").hours)).toContain("March 13");
  });
});

describe("a series", () => {
  it("keeps its time of day over a change of the clocks", () => {
    const dates = datesAfter("2026-03-05T19:00", "weekly", 2);
    expect(dates).toEqual(["2026-03-12T19:00", "2026-03-19T19:00"]);
    const [before, after] = ["2026-03-05T19:00", "2026-03-12T19:00"].map(
      (at) => spanOf(event({ startsAt: at }))?.start ?? 0,
    );
    expect((after ?? 0) - (before ?? 0)).toBe(7 * 24 * HOUR_MS - HOUR_MS);
  });

  it("of every month counts from the first, so that the 31st comes back", () => {
    expect(datesAfter("2026-01-31T10:00", "monthly", 3)).toEqual([
      "2026-02-28T10:00",
      "2026-03-31T10:00",
      "2026-04-30T10:00",
    ]);
    expect(datesAfter("2026-01-31T10:00", "fortnightly", 1)).toEqual(["2026-02-14T10:00"]);
  });

  it("moves the end and the shifts along, and is not called off with the first", () => {
    const shift = {
      key: "sa",
      name: "",
      startsAt: "2026-03-12T18:00",
      endsAt: "2026-03-12T18:30",
      capacity: 2,
    };
    const settings = event({ endsAt: "2026-03-13T01:00", shifts: [shift], cancelled: { at: 1, note: "" } });
    expect(onDate(settings, "2026-03-19T19:00")).toMatchObject({
      startsAt: "2026-03-19T19:00",
      endsAt: "2026-03-20T01:00",
      shifts: [{ key: "sa", startsAt: "2026-03-19T18:00", endsAt: "2026-03-19T18:30" }],
      cancelled: null,
    });
  });

  it("knows which of its dates no clock shows", () => {
    const settings = event({ startsAt: "2026-03-01T02:30" });
    const dates = datesAfter("2026-03-01T02:30", "weekly", 2);
    expect(impossibleDates(settings, dates, NOW)).toEqual(["2026-03-08T02:30"]);
  });
});

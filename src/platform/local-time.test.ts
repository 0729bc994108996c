import { describe, expect, it } from "vitest";
import { addToLocalTime, localTimeAt, momentOf, momentsOf, parseLocalTime } from "./local-time";

const TORONTO = "America/Toronto";
const utc = (moments: number[]) => moments.map((at) => new Date(at).toISOString());

describe("a local time", () => {
  it("is read as browsers and people write it", () => {
    for (const text of [
      "2026-03-12T19:00",
      "2026-03-12 19:00",
      "2026-03-12T19:00:00",
      " 2026-03-12T19:00:00.000 ",
    ])
      expect(parseLocalTime(text), text).toBe("2026-03-12T19:00");
  });

  it.each([
    "2026-02-30T19:00",
    "2025-02-29T10:00",
    "2026-13-01T10:00",
    "2026-03-12T24:00",
    "2026-03-12T19:60",
    "2026-03-12T19:00:30",
    "2026-03-12",
    "19:00",
    "12026-03-12T19:00",
    "2026-03-12T19:00Z",
    "2026-03-12T19:00-05:00[America/Toronto]",
    "",
    "tomorrow",
  ])("is refused when no clock shows it: %s", (text) => {
    expect(parseLocalTime(text)).toBeNull();
  });

  it("has one moment on most days, none where clocks go forward and two where they go back", () => {
    expect(utc(momentsOf("2026-03-12T19:00", TORONTO))).toEqual(["2026-03-12T23:00:00.000Z"]);
    expect(momentsOf("2026-03-08T02:30", TORONTO)).toEqual([]);
    expect(utc(momentsOf("2026-11-01T01:30", TORONTO))).toEqual([
      "2026-11-01T05:30:00.000Z",
      "2026-11-01T06:30:00.000Z",
    ]);
    // Lord Howe Island moves by half an hour, Samoa left out a whole day.
    expect(momentsOf("2026-10-04T02:15", "Australia/Lord_Howe")).toEqual([]);
    expect(momentsOf("2011-12-30T12:00", "Pacific/Apia")).toEqual([]);
    expect(momentsOf("2026-03-08T02:30", "America/Phoenix")).toHaveLength(1);
  });

  it("of two moments is the one asked for", () => {
    const [first = 0, second = 0] = momentsOf("2026-11-01T01:30", TORONTO);
    expect(momentOf("2026-11-01T01:30", TORONTO)).toBe(first);
    expect(momentOf("2026-11-01T01:30", TORONTO, "later")).toBe(second);
    expect(localTimeAt(first, TORONTO)).toBe(localTimeAt(second, TORONTO));
  });

  it("keeps its time of day from week to week and month to month, whatever the clocks do", () => {
    expect(addToLocalTime("2026-03-05T19:00", { days: 7 })).toBe("2026-03-12T19:00");
    expect(addToLocalTime("2026-01-31T19:00", { months: 1 })).toBe("2026-02-28T19:00");
  });
});

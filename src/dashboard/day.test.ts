import { describe, expect, it } from "vitest";
import { startOfDay } from "./day";

const iso = (text: string, zone: string, plus = 0) => {
  const at = startOfDay(text, zone, plus);
  return at === null ? null : new Date(at).toISOString();
};

describe("the start of a day", () => {
  it("is midnight of the group's own clocks", () => {
    expect(iso("2026-03-12", "UTC")).toBe("2026-03-12T00:00:00.000Z");
    expect(iso("2026-03-12", "America/Toronto")).toBe("2026-03-12T04:00:00.000Z");
    expect(iso("2026-01-12", "America/Toronto")).toBe("2026-01-12T05:00:00.000Z");
    expect(iso("2026-03-12", "Asia/Kathmandu")).toBe("2026-03-11T18:15:00.000Z");
  });

  it("is right on the days the clocks change", () => {
    expect(iso("2026-03-08", "America/Toronto")).toBe("2026-03-08T05:00:00.000Z");
    expect(iso("2026-03-08", "America/Toronto", 1)).toBe("2026-03-09T04:00:00.000Z");
    expect(iso("2026-10-25", "Europe/Paris")).toBe("2026-10-24T22:00:00.000Z");
    expect(iso("2026-10-25", "Europe/Paris", 1)).toBe("2026-10-25T23:00:00.000Z");
  });

  it("is none for what is no day", () => {
    for (const text of [
      "",
      "yesterday",
      "2026-13-01",
      "2026-02-30",
      "0001-01-01",
      "2026-3-1",
      "99999-01-01",
      "2026-01-01T00:00",
    ]) {
      expect(startOfDay(text, "UTC")).toBeNull();
    }
  });
});

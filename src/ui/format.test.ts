import { expect, test } from "vitest";
import * as format from "./format";

const now = Date.parse("2026-03-12T18:05:00Z");
const zone = "America/Toronto";
const plain = (text: string) => text.replace(/[\u00A0\u202F]/g, " ");

test("numbers are grouped as each language groups them, four digits too", () => {
  expect(format.formatNumber(12409, "en")).toBe("12,409");
  expect(plain(format.formatNumber(12409, "fr"))).toBe("12 409");
  expect(plain(format.formatNumber(1204, "es"))).toMatch(/^1[. ]204$/);
});

test("a share of a goal is rounded down, so that almost is never all", () => {
  expect(format.formatPercent(0.999, "en")).toBe("99%");
  expect(format.formatPercent(0.29, "en")).toBe("29%");
  expect(plain(format.formatPercent(1, "fr"))).toBe("100 %");
});

test("money comes from minor units, whatever the currency divides into", () => {
  expect(format.formatMoney(2500, "USD", "en")).toBe("$25");
  expect(format.formatMoney(2550, "USD", "en")).toBe("$25.50");
  expect(plain(format.formatMoney(2550, "EUR", "fr"))).toBe("25,50 €");
  expect(format.formatMoney(2500, "JPY", "en")).toBe("¥2,500");
});

test("names are joined as a person would join them", () => {
  expect(format.formatList(["Ana", "Bo", "Cy"], "fr")).toBe("Ana, Bo et Cy");
  expect(format.formatList(["Ana", "Bo"], "es", { or: true })).toBe("Ana o Bo");
});

test("a day is said as seen from the time zone, not from UTC", () => {
  const lateYesterdayThere = Date.parse("2026-03-12T03:30:00Z");
  expect(plain(format.formatSaid(lateYesterdayThere, "en", zone, now))).toBe("yesterday, 11:30 PM");
  expect(plain(format.formatSaid(lateYesterdayThere, "fr", "Europe/Paris", now))).toMatch(
    /^aujourd’hui, 0?4:30$/,
  );
});

test("an older day loses its time, then gains its year", () => {
  expect(format.formatSaid(Date.parse("2026-02-01T18:00:00Z"), "en", zone, now)).toBe("February 1");
  expect(format.formatSaid(Date.parse("2024-02-01T18:00:00Z"), "fr", zone, now)).toBe("1 février 2024");
});

test("the night the clocks change is still one night", () => {
  const before = Date.parse("2026-03-07T20:00:00Z");
  const after = Date.parse("2026-03-08T20:00:00Z");
  expect(format.formatSaid(before, "en", zone, after)).toMatch(/^yesterday/);
});

test.each([
  [-30_000, "now"],
  [-3 * 60_000, "3 minutes ago"],
  [-119 * 60_000, "1 hour ago"],
  [-26 * 3_600_000, "yesterday"],
  [3 * 86_400_000, "in 3 days"],
  [-400 * 86_400_000, "last year"],
])("%i ms away is %s", (distance, words) => {
  expect(format.formatRelative(now + distance, "en", now)).toBe(words);
});

test("the exact time names its zone", () => {
  expect(plain(format.formatExact(now, "en", zone))).toBe("Thursday, March 12, 2026 at 2:05 PM EDT");
});

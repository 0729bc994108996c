import { describe, expect, test } from "vitest";
import { readDay } from "./answer-date";
import { NUMBER_MAX, readNumber } from "./answer-number";

describe("a number as people write it", () => {
  test.each([
    ["12", "en-CA", 12],
    [" 1 234,5 ", "fr-CA", 1234.5],
    ["1\u202f234,5", "fr-FR", 1234.5],
    ["1,234.5", "en-US", 1234.5],
    ["1.234,5", "es-ES", 1234.5],
    ["1'234.5", "en-CA", 1234.5],
    ["1,5", "en-CA", 1.5],
    ["1.5", "fr-FR", 1.5],
    ["1,234", "en-CA", 1234],
    ["1,234", "fr-FR", 1.234],
    ["1.234", "en-CA", 1.234],
    ["1.234", "es-ES", 1234],
    ["1.234", "es-MX", 1.234],
    ["0,234", "en-CA", 0.234],
    ["1,234,567", "fr-FR", 1_234_567],
    ["1.234.567", "en-CA", 1_234_567],
    ["-3", "en-CA", -3],
    ["\u22123", "en-CA", -3],
    ["+7", "en-CA", 7],
    [".5", "en-CA", 0.5],
    ["5.", "en-CA", 5],
    ["-0", "en-CA", 0],
    ["007", "en-CA", 7],
    [String(NUMBER_MAX), "en-CA", NUMBER_MAX],
  ])("%s in %s is %d", (text, place, value) => {
    expect(readNumber(text, place)).toBe(value);
  });

  test.each([
    "",
    "many",
    "1e3",
    "0x10",
    "1,2,3",
    "1.2.3",
    "12,34,567",
    "1.5,5.5",
    "--1",
    "1-2",
    "5 %",
    "$5",
    "Infinity",
    "NaN",
    "١٢",
    "1000000000001",
    "0.1234567",
    "9".repeat(400),
  ])("%j is none", (text) => {
    expect(readNumber(text, "en-CA")).toBeNull();
  });
});

describe("a day", () => {
  test.each([
    ["2026-03-12", "2026-03-12"],
    ["2026-3-1", "2026-03-01"],
    ["2024-02-29", "2024-02-29"],
    ["1900-01-01", "1900-01-01"],
    ["2199-12-31", "2199-12-31"],
  ])("%s is %s", (text, day) => {
    expect(readDay(text)).toBe(day);
  });

  test.each([
    "",
    "2026-02-29",
    "2026-02-30",
    "2026-04-31",
    "2026-00-10",
    "2026-13-01",
    "2026-01-00",
    "0001-01-01",
    "1899-12-31",
    "2200-01-01",
    "9999-12-31",
    "26-03-12",
    "12/03/2026",
    "2026-03-12T10:00",
    "tomorrow",
  ])("%j is none", (text) => {
    expect(readDay(text)).toBeNull();
  });
});

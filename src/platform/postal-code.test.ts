import { expect, test } from "vitest";
import { normalisePostalCode } from "./postal-code";

test.each([
  [" k1a0b1 ", "CA", "K1A 0B1"],
  ["K1A-0B1", "CA", "K1A 0B1"],
  ["sw1a1aa", "GB", "SW1A 1AA"],
  ["902101234", "US", "90210-1234"],
  ["90210", "US", "90210"],
  ["75011", "FR", "75011"],
  ["1012ab", "NL", "1012 AB"],
  ["110-0005", "JP", "110-0005"],
  ["K1A 0B1", "", "K1A 0B1"],
])("%j in %s is %j", (text, country, expected) => {
  expect(normalisePostalCode(text, country)).toBe(expected);
});

test.each(["", "   ", "<b>K1A</b>", "-", "1".repeat(13), "７５０１１"])("%j is no postal code", (text) => {
  expect(normalisePostalCode(text, "CA")).toBeNull();
});

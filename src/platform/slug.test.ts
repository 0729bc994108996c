import { expect, test } from "vitest";
import { slugOf } from "./slug";

test.each([
  ["L’Été, now!", 40, "lete-now"],
  ["Łódź – Straße", 40, "lodz-strasse"],
  ["ليلى", 40, ""],
  ["Clean air", 9, "clean-air"],
])("%j is addressed in Latin letters and digits", (text, max, slug) => {
  expect(slugOf(text, max)).toBe(slug);
});

test.each([
  ["Protect the marshes of the estuary", 30, "protect-the-marshes-of-the"],
  ["Protect the marshes", 12, "protect-the"],
  ["Protect the marshes", 11, "protect-the"],
  ["Donaudampfschifffahrtsgesellschaft", 10, "donaudampf"],
  ["A Donaudampfschifffahrtsgesellschaft", 10, "a-donaudam"],
])("%j is cut at the end of a word where one ends late enough", (text, max, slug) => {
  expect(slugOf(text, max)).toBe(slug);
});

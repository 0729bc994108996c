import { expect, it } from "vitest";
import { cleanLine, cleanText } from "./clean-text";

it.each([
  ["  a \t\n b  ", "a b"],
  ["Qui\u00a0? ", "Qui\u00a0?"],
  ["10\u202f000 \u00a0 $", "10\u202f000\u00a0$"],
  ["\u00a0 \u202f", ""],
  ["a\u2003b\u3000c", "a b c"],
  ["a\u202eb\u0000c\ud800", "abc\ufffd"],
])("the line %j is kept as %j", (typed, kept) => {
  expect(cleanLine(typed)).toBe(kept);
});

it("a text keeps its lines and no-break spaces, and loses what nobody types", () => {
  expect(cleanText(" a\u00a0!\r\n\tb\u2066 \n")).toBe("a\u00a0!\n b");
});

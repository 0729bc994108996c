import { expect, test } from "vitest";
import { normalisePhone } from "./phone";

test.each([
  ["(613) 555-0142", "CA", "+16135550142"],
  ["06 12 34 56 78", "FR", "+33612345678"],
  ["+34 612 34 56 78", "CA", "+34612345678"],
  ["613-555-0142 ext. 7", "CA", "+16135550142"],
])("%s in %s is %s", (text, country, expected) => {
  expect(normalisePhone(text, country)).toBe(expected);
});

test.each([
  ["", "CA"],
  ["12", "CA"],
  ["call me", "CA"],
  ["0612345678", ""],
  ["my number is 613 555 0142", "CA"],
  ["6135550142".repeat(10), "CA"],
  ["<script>", "ZZ"],
])("%s in %s is no number", (text, country) => {
  expect(normalisePhone(text, country)).toBeNull();
});

import { expect, it } from "vitest";
import { csvLine } from "./csv";

const cell = (value: string) => csvLine([value]).slice(0, -2);

it.each([
  ["plain; words - and 1+1", "plain; words - and 1+1"],
  ["a,b", '"a,b"'],
  ['say "yes"', '"say ""yes"""'],
  ["-12.5", "-12.5"],
  ["+15145550123", "+15145550123"],
  ["yes ;-)", "yes ;-)"],
  ["- one\n- two", '"\'- one\n- two"'],
])("writes %j so that a program reads it back", (value, written) => {
  expect(cell(value)).toBe(written);
});

it.each([
  ["=1+1", "'=1+1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", "'\t=1"],
  ["-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"],
  // Cells parted by semicolons: these begin one of their own.
  ["x;=1+1;y", "x;'=1+1;y"],
  ["x;@SUM(A1)", "x;'@SUM(A1)"],
  ["x;- HYPERLINK(A1)", "x;'- HYPERLINK(A1)"],
  ["x;+1|' /C calc'!A0", "x;'+1|' /C calc'!A0"],
  ['x;"=1+1"', `"x;'""=1+1"""`],
  ["x\n=1+1", '"x\n\'=1+1"'],
])("has no cell that a spreadsheet would calculate: %j", (value, written) => {
  expect(cell(value)).toBe(written);
});

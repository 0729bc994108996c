import { describe, expect, it } from "vitest";
import { CONDITIONS_MAX, FILTER_LENGTH_MAX, parseFilter } from "./filter";
import { momentIn } from "./moment";
import { filterClause, secondsClause, textClause } from "./store-filter";

const fields = ["email_address", "modified_date", "title"];
const read = (text: string) => parseFilter(text, fields, { email: "email_address" });
const one = (field: string, op: string, value: string) => ({ is: "filter", filter: { field, op, value } });

describe("a filter", () => {
  it.each([
    ["title eq 'Clean air'", "title", "eq", "Clean air"],
    ['title eq "Clean air"', "title", "eq", "Clean air"],
    ["modified_date gt 2014-01-01T00:00:00Z", "modified_date", "gt", "2014-01-01T00:00:00Z"],
    ["  title   NE\t'x'  ", "title", "ne", "x"],
    ["title eq 'O''Neil'", "title", "eq", "O'Neil"],
    ["title eq 'O\\'Neil'", "title", "eq", "O'Neil"],
    ["title eq ''", "title", "eq", ""],
    ["email eq 'a+b@example.org'", "email_address", "eq", "a+b@example.org"],
    ["title eq '1=1; DROP TABLE people; --'", "title", "eq", "1=1; DROP TABLE people; --"],
    ["title eq ') or (title ne '", "title", "eq", ") or (title ne "],
  ])("reads %s", (text, field, op, value) => {
    expect(read(text)).toEqual(one(field, op, value));
  });

  it.each(["", "  ", "None", "null", "undefined"])("of nothing (%o) is none", (text) => {
    expect(read(text)).toEqual({ is: "filter", filter: null });
  });

  it("binds `and` before `or`, and parentheses before both", () => {
    const title = (value: string) => ({ field: "title", op: "eq", value });
    expect(read("title eq 'a' or title eq 'b' and title eq 'c'")).toEqual({
      is: "filter",
      filter: { any: [title("a"), { all: [title("b"), title("c")] }] },
    });
    expect(read("(title eq 'a' or title eq 'b') and title eq 'c'")).toEqual({
      is: "filter",
      filter: { all: [{ any: [title("a"), title("b")] }, title("c")] },
    });
  });

  it.each([
    ["title", "after title"],
    ["title eq", "after title eq comes a value"],
    ["title like 'x'", "after title comes one of"],
    ["colour eq 'red'", "cannot filter by 'colour'"],
    ["__proto__ eq 'x'", "cannot filter by '__proto__'"],
    ["constructor eq 'x'", "cannot filter by 'constructor'"],
    ["title eq 'x", "a quote is missing"],
    ["title eq 'x' title eq 'y'", "more than it should"],
    ["(title eq 'x'", "not closed"],
    ["title eq 'x')", "more than it should"],
    ["'title' eq 'x'", "a filter reads"],
    ["((((((((((((((((((((((title eq 'x'", "too many parentheses"],
    [
      Array(CONDITIONS_MAX + 1)
        .fill("title eq 'x'")
        .join(" and "),
      "at most 20 conditions",
    ],
    [`title eq '${"x".repeat(FILTER_LENGTH_MAX)}'`, "at most 2000 characters"],
  ])("refuses %s", (text, reason) => {
    expect(read(text)).toEqual({ is: "wrong", reason: expect.stringContaining(reason) });
  });

  it("becomes SQL whose values are bound", () => {
    const parsed = read(
      "title eq '1'' OR 1=1' and (modified_date gt '2024-05-01' or modified_date le '2024-06-01')",
    );
    if (parsed.is === "wrong") throw new Error(parsed.reason);
    const clause = filterClause(parsed.filter, {
      title: (condition) => textClause("title", condition),
      modified_date: ({ op, value }) => secondsClause("changed_at", op, momentIn(value)),
    });
    expect(clause).toEqual({
      sql: "(title = ? AND (changed_at >= ? OR changed_at < ?))",
      values: ["1' OR 1=1", Date.UTC(2024, 4, 1) + 1000, Date.UTC(2024, 5, 1) + 1000],
    });
  });
});

describe("a moment", () => {
  it.each([
    ["2014-03-25", "2014-03-25T00:00:00.000Z"],
    ["2014-03-25T10:00:00Z", "2014-03-25T10:00:00.000Z"],
    ["2014-03-25 10:00:00", "2014-03-25T10:00:00.000Z"],
    ["2014-03-25T10:00:00.123456Z", "2014-03-25T10:00:00.000Z"],
    ["2014-03-25T10:00:00 00:00", "2014-03-25T10:00:00.000Z"],
    ["2014-03-25 10:00 0200", "2014-03-25T08:00:00.000Z"],
    ["2014-03-25T10:00+0200", "2014-03-25T08:00:00.000Z"],
    ["2014-03-25T10:00:00-05:30", "2014-03-25T15:30:00.000Z"],
  ])("is read from %s", (text, at) => {
    expect(momentIn(text)).toBe(Date.parse(at));
  });

  it.each([
    "",
    "yesterday",
    "2014-03-25 0200",
    "2014-13-01",
    "2014-02-30",
    "2014-3-5",
    "25/03/2014",
    "9".repeat(500),
  ])("is none for %s", (text) => {
    expect(momentIn(text)).toBeNull();
  });
});

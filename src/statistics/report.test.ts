import { describe, expect, it } from "vitest";
import { translator } from "../ui/i18n";
import { tableCsv } from "./csv";
import { conversionOf, reportOf } from "./report";
import { addCells, type Cell, type Days, PERSONAL_LINKS, QUARTER_MS, readTally, tallyText } from "./tally";

const quarter = (day: string, hour = 12) => (Date.parse(day) + hour * 3_600_000) / QUARTER_MS;

function daysOf(cells: Cell[]): Days {
  const days: Days = new Map();
  addCells(days, cells, "UTC");
  return days;
}

const cells: Cell[] = [
  [quarter("2026-03-01"), "flyer", "", "CA", "", 3, 2],
  [quarter("2026-03-09"), "share-facebook.b", "https://news.example/story", "FR", "", 2, 1],
  [quarter("2026-03-10"), "www.partner.example", "https://www.partner.example/page", "", "", 4, 0],
  [quarter("2026-03-10"), "r-ab12ab12ab12", "", "CA", "", 1, 1],
  [quarter("2026-03-10"), "r-cd34cd34cd34.facebook.b", "", "CA", "", 1, 0],
  [quarter("2026-03-10"), "embed", "", "CA", "", 1, 0],
  [quarter("2026-03-10"), "newsletter", "", "CA", "www.partner.example", 2, 0],
  [quarter("2026-03-10"), "blog.example", "", "CA", "embed", 1, 0],
];
const views = [
  { day: "2026-03-04", pageViews: 20, embedViews: 0 },
  { day: "2026-03-10", pageViews: 30, embedViews: 10 },
];
const week = reportOf({ days: daysOf(cells), views }, "7", "2026-03-10");

describe("a report", () => {
  it("covers the days of its range, today included, and the empty ones between", () => {
    expect(week.days.map(({ day }) => day)).toEqual(
      ["04", "05", "06", "07", "08", "09", "10"].map((day) => `2026-03-${day}`),
    );
    expect(week.total).toEqual({ people: 12, newToList: 2, pageViews: 50, embedViews: 10 });
    const all = reportOf({ days: daysOf(cells), views }, "all", "2026-03-10");
    expect(all.days).toHaveLength(10);
    expect(all.total.people).toBe(15);
  });

  it("tells the sites of embeds from the sources their links name, and counts supporters' own links together", () => {
    expect(week.sites.map(({ value, people }) => [value, people])).toEqual([
      ["www.partner.example", 6],
      ["embed", 2],
    ]);
    expect(week.embedded).toBe(8);
    expect(week.sources.find(({ value }) => value === "newsletter")?.people).toBe(2);
    expect(week.sources.find(({ value }) => value === PERSONAL_LINKS)).toMatchObject({
      people: 2,
      newToList: 1,
    });
    expect(week.shares).toEqual([
      { value: "share-facebook.b", way: "facebook", variant: "b", people: 3, newToList: 1 },
      { value: PERSONAL_LINKS, way: null, variant: "", people: 1, newToList: 1 },
    ]);
  });

  it("has no conversion without views", () => {
    expect(conversionOf(week.total)).toBeCloseTo(0.2);
    expect(conversionOf({ people: 2, pageViews: 0, embedViews: 0 })).toBeNull();
  });

  it("is a file whose cells no spreadsheet runs", () => {
    const days = daysOf([[quarter("2026-03-10"), "+cmd", "", "=HYPERLINK(1)", "", 1, 0]]);
    const report = reportOf({ days, views: [] }, "7", "2026-03-10");
    const t = translator("en");
    expect(tableCsv(t, "en", "countries", report)).toContain("\r\n'=HYPERLINK(1),1,0\r\n");
    expect(tableCsv(t, "en", "sources", report)).toContain("\r\n'+cmd,1,0\r\n");
    expect(tableCsv(t, "en", "days", week)).toContain("\r\n2026-03-10,10,1,30,10,0.2500\r\n");
    expect(tableCsv(t, "en", "shares", week)).toContain("\r\nFacebook,B,3,1\r\n");
  });
});

describe("a day", () => {
  it("is read as it was stored, whatever its values are called", () => {
    const day = daysOf([
      [quarter("2026-03-10"), "__proto__", '"quoted"', "constructor", "__proto__", 2, 1],
    ]).get("2026-03-10");
    expect(day && readTally(tallyText(day))).toEqual(day);
    expect(day?.sources.get("__proto__")).toEqual({ people: 2, newToList: 1 });
  });

  it("counts what is beyond so many different values together, and loses nobody", () => {
    const many = Array.from(
      { length: 500 },
      (_, no): Cell => [quarter("2026-03-10"), `s${no}`, `https://x.example/${no}`, "", "", 1, 0],
    );
    const day = daysOf([...many, ...many]).get("2026-03-10");
    expect(day?.people).toBe(1_000);
    expect(day?.sources.size).toBe(301);
    expect(day?.sources.get("*")?.people).toBe(400);
  });
});

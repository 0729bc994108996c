import { describe, expect, it } from "vitest";
import { agentOf } from "./agent";
import { within } from "./patience";
import { countedOn, type Decided, firstOf, isByMachine } from "./readings";

const PHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1";
const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36";
const GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
const GMAIL_AHEAD =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0";

function asked(agent: string, what: "open" | "click", more: { network?: string; method?: string } = {}) {
  const headers = new Headers(agent === "" ? {} : { "User-Agent": agent });
  return agentOf({ method: more.method ?? "GET", headers }, what, more.network ?? "");
}

describe("who opened a mail", () => {
  it.each([
    [PHONE, "open", {}, "person"],
    [PHONE, "click", {}, "person"],
    [GMAIL, "open", { network: "Google LLC" }, "person"],
    [GMAIL, "click", {}, "machine"],
    [GMAIL_AHEAD, "open", { network: "Google LLC" }, "machine"],
    ["Mozilla/5.0", "open", {}, "machine"],
    ["YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html", "open", {}, "person"],
    ["Mozilla/4.0 (compatible; ms-office; MSOffice 16)", "open", {}, "person"],
    ["Microsoft Office Existence Discovery", "click", {}, "machine"],
    ["Outlook-iOS/709.2226530.prod.iphone (3.24.0)", "open", {}, "person"],
    ["", "click", {}, "machine"],
    ["Barracuda Sentinel (EE)", "click", {}, "machine"],
    ["Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "click", {}, "machine"],
    ["curl/8.5.0", "open", {}, "machine"],
    [CHROME, "click", { network: "Microsoft Corporation" }, "unsure"],
    [CHROME, "click", { network: "Deutsche Telekom AG" }, "person"],
    [CHROME, "open", { method: "HEAD" }, "machine"],
  ] as const)("%s (%s, %j) is a %s", (agent, what, more, expected) => {
    expect(asked(agent, what, more)).toBe(expected);
  });

  it("is a machine when the browser fetches ahead of its reader", () => {
    const headers = new Headers({ "User-Agent": CHROME, "Sec-Purpose": "prefetch;prerender" });
    expect(agentOf({ method: "GET", headers }, "click", "")).toBe("machine");
  });
});

describe("what came right after a mail left", () => {
  it("was done by a machine when nobody could be so quick, or when it came from a data centre", () => {
    const sent = 1_000;
    expect(isByMachine({ a: 0, s: 1_001 }, sent)).toBe(true);
    expect(isByMachine({ a: 0, s: 1_002 }, sent)).toBe(false);
    expect(isByMachine({ a: 2, s: 1_059 }, sent)).toBe(true);
    expect(isByMachine({ a: 2, s: 1_060 }, sent)).toBe(false);
    expect(isByMachine({ a: 1, s: 90_000 }, sent)).toBe(true);
    expect(isByMachine({ a: 2, s: 1_000 }, null)).toBe(false);
  });
});

const did = (p: number, l: number, s: number, isMachine = false): Decided => ({
  reading: { p, l, s, a: 0 },
  isMachine,
  isUnknown: false,
});

describe("a page of readings", () => {
  const page = [
    did(1, 0, 7_300),
    did(1, 0, 7_250),
    did(1, 2, 7_400),
    did(1, 2, 7_390),
    did(2, 0, 7_260, true),
    did(2, 3, 7_261, true),
    did(3, 2, 11_000),
  ];

  it("comes down to the first opening and click of each, and who clicked what", () => {
    const { people, clicks } = firstOf(page);
    expect(people).toEqual([
      { p: 1, o: 7_250, c: 7_390, f: null },
      { p: 2, o: null, c: null, f: 1 },
      { p: 3, o: null, c: 11_000, f: null },
    ]);
    expect(clicks).toEqual([
      { p: 1, l: 2, s: 7_390 },
      { p: 3, l: 2, s: 11_000 },
    ]);
  });

  it("adds to what was counted before, hour by hour and link by link, and leaves that as it is", () => {
    const before = new Map([["h2", { opens: 5, machineOpens: 1, clicks: 0, machineClicks: 0 }]]);
    const counts = countedOn(before, page);
    expect(Object.fromEntries(counts)).toEqual({
      h2: { opens: 7, machineOpens: 2, clicks: 2, machineClicks: 1 },
      h3: { opens: 0, machineOpens: 0, clicks: 1, machineClicks: 0 },
      l2: { opens: 0, machineOpens: 0, clicks: 3, machineClicks: 0 },
      l3: { opens: 0, machineOpens: 0, clicks: 0, machineClicks: 1 },
    });
    expect(before.get("h2")?.opens).toBe(5);
  });
});

describe("a source that does not answer", () => {
  it("is given up in time, one that fails at once, and one that answers is heard", async () => {
    await expect(within(1, new Promise(() => {}))).rejects.toThrow("no answer within 1 ms");
    await expect(within(1_000, Promise.reject(new Error("refused")))).rejects.toThrow("refused");
    expect(await within(1_000, Promise.resolve(7))).toBe(7);
  });
});

import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { makeEvent } from "../../test/events";
import { changeGroup } from "../../test/groups";
import { makePetition } from "../../test/petitions";
import { forgetAll, makeSite, publicSite } from "../../test/public-site";
import { withoutD1 } from "../../test/refusing";

beforeEach(forgetAll);

const HOSTILE = `=2+2 & <b>"bold"</b> ]]> \u0007,;\\ ${"é".repeat(40)}`;
const PATHS = ["/feed.json", "/feed.xml", "/events.ics", "/counts.csv", "/counts.json"];

type Element = { name: string; text: string; children: Element[] };

/** Reads XML 1.0 as far as feeds go, and throws at whatever is not well-formed. */
function parseXml(xml: string): Element {
  const root: Element = { name: "", text: "", children: [] };
  const open = [root];
  let at = 0;
  const tag = /<(\?xml [^<>]*\?|\/([\w:]+)|([\w:]+)((?: [\w:]+="[^"<]*")*)(\/?))>/y;
  while (at < xml.length) {
    const top = open.at(-1) ?? root;
    tag.lastIndex = at;
    const found = tag.exec(xml);
    const [whole = "", , closed, opened, , isEmpty] = found ?? [];
    if (found) {
      at += whole.length;
      if (closed !== undefined && open.pop()?.name !== closed) throw new Error(`</${closed}> closes nothing`);
      if (opened !== undefined) {
        const element = { name: opened, text: "", children: [] };
        top.children.push(element);
        if (!isEmpty) open.push(element);
      }
      continue;
    }
    const end = xml.indexOf("<", at + 1);
    const text = xml.slice(at, end < 0 ? xml.length : end);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no place for them.
    if (/[<>\u0000-\u0008]|&(?!(?:amp|lt|gt|quot);)/.test(text))
      throw new Error(`not XML: ${text.slice(0, 40)}`);
    top.text += text.replace(
      /&(amp|lt|gt|quot);/g,
      (_, name) => ({ amp: "&", lt: "<", gt: ">", quot: '"' })[String(name)] ?? "",
    );
    at += text.length;
  }
  if (open.length !== 1) throw new Error("an element is not closed");
  return root.children[0] ?? root;
}

const texts = (element: Element, name: string): string[] => [
  ...(element.name === name ? [element.text] : []),
  ...element.children.flatMap((child) => texts(child, name)),
];

/** Content lines with the folded ones put together (RFC 5545 §3.1), as properties of each event. */
function parseCalendar(text: string): Record<string, string>[] {
  const lines = text.replace(/\r\n[ \t]/g, "").split("\r\n");
  expect(lines[0]).toBe("BEGIN:VCALENDAR");
  const events: Record<string, string>[] = [];
  for (const line of lines.filter((each) => each !== "")) {
    const [, name = "", value = ""] = /^([A-Z-]+)(?:;[^:]*)?:(.*)$/.exec(line) ?? [];
    if (name === "") throw new Error(`no content line: ${line}`);
    if (line === "BEGIN:VEVENT") events.push({});
    const event = events.at(-1);
    if (event) event[name] = value;
  }
  return events;
}

describe("feeds of actions", () => {
  test("hold what is public, newest first, once a set of translations, and read back whatever a title holds", async () => {
    const site = await makeSite({ title: "First", slug: "the-first" }, { name: "Riverside & <Friends>" });
    await makePetition(site.group, { title: HOSTILE, slug: "second" });
    await makePetition(site.group, { title: "Pas encore", slug: "unborn", status: "draft" });
    await makePetition(site.group, { title: "Stopped", slug: "halted", limitedAt: 1 });
    await makePetition(site.group, { title: "En français", slug: "francais", locale: "fr" });
    const json = JSON.parse(await (await site.get(`${site.origin}/feed.json`)).text());
    expect(json).toMatchObject({
      version: "https://jsonfeed.org/version/1.1",
      title: "Riverside & <Friends>",
      feed_url: `${site.origin}/feed.json`,
    });
    const titles = ["En français", HOSTILE, "First"];
    expect(json.items.map(({ title }: { title: string }) => title)).toEqual(titles);
    expect(json.items[2]).toMatchObject({
      id: `urn:uuid:${site.action.id}`,
      url: site.url,
      date_published: "2023-11-14T22:13:20.000Z",
    });
    const response = await site.get(`${site.origin}/feed.xml`);
    expect(response.headers.get("Content-Type")).toContain("application/rss+xml");
    const feed = parseXml(await response.text());
    expect(texts(feed, "title")).toEqual([
      "Riverside & <Friends>",
      ...titles.map((title) => title.replace("\u0007", "")),
    ]);
    expect(texts(feed, "content:encoded")[0]).toContain("<strong>1,200 cars</strong>");
    expect(texts(feed, "pubDate")[0]).toBe("Tue, 14 Nov 2023 22:13:20 GMT");
    const french = JSON.parse(
      await (await site.get(`${site.origin}/feed.json?lang=fr&kind=petitions`)).text(),
    );
    expect(french.items).toHaveLength(1);
    expect(french.feed_url).toBe(`${site.origin}/feed.json?kind=petitions&lang=fr`);
    const none = await site.get(`${site.origin}/feed.json?kind=nonsense`);
    expect([none.status, (await site.get(`${site.origin}/counts.csv?slug=unborn`)).status]).toEqual([
      404, 404,
    ]);
    expect(await (await site.get(`${site.origin}/`)).text()).toContain('type="application/rss+xml"');
  });

  test("are cached: a tag, 304 for whoever has it, HEAD without a body, and open to other sites", async () => {
    const site = await makeSite();
    for (const path of PATHS) {
      const first = await site.get(site.origin + path);
      const etag = first.headers.get("ETag") ?? "";
      expect([path, first.status, first.headers.get("Access-Control-Allow-Origin")]).toEqual([
        path,
        200,
        "*",
      ]);
      expect(first.headers.get("Cache-Control")).toMatch(/^public, max-age=(5|60)/);
      expect((await first.text()).length).toBeGreaterThan(20);
      for (const tag of [etag, `W/${etag}`]) {
        const again = await site.get(site.origin + path, { headers: { "If-None-Match": tag } });
        expect([path, again.status]).toEqual([path, 304]);
      }
      forgetAll();
      const anew = await site.get(site.origin + path, { method: "HEAD" });
      expect([path, anew.headers.get("ETag"), await anew.text()]).toEqual([path, etag, ""]);
      expect((await site.get(site.origin + path, { method: "OPTIONS" })).status).toBe(204);
    }
  });

  test("answer while every database is down, from what was published and listed", async () => {
    const site = await makeSite({ slug: "first" });
    await site.get(`${site.origin}/feed.json`);
    await site.settled();
    forgetAll();
    const down = publicSite(withoutD1(env));
    for (const path of PATHS)
      expect([path, (await down.get(site.origin + path)).status]).toEqual([path, 200]);
    const items = JSON.parse(await (await down.get(`${site.origin}/feed.json`)).text()).items;
    expect(items).toHaveLength(1);
  });

  test("are of the host's group alone, and of no host that is nobody's", async () => {
    const [one, other] = [await makeSite({ title: "Ours" }), await makeSite({ title: "Theirs" })];
    for (const path of PATHS) {
      const [ours, theirs] = [
        await (await one.get(one.origin + path)).text(),
        await (await one.get(other.origin + path)).text(),
      ];
      expect([path, ours.includes("Theirs"), theirs.includes("Ours")]).toEqual([path, false, false]);
      expect((await one.get(`http://nobody.localhost:8787${path}`)).status).toBe(404);
    }
    await changeGroup(one.group, { status: "suspended" });
    forgetAll();
    await env.SITES.delete(`site/${one.host}`);
    for (const path of PATHS) expect((await one.get(one.origin + path)).status).toBe(410);
  });
});

describe("the table of counts", () => {
  test("says what pages say, leaves out what they hide, and runs no formula", async () => {
    const site = await makeSite({
      title: HOSTILE,
      slug: "open",
      settings: { goal: { mode: "fixed", target: 5000 } },
    });
    await makePetition(site.group, { title: "Secret", slug: "hidden", settings: { showCount: false } });
    site.state.count = { total: 1204, recent: [{ name: "Somebody", place: "Toronto", at: 1, comment: "" }] };
    const response = await site.get(`${site.origin}/counts.csv`);
    const text = await response.text();
    expect(response.headers.get("Cache-Control")).toContain("max-age=5");
    expect(text).not.toMatch(/Secret|Somebody|Toronto/);
    const [head, line = "", end] = text.split("\r\n");
    expect([head, end]).toEqual(["kind,slug,title,count,goal,shown,url,modified", ""]);
    expect(line.startsWith(`petition,open,"'=2+2 & <b>""bold""</b>`)).toBe(true);
    expect(line).toContain(`,1204,5000,"1,204",${site.origin}/petitions/open,20`);
    const { actions } = JSON.parse(await (await site.get(`${site.origin}/counts.json`)).text());
    expect(actions).toEqual([
      expect.objectContaining({ slug: "open", count: 1204, goal: 5000, shown: "1,204" }),
    ]);
  });

  test("leaves a count open that nobody can say, and shows the rest", async () => {
    const site = await makeSite({ slug: "open" });
    site.state.isHomeDown = true;
    expect(await (await site.get(`${site.origin}/counts.csv`)).text()).toContain(",,,,http");
  });
});

describe("the calendar of a group", () => {
  test("names each event the same for ever, raises its number when it changes, and keeps what is called off", async () => {
    const { owner, href, open } = await makeEvent({}, HOSTILE.replace("\u0007", ""));
    const calendar = async () => {
      forgetAll();
      const response = await open("/events.ics");
      const text = await response.text();
      expect(response.headers.get("Content-Type")).toBe("text/calendar; charset=utf-8");
      const long = text.split("\r\n").filter((line) => new TextEncoder().encode(line).length > 75);
      expect(long).toEqual([]);
      const [event] = parseCalendar(text);
      if (!event) throw new Error("no event");
      return event;
    };
    const before = await calendar();
    expect(before).toMatchObject({ STATUS: "CONFIRMED", DTSTAMP: expect.stringMatching(/^\d{8}T\d{6}Z$/) });
    expect(before.SUMMARY).toContain("]]> \\,\\;\\\\");
    expect(before["LAST-MODIFIED"]).toBe(before.DTSTAMP);
    expect(await calendar(), "as it was while nothing changes").toEqual(before);
    const cancelled = await owner.post(`${href}/cancellation`, { note: "Snow" });
    expect(cancelled.status, await cancelled.text()).toBe(303);
    const after = await calendar();
    expect([after.UID, after.STATUS]).toEqual([before.UID, "CANCELLED"]);
    expect(Number(after.SEQUENCE)).toBeGreaterThan(Number(before.SEQUENCE));
  });
});

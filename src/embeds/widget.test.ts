import { beforeEach, describe, expect, test } from "vitest";
import { makeAddressed } from "../../test/addressed";
import { makePetition } from "../../test/petitions";
import { forgetAll, makeSite } from "../../test/public-site";
import { call } from "../calls/call";
import { kinds } from "../kinds";

beforeEach(forgetAll);

type Widget = { area: string; href: string; title: string; layout: string; source: string };

/** What a script names, read as the page's browser would. */
function widgetIn(script: string): Widget {
  const [, json = ""] = /^\(self\.groundswellWidgets\?\?=\[\]\)\.push\((\{.*\})\);$/m.exec(script) ?? [];
  return JSON.parse(json);
}

async function widgetAt(query: string) {
  const site = await makeSite();
  const response = await site.get(`${site.origin}/widgets/v6/petition/${site.action.slug}${query}`);
  return { site, widget: widgetIn(await response.text()) };
}

describe("the script of an old embed code", () => {
  test.each(["", "v2/", "v3/", "v4/", "v5/", "v6/"])("answers at /widgets/%s", async (version) => {
    const site = await makeSite();
    const { slug, title } = site.action;
    const response = await site.get(
      `${site.origin}/widgets/${version}petition/${slug}?format=js&source=widget`,
    );
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe("text/javascript; charset=utf-8");
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(response.headers.get("Cross-Origin-Resource-Policy")).toBe("cross-origin");
    expect(response.headers.get("Cache-Control")).toContain("public, max-age=300");
    const script = await response.text();
    expect(widgetIn(script)).toEqual({
      area: `can-petition-area-${slug}`,
      href: site.url,
      title: `Sign the petition: ${title}`,
      layout: "standard",
      source: "widget",
    });
    expect(script).toContain("customElements.define(");
  });

  test.each([
    ["?format=js", { source: "", layout: "standard" }],
    ["?format=js&source=homepage", { source: "homepage" }],
    ["?format=js&source=widget&style=full", { layout: "full", source: "widget" }],
    ["?format=js&source=widget&style=full&css=whitelabel", { layout: "full", source: "widget" }],
    ["?format=js&style=<script>", { layout: "standard" }],
    ["?format=js&source=widget&clear_id=true", { source: "widget" }],
    ["?format=js&source=widget&referrer=group-clean-air", { source: "group-clean-air" }],
    ["?format=js&source=homepage&referrer=group-clean-air", { source: "homepage" }],
    ["?format=js&source=widget&referrer=undefined", { source: "widget" }],
    ["?format=js&source=widget&referrer=[object%20Object]", { source: "widget" }],
    ["?format=js&source=widget&referrer=group-%3Cscript%3E", { source: "widget" }],
    [`?format=js&source=${"x".repeat(500)}`, { source: "x".repeat(100) }],
  ])("understands %s", async (query, expected) => {
    expect((await widgetAt(query)).widget).toMatchObject(expected);
  });

  test("cannot be left by what an organiser or a stranger wrote", async () => {
    const hostile = `</script><script>alert(1)//\u2028\u2029"'\\`;
    const site = await makeSite({ title: hostile });
    const query = `?format=js&source=${encodeURIComponent(hostile)}`;
    const script = await (
      await site.get(`${site.origin}/widgets/petition/${site.action.slug}${query}`)
    ).text();
    const [line = ""] = script.split("\n");
    expect(line).not.toMatch(/[<>\u2028\u2029]/);
    expect(widgetIn(script).title).toBe(`Sign the petition: ${hostile}`);
  });

  test("is empty, with 404, for what is not there", async () => {
    const site = await makeSite({ slug: "here" });
    await makeSite({ slug: "theirs" });
    await makePetition(site.group, { slug: "unpublished", status: "draft" });
    await makePetition(site.group, { slug: "stopped", limitedAt: 1 });
    const paths = [
      "petition/theirs",
      "petition/unpublished",
      "petition/stopped",
      "survey/here",
      "petitions/here",
    ];
    for (const path of [...paths, "petition/%3Cscript%3E", "petition/here?format=html"]) {
      const response = await site.get(`${site.origin}/widgets/v6/${path}`);
      expect([path, response.status, await response.text()]).toEqual([path, 404, ""]);
      expect(response.headers.get("Content-Type")).toBe("text/javascript; charset=utf-8");
    }
    expect((await site.get(`${site.origin}/widgets/v7/petition/here`)).status).toBe(404);
    expect((await site.get(`${site.origin}/widgets/v6/petition/here`)).status).toBe(200);
  });
});

test("an action is also found by what its address calls it, and its place has the name that was asked", async () => {
  const site = await makeAddressed(call, {
    source: { people: [{ name: "The mayor", phone: "416-555-0100" }] },
  });
  for (const type of ["call", "call_campaign"]) {
    const path = `/widgets/v6/${type}/${site.action.slug}?format=js&source=widget`;
    const { area, href } = widgetIn(await (await site.get(`http://${site.host}:8787${path}`)).text());
    expect([area, href]).toEqual([`can-${type}-area-${site.action.slug}`, site.url]);
  }
});

test("every kind has a name of its own in embed codes, which its address spells too", () => {
  const types = kinds.map(({ widget }) => widget.type);
  expect(new Set(types).size).toBe(types.length);
  for (const { widget } of kinds) {
    expect(widget.type).toMatch(/^[a-z_]+$/);
    expect(widget.formId).toMatch(/^new_[a-z_]+$/);
  }
});

describe("style sheets of old embed codes", () => {
  test.each(["style-embed.css", "style-embed-whitelabel.css"])(
    "%s is the newest of its sort",
    async (name) => {
      const site = await makeSite();
      const response = await site.get(`${site.origin}/css/${name}`);
      const newest = await site.get(`${site.origin}/css/${name.replace(".css", "-v3.css")}`);
      expect([response.status, newest.status]).toEqual([200, 404]);
      expect(await response.text()).toContain(".can_embed");
      expect(response.headers.get("Content-Type")).toContain("text/css");
    },
  );
});

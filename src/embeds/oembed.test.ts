import { beforeEach, describe, expect, test } from "vitest";
import { makePetition } from "../../test/petitions";
import { forgetAll, makeSite } from "../../test/public-site";

beforeEach(forgetAll);

type Site = Awaited<ReturnType<typeof makeSite>>;

function ask(site: Site, url: string, query = "") {
  return site.get(`${site.origin}/oembed/?url=${encodeURIComponent(url)}${query}`);
}

/** §6.1 of the contract, letter by letter. */
function snippet(
  { origin, action }: Site,
  { css = "style-embed-v3", width = "100%", full = "" } = {},
): string {
  const link = css ? `<link href='${origin}/css/${css}.css' rel='stylesheet' type='text/css' />` : "";
  return `${link}<script src='${origin}/widgets/v6/petition/${action.slug}?format=js&source=widget${full}'></script><div id='can-petition-area-${action.slug}' style='width: ${width}'><!-- target for the widget --></div>`;
}

describe("how to embed an address", () => {
  test("is told as JSON", async () => {
    const site = await makeSite();
    const response = await ask(site, `${site.url}?source=x#y`);
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(await response.json()).toMatchObject({
      type: "rich",
      version: "1.0",
      provider_name: "Groundswell",
      provider_url: "http://localhost:8787",
      title: site.action.title,
      author_name: site.group.name,
      author_url: `${site.origin}/`,
      url: site.url,
      description: expect.stringContaining("1,200 cars"),
      html: snippet(site),
      width: "100%",
    });
  });

  test("is told as XML, which nothing in a title can break", async () => {
    const site = await makeSite({ title: `</title><x a="&amp;'">\u0001 & <![CDATA[` });
    const response = await ask(site, site.url, "&format=xml");
    expect(response.headers.get("Content-Type")).toBe("text/xml; charset=utf-8");
    const xml = await response.text();
    expect(xml).toContain(
      "<title>&lt;/title&gt;&lt;x a=&quot;&amp;amp;'&quot;&gt; &amp; &lt;![CDATA[</title>",
    );
    expect(xml).toContain("<html>&lt;link href='");
    expect(xml).not.toMatch(/<!\[CDATA|&(?!amp;|lt;|gt;|quot;)/);
  });

  test.each([
    ["&style=standard", {}],
    ["&style=layout-only", { css: "style-embed-whitelabel-v3" }],
    ["&style=none", { css: "" }],
    ["&layout=full", { full: "&style=full" }],
    ["&maxwidth=480&maxheight=10", { width: "480px" }],
    ["&maxwidth=-1", {}],
    ["&maxwidth=1'><script>", {}],
    ["&style=constructor&layout=x", {}],
  ])("follows %s", async (query, changes) => {
    const site = await makeSite();
    const { html } = await (await ask(site, site.url, query)).json<{ html: string }>();
    expect(html).toBe(snippet(site, changes));
  });

  test("is told of a published action of this group alone", async () => {
    const site = await makeSite();
    const other = await makeSite({ slug: "theirs" });
    const draft = await makePetition(site.group, { status: "draft" });
    const unknown = [
      other.url,
      `${site.origin}/petitions/theirs`,
      `${site.origin}/petitions/${draft.slug}`,
      `${site.url}/thanks`,
      `${site.origin}/`,
      "https://example.org/petitions/theirs",
      "javascript:alert(1)",
      "",
    ];
    for (const url of unknown) expect([url, (await ask(site, url)).status]).toEqual([url, 404]);
    expect((await site.get(`${site.origin}/oembed/`)).status).toBe(404);
    expect((await ask(site, site.url, "&format=yaml")).status).toBe(501);
  });

  test("is found by the page itself", async () => {
    const site = await makeSite();
    const html = await (await site.get(site.url)).text();
    const [, href = ""] = /type="application\/json\+oembed" href="([^"]+)"/.exec(html) ?? [];
    expect((await site.get(href.replaceAll("&amp;", "&"))).status).toBe(200);
  });
});

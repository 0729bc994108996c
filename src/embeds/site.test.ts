import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { makePetition } from "../../test/petitions";
import { forgetAll, makeSite } from "../../test/public-site";
import { world } from "../../test/world";
import { configOf } from "../env";
import { groupSettings } from "../groups/types";
import { frameAncestors, mayEmbed } from "./site";

beforeEach(forgetAll);

const [amina] = world.supporters;
const { givenName, familyName, email } = amina;
const signed = { givenName, familyName, email, country: "CA" };
const listed = { embedSites: "https://www.partner.example\nhttps://*.allies.example" };
const production = configOf({ ...env, PLATFORM_ORIGIN: "https://groundswell.example" });
const development = configOf({ ...env });

const any = { settings: groupSettings.parse({}) };
const some = { settings: groupSettings.parse(listed) };

describe("a site may embed", () => {
  test.each([
    [any, production, "https://anybody.example", true],
    [any, production, "http://anybody.example", false],
    [any, development, "http://site.localhost:4000", true],
    [any, development, "chrome-extension://abc", false],
    [some, production, "https://www.partner.example", true],
    [some, production, "https://shop.allies.example", true],
    [some, production, "https://partner.example", false],
    [some, production, "https://anybody.example", false],
    [some, development, "http://site.localhost:4000", false],
  ])("as the group says (%#)", (group, config, origin, is) => {
    expect(mayEmbed(config, group, origin)).toBe(is);
  });

  test("in a frame by the same rule", () => {
    const own = "'self' https://groundswell.example";
    expect(frameAncestors(production, any)).toBe(`${own} https:`);
    expect(frameAncestors(production, some)).toBe(
      `${own} https://www.partner.example https://*.allies.example`,
    );
    expect(frameAncestors(development, any)).toBe("'self' http://localhost:8787 https: http:");
  });
});

describe("a site that may not", () => {
  const foreign = { Origin: "https://anybody.example", Accept: "application/json" };

  test.each(["embed.json", "embed"])("reads nothing of /%s", async (path) => {
    const site = await makeSite({}, { settings: listed });
    const response = await site.get(`${site.url}/${path}`, { headers: foreign });
    expect(response.status).toBe(403);
    expect(response.headers.get("Access-Control-Allow-Origin")).toBeNull();
    expect(await response.text()).not.toContain(site.action.title);
  });

  test("sends nothing, also where another site's answer was kept", async () => {
    const site = await makeSite({}, { settings: listed });
    const allowed = { ...foreign, Origin: "https://www.partner.example" };
    expect((await site.get(`${site.url}/embed.json`, { headers: allowed })).status).toBe(200);
    expect((await site.get(`${site.url}/embed.json`, { headers: foreign })).status).toBe(403);
    expect((await site.post(`${site.url}/embed`, signed, foreign)).status).toBe(403);
    expect(site.taken).toEqual([]);
    expect((await site.post(`${site.url}/embed`, signed, allowed)).status).toBe(200);
    expect(site.taken).toHaveLength(1);
  });

  test("may not send to the action's own page either, whatever the list says", async () => {
    const site = await makeSite();
    const response = await site.post(site.url, signed, { Origin: "https://www.partner.example" });
    expect([response.status, site.taken]).toEqual([403, []]);
  });
});

describe("before a request that no form could send", () => {
  const preflight = (origin: string) => ({
    method: "OPTIONS",
    headers: {
      Origin: origin,
      "Access-Control-Request-Method": "POST",
      "Access-Control-Request-Headers": "accept",
    },
  });

  test.each(["embed", "embed.json"])("a browser learns whether it may ask /%s", async (path) => {
    const site = await makeSite({}, { settings: listed });
    const yes = await site.get(`${site.url}/${path}`, preflight("https://shop.allies.example"));
    expect(yes.status).toBe(204);
    expect(yes.headers.get("Access-Control-Allow-Origin")).toBe("https://shop.allies.example");
    expect(yes.headers.get("Access-Control-Allow-Methods")).toBe("GET, POST");
    expect(yes.headers.get("Access-Control-Allow-Credentials")).toBeNull();
    const no = await site.get(`${site.url}/${path}`, preflight("https://anybody.example"));
    expect([no.status, no.headers.get("Access-Control-Allow-Origin")]).toEqual([403, null]);
  });
});

describe("a frame", () => {
  test("may stand in the sites the group named, and tells ours apart from theirs", async () => {
    const site = await makeSite({}, { settings: listed });
    const response = await site.get(`${site.url}/embed`, {
      headers: { Referer: "https://www.partner.example/take/action?token=private" },
    });
    const policy = response.headers.get("Content-Security-Policy") ?? "";
    expect(policy).toContain(
      "frame-ancestors 'self' http://localhost:8787 https://www.partner.example https://*.allies.example;",
    );
    expect(response.headers.get("Cache-Control")).toBe("private, no-store");
    const html = await response.text();
    expect(html).toContain(`action="/petitions/${site.action.slug}/embed?source=www.partner.example"`);
    expect(html).toContain('<script type="module" src="/js/embed-frame.js">');
    expect(html).toContain('data-embed="fresh"');
    expect(html).toContain('content="noindex"');
  });

  test("keeps the source of its link, and a hostile site out of its form", async () => {
    const site = await makeSite();
    const named = await site.get(`${site.url}/embed?source=leaflet&q=%22%3E%3Cb%3E`);
    expect(await named.text()).toContain('/embed?source=leaflet&amp;q=%22%3E%3Cb%3E&amp;site=embed"');
    const hostile = await site.get(`${site.url}/embed`, {
      headers: { Referer: 'https://x.example/"><script>' },
    });
    expect(await hostile.text()).not.toContain("<script>");
    const silent = await site.get(`${site.url}/embed`);
    expect(await silent.text()).toContain("/embed?source=embed");
  });

  test("whose link names a source carries the site around through its form, also a refused one, and to what comes next", async () => {
    const site = await makeSite();
    const thanks = { mode: "next" as const, headline: "", text: "", redirectUrl: "", nextId: site.action.id };
    const first = await makePetition(site.group, { slug: "first", settings: { thanks } });
    const url = `${site.origin}/petitions/${first.slug}/embed`;
    const headers = { Referer: "https://www.partner.example/" };
    const shown = await (await site.get(`${url}?source=leaflet`, { headers })).text();
    const form = "/embed?source=leaflet&site=www.partner.example";
    expect(shown).toContain(form.replace("&", "&amp;"));
    const refused = await site.post(`${site.origin}/petitions/first${form}`, { ...signed, email: "" });
    expect(await refused.text()).toContain(form.replace("&", "&amp;"));
    const taken = await site.post(`${site.origin}/petitions/first${form}`, signed);
    expect(site.taken).toMatchObject([{ s: "leaflet", o: { site: "www.partner.example" } }]);
    const next = taken.headers.get("Location") ?? "";
    expect(next).toMatch(/\/embed\?source=after-first&carry=[^&]+&site=www\.partner\.example$/);
    await site.post(`${url}?source=x&site=${encodeURIComponent('"><script>')}`, signed);
    await site.post(`${url}?source=www.partner.example`, { ...signed, email: "b@supporters.example" });
    expect(site.taken.slice(1).map(({ o }) => o.site)).toEqual(["embed", undefined]);
  });

  test("without script takes, refuses and thanks inside itself", async () => {
    const site = await makeSite();
    const refused = await site.post(`${site.url}/embed?source=x`, { ...signed, email: "" });
    const again = await refused.text();
    expect([refused.status, site.taken]).toEqual([422, []]);
    expect(again).toContain('class="error-summary"');
    expect(again).toContain('data-embed="again"');
    expect(again).toContain("/embed?source=x");
    const taken = await site.post(`${site.url}/embed?source=x`, signed);
    expect(taken.status).toBe(303);
    const next = taken.headers.get("Location") ?? "";
    expect(next).toMatch(new RegExp(`^/petitions/${site.action.slug}/embed/thanks\\?done=`));
    const thanks = await site.get(site.origin + next);
    const html = await thanks.text();
    expect(thanks.headers.get("Content-Security-Policy")).toContain("frame-ancestors 'self'");
    expect(html).toContain("You’re number 1");
    expect(html).toContain('data-embed="thanks"');
    expect(site.taken).toMatchObject([{ s: "x" }]);
    const machine = await site.post(`${site.url}/embed`, { ...signed, website: "x" });
    expect([machine.status, (await machine.text()).includes('role="alert"')]).toEqual([429, true]);
  });

  test("leads out of itself to a page that is not ours", async () => {
    const thanks = { mode: "redirect" as const, headline: "", text: "", nextId: "" };
    const site = await makeSite({
      settings: { thanks: { ...thanks, redirectUrl: "https://riverside.example/thanks" } },
    });
    const response = await site.post(`${site.url}/embed`, signed);
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toMatch(/<a [^>]*href="https:\/\/riverside.example\/thanks" target="_top"/);
    expect(html).toContain('data-embed="thanks"');
  });
});

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { contextOf, makeGroup, settled } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { changePetition, makePetition } from "../../test/petitions";
import { publicSite } from "../../test/public-site";
import { pageStyle } from "../groups/public";
import { dbFor } from "../groups/shard";
import { publishSite } from "../groups/tenant";
import type { Group } from "../groups/types";
import { petition } from "../petitions/petition";
import { changeSlug } from "./action";
import { forgetPages } from "./page-cache";
import { publish, refreshPages } from "./publication";
import { forgetServed } from "./serving";
import { linkTranslation, startTranslation, translationsOf, unlinkTranslation } from "./translation";

/** A group with the same petition in English and French, linked. */
async function makePair(changes: Parameters<typeof makeGroup>[0] = {}) {
  const { group, host } = await makeGroup(changes);
  await publishSite(contextOf(), group);
  const english = await makePetition(group, { slug: "clean-air" });
  const french = await makePetition(group, { slug: "air-pur", locale: "fr" });
  expect(await linkTranslation(contextOf(), group, english, french.id)).toBe(true);
  await settled();
  return { group, host, english, french };
}

/** As another isolate sees it. */
function elsewhere(): void {
  forgetServed();
  forgetPages();
}

async function languages(group: Group, action: Parameters<typeof translationsOf>[2]) {
  const { siblings } = await translationsOf(contextOf(), group, action);
  return siblings.map(({ locale }) => locale);
}

describe("translations of an action", () => {
  it("lead to each other, in words, for search engines, and with a default", async () => {
    const { host } = await makePair();
    const site = publicSite();
    elsewhere();
    const page = await (await site.get(`http://${host}/petitions/clean-air`)).text();
    expect(page).toContain(
      `<link rel="alternate" hreflang="fr" href="http://${host}:8787/petitions/air-pur"/>`,
    );
    expect(page).toContain(`hreflang="x-default" href="http://${host}:8787/petitions/clean-air"`);
    expect(page).toContain(
      '<a href="/petitions/air-pur" hreflang="fr" lang="fr" data-language="Lire en français"',
    );
    expect(page).toContain('<span aria-current="true">English</span>');
    expect(page).toContain('src="/js/languages.js"');
    const other = await (await site.get(`http://${host}/petitions/air-pur`)).text();
    expect(other).toContain('<a href="/petitions/clean-air" hreflang="en" lang="en"');
    expect(other).toContain(`hreflang="x-default" href="http://${host}:8787/petitions/clean-air"`);
  });

  it("show one total, and number people within it", async () => {
    const { host } = await makePair();
    const site = publicSite();
    site.state.count = { total: 40, recent: [] };
    site.state.answer = { ...site.state.answer, total: 41 };
    const json = await (await site.get(`http://${host}/petitions/clean-air/count.json`)).json();
    expect(json).toMatchObject({ count: 80 });
    const person = { givenName: "Ana", familyName: "Li", email: "ana@example.org", country: "CA" };
    const sent = await site.post(`http://${host}/petitions/clean-air`, person);
    const thanks = await (
      await site.get(new URL(sent.headers.get("Location") ?? "", `http://${host}`).href)
    ).text();
    expect(thanks).toContain("You’re number 81");
  });

  it("follow each other's address and end, and forget a draft or a stopped one", async () => {
    const { group, host, english, french } = await makePair();
    const site = publicSite();
    await changeSlug(contextOf(), group, french, "air-propre", 1);
    elsewhere();
    const page = () => site.get(`http://${host}/petitions/clean-air`).then((response) => response.text());
    expect(await page()).toContain('href="/petitions/air-propre"');
    await changePetition(group, french.no, { limitedAt: 1 });
    await refreshPages(contextOf(), dbFor(env, group), [english.no]);
    elsewhere();
    expect(await page()).not.toContain("air-propre");
  });

  it("are one action in the group's list, in the language asked for, and not offered to whoever has just signed", async () => {
    const { host } = await makePair();
    const site = publicSite();
    elsewhere();
    const list = async (query: string) => (await site.get(`http://${host}/${query}`)).text();
    expect(await list("")).toContain('href="/petitions/clean-air"');
    expect(await list("")).not.toContain("air-pur");
    expect(await list("?lang=fr")).toContain('href="/petitions/air-pur"');
    expect(await list("?lang=fr")).not.toContain("clean-air");
    const thanks = await (await site.get(`http://${host}/petitions/clean-air/thanks`)).text();
    expect(thanks).not.toContain("air-pur");
    const sitemap = await (await site.get(`http://${host}/sitemap.xml`)).text();
    expect([sitemap.includes("air-pur"), sitemap.includes("clean-air")]).toEqual([true, true]);
  });

  it("taken out no longer know each other, and the one left is alone", async () => {
    const { group, host, english, french } = await makePair();
    await unlinkTranslation(contextOf(), group, french);
    elsewhere();
    const site = publicSite();
    const page = await (await site.get(`http://${host}/petitions/clean-air`)).text();
    expect(page).not.toContain("air-pur");
    expect(page).not.toContain("languages.js");
    expect([await languages(group, english), await languages(group, french)]).toEqual([[], []]);
    const { results } = await env.SHARD_01.prepare("SELECT 1 FROM action_translations WHERE group_no = ?")
      .bind(group.no)
      .all();
    expect(results).toEqual([]);
  });

  it("start as a draft with everything of the action, seen by nobody until it is published", async () => {
    const { group, host, english } = await makePair();
    const spanish = await startTranslation(contextOf(), group, petition, english, "es", 1);
    if (!spanish) throw new Error("no draft was made");
    expect(spanish).toMatchObject({ locale: "es", status: "draft", title: english.title });
    expect(spanish.settings.consent.text).not.toBe(english.settings.consent.text);
    expect(await languages(group, english)).toEqual(["fr", "es"]);
    const site = publicSite();
    elsewhere();
    const page = () => site.get(`http://${host}/petitions/clean-air`).then((response) => response.text());
    expect(await page()).not.toContain('hreflang="es"');
    expect((await publish(contextOf(), group, petition, spanish, 1)).outcome).toBe("published");
    elsewhere();
    expect(await page()).toContain('hreflang="es"');
    expect(await startTranslation(contextOf(), group, petition, english, "es", 1)).toBeNull();
  });

  it("are not linked in one language, with themselves, twice, or with another group's", async () => {
    const { group, english, french } = await makePair();
    const ctx = contextOf();
    const another = await makePetition(group, { slug: "other" });
    const stranger = await makePetition((await makeGroup()).group, { slug: "air-pur", locale: "es" });
    for (const id of [another.id, english.id, french.id, stranger.id, "nonsense", ""]) {
      expect(await linkTranslation(ctx, group, english, id)).toBe(false);
    }
    const taken = await makePetition(group, { slug: "third", locale: "es" });
    expect(await linkTranslation(ctx, group, taken, french.id)).toBe(false);
    expect(await languages(group, english)).toEqual(["fr"]);
  });
});

describe("the page of translations", () => {
  it("starts one, and refuses a language that is there already", async () => {
    const team = await makeOrganisers();
    const made = await team.owner.post(`${team.base}/actions/new/petition`, { title: "Clean air" });
    const path = (made.headers.get("Location") ?? "").replace(/\/edit.*/, "");
    const started = await team.owner.post(`${path}/translations`, { locale: "fr" });
    expect(started.status).toBe(303);
    expect(started.headers.get("Location")).toMatch(/\/edit\?done=translating$/);
    const page = await (await team.owner.get(`${path}/translations`)).text();
    expect(page).toContain("Français");
    for (const locale of ["fr", "en", "xx", ""]) {
      expect((await team.owner.post(`${path}/translations`, { locale })).status).toBe(422);
    }
    const refused = await team.owner.post(`${path}/translations/link`, { other: "nonsense" });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain('id="f-other-error"');
  });
});

describe("a page in a group's own looks", () => {
  const settings = {
    accent: "#1f7a4d",
    font: "slab",
    headerHtml: '<p class="own-top">Local 506</p>',
    footerHtml: "<p>In solidarity</p>",
    css: ".public .own-top{color:red}",
  } as const;

  it("has header, footer and styles around it, under a policy that names exactly these styles", async () => {
    const { group, host } = await makePair({ settings });
    const site = publicSite();
    for (const path of ["/", "/petitions/clean-air", "/petitions/clean-air/thanks", "/petitions/nowhere"]) {
      const response = await site.get(`http://${host}${path}`);
      const html = await response.text();
      const style = /<style>(.*?)<\/style>/s.exec(html)?.[1] ?? "";
      const hash = new Uint8Array(
        await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style)),
      ).toBase64();
      expect(response.headers.get("Content-Security-Policy")).toContain(`style-src 'sha256-${hash}'`);
      expect(
        style.startsWith(pageStyle({ ...group, settings: { ...group.settings, css: "" } }).slice(0, 1_000)),
      ).toBe(true);
      expect(style.endsWith(settings.css)).toBe(true);
      expect(html).toContain('<div class="own-header"><p class="own-top">Local 506</p></div>');
      expect(html.indexOf("In solidarity")).toBeLessThan(html.indexOf('public-footer"'));
    }
  });

  it("leaves embeds as they are", async () => {
    const { host } = await makePair({ settings });
    const html = await (await publicSite().get(`http://${host}/petitions/clean-air/embed`)).text();
    expect(html).not.toContain("Local 506");
    expect(html).not.toContain(".own-top");
  });
});

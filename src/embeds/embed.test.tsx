import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { contextOf, makeGroup } from "../../test/groups";
import { changePetition, makePetition } from "../../test/petitions";
import { forgetAll, makeSite, publicSite } from "../../test/public-site";
import { pledge } from "../../test/sample-kind";
import { world } from "../../test/world";
import { createDraft } from "../actions/action";
import { carry } from "../actions/carry";
import { prepareAnswers, writeSnapshot } from "../actions/publication";
import { actionSlugs } from "../actions/tables";
import { dbFor } from "../groups/shard";
import { publishSite } from "../groups/tenant";
import type { Group } from "../groups/types";
import { petition } from "../petitions/petition";
import { newId } from "../platform/ids";

beforeEach(forgetAll);

const [amina] = world.supporters;
const signed = {
  givenName: amina.givenName,
  familyName: amina.familyName,
  email: amina.email,
  country: "CA",
  postalCode: amina.postalCode,
};
const partner = "https://www.partner.example";
const json = { Accept: "application/json", Origin: partner };
const hostile = `</script><img src=x onerror=alert(1)>"'&\u2028]]>`;

type Document = { html: string; css?: string; formId: string; words: { failed: string } };
type Reply = { isTaken?: boolean; form?: string; thanks?: string; next?: string; goOn?: string };

describe("an action for the script of another page", () => {
  test("comes with its form, its style and its words, and is kept for everyone", async () => {
    const site = await makeSite();
    const response = await site.get(`${site.url}/embed.json`, { headers: json });
    expect(response.headers.get("Content-Type")).toBe("application/json; charset=utf-8");
    expect(response.headers.get("Cache-Control")).toContain("public, max-age=30");
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe(partner);
    expect(response.headers.get("Vary")).toContain("Origin");
    expect(response.headers.get("Set-Cookie")).toBeNull();
    const { html, css, formId, words } = await response.json<Document>();
    expect(html).toContain(world.petition.title);
    expect(html).toContain('name="email"');
    expect(html).not.toMatch(/style=|<script|\son[a-z]+=/);
    expect(css).toContain(".embed{");
    expect(css).not.toMatch(/:root|\brem\b|(^|[},\s])(html|body)[\s{,.:]|url\(|@import/);
    expect([formId, words.failed]).toEqual(["new_signature", expect.stringContaining("nothing was sent")]);
    const counted = site.state.counted;
    const again = await site.get(`${site.url}/embed.json`, {
      headers: { ...json, Origin: "https://other.example" },
    });
    expect(again.headers.get("Access-Control-Allow-Origin")).toBe("https://other.example");
    expect(site.state.counted).toBe(counted);
  });

  test("in the page's style has no style of ours, and the names that site owners know", async () => {
    const site = await makeSite();
    const { html, css } = await (await site.get(`${site.url}/embed.json?look=site`)).json<Document>();
    expect(css).toBeUndefined();
    for (const name of ["can_embed_form", "action_info", "logo_wrap", "form_col1", "form_col2"])
      expect(html).toContain(`id="${name}"`);
    for (const name of ["can_embed", "action_info_user", "widget_title"])
      expect(html).toMatch(new RegExp(`class="${name}[ "]`));
    expect(html).not.toContain("1,200 cars");
    const full = await site.get(`${site.url}/embed.json?look=site&layout=full`);
    expect((await full.json<Document>()).html).toContain("1,200 cars");
  });

  test("leads away beside the page, with whole addresses", async () => {
    const site = await makeSite({}, { settings: { privacyUrl: "https://riverside.example/privacy" } });
    const { html } = await (await site.get(`${site.url}/embed.json`)).json<Document>();
    const links = [...html.matchAll(/<a [^>]*href="([^#"][^"]*)"[^>]*>/g)];
    expect(links.length).toBeGreaterThan(1);
    for (const [tag = "", href = ""] of links) {
      expect(tag).toContain('target="_blank"');
      expect(href).toMatch(/^https?:\/\//);
    }
  });

  test("shows what organisers wrote as words, whatever is in it", async () => {
    const site = await makeSite({ title: hostile }, { name: hostile });
    for (const query of ["", "?look=site&layout=full"]) {
      const { html } = await (await site.get(`${site.url}/embed.json${query}`)).json<Document>();
      expect(html).not.toContain("<img src=x");
      expect(html).toContain("&lt;img src=x onerror=alert(1)&gt;");
    }
  });

  test("is not there for a draft, another group's slug, another kind, or no slug at all", async () => {
    const site = await makeSite();
    const other = await makeSite({ slug: "theirs" });
    await makePetition(site.group, { slug: "unpublished", status: "draft" });
    for (const path of [
      "petitions/theirs",
      "petitions/unpublished",
      "pledges/theirs",
      "petitions/../x",
      "petitions/%00",
    ]) {
      const response = await site.get(`${site.origin}/${path}/embed.json`, { headers: json });
      expect([response.status, path]).toEqual([404, path]);
    }
    expect((await other.get(`${other.origin}/petitions/theirs/embed.json`)).status).toBe(200);
  });

  test("follows its action to a new address, is closed with it, and stops with it", async () => {
    const site = await makeSite({ slug: "old" });
    await rename(site.group, site.action.no, "new");
    const moved = await site.get(`${site.origin}/petitions/old/embed.json?look=site`, { headers: json });
    expect([moved.status, moved.headers.get("Location")]).toEqual([
      301,
      "/petitions/new/embed.json?look=site",
    ]);
    expect(moved.headers.get("Access-Control-Allow-Origin")).toBe(partner);
    const action = await makePetition(site.group, { slug: "stopped", limitedAt: 1 });
    const stopped = await site.get(`${site.origin}/petitions/${action.slug}/embed.json`, { headers: json });
    expect([stopped.status, stopped.headers.get("Access-Control-Allow-Origin")]).toEqual([410, partner]);
    const closed = await makePetition(site.group, { slug: "closed", status: "closed" });
    const shown = await site.get(`${site.origin}/petitions/${closed.slug}/embed.json`);
    expect((await shown.json<Document>()).html).not.toContain("<form");
  });

  test("with details from another action is one person's alone", async () => {
    const site = await makeSite();
    const token = await carry(contextOf(), site.group, {
      email: amina.email,
      said: { givenName: amina.givenName, familyName: amina.familyName },
    });
    const response = await site.get(`${site.url}/embed.json?carry=${token}`, { headers: json });
    expect(response.headers.get("Cache-Control")).toBe("private, no-store");
    expect((await response.json<Document>()).html).toContain(amina.givenName);
    const other = await site.get(`${site.url}/embed.json`, { headers: json });
    expect((await other.json<Document>()).html).not.toContain(amina.givenName);
  });
});

async function rename(group: Group, no: number, slug: string): Promise<void> {
  const ctx = contextOf();
  const db = dbFor(ctx.env, group);
  await db.db.insert(actionSlugs).values({ groupNo: group.no, kind: "petition", slug, actionNo: no });
  await changePetition(group, no, { slug });
  await writeSnapshot(ctx, db, no);
  forgetAll();
}

describe("what people send from another page", () => {
  test("is taken with the page as referrer and its site as source, and thanked in place", async () => {
    const site = await makeSite();
    site.state.answer = { outcome: "counted", id: newId(), total: 12_409 };
    const page = `${partner}/take/action?token=private#x`;
    const response = await site.post(`${site.url}/embed`, { ...signed, referrer: page }, json);
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe(partner);
    const reply = await response.json<Reply>();
    expect(reply).toMatchObject({ isTaken: true, thanks: expect.stringContaining("You’re number 12,409") });
    expect(site.taken).toMatchObject([
      { e: amina.email, s: "www.partner.example", rf: `${partner}/take/action` },
    ]);
  });

  test.each([
    ["the link's own", "?source=leaflet", "leaflet", "www.partner.example"],
    ["an old embed code's", "?source=widget", "widget", "www.partner.example"],
    ["another site's", "?source=blog.example", "blog.example", "www.partner.example"],
    ["a hostile one", `?source=${encodeURIComponent("<script>")}`, undefined, "www.partner.example"],
    ["none", "", "www.partner.example", undefined],
  ])("has %s source, and the site it came from all the same", async (_, query, source, named) => {
    const site = await makeSite();
    await site.post(`${site.url}/embed${query}`, signed, json);
    expect([site.taken[0]?.s, site.taken[0]?.o.site]).toEqual([source, named]);
  });

  test("survives a referrer that is no page", async () => {
    const site = await makeSite();
    const garbage = [
      "[object Object]",
      "undefined",
      "javascript:alert(1)",
      "x".repeat(5_000),
      "http://",
      "\u0000",
    ];
    for (const referrer of garbage) {
      expect((await site.post(`${site.url}/embed`, { ...signed, referrer }, json)).status).toBe(200);
      expect(site.taken.at(-1)?.rf).toBeUndefined();
    }
    expect(site.taken).toHaveLength(garbage.length);
  });

  test("that is wrong comes back as the same form, nothing lost, the errors beside their fields", async () => {
    const site = await makeSite();
    const response = await site.post(`${site.url}/embed`, { givenName: "<b>Amina", email: "at home" }, json);
    expect([response.status, site.taken]).toEqual([422, []]);
    const reply = await response.json<Reply & { error: { fields: Record<string, string> } }>();
    expect(Object.keys(reply.error.fields)).toEqual(expect.arrayContaining(["familyName", "email"]));
    expect(reply.form).toContain('value="&lt;b&gt;Amina"');
    expect(reply.form).toContain('id="f-email-error"');
    expect(reply.form).toContain('href="#f-email"');
  });

  test("is not thanked while nothing can take it", async () => {
    const site = await makeSite();
    site.state.isIntakeDown = true;
    const response = await site.post(`${site.url}/embed`, signed, json);
    expect(response.status).toBe(503);
    const reply = await response.json<Reply>();
    expect(reply.isTaken).toBeUndefined();
    expect(reply.form).toContain(`value="${amina.email}"`);
  });

  test("by a machine is refused in words that tell it nothing", async () => {
    const site = await makeSite();
    const response = await site.post(`${site.url}/embed`, { ...signed, website: "x" }, json);
    expect([response.status, site.taken]).toEqual([429, []]);
    expect((await response.json<{ error: { message: string } }>()).error.message).not.toBe("");
  });

  test("that is no form, or too long, is refused so that the script can read why", async () => {
    const site = await makeSite();
    const headers = { ...json, "Content-Type": "application/json" };
    const refused = await site.post(`${site.url}/embed`, "{}", headers);
    expect([refused.status, refused.headers.get("Access-Control-Allow-Origin")]).toEqual([415, partner]);
    const long = await site.post(`${site.url}/embed`, { ...signed, comment: "x".repeat(70_000) }, json);
    expect([long.status, long.headers.get("Access-Control-Allow-Origin")]).toEqual([413, partner]);
  });

  test("leads on to the organiser's own page, to the next action, or to what is closed", async () => {
    const elsewhere = { mode: "redirect" as const, headline: "", text: "", nextId: "" };
    const site = await makeSite({
      settings: { thanks: { ...elsewhere, redirectUrl: "https://riverside.example/thanks" } },
    });
    const away = await site.post(`${site.url}/embed`, signed, json);
    expect(await away.json()).toEqual({ isTaken: true, goOn: "https://riverside.example/thanks" });
    const first = await makePetition(site.group, {
      slug: "first",
      settings: { thanks: { ...elsewhere, mode: "next", redirectUrl: "", nextId: site.action.id } },
    });
    const next = await site.post(`${site.origin}/petitions/${first.slug}/embed`, signed, json);
    const reply = await next.json<Reply>();
    expect(reply.next).toMatch(new RegExp(`^/petitions/${site.action.slug}\\?source=after-first&carry=`));
    site.state.answer = { outcome: "closed", id: newId(), total: 3 };
    const closed = await site.post(`${site.origin}/petitions/${first.slug}/embed`, signed, json);
    expect(await closed.json()).toEqual({ isTaken: false, next: "/petitions/first" });
  });
});

describe("an action of several pages", () => {
  test("goes from one to the next in place", async () => {
    const { group, host } = await makeGroup();
    const ctx = contextOf();
    const db = dbFor(env, group);
    const draft = await createDraft(ctx, group, pledge, { title: "Hours", by: 1 });
    if (!draft) throw new Error("no draft was made");
    await changePetition(group, draft.no, { status: "published", publishedAt: 1 });
    await prepareAnswers(ctx, db, draft);
    await writeSnapshot(ctx, db, draft.no);
    await publishSite(ctx, group);
    const site = publicSite(env, [petition, pledge]);
    const url = `http://${host}:8787/pledges/${draft.slug}`;
    const first = await site.get(`${url}/embed.json`);
    expect((await first.json<Document>()).html).toContain('name="step" value="1"');
    const fields = { ...signed, step: "1" };
    const second = await (await site.post(`${url}/embed`, fields, json)).json<Reply>();
    expect(second.form).toContain('name="hours"');
    expect(second.form).toContain(`value="${amina.email}"`);
    expect(site.taken).toEqual([]);
  });
});

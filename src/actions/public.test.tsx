import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { changeGroup, contextOf, makeGroup } from "../../test/groups";
import { changePetition, makePetition } from "../../test/petitions";
import { forgetAll, makeSite, publicSite } from "../../test/public-site";
import { withoutD1, withoutKv } from "../../test/refusing";
import { world } from "../../test/world";
import { dbFor } from "../groups/shard";
import { publishSite } from "../groups/tenant";
import { shareSettings } from "../sharing/types";
import { changeSlug } from "./action";
import { previewToken } from "./preview";
import { canonicalAddress, servePublicFast } from "./public";
import { writeSnapshot } from "./publication";
import { actionById } from "./store";
import { question } from "./types";

beforeEach(forgetAll);

const [amina] = world.supporters;
const signed = {
  givenName: amina.givenName,
  familyName: amina.familyName,
  email: amina.email,
  country: "CA",
  postalCode: amina.postalCode,
};

describe("a petition's page", () => {
  test("names the petition, the group, the targets and the ask, and holds a form that posts to where it stands", async () => {
    const site = await makeSite({}, { postalAddress: "12 Mill Lane\nToronto" });
    const response = await site.get(`${site.url}?source=leaflet`);
    expect(response.status).toBe(200);
    const html = await response.text();
    for (const words of [
      site.action.title,
      site.group.name,
      "Mayor Helen Brandt",
      "close the streets",
      "12 Mill Lane, Toronto",
    ]) {
      expect(html).toContain(words);
    }
    expect(html).toMatch(/<form method="post"(?![^>]*\saction=)[^>]*>/);
    expect(html).not.toContain("leaflet");
  });

  test("may be kept by browsers and the network, sets no cookie, and lets nothing foreign in", async () => {
    const site = await makeSite();
    const { headers } = await site.get(site.url);
    expect(headers.get("Cache-Control")).toBe(
      "public, max-age=30, stale-while-revalidate=300, stale-if-error=3600",
    );
    expect(headers.get("Set-Cookie")).toBeNull();
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(headers.get("Referrer-Policy")).toBe("strict-origin-when-cross-origin");
    expect(headers.get("Permissions-Policy")).toContain("geolocation=()");
    const policy = headers.get("Content-Security-Policy") ?? "";
    expect(policy).not.toContain("unsafe");
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "img-src 'self' data:",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ]) {
      expect(policy.split("; ")).toContain(rule);
    }
  });

  test("holds one style, which is the one the policy names, and neither inline script nor style attributes", async () => {
    const site = await makeSite({}, { settings: { accent: "#0b6e4f" } });
    const response = await site.get(site.url);
    const html = await response.text();
    const styles = [...html.matchAll(/<style>(.*?)<\/style>/gs)].map(([, text = ""]) => text);
    expect(styles).toHaveLength(1);
    expect(styles[0]).toContain("--accent:#0b6e4f");
    const hash = new Uint8Array(
      await crypto.subtle.digest("SHA-256", new TextEncoder().encode(styles[0])),
    ).toBase64();
    expect(response.headers.get("Content-Security-Policy")).toContain(`style-src 'sha256-${hash}';`);
    expect(
      html.match(/\sstyle=|\son[a-z]+=|<script(?![^>]*(src="\/js\/|application\/ld\+json))/g),
    ).toBeNull();
    expect(html.match(/(src|href)="https?:\/\/(?!group-)[^"]*"/g) ?? []).toEqual([
      `href="${env.PLATFORM_ORIGIN}"`,
    ]);
  });

  test("shows the count, the goal and who signed, without an email or a postal code", async () => {
    const site = await makeSite();
    site.state.count = {
      total: 12_409,
      recent: [{ name: "Amina S.", place: "CA", at: Date.now() - 120_000, comment: "" }],
    };
    const html = await (await site.get(site.url)).text();
    expect(html).toContain("12,409");
    expect(html).toContain('max="25000"');
    expect(html).toContain("Amina S.");
    expect(html).toContain("Canada");
    expect(html).toContain("2 minutes ago");
  });

  test("shows neither count nor signers where the organiser hides them, in no form", async () => {
    const site = await makeSite({ settings: { showCount: false, showRecent: false } });
    site.state.count = { total: 4_321, recent: [{ name: "Amina S.", place: "", at: 1, comment: "" }] };
    const html = await (await site.get(site.url)).text();
    expect(html).not.toMatch(/4,?321|Amina/);
    const json = await (await site.get(`${site.url}/count.json`)).json();
    expect(json).toEqual({ count: null, goal: null, recent: [], words: null });
  });

  test("is shown without a count while the home is away, and does not keep that for long", async () => {
    const site = await makeSite();
    site.state.isHomeDown = true;
    const html = await (await site.get(site.url)).text();
    expect(html).toContain(site.action.title);
    expect(html).not.toContain("data-count");
    expect(servePublicFast(new Request(site.url), Date.now() + 5_001)).toBeNull();
  });

  test("speaks the petition's language", async () => {
    const site = await makeSite({ locale: "fr" });
    const html = await (await site.get(site.url)).text();
    expect(html).toContain('<html lang="fr"');
    expect(html).toContain("Code postal");
    expect(html).toContain(">Allemagne<");
  });

  test("is told of to search engines and networks, with its image", async () => {
    const { group, host } = await makeGroup();
    const image = {
      key: `groups/${group.no}/images/01890a5d-ac96-774b-bcce-b302099a8057.png`,
      alt: "A school gate",
      width: 1200,
      height: 630,
    };
    const action = await makePetition(group, { settings: { image } });
    await publishSite(contextOf(), group);
    const site = publicSite();
    const html = await (await site.get(`http://${host}:1234/petitions/${action.slug}`)).text();
    const url = `http://${host}:8787/petitions/${action.slug}`;
    expect(html).toContain(`<link rel="canonical" href="${url}"`);
    expect(html).toContain(`<link rel="alternate" hreflang="en" href="${url}"`);
    expect(html).toContain(`<meta property="og:image" content="http://${host}:8787/files/images/01890a5d`);
    expect(html).toContain('<meta name="twitter:card" content="summary_large_image"');
    expect(html).toMatch(
      /<img src="\/files\/images\/[^"]+" alt="A school gate" width="1200" height="630" loading="lazy"/,
    );
    expect(html).not.toContain("1234");
    const [, data = ""] = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(html) ?? [];
    expect(JSON.parse(data)).toMatchObject({
      "@type": "Article",
      headline: action.title,
      url,
      inLanguage: "en",
    });
  });

  test("shows the group's logo, also to networks where the petition has no image, and its name once", async () => {
    const { group, host } = await makeGroup();
    const logo = `groups/${group.no}/images/01890a5d-ac96-774b-bcce-b302099a8057.png`;
    await changeGroup(group, {
      settings: { ...group.settings, logo },
      postalAddress: `${group.name}\n12 Mill Lane`,
    });
    const action = await makePetition(group);
    await publishSite(contextOf(), group);
    const html = await (await publicSite().get(`http://${host}/petitions/${action.slug}`)).text();
    const url = "/files/images/01890a5d-ac96-774b-bcce-b302099a8057.png";
    expect(html).toContain(`<img src="${url}" alt=""`);
    expect(html).toContain(`<meta property="og:image" content="http://${host}:8787${url}"`);
    expect(html).toContain(`<strong>${group.name}</strong>, 12 Mill Lane</p>`);
  });

  test("shows HTML and script in every text as text", async () => {
    const evil = '</script><script>alert(1)</script><img src=x onerror="alert(2)">"';
    const site = await makeSite(
      {
        title: evil,
        settings: {
          ask: evil,
          targets: [{ name: evil, title: evil }],
          consent: { mode: "unticked", text: evil },
          share: shareSettings.parse({ title: evil, text: evil }),
          thanks: { mode: "page", headline: evil, text: evil, redirectUrl: "", nextId: "" },
          questions: [question.parse({ key: "q", label: evil, hint: evil, type: "radio", choices: [evil] })],
        },
      },
      {
        name: evil,
        postalAddress: evil,
        settings: {
          description: evil,
          website: "javascript:alert(3)",
          privacyUrl: "data:text/html,x",
          replyTo: evil,
        },
      },
    );
    site.state.count = { total: 3, recent: [{ name: evil, place: evil, at: 1, comment: evil }] };
    for (const path of [site.url, site.origin, `${site.url}/thanks`, `${site.url}/report`]) {
      const html = await (await site.get(path)).text();
      expect(html.match(/<script>|<img src=x|(?:href|src)="(?:javascript|data):/g)).toBeNull();
    }
  });

  test("is never another group's, whatever the path below it and whatever headers say", async () => {
    const [one, other] = [await makeSite({ slug: "same" }), await makeSite({ slug: "same" })];
    for (const path of ["", "/thanks", "/report", "/count.json"]) {
      const mine = await one.get(`${one.origin}/petitions/same${path}`);
      expect(await mine.text()).not.toContain(other.group.name);
    }
    expect(
      (await one.get(`${one.origin}/petitions/same`, { headers: { "X-Forwarded-Host": other.host } })).status,
    ).toBe(200);
  });
});

describe("the page cache", () => {
  const held = (url: string) => servePublicFast(new Request(url));

  test("answers a second request from memory, with the very bytes of the first", async () => {
    const site = await makeSite();
    const first = await site.get(site.url);
    const again = held(site.url);
    expect(await again?.text()).toBe(await first.text());
    expect(site.state.counted).toBe(1);
    for (const name of ["Cache-Control", "Content-Security-Policy", "ETag", "Content-Type"]) {
      expect(again?.headers.get(name)).toBe(first.headers.get(name));
    }
  });

  test("never answers one host with another's page for the same path", async () => {
    const [one, other] = [await makeSite({ slug: "same" }), await makeSite({ slug: "same" })];
    await one.get(`${one.origin}/petitions/same`);
    expect(held(`${other.origin}/petitions/same`)).toBeNull();
    const theirs = await (await other.get(`${other.origin}/petitions/same`)).text();
    expect(theirs).toContain(other.group.name);
    expect(theirs).not.toContain(one.group.name);
    expect(await held(`${one.origin}/petitions/same`)?.text()).toContain(one.group.name);
  });

  test("is not poisoned by an address that carries one host before another", async () => {
    const [one, other] = [await makeSite({ slug: "same" }), await makeSite({ slug: "same" })];
    await one.get(`http://${other.host}:x@${one.host}:8787/petitions/same`);
    expect(held(`${other.origin}/petitions/same`)).toBeNull();
    expect(await (await other.get(`${other.origin}/petitions/same`)).text()).toContain(other.group.name);
  });

  test.each([
    ["another port", (site: Site) => `http://${site.host}:9999/petitions/${site.action.slug}`],
    [
      "capitals in the host",
      (site: Site) => `http://${site.host.toUpperCase()}:8787/petitions/${site.action.slug}`,
    ],
    [
      "a dot at the end of the host",
      (site: Site) => `http://${site.host}.:8787/petitions/${site.action.slug}`,
    ],
    ["a source", (site: Site) => `${site.url}?source=leaflet`],
    ["unknown parameters in any order", (site: Site) => `${site.url}?b=2&a=1&fbclid=x`],
    ["a language the page does not have", (site: Site) => `${site.url}?lang=xx`],
  ])("is one page with %s", async (_, address) => {
    const site = await makeSite();
    await site.get(site.url);
    const page = held(address(site));
    expect(page?.status).toBe(200);
  });

  test.each([
    ["capitals in the path", (site: Site) => `${site.origin}/Petitions/${site.action.slug.toUpperCase()}`],
    ["percent-encoding", (site: Site) => site.url.replace("/petitions/", "/%70etitions/")],
    ["a slash at the end", (site: Site) => `${site.url}/`],
    ["two slashes", (site: Site) => site.url.replace("/petitions/", "//petitions//")],
  ])("sends %s to the one address", async (_, address) => {
    const site = await makeSite();
    await site.get(site.url);
    const response = await site.get(`${address(site)}?source=x`);
    expect(response.status).toBe(301);
    expect(response.headers.get("Location")).toBe(`/petitions/${site.action.slug}?source=x`);
  });

  test("does not answer what is no page: another path below, another method, a preview", async () => {
    const site = await makeSite();
    await site.get(site.url);
    expect(held(`${site.url}/thanks`)).toBeNull();
    expect(held(`${site.url}?preview=x`)).toBeNull();
    expect(servePublicFast(new Request(site.url, { method: "POST", body: "" }))).toBeNull();
  });

  test("answers HEAD without a body", async () => {
    const site = await makeSite();
    await site.get(site.url);
    const head = servePublicFast(new Request(site.url, { method: "HEAD" }));
    expect(head?.headers.get("ETag")).toBeTruthy();
    expect(await head?.text()).toBe("");
  });

  test("tells a browser that has the page that it has it", async () => {
    const site = await makeSite();
    const etag = (await site.get(site.url)).headers.get("ETag") ?? "";
    const again = await site.get(site.url, { headers: { "If-None-Match": etag } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe("");
  });

  test("shows a change published here at once, and forgets after 30 s", async () => {
    const site = await makeSite();
    await site.get(site.url);
    expect(servePublicFast(new Request(site.url), Date.now() + 30_001)).toBeNull();
    await changePetition(site.group, site.action.no, { title: "Another title", pageVersion: 9 });
    await writeSnapshot(contextOf(), dbFor(env, site.group), site.action.no);
    expect(await (await site.get(site.url)).text()).toContain("Another title");
  });

  test("shows the group's new name at once where it was published", async () => {
    const site = await makeSite();
    await site.get(site.url);
    await changeGroup(site.group, { name: "Renamed" });
    await publishSite(contextOf(), site.group);
    expect(await (await site.get(site.url)).text()).toContain("Renamed");
  });

  test("keeps the group's page by language", async () => {
    const site = await makeSite();
    const [english, french] = [await site.get(`${site.origin}/`), await site.get(`${site.origin}/?lang=fr`)];
    expect(await english.text()).toContain('<html lang="en"');
    expect(await french.text()).toContain('<html lang="fr"');
    expect(await held(`${site.origin}/?lang=fr&x=1`)?.text()).toContain('<html lang="fr"');
    expect(await held(`${site.origin}/`)?.text()).toContain('<html lang="en"');
  });

  test("is not filled by refusals", async () => {
    const site = await makeSite();
    await site.get(`${site.origin}/petitions/nothing-here`);
    expect(held(`${site.origin}/petitions/nothing-here`)).toBeNull();
  });
});

type Site = Awaited<ReturnType<typeof makeSite>>;

describe("while D1 refuses everything", () => {
  test("a cold isolate serves the page, takes a signature and thanks for it", async () => {
    const site = await makeSite();
    forgetAll();
    const cold = publicSite(withoutD1(env));
    expect((await cold.get(site.url)).status).toBe(200);
    const taken = await cold.post(site.url, signed);
    expect(taken.status).toBe(303);
    expect(cold.taken).toHaveLength(1);
    const thanks = await cold.get(new URL(taken.headers.get("Location") ?? "", site.url).href);
    expect(await thanks.text()).toContain("You’re number 1");
  });

  test("a group's page seen before is served by a cold isolate", async () => {
    const site = await makeSite();
    await site.get(`${site.origin}/`);
    await site.settled();
    forgetAll();
    const html = await (await publicSite(withoutD1(env)).get(`${site.origin}/`)).text();
    expect(html).toContain(site.action.title);
  });

  test("and KV too, a warm isolate goes on, and a cold one says that it will be back", async () => {
    const site = await makeSite();
    await site.get(site.url);
    const dark = publicSite(withoutKv(withoutD1(env)));
    expect((await dark.get(`${site.url}/thanks`)).status).toBe(200);
    forgetAll();
    const response = await dark.get(site.url, { headers: { "Accept-Language": "fr" } });
    expect(response.status).toBe(503);
    expect(response.headers.get("Retry-After")).toBe("10");
    expect(response.headers.get("Cache-Control")).toBe("private, no-store");
    expect(await response.text()).toContain("Réessayez dans quelques secondes");
  });
});

describe("an address", () => {
  test("of a host that is nobody's is 404, as a page and as JSON", async () => {
    const { get } = publicSite();
    const page = await get("http://nobody-here.localhost:8787/petitions/clean-air");
    expect(page.status).toBe(404);
    expect(page.headers.get("Set-Cookie")).toBeNull();
    expect(page.headers.get("Cache-Control")).toBe("private, no-store");
    const json = await get("http://nobody-here.localhost:8787/", { headers: { Accept: "application/json" } });
    expect(await json.json()).toMatchObject({ error: { code: "not_found" } });
  });

  test.each([
    "/petitions/nothing-here",
    "/letters/clean-air",
    "/petitions",
    "/petitions/a/b/c",
    "/wp-login.php",
    "/petitions/%E0%A4%A",
    "/petitions/..%2f..%2fx",
  ])("%s is 404", async (path) => {
    const site = await makeSite();
    const response = await site.get(`${site.origin}${path}`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("Page not found");
  });

  test("of a draft is 404, as is its form", async () => {
    const site = await makeSite({ status: "draft" });
    expect((await site.get(site.url)).status).toBe(404);
    expect((await site.post(site.url, signed)).status).toBe(404);
    expect(site.taken).toEqual([]);
  });

  test("that a petition had before leads to the present one, form and query included", async () => {
    const site = await makeSite();
    const action = await actionById(dbFor(env, site.group), site.action.id);
    if (!action) throw new Error("the petition is gone");
    await changeSlug(contextOf(), site.group, action, "new-address", 1);
    forgetAll();
    const moved = await site.get(`${site.url}?source=leaflet`);
    expect([moved.status, moved.headers.get("Location")]).toEqual([
      301,
      "/petitions/new-address?source=leaflet",
    ]);
    const posted = await site.post(site.url, signed);
    expect([posted.status, posted.headers.get("Location")]).toEqual([308, "/petitions/new-address"]);
    expect((await site.get(`${site.origin}/petitions/new-address`)).status).toBe(200);
  });

  test("of a suspended group says nothing of the group", async () => {
    const site = await makeSite({}, { status: "suspended" });
    for (const path of [
      "/",
      `/petitions/${site.action.slug}`,
      `/petitions/${site.action.slug}/thanks`,
      `/petitions/${site.action.slug}/count.json`,
      "/sitemap.xml",
    ]) {
      const response = await site.get(`${site.origin}${path}`);
      expect([path, response.status]).toEqual([path, 410]);
      expect(await response.text()).not.toMatch(new RegExp(`${site.group.name}\\b|${site.action.title}`));
    }
    await site.post(site.url, signed);
    expect(site.taken).toEqual([]);
    expect(await (await site.get(`${site.origin}/robots.txt`)).text()).toContain("Disallow: /\n");
  });

  test.each([
    ["a limited group", {}, { status: "limited" }],
    ["a limited petition", { limitedAt: 1 }, {}],
  ] as const)("of %s says that it is stopped, and takes nothing", async (_, changes, ofGroup) => {
    const site = await makeSite(changes, ofGroup);
    const page = await site.get(site.url);
    expect(page.status).toBe(410);
    expect(await page.text()).toContain("This page is stopped");
    expect((await site.post(site.url, signed)).status).toBe(303);
    expect(site.taken).toEqual([]);
  });

  test("of a closed petition shows the final count and no form; what is posted there leads to the page", async () => {
    const site = await makeSite({ status: "closed" });
    site.state.count = { total: 512, recent: [] };
    const html = await (await site.get(site.url)).text();
    expect(html).toContain("512");
    expect(html).toContain("This is closed");
    expect(html).not.toContain("<form");
    const posted = await site.post(site.url, signed);
    expect([posted.status, posted.headers.get("Location")]).toEqual([303, `/petitions/${site.action.slug}`]);
    expect(site.taken).toEqual([]);
  });
});

test.each([
  ["/petitions/clean-air", null],
  ["/", null],
  ["/Petitions/Clean-Air/", "/petitions/clean-air"],
  ["//evil.example/x", "/evil.example/x"],
  ["/%2f%2fevil.example", "/evil.example"],
  ["/%5cevil.example", null],
  ["/a%0d%0ab", null],
  ["/petitions/..%2f..%2fx", null],
  ["/%E0%A4%A", null],
])("the canonical form of %j is %j", (path, expected) => {
  expect(canonicalAddress(new URL(`http://riverside.localhost${path}`))).toBe(expected);
});

describe("a preview", () => {
  test("shows a draft to whoever has its link, in the editor's frame, and can send nothing", async () => {
    const site = await makeSite({ status: "draft" });
    const token = await previewToken(contextOf(), site.action);
    const response = await site.get(`${site.url}?preview=${token}`);
    expect(response.status).toBe(200);
    expect(response.headers.get("Cache-Control")).toBe("private, no-store");
    expect(response.headers.get("Content-Security-Policy")).toContain(
      `frame-ancestors ${env.PLATFORM_ORIGIN};`,
    );
    const html = await response.text();
    expect(html).toContain("This is a preview");
    expect(html).toContain('<meta name="robots" content="noindex"');
    expect(html).toMatch(/<button type="submit"[^>]*disabled/);
    expect(servePublicFast(new Request(site.url))).toBeNull();
  });

  test.each([
    ["forged", async (_: Site) => "eyJhbGciOiJub25lIn0.e30."],
    ["expired", async (site: Site) => previewToken(contextOf(env, Date.now() - 8 * 86_400_000), site.action)],
    [
      "another group's",
      async (site: Site) => previewToken(contextOf(), { ...site.action, groupNo: site.group.no + 1 }),
    ],
    [
      "another petition's",
      async (_: Site) => previewToken(contextOf(), (await makeSite({ status: "draft" })).action),
    ],
  ])("with a token that is %s is 404", async (_, token) => {
    const site = await makeSite({ status: "draft" });
    expect((await site.get(`${site.url}?preview=${await token(site)}`)).status).toBe(404);
  });

  test("with a bad token of what is published is the published page", async () => {
    const site = await makeSite();
    const published = await (await site.get(site.url)).text();
    const response = await site.get(`${site.url}?preview=nonsense`);
    expect(response.status).toBe(200);
    expect((await response.text()) === published).toBe(true);
    expect(site.state.counted).toBe(1);
  });
});

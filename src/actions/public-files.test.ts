import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { changeGroup } from "../../test/groups";
import { makePetition } from "../../test/petitions";
import { forgetAll, makeSite } from "../../test/public-site";

beforeEach(forgetAll);

const NAME = "01890a5d-ac96-774b-bcce-b302099a8057.png";
const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);

describe("a picture", () => {
  test("of the group is served for ever, and nothing in it can run", async () => {
    const site = await makeSite();
    await env.FILES.put(`groups/${site.group.no}/images/${NAME}`, PNG, {
      httpMetadata: { contentType: "text/html" },
    });
    const response = await site.get(`${site.origin}/files/images/${NAME}`);
    expect(response.status).toBe(200);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(PNG);
    expect(response.headers.get("Content-Type")).toBe("image/png");
    expect(response.headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("Content-Security-Policy")).toBe("default-src 'none'; sandbox");
    expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
    const etag = response.headers.get("ETag") ?? "";
    const again = await site.get(`${site.origin}/files/images/${NAME}`, {
      headers: { "If-None-Match": etag },
    });
    expect(again.status).toBe(304);
  });

  test("of one group is not on another's host, however it is asked for", async () => {
    const [one, other] = [await makeSite(), await makeSite()];
    await env.FILES.put(`groups/${other.group.no}/images/${NAME}`, PNG);
    for (const path of [
      `/files/images/${NAME}`,
      `/files/../${other.group.no}/images/${NAME}`,
      `/files/%2e%2e/${other.group.no}/images/${NAME}`,
      `/files/..%2f${other.group.no}%2fimages%2f${NAME}`,
      `/files/groups/${other.group.no}/images/${NAME}`,
      `/files//groups/${other.group.no}/images/${NAME}`,
    ]) {
      const response = await one.get(`${one.origin}${path}`);
      expect([path, response.status === 200]).toEqual([path, false]);
      await response.text();
    }
  });

  test("is all that is served: not what else the group keeps", async () => {
    const site = await makeSite();
    for (const key of ["exports/people.csv", `exports/${NAME}`, "images/notes.txt", "images/x.svg"]) {
      await env.FILES.put(`groups/${site.group.no}/${key}`, "secret");
      expect((await site.get(`${site.origin}/files/${key}`)).status).toBe(404);
    }
  });
});

describe("for search engines", () => {
  test("robots.txt names the sitemap and keeps them from what is one person's", async () => {
    const site = await makeSite();
    const text = await (await site.get(`${site.origin}/robots.txt`)).text();
    expect(text).toContain(`Sitemap: ${site.origin}/sitemap.xml`);
    expect(text).toContain("Disallow: /*/thanks");
  });

  test("the sitemap names the published petitions and no others", async () => {
    const site = await makeSite({ slug: "open-one" });
    await makePetition(site.group, { status: "draft", slug: "not-yet" });
    await makePetition(site.group, { limitedAt: 1, slug: "stopped-one" });
    const response = await site.get(`${site.origin}/sitemap.xml`);
    expect(response.headers.get("Content-Type")).toContain("application/xml");
    const urls = [...(await response.text()).matchAll(/<loc>(.*?)<\/loc>/g)].map(([, url]) => url);
    expect(urls).toEqual([`${site.origin}/`, `${site.origin}/petitions/open-one`]);
  });
});

describe("the group's page", () => {
  test("names the group and links what can be done, newest first, saying what each is", async () => {
    const site = await makeSite(
      { title: "The first", slug: "first" },
      { settings: { description: "We are neighbours.\nJoin us." } },
    );
    await makePetition(site.group, { title: "The second", slug: "second" });
    const response = await site.get(`${site.origin}/`);
    expect(response.status).toBe(200);
    expect(response.headers.get("Cache-Control")).toContain("public");
    const html = await response.text();
    expect(html).toContain("<p>We are neighbours.</p><p>Join us.</p>");
    expect([...html.matchAll(/href="\/petitions\/([a-z]+)"/g)].map(([, slug]) => slug)).toEqual([
      "second",
      "first",
    ]);
    expect(html.match(/<p class="fine">Petition<\/p>/g)).toHaveLength(2);
    expect(html).toContain(`hreflang="fr" href="${site.origin}/?lang=fr"`);
  });

  test("names a petition published a moment ago", async () => {
    const site = await makeSite({ slug: "first" });
    await site.get(`${site.origin}/`);
    await makePetition(site.group, { slug: "second" });
    expect(await (await site.get(`${site.origin}/`)).text()).toContain("/petitions/second");
  });

  test("teaches when there is nothing to do yet", async () => {
    const site = await makeSite({ status: "draft" });
    expect(await (await site.get(`${site.origin}/`)).text()).toContain("Nothing to do here yet");
  });

  test("of a limited group says that it is stopped", async () => {
    const site = await makeSite({}, { status: "limited" });
    expect((await site.get(`${site.origin}/`)).status).toBe(410);
  });

  test("does not mind an accent that is no colour", async () => {
    const site = await makeSite();
    await changeGroup(site.group, { settings: { ...site.group.settings, accent: "red;}*{display:none" } });
    expect((await (await site.get(`${site.origin}/`)).text()).includes("red;}")).toBe(false);
  });
});

describe("count.json", () => {
  test("gives the count, the goal, the last signers and the words, to anyone, for five seconds", async () => {
    const site = await makeSite();
    site.state.count = { total: 12_409, recent: [{ name: "Amina S.", place: "CA", at: 5, comment: "" }] };
    const response = await site.get(`${site.url}/count.json`);
    expect(response.headers.get("Cache-Control")).toContain("max-age=5");
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(await response.json()).toEqual({
      count: 12_409,
      goal: 25_000,
      recent: [{ name: "Amina S.", place: "CA", at: 5, comment: "" }],
      words: { total: "12,409", people: "supporters", goal: "Next goal: 25,000" },
    });
  });

  test("asks the home once for many who look at the same moment", async () => {
    const site = await makeSite();
    await site.get(`${site.url}/count.json`);
    await Promise.all(Array.from({ length: 20 }, () => site.get(`${site.url}/count.json`)));
    expect(site.state.counted).toBe(1);
  });

  test("gives the last known numbers while the home is away, and says so when there are none", async () => {
    const site = await makeSite();
    site.state.isHomeDown = true;
    const unknown = await site.get(`${site.url}/count.json`, { headers: { Accept: "application/json" } });
    expect([unknown.status, unknown.headers.get("Retry-After")]).toEqual([503, "5"]);
    site.state.isHomeDown = false;
    site.state.count = { total: 8, recent: [] };
    await site.get(`${site.url}/count.json`);
    site.state.isHomeDown = true;
    expect(await (await site.get(`${site.url}/count.json`)).json()).toMatchObject({ count: 8 });
  });

  test("names ten signers at most", async () => {
    const site = await makeSite();
    const signer = { name: "Amina S.", place: "CA", at: 5, comment: "" };
    site.state.count = { total: 50, recent: Array.from({ length: 50 }, () => signer) };
    const { recent } = (await (await site.get(`${site.url}/count.json`)).json()) as { recent: unknown[] };
    expect(recent).toHaveLength(10);
  });
});

describe("the report form", () => {
  test("files what is wrong with which page", async () => {
    const site = await makeSite();
    expect((await site.get(`${site.url}/report`)).status).toBe(200);
    const response = await site.post(`${site.url}/report`, {
      reason: "fraud",
      detail: " Asks for passwords ",
    });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("Thank you for telling us");
    expect(site.reports).toEqual([
      {
        groupNo: site.group.no,
        actionId: site.action.id,
        url: site.url,
        reason: "fraud",
        detail: "Asks for passwords",
      },
    ]);
  });

  test.each([
    ["no reason", { detail: "x" }, "reason"],
    ["a reason that is none", { reason: "boring" }, "reason"],
    ["two reasons", { reason: ["hate", "fraud"] }, "reason"],
    ["too many words", { reason: "hate", detail: "x".repeat(2_001) }, "detail"],
  ])("refuses %s, and keeps what was written", async (_, values, field) => {
    const site = await makeSite();
    const response = await site.post(`${site.url}/report`, values);
    expect(response.status).toBe(422);
    expect(await response.text()).toContain(`href="#f-${field}"`);
    const asJson = await site.post(`${site.url}/report`, values, { Accept: "application/json" });
    expect(Object.keys((await asJson.json<{ error: { fields: object } }>()).error.fields)).toEqual([field]);
    expect(site.reports).toEqual([]);
  });

  test("thanks a machine and files nothing", async () => {
    const site = await makeSite();
    await site.post(`${site.url}/report`, { reason: "hate", website: "x" });
    expect(site.reports).toEqual([]);
  });

  test("takes five an hour from one connection", async () => {
    const site = await makeSite();
    // One home has all the addresses of its network.
    const send = (nth: number) =>
      site.post(`${site.url}/report`, { reason: "hate" }, { "CF-Connecting-IP": `2001:db8:1:9::${nth}` });
    const statuses = [];
    for (let nth = 0; nth < 6; nth += 1) statuses.push((await send(nth)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    expect(site.reports).toHaveLength(5);
  });

  test("can be reached for a stopped page too", async () => {
    const site = await makeSite({ limitedAt: 1 });
    expect((await site.get(`${site.url}/report`)).status).toBe(200);
  });
});

import { describe, expect, test } from "vitest";
import { contextOf } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { makePetition } from "../../test/petitions";
import { groupBySlug } from "../groups/group";

type Cast = Awaited<ReturnType<typeof makeOrganisers>>;

const settings = {
  name: "Clean Air Now",
  locale: "en",
  country: "CA",
  timeZone: "America/Toronto",
  currency: "CAD",
  optInMode: "unticked",
};

function name(cast: Cast, embedSites: string) {
  return cast.administrator.post(`${cast.base}/settings`, { ...settings, embedSites });
}

async function named({ group }: Cast): Promise<string | undefined> {
  return (await groupBySlug(contextOf().directory, group.slug))?.settings.embedSites;
}

describe("the page an organiser copies from", () => {
  test("gives code for every sort of site, in which a title stays a title", async () => {
    const cast = await makeOrganisers();
    const action = await makePetition(cast.group, { title: `"><script>alert(1)</script>`, slug: "air" });
    const response = await cast.organiser.get(`${cast.base}/actions/${action.id}/embed`);
    const html = await response.text();
    expect(response.status).toBe(200);
    const codes = [...html.matchAll(/<textarea[^>]*>([^<]*)<\/textarea>/g)].map(([, code = ""]) =>
      plain(code),
    );
    const origin = `http://${cast.group.slug}.localhost:8787`;
    const link = `<a href="${origin}/petitions/air">&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;</a>`;
    expect(codes).toEqual([
      `<groundswell-action href="${origin}/petitions/air">${link}</groundswell-action>\n<script async src="${origin}/js/embed.js"></script>`,
      `<groundswell-action href="${origin}/petitions/air" look="site">${link}</groundswell-action>\n<script async src="${origin}/js/embed.js"></script>`,
      expect.stringContaining(`<iframe src="${origin}/petitions/air/embed" title="&quot;&gt;&lt;script&gt;`),
      expect.stringMatching(
        /src="[^"]+\/js\/embed-\d+\.js" integrity="sha384-[^"]{64}" crossorigin="anonymous"/,
      ),
      expect.stringMatching(new RegExp(`^script-src 'sha384-[^']{64}'; connect-src ${origin};`)),
      expect.stringContaining(
        `<script src='${origin}/widgets/v6/petition/air?format=js&source=widget'></script>`,
      ),
    ]);
    expect(html).toContain(`src="${origin}/petitions/air/embed"`);
    expect(html).not.toContain("<script>alert");
  });

  test("tells of a draft that it is not live, and shows it nowhere", async () => {
    const cast = await makeOrganisers();
    const draft = await makePetition(cast.group, { status: "draft" });
    const html = await (await cast.organiser.get(`${cast.base}/actions/${draft.id}/embed`)).text();
    expect(html).toContain("It is not live yet.");
    expect(html).not.toContain("<iframe class");
  });

  test("lists the sites that may, and leads whoever may change them there", async () => {
    const cast = await makeOrganisers();
    const action = await makePetition(cast.group);
    await name(cast, "www.partner.example");
    const page = `${cast.base}/actions/${action.id}/embed`;
    const seen = await (await cast.organiser.get(page)).text();
    expect(seen).toContain("https://www.partner.example</li>");
    expect(seen).not.toContain("/settings#embeds");
    expect(await (await cast.administrator.get(page)).text()).toContain(`${cast.base}/settings#embeds`);
  });
});

describe("the sites a group names", () => {
  test("are kept as origins, each once, and none means any again", async () => {
    const cast = await makeOrganisers();
    await name(cast, " Example.org/take-action,\nhttps://example.org\r\n*.allies.example ");
    expect(await named(cast)).toBe("https://example.org\nhttps://*.allies.example");
    await name(cast, "");
    expect(await named(cast)).toBe("");
  });

  test.each([
    ["https://example.org; script-src *", "Write each site as an address"],
    ["*", "Write each site as an address"],
    ["example.org javascript:alert(1)", "Write each site as an address"],
    [Array.from({ length: 51 }, (_, index) => `site${index}.example`).join("\n"), "at most 50 sites"],
    ["x".repeat(5_001), "at most 50 sites"],
  ])("are refused as a whole when one is none: %s", async (sites, words) => {
    const cast = await makeOrganisers();
    await name(cast, "example.org");
    const response = await name(cast, sites);
    const html = await response.text();
    expect([response.status, await named(cast)]).toEqual([422, "https://example.org"]);
    expect(html).toContain(words);
    expect(plain(html)).toContain(sites);
  });
});

function plain(html: string): string {
  return html
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}

import { beforeEach, describe, expect, test } from "vitest";
import { contextOf } from "../../test/groups";
import { changePetition, snapshotOf } from "../../test/petitions";
import { forgetAll, makeSite } from "../../test/public-site";
import { world } from "../../test/world";
import { dbFor } from "../groups/shard";
import { idToHex, newId, type ParticipationId } from "../platform/ids";
import { ownCode } from "../sharing/board";
import { type ShareSettings, shareSettings } from "../sharing/types";
import { thanksPath } from "./public-thanks";
import { writeSnapshot } from "./publication";
import type { CommonSettings } from "./types";

beforeEach(forgetAll);

const [amina] = world.supporters;
const signed = {
  givenName: amina.givenName,
  familyName: amina.familyName,
  email: amina.email,
  country: "CA",
  postalCode: amina.postalCode,
};
const evil = `</title><script>alert(1)</script><img src=x onerror=alert(2)>"'&`;

function siteWith(
  share: Partial<Record<keyof ShareSettings, unknown>>,
  settings: Partial<CommonSettings> = {},
) {
  return makeSite({ settings: { ...settings, share: shareSettings.parse(share) } });
}

type Site = Awaited<ReturnType<typeof makeSite>>;

async function thanksOf(site: Site, id: string): Promise<string> {
  site.state.answer = { outcome: "counted", id: id as ParticipationId, total: 7 };
  const posted = await site.post(site.url, signed);
  return (await site.get(site.origin + posted.headers.get("Location"))).text();
}

const meta = (html: string, property: string) =>
  new RegExp(`<meta property="${property}" content="([^"]*)"`).exec(html)?.[1];
const hrefs = (html: string) =>
  [...html.matchAll(/href="([^"]*)"[^>]*data-way="([a-z]+)"/g)].map(
    ([, href = "", way = ""]) => [way, decodeURIComponent(href.replaceAll("&amp;", "&"))] as const,
  );
/** Ids that end so that the first, and the last, of two variants is theirs. */
const first = () => `${newId().slice(0, -8)}00000001`;
const last = () => `${newId().slice(0, -8)}fffffffe`;

const two = [
  { letter: "a", label: "Plain" },
  { letter: "b", label: "Hope", title: "Breathe again", text: "Walk with us" },
];

describe("the page at a variant's address", () => {
  test("tells networks the variant's words and picture, and search engines the plain address", async () => {
    const site = await siteWith({ title: "Common", text: "Words", variants: two });
    const html = await (await site.get(`${site.url}?v=b&source=share-facebook.b`)).text();
    expect(meta(html, "og:title")).toBe("Breathe again");
    expect(meta(html, "og:description")).toBe("Walk with us");
    expect(meta(html, "og:url")).toBe(`${site.url}?v=b`);
    expect(html).toContain(`<link rel="canonical" href="${site.url}"/>`);
    const plain = await (await site.get(site.url)).text();
    expect(meta(plain, "og:title")).toBe("Common");
    expect(meta(plain, "og:url")).toBe(site.url);
    expect(meta(await (await site.get(`${site.url}?v=a`)).text(), "og:title")).toBe("Common");
  });

  test("has the variant's picture where it has one, else the action's", async () => {
    const site = await makeSite();
    const key = (name: string) => `groups/${site.group.no}/images/${name}.png`;
    const image = { key: key("own"), alt: "", width: 1_200, height: 630 };
    const shared = await siteWith({ variants: [two[0], { ...two[1], image }] });
    // Another group's file is shown by no page of this one.
    expect(meta(await (await shared.get(`${shared.url}?v=b`)).text(), "og:image")).toBeUndefined();
    const own = { ...image, key: `groups/${shared.group.no}/images/own.png` };
    const share = shareSettings.parse({ variants: [two[0], { ...two[1], image: own }] });
    await changePetition(shared.group, shared.action.no, { settings: { ...shared.action.settings, share } });
    await writeSnapshot(contextOf(), dbFor(contextOf().env, shared.group), shared.action.no);
    forgetAll();
    const html = await (await shared.get(`${shared.url}?v=b`)).text();
    expect(meta(html, "og:image")).toBe(`${shared.origin}/files/images/own.png`);
    expect(meta(html, "og:image:alt")).toBe("Breathe again");
    expect(meta(await (await shared.get(shared.url)).text(), "og:image")).toBeUndefined();
  });

  test("of a letter the action does not have is the plain page, and is not made again", async () => {
    const site = await siteWith({ variants: two });
    const plain = await site.get(site.url);
    const { counted } = site.state;
    for (const letter of ["c", "z", "A", "bb", evil]) {
      const other = await site.get(`${site.url}?v=${encodeURIComponent(letter)}`);
      expect(other.headers.get("ETag")).toBe(plain.headers.get("ETag"));
    }
    expect(site.state.counted).toBe(counted);
  });

  test("takes a signature with the source of its link, and never mixes with another's", async () => {
    const site = await siteWith({ variants: two });
    await site.post(`${site.url}?v=b&source=share-facebook.b`, signed);
    expect(site.taken[0]).toMatchObject({ s: "share-facebook.b" });
    const other = await siteWith({ variants: [two[0], { ...two[1], title: "Another group" }] });
    expect(meta(await (await site.get(`${site.url}?v=b`)).text(), "og:title")).toBe("Breathe again");
    expect(meta(await (await other.get(`${other.url}?v=b`)).text(), "og:title")).toBe("Another group");
  });
});

describe("thanks", () => {
  test("give each network its own words, and an email its subject and text", async () => {
    const networks = {
      whatsapp: "For WhatsApp",
      x: "For X",
      emailSubject: "Subject",
      emailBody: "Dear friend",
    };
    const site = await siteWith({ text: "Common words", networks });
    const links = Object.fromEntries(hrefs(await thanksOf(site, newId())));
    expect(links.whatsapp).toContain("For WhatsApp");
    expect(links.x).toContain("For X");
    expect(links.bluesky).toContain("Common words");
    expect(links.email).toContain("subject=Subject&body=Dear friend");
  });

  test("pick one variant for somebody, the same at each visit, and put its letter in every link", async () => {
    const site = await siteWith({ variants: two });
    for (const [id, letter] of [
      [first(), "a"],
      [last(), "b"],
    ] as const) {
      for (const html of [await thanksOf(site, id), await thanksOf(site, id)]) {
        const links = hrefs(html);
        expect(links).toHaveLength(5);
        for (const [way, href] of links) {
          expect(href).toContain(`${site.url}?v=${letter}&source=share-${way}.${letter}`);
          expect(href.includes("Walk with us")).toBe(letter === "b" && way !== "facebook");
        }
        expect(html).toContain(`source=share-copy.${letter}"`);
      }
    }
  });

  test("show everybody the winner once one was chosen", async () => {
    const site = await siteWith({ variants: two, winner: "b" });
    expect(await thanksOf(site, first())).toContain("source=share-copy.b");
  });

  test("hold nothing of personal links while they are off, and the link of the person where they are on", async () => {
    const id = newId<ParticipationId>();
    expect(await thanksOf(await siteWith({}), id)).not.toMatch(/source=r-/);
    const site = await siteWith({ links: "links", variants: two });
    const html = await thanksOf(site, id);
    const code = await ownCode(contextOf(), site.group, id);
    const letter = /data-variant="(.)"/.exec(html)?.[1];
    expect(html).toContain(`source=r-${code}.copy.${letter}"`);
    expect(html).toContain("Your own link");
    expect(html.replace(/done=[^"&]*/g, "")).not.toContain(id.slice(9));
  });

  test("of somebody who did not act hold no personal link", async () => {
    const site = await siteWith({ links: "page" });
    for (const done of ["", "?done=forged"])
      expect(await (await site.get(`${site.url}/thanks${done}`)).text()).toContain("?source=share-copy");
  });

  test("say how many came by one's link, and list who brought most, here and below the action", async () => {
    const site = await siteWith({ links: "page" });
    const ctx = contextOf();
    const { d1, groupNo } = dbFor(ctx.env, site.group);
    const id = `0193${newId().slice(4)}` as ParticipationId;
    const code = await ownCode(ctx, site.group, id);
    const people = [id, newId(), newId()].map((each, at) => ({
      each,
      at,
      source: at ? `r-${code}.x` : null,
    }));
    for (const { each, at, source } of people)
      await d1
        .prepare(
          `INSERT INTO participations (group_no, person_no, action_no, nth, id, acted_at, revised_at, answer, is_named, source)
           VALUES (?, ?, ?, 0, unhex(?), 1, 1, ?, 1, ?)`,
        )
        .bind(
          ...[groupNo, at + 1, site.action.no, idToHex(each as ParticipationId)],
          ...[JSON.stringify({ givenName: "<b>Bo</b>", familyName: "Low" }), source],
        )
        .run();
    const path = await thanksPath(ctx, { path: "petitions" }, await snapshotOf(site.group, site.action), {
      nth: 1,
      isRepeat: false,
      id,
      standing: null,
    });
    await site.get(site.origin + path);
    await site.settled();
    const html = await (await site.get(site.origin + path)).text();
    expect(html).toContain("2 people have come by your link.");
    expect(html).toMatch(/&lt;b&gt;Bo&lt;\/b&gt; L\..{0,80}2 people/s);
    expect(html).not.toContain("<b>Bo");
    forgetAll();
    expect(await (await site.get(site.url)).text()).toContain("Who brought most people");
  });

  test("show HTML in every text of sharing as text", async () => {
    const every = {
      whatsapp: evil,
      facebook: evil,
      bluesky: evil,
      x: evil,
      emailSubject: evil,
      emailBody: evil,
    };
    const variants = [{ letter: "a", label: "L", title: evil, text: evil }];
    for (const share of [{ networks: every }, { variants }, { title: evil, text: evil }]) {
      const site = await siteWith(share);
      const pages = [await thanksOf(site, newId())];
      for (const query of ["", "?v=a"]) pages.push(await (await site.get(site.url + query)).text());
      for (const html of pages) expect(html).not.toMatch(/<script>alert|<img src=x|<\/title><script/);
    }
  });
});

describe("a share that is told of", () => {
  const tallies = async (site: Site) => {
    const { d1, groupNo } = dbFor(contextOf().env, site.group);
    const { results } = await d1
      .prepare("SELECT variant, way, count FROM share_tallies WHERE group_no = ? ORDER BY 1, 2")
      .bind(groupNo)
      .all();
    return results;
  };

  test("is counted by way and variant; what names neither is not", async () => {
    const site = await siteWith({ variants: two });
    const tell = (body: Record<string, string>) => site.post(`${site.url}/shared`, body);
    expect((await tell({ way: "whatsapp", v: "b" })).status).toBe(204);
    for (const body of [{ way: "x", v: "q" }, { way: "friendster", v: "b" }, { way: evil, v: evil }, {}])
      expect((await tell(body as Record<string, string>)).status).toBe(204);
    await expect
      .poll(() => tallies(site), { timeout: 10_000 })
      .toEqual([
        { variant: "", way: "x", count: 1 },
        { variant: "b", way: "whatsapp", count: 1 },
      ]);
  });

  test("too often from one connection, or from another site, is not counted", async () => {
    const site = await siteWith({});
    for (let n = 0; n < 30; n += 1) await site.post(`${site.url}/shared`, { way: "copy", v: "" });
    const foreign = await site.post(
      `${site.url}/shared`,
      { way: "x", v: "" },
      { Origin: "https://evil.example" },
    );
    expect(foreign.status).toBe(403);
    await expect
      .poll(() => tallies(site), { timeout: 10_000 })
      .toEqual([{ variant: "", way: "copy", count: 10 }]);
    expect((await site.post(`${site.origin}/petitions/nowhere/shared`, { way: "x" })).status).toBe(404);
  });

  test("counts each who was shown a variant once, not those who had acted before", async () => {
    const site = await siteWith({ variants: two });
    const mine = first();
    await thanksOf(site, mine);
    await thanksOf(site, mine);
    site.state.answer = { outcome: "same", id: first() as ParticipationId, total: 7 };
    const again = await site.post(site.url, signed);
    await site.get(site.origin + again.headers.get("Location"));
    await expect
      .poll(() => tallies(site), { timeout: 10_000 })
      .toEqual([{ variant: "a", way: "shown", count: 1 }]);
  });
});

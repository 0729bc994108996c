import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { contextOf } from "../../test/groups";
import { actionIdIn, makeOrganisers } from "../../test/organisers";
import { textsOf } from "../../test/pdf";
import { world } from "../../test/world";
import { countAudience } from "../audiences/audience";
import { newsMailing } from "../composer/news";
import { dbFor } from "../groups/shard";
import { previewOf } from "../mailings/content";
import { mailingById, versionsOf } from "../mailings/mailing";
import type { MailingId } from "../mailings/types";
import { parseId } from "../platform/ids";

const NASTY = `<script>alert(1)</script><img src=x onerror=alert(1)>`;

let team: Awaited<ReturnType<typeof makeOrganisers>>;
let petition: string;
let site: string;

beforeAll(async () => {
  team = await makeOrganisers();
  site = `http://${team.group.slug}.localhost:8787`;
  petition = `${team.base}/actions/${actionIdIn(await team.owner.post(`${team.base}/actions/new/petition`, { title: "Clean air" }))}`;
  const text = { "targets.count": "1", "targets.0.name": "The mayor", ask: "Close the street." };
  const open = { "fields.locality": "optional", "comments.isAsked": "yes", ticks: "comments.isAsked" };
  await team.owner.post(`${petition}/edit`, { version: "1", ...text, ...open });
  await team.owner.post(`${petition}/publication`, { version: "2" });
  const [amina, jeanLuc, mei] = world.supporters;
  await sign(amina, { locality: "Riverside", postalCode: "M5V 3L9", comment: "For my daughter" });
  await sign(jeanLuc, { locality: "Montréal", postalCode: "H2X 1Y4", comment: NASTY });
  await sign(mei, { locality: "riverside", postalCode: "M4M 2T1" });
  await vi.waitFor(
    async () => {
      const list = await (await team.owner.get(`${petition}/signers`)).text();
      for (const { email } of [amina, jeanLuc, mei]) expect(list).toContain(email);
    },
    { timeout: 30_000, interval: 200 },
  );
}, 60_000);

function sign(person: (typeof world.supporters)[number], more: Record<string, string>): Promise<Response> {
  const { givenName, familyName, email } = person;
  const body = new URLSearchParams({ givenName, familyName, email, country: "CA", ...more });
  return exports.default.fetch(`${site}/petitions/clean-air`, { method: "POST", body, redirect: "manual" });
}

const page = async (path = "") => (await exports.default.fetch(`${site}/petitions/clean-air${path}`)).text();
const news = {
  sort: "news",
  title: "The mayor has read it",
  body: "She **did**.",
  saidBy: "",
  happenedOn: "",
};

describe("what came of a petition", () => {
  it("stands on its page at once, and off it after one press, which can be undone", async () => {
    const posted = await team.owner.post(`${petition}/updates`, news);
    expect(posted.headers.get("Location")).toBe(`${petition}/updates?done=posted`);
    expect(await page()).toContain("She <strong>did</strong>.");
    const removed = await team.owner.post(`${petition}/updates/1/removal`);
    expect(removed.status).toBe(303);
    expect(await page()).not.toContain("The mayor has read it");
    expect(await page("/updates")).not.toContain("The mayor has read it");
    const undo = await team.owner.get(removed.headers.get("Location") ?? "");
    expect(await undo.text()).toContain(`action="${petition}/updates/1/removal/undo"`);
    await team.owner.post(`${petition}/updates/1/removal/undo`);
    expect(await page()).toContain("The mayor has read it");
  });

  it("notes how many had signed when it was handed over, and says at the top when it was won", async () => {
    const handedOver = { ...news, sort: "delivery", title: "Handed over", happenedOn: "2026-03-12" };
    await team.owner.post(`${petition}/updates`, handedOver);
    const html = await page();
    expect(html).toContain("With 3 signatures");
    expect(html).toMatch(/<time datetime="2026-03-12">(12 March 2026|March 12, 2026)<\/time>/);
    expect(html).not.toContain("We won");
    await team.owner.post(`${petition}/updates`, { ...news, sort: "victory", title: "The street is closed" });
    expect(await page()).toContain("We won");
  });

  it("shows the newest three, and the rest one click away", async () => {
    await team.owner.post(`${petition}/updates`, { ...news, title: "The newest" });
    const html = await page();
    expect(html).toContain("The newest");
    expect(html).not.toContain("The mayor has read it");
    expect(html).toContain("/petitions/clean-air/updates");
    expect(await page("/updates")).toContain("The mayor has read it");
  });

  it.each([
    ["no title", { ...news, title: " " }, "f-title"],
    ["a title too long", { ...news, title: "x".repeat(161) }, "f-title"],
    ["a response by nobody", { ...news, sort: "response" }, "f-saidBy"],
    ["a day that does not exist", { ...news, happenedOn: "2026-02-30" }, "f-happenedOn"],
    ["a sort nobody knows", { ...news, sort: "triumph" }, "f-sort"],
    ["a text too long", { ...news, body: "x".repeat(5_001) }, "f-body"],
  ])("with %s is refused, with what was written, and nothing is stored", async (_what, form, field) => {
    const before = await page("/updates");
    const refused = await team.owner.post(`${petition}/updates`, form);
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain(`href="#${field}"`);
    expect(await page("/updates")).toBe(before);
  });

  it("lets no markup through", async () => {
    const nasty = { ...news, sort: "response", title: NASTY, body: NASTY, saidBy: NASTY };
    await team.owner.post(`${petition}/updates`, nasty);
    expect(await page()).not.toMatch(/<script>alert|<img/);
    expect(await (await team.owner.get(`${petition}/updates`)).text()).not.toMatch(/<script>alert|<img/);
  });

  it("is for those who may publish, of this group alone", async () => {
    expect((await team.organiser.post(`${petition}/updates`, news)).status).toBe(403);
    expect((await team.organiser.get(`${petition}/updates`)).status).toBe(200);
    expect((await team.stranger.post(`${petition}/updates`, news)).status).toBe(404);
    expect((await team.owner.post(`${petition}/updates/999/removal`)).status).toBe(404);
  });
});

describe("news of a petition by mail", () => {
  let update = "";
  const mailingOf = (answer: Response) => answer.headers.get("Location") ?? "";

  beforeAll(async () => {
    const said = {
      ...{ sort: "response", title: "The mayor has answered", saidBy: "Mayor of Riverside", happenedOn: "" },
      body: "## In short\n\nShe **agrees**, and [says so](https://example.org/says).\n\n- from *May*\n- everywhere",
    };
    await team.owner.post(`${petition}/updates`, said);
    const html = await (await team.owner.get(`${petition}/updates`)).text();
    const [, no = ""] = /id="update-(\d+)"><h3[^>]*>The mayor has answered/.exec(html) ?? [];
    update = `${petition}/updates/${no}`;
  });

  it("begins as a draft with its words and the way to the page, for those who signed, once however often it is asked for", async () => {
    const twice = await Promise.all([
      team.organiser.post(`${update}/mailing`),
      team.owner.post(`${update}/mailing`),
    ]);
    const [mailing = "", other] = twice.map(mailingOf);
    expect(mailing).toMatch(/\/mailings\/[0-9a-f-]{36}$/);
    expect(other).toBe(mailing);
    expect(mailingOf(await team.owner.post(`${update}/mailing`))).toBe(mailing);

    const db = dbFor(env, team.group);
    const id = parseId<MailingId>(mailing.split("/").at(-1) ?? "");
    const draft = id && (await mailingById(db, id));
    if (!draft) throw new Error("no draft");
    const [words] = await versionsOf(db, draft.no);
    expect(draft).toMatchObject({ status: "draft", subject: "The mayor has answered" });
    const shown = await previewOf(contextOf(), team.group, draft, words as never, null);
    expect(shown.problem).toBeNull();
    for (const part of [
      "You signed “Clean air”. Mayor of Riverside has answered.",
      "<strong>agrees</strong>",
      'href="https://example.org/says"',
      "<em>May</em>",
      `${site}/petitions/clean-air`,
      "#updates",
    ])
      expect(shown.html).toContain(part);
    expect(shown.html).toMatch(/<blockquote[^>]*>\s*<h3[^>]*>In short/);
    const target = await (await team.owner.get(`${mailing}/target`)).text();
    expect(target).toContain("Clean air");
    const audience = draft.target?.audience;
    const counted = audience && (await countAudience(contextOf(), db, audience));
    expect(counted).toMatchObject({ count: 3, isWhole: true });

    const state = async () => (await team.owner.get(`${petition}/updates`)).text();
    expect(await state()).toContain(`<a href="${mailing}">Draft</a>`);
    await team.owner.post(`${mailing}/hiding`);
    expect(await state()).toContain(`action="${update}/mailing"`);
    const anew = mailingOf(await team.owner.post(`${update}/mailing`));
    expect(anew).not.toBe(mailing);
    expect(await state()).toContain(`<a href="${anew}">Draft</a>`);
  });

  it("goes once to those who signed it in any language, in the words of each version that has the same news", async () => {
    const made = await team.owner.post(`${petition}/translations`, { locale: "fr" });
    const french = `${team.base}/actions/${/actions\/([0-9a-f-]{36})/.exec(made.headers.get("Location") ?? "")?.[1]}`;
    await team.owner.post(`${french}/publication`, { version: "1" });
    const said = {
      sort: "victory",
      title: "It is decided",
      body: "The street closes.",
      saidBy: "",
      happenedOn: "",
    };
    const numberOf = async (of: string, title: string) => {
      const html = await (await team.owner.get(`${of}/updates`)).text();
      return new RegExp(`id="update-(\\d+)"><h3[^>]*>${title}`).exec(html)?.[1] ?? "";
    };
    await team.owner.post(`${petition}/updates`, said);
    await team.owner.post(`${french}/updates`, { ...said, sort: "news", title: "Autre chose" });
    await team.owner.post(`${french}/updates`, { ...said, title: "C’est décidé", body: "La rue ferme." });
    const no = await numberOf(petition, said.title);
    const mailing = mailingOf(await team.owner.post(`${petition}/updates/${no}/mailing`));
    const db = dbFor(env, team.group);
    const id = parseId<MailingId>(mailing.split("/").at(-1) ?? "");
    const draft = id && (await mailingById(db, id));
    if (!draft) throw new Error("no draft");
    expect(draft.target?.audience.include).toMatchObject({
      all: [{ is: "action", actions: [expect.any(Number), expect.any(Number)] }],
    });
    const versions = await versionsOf(db, draft.no);
    expect(versions.map(({ language, subject }) => [language, subject])).toEqual([
      ["en", "It is decided"],
      ["fr", "C’est décidé"],
    ]);
    expect(versions[1]?.body).toContain("La rue ferme.");
    expect(versions[1]?.body).not.toContain("clean-air#");
    // The French page has it in the same mail, and its other news in none.
    const its = await numberOf(french, "C’est décidé");
    expect(mailingOf(await team.owner.post(`${french}/updates/${its}/mailing`))).toBe(mailing);
    const other = await numberOf(french, "Autre chose");
    expect(mailingOf(await team.owner.post(`${french}/updates/${other}/mailing`))).not.toBe(mailing);
  });

  it("is of an update on the page of one's own live petition alone", async () => {
    expect((await team.stranger.post(`${update}/mailing`)).status).toBe(404);
    expect((await team.owner.post(`${petition}/updates/999/mailing`)).status).toBe(404);
    await team.owner.post(`${petition}/updates`, { ...news, title: "A slip" });
    const html = await (await team.owner.get(`${petition}/updates`)).text();
    const [, no = ""] = /id="update-(\d+)"><h3[^>]*>A slip/.exec(html) ?? [];
    await team.owner.post(`${petition}/updates/${no}/removal`);
    expect((await team.owner.post(`${petition}/updates/${no}/mailing`)).status).toBe(404);
    expect(await (await team.owner.get(`${petition}/updates`)).text()).not.toContain(`updates/${no}/mailing`);
  });

  it.each([
    ["fr", "Vous avez signé", "a répondu."],
    ["es", "Usted firmó", "ha respondido."],
  ] as const)("is in %s where the petition is", (locale, signed, answered) => {
    const action = { no: 1, title: "X", slug: "x", locale, settings: { image: null } };
    const said = { sort: "response", title: "T", bodySource: "", saidBy: "Y", signatureCount: null };
    const { body, language } = newsMailing(contextOf(), team.group, { action, update: said } as never, {
      nos: [],
      news: [],
    });
    expect(language).toBe(locale);
    expect(body).toContain(signed);
    expect(body).toContain(answered);
  });
});

describe("signatures handed over", () => {
  const everything = { place: "", withPostalCode: "yes", withComments: "yes" };

  it("are a table of names and places without any email address", async () => {
    const csv = await (await team.owner.post(`${petition}/delivery`, { ...everything, as: "csv" })).text();
    expect(csv.split("\r\n")[0]).toBe(
      'Name,Town or city,"Province, state or region",Country,Postal code,Comment',
    );
    expect(csv.trim().split("\r\n")).toHaveLength(4);
    expect(csv).toContain("For my daughter");
    expect(csv).not.toContain("@");
  });

  it("name the electoral district of each, where that is asked for and the postal code tells it", async () => {
    const csv = await (
      await team.owner.post(`${petition}/delivery`, { ...everything, withDistrict: "yes", as: "csv" })
    ).text();
    const [headings = "", ...rows] = csv.trim().split("\r\n");
    expect(headings).toMatch(/,District,Comment$/);
    const amina = rows.find((row) => row.startsWith("Amina")) ?? "";
    expect(amina).toMatch(/M5V 3L9,Spadina—Harbourfront( \/ [^,]+)*,For my daughter/);
    const html = await (
      await team.owner.post(`${petition}/delivery`, { ...everything, withDistrict: "yes", as: "print" })
    ).text();
    expect(html).toContain("Spadina—Harbourfront");
  });

  it("are a page for paper, numbered, with what is asked and of whom", async () => {
    const print = await team.owner.post(`${petition}/delivery`, { ...everything, as: "print" });
    const html = await print.text();
    expect(print.headers.get("Cache-Control")).toBe("private, no-store");
    for (const part of ["The mayor", "Close the street.", "3 signatures", "<td>3</td>", "/css/print.css"])
      expect(html).toContain(part);
    expect(html).not.toMatch(/<script>alert|<img/);
  });

  it.each([
    ["a town however it is written", "RIVERSIDE", 2],
    ["the beginning of a postal code", "m5v", 1],
    ["a country", "ca", 3],
    ["nowhere", "Atlantis", 0],
  ])("can be those of one place: %s", async (_what, place, count) => {
    const csv = await (await team.owner.post(`${petition}/delivery`, { place, as: "csv" })).text();
    expect(csv.trim().split("\r\n")).toHaveLength(count + 1);
    expect(csv).not.toContain("Postal code");
  });

  it("leave the group only by those who may export, and each file is written down", async () => {
    expect((await team.organiser.post(`${petition}/delivery`, everything)).status).toBe(403);
    expect((await team.stranger.post(`${petition}/delivery`, everything)).status).toBe(404);
    const history = await (await team.owner.get(`${team.base}/settings/history`)).text();
    expect(history).toContain("Made a file of signatures to hand over");
  });
});

async function pdf(fields: Record<string, string>): Promise<{ pages: string[][]; all: string[] }> {
  const response = await team.owner.post(`${petition}/delivery`, { ...fields, as: "pdf" });
  expect(response.headers.get("Content-Type")).toBe("application/pdf");
  expect(response.headers.get("Cache-Control")).toBe("private, no-store");
  const pages = await textsOf(await response.arrayBuffer());
  return { pages, all: pages.flat() };
}

describe("signatures handed over as a PDF", () => {
  const everything = { place: "", withPostalCode: "yes", withComments: "yes" };
  const names = world.supporters.slice(0, 3).map(({ givenName, familyName }) => `${givenName} ${familyName}`);
  const change = (email: string, to: string, ...values: (string | number)[]) =>
    dbFor(env, team.group)
      .d1.prepare(
        `UPDATE participations SET ${to} WHERE group_no = ?1 AND person_no = (SELECT person_no FROM people WHERE group_no = ?1 AND email = ?2)`,
      )
      .bind(team.group.no, email, ...values)
      .run();

  it("say on the cover what is asked of whom, by whom, and how many ask", async () => {
    const { pages } = await pdf(everything);
    const [cover = [], list = []] = pages;
    for (const part of [
      "Clean Air Now",
      "Clean air",
      "3",
      "signatures",
      "The mayor",
      "Close the street.",
      "1 / 2",
    ])
      expect(cover).toContain(part);
    expect(cover).toContain("Language of the petition: English");
    expect(cover.some((line) => /^As of .* 20\d\d$/.test(line))).toBe(true);
    for (const part of ["Clean air", "Clean Air Now", "2 / 2"]) expect(list).toContain(part);
  });

  it("hold everybody in the order of the table, with place and comment, and no address", async () => {
    const csv = await (await team.owner.post(`${petition}/delivery`, { ...everything, as: "csv" })).text();
    const inTable = csv.split("\r\n").flatMap((line) => names.filter((name) => line.includes(name)));
    const { all } = await pdf(everything);
    expect(all.filter((line) => names.includes(line))).toEqual(inTable);
    expect(inTable).toHaveLength(3);
    expect(all).toContain("Montréal, H2X 1Y4, Canada");
    expect(all).toContain("For my daughter");
    expect(all).toContain(NASTY);
    expect(all.join()).not.toContain("@");
  });

  it("leave out what was not asked for, and whoever is of another place", async () => {
    const { all } = await pdf({ place: "Riverside" });
    expect(all).toContain("2");
    expect(all).toContain("Only signatures from: Riverside");
    expect(all).not.toContain(names[1]);
    expect(all.join()).not.toMatch(/M5V|For my daughter/);
  });

  it("hold nothing of whoever was removed, nor a comment that was hidden", async () => {
    const [amina, jeanLuc] = world.supporters;
    await change(amina.email, "removal_no = ?3", 1);
    await change(jeanLuc.email, "comment_status = ?3", 3);
    const { all } = await pdf(everything);
    expect(all).not.toContain(names[0]);
    expect(all).not.toContain("For my daughter");
    expect(all).toContain(names[1]);
    expect(all).not.toContain(NASTY);
    await change(amina.email, "removal_no = ?3", 0);
    await change(jeanLuc.email, "comment_status = ?3", 2);
  });

  it("carry a comment of 20,000 characters over as many pages as it needs", async () => {
    const [amina] = world.supporters;
    const words = Array.from({ length: 2_500 }, (_, nth) => `word${nth}`)
      .join(" ")
      .slice(0, 20_000);
    await change(amina.email, "comment = ?3", words);
    const { pages, all } = await pdf(everything);
    expect(pages.length).toBeGreaterThan(4);
    const isOfComment = (line: string) => line.startsWith("word");
    expect(all.filter(isOfComment).join(" ")).toBe(words);
    for (const [index, page] of pages.entries()) expect(page).toContain(`${index + 1} / ${pages.length}`);
  });

  it("come in parts when there is too much for one file, each signature in one of them", async () => {
    const [amina, jeanLuc, mei] = world.supporters;
    for (const { email } of [amina, jeanLuc]) await change(email, "comment = ?3", "long ".repeat(60_000));
    const response = await team.owner.post(`${petition}/delivery`, { ...everything, as: "pdf" });
    const html = await response.text();
    const parts = [...html.matchAll(/name="part" value="([^"]*)"/g)].map(([, value = ""]) =>
      value.replaceAll("&quot;", '"'),
    );
    expect(parts).toHaveLength(2);
    expect(html).toContain("Part 1 of 2: signatures 1 to");
    const removed = await Promise.all(parts.map((part) => pdf({ ...everything, part })));
    const found = removed.map(({ all }) => names.filter((name) => all.includes(name)));
    expect(found.flat().sort()).toEqual([...names].sort());
    expect(removed[1]?.all).toContain("3");
    for (const email of [amina.email, jeanLuc.email, mei.email]) await change(email, "comment = ?3", "short");
  });

  it.each(["{", "{}", '{"nth":-1}', "null"])(
    "with a part nobody offered (%s) are made anew",
    async (part) => {
      expect((await pdf({ ...everything, part })).all).toContain("3");
    },
  );

  it("leave the group only by those who may export, and each file is written down", async () => {
    expect((await team.organiser.post(`${petition}/delivery`, { as: "pdf" })).status).toBe(403);
    expect((await team.stranger.post(`${petition}/delivery`, { as: "pdf" })).status).toBe(404);
    const count = () =>
      env.DIRECTORY.prepare(
        "SELECT count(*) AS n FROM audit_log WHERE group_no = ? AND act = 'petition.delivered'",
      )
        .bind(team.group.no)
        .first<number>("n");
    const before = (await count()) ?? 0;
    await pdf(everything);
    expect(await count()).toBe(before + 1);
  });
});

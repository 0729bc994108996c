import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { actionIdIn, makeOrganisers } from "../../test/organisers";
import { world } from "../../test/world";

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

import { beforeAll, describe, expect, it } from "vitest";
import { contextOf } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { makePetition } from "../../test/petitions";
import { world } from "../../test/world";
import { dbFor } from "../groups/shard";
import { hasOtherWording, paperSize, readSheet, sheetNumbers } from "./types";

const NASTY = `<script>alert(1)</script>`;

let team: Awaited<ReturnType<typeof makeOrganisers>>;
let print: string;

beforeAll(async () => {
  team = await makeOrganisers();
  const consent = { mode: "preticked" as const, text: "Riverside may write to me." };
  const action = await makePetition(team.group, {
    title: `Clean air ${NASTY}`,
    slug: "air",
    settings: { consent },
  });
  print = `${team.base}/actions/${action.id}/print`;
});

const text = async (path: string) => (await team.organiser.get(path)).text();

describe("what can be printed", () => {
  it("is a code as SVG and as PNG, with a source code of its own or one that is typed", async () => {
    const svg = await team.organiser.get(`${print}/qr.svg`);
    expect(svg.headers.get("Content-Type")).toBe("image/svg+xml");
    expect(svg.headers.get("Content-Disposition")).toBe(`attachment; filename="air-qr.svg"`);
    const body = await svg.text();
    expect(body).toContain("Clean air &lt;script&gt;");
    const png = await team.organiser.get(`${print}/qr.png?code=library`);
    expect(png.headers.get("Content-Type")).toBe("image/png");
    const bytes = new Uint8Array(await png.arrayBuffer());
    expect([...bytes.slice(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
    expect(await text(`${print}/qr.svg?code=library`)).not.toBe(body);
  });

  it("refuses a source code that the page would not take, and keeps it", async () => {
    const refused = await team.organiser.get(`${print}?code=${encodeURIComponent(`"><b>`)}`);
    expect(refused.status).toBe(422);
    const html = await refused.text();
    expect(html).toContain("Write a source code of at most 100 letters");
    expect(html).toContain(`value="&quot;&gt;&lt;b&gt;"`);
    for (const file of ["qr.svg", "qr.png", "flyer"])
      expect((await team.organiser.get(`${print}/${file}?code=%3Cb%3E`)).status).toBe(400);
    expect((await team.organiser.get(`${print}/qr.png?code=${"x".repeat(101)}`)).status).toBe(400);
  });

  it("is a flyer under the strict policy of every page, with the ask and the short address", async () => {
    const response = await team.organiser.get(`${print}/flyer?size=letter`);
    const html = await response.text();
    expect(response.headers.get("Content-Security-Policy")).toContain("style-src 'self'");
    expect(html).not.toMatch(/<script>|style="|<style|onclick/);
    expect(html).toContain("flyer-letter");
    expect(html).toContain(world.petition.ask);
    expect(html).toContain(`>${team.group.slug}.localhost:8787/petitions/air<`);
    expect(html).toContain("To: Mayor Helen Brandt, City of Riverside");
  });

  it("is a sheet with the consent word for word, and a number on each", async () => {
    const html = await text(`${print}/sheet?size=a4&pages=3`);
    expect(html.match(/<q dir="auto">Riverside may write to me.<\/q>/g)).toHaveLength(3);
    const numbers = [...html.matchAll(/class="number">Sheet ([^<]+)</g)].map(([, number]) => number ?? "");
    expect(new Set(numbers).size).toBe(3);
    for (const number of numbers) expect(readSheet(number)).toBe(number);
    expect(html).toMatch(/First name \*.*Last name \*.*Email \*/);
    expect(html).not.toContain(">Country");
    expect((await text(`${print}/sheet?pages=9999`)).match(/class="number"/g)).toHaveLength(20);
    expect((await text(`${print}/sheet?pages=-1`)).match(/class="number"/g)).toHaveLength(1);
  });

  it("is nothing of a draft, and nothing for another group", async () => {
    const draft = await makePetition(team.group, { status: "draft", slug: "draft" });
    const ofDraft = `${team.base}/actions/${draft.id}/print`;
    expect(await text(ofDraft)).toContain("It is not live yet");
    for (const file of ["/qr.svg", "/qr.png", "/flyer", "/sheet"]) {
      expect((await team.organiser.get(ofDraft + file)).status).toBe(404);
      expect((await team.stranger.get(print + file)).status).toBe(404);
    }
  });

  it("leaves sheets to kinds that a person can sign on paper", async () => {
    const made = await team.owner.post(`${team.base}/actions/new/event`, { title: "A walk" });
    const event = (made.headers.get("Location") ?? "").replace(/\/edit.*/, "");
    const { d1, groupNo } = dbFor(contextOf().env, team.group);
    await d1
      .prepare("UPDATE actions SET status = 'published' WHERE group_no = ? AND kind = 'event'")
      .bind(groupNo)
      .run();
    expect(await text(`${event}/print`)).toContain("This is not something people can do on paper");
    expect((await team.organiser.get(`${event}/print/flyer`)).status).toBe(200);
    expect((await team.organiser.get(`${event}/print/sheet`)).status).toBe(404);
    expect((await team.owner.get(`${event}/paper`)).status).toBe(404);
  });
});

describe("a sheet's number", () => {
  it("tells a sheet with other words of consent from this one, and leaves an organiser's own numbers alone", () => {
    const [number = ""] = sheetNumbers("ffff000011112222", 1);
    expect(hasOtherWording(number, "ffff000011112222")).toBe(false);
    expect(hasOtherWording(number, "0000ffff11112222")).toBe(true);
    expect(hasOtherWording("LIBRARY-2", "0000ffff11112222")).toBe(false);
  });

  it("is what stands on paper and nothing else", () => {
    expect(readSheet(" k7-qxmp-2 ")).toBe("K7-QXMP-2");
    expect(readSheet("")).toBe("");
    for (const wrong of ["=1+1", "<b>", "-1", "x".repeat(41), "a\u0000;"])
      expect(readSheet(wrong)).toBeNull();
  });
});

it("the usual paper is the one that lies in the printers there", () => {
  expect([paperSize(undefined, "US"), paperSize(undefined, "CA"), paperSize(undefined, "FR")]).toEqual([
    ...["letter", "letter"],
    "a4",
  ]);
  expect(paperSize("a4", "US")).toBe("a4");
  expect(paperSize("a3", "FR")).toBe("a4");
});

import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { actionIdIn, makeOrganisers, type Organiser } from "../../test/organisers";
import { dbFor } from "../groups/shard";
import type { CommonSettings } from "./types";

let team: Awaited<ReturnType<typeof makeOrganisers>>;
beforeAll(async () => {
  team = await makeOrganisers();
});

const NASTY = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`;
const ready = { "targets.count": "1", "targets.0.name": "The mayor", ask: "Close the street." };
const two = {
  "share.variants.count": "2",
  "share.variants.0.letter": "a",
  "share.variants.0.label": "Plain",
  "share.variants.1.letter": "b",
  "share.variants.1.label": "Hope",
  "share.variants.1.text": "Walk with us",
};

async function draft(by: Organiser = team.owner): Promise<string> {
  return `${team.base}/actions/${actionIdIn(await by.post(`${team.base}/actions/new/petition`, { title: "Clean air" }))}`;
}

async function stored(path: string): Promise<{ version: number; share: CommonSettings["share"] }> {
  const { d1, groupNo } = dbFor(env, team.group);
  const row = await d1
    .prepare("SELECT version, settings FROM actions WHERE group_no = ? AND id = unhex(?)")
    .bind(groupNo, (path.split("/").at(-1) ?? "").replaceAll("-", ""))
    .first<{ version: number; settings: string }>();
  return { version: row?.version ?? 0, share: JSON.parse(row?.settings ?? "{}").share };
}

/** The smallest header that says it is a picture of 1,200 by 630. */
const png = () =>
  new Blob([Uint8Array.fromHex("89504e470d0a1a0a0000000d49484452000004b0000002760802000000")], {
    type: "image/png",
  });

describe("the editor's part about sharing", () => {
  it("saves the words for each network, the variants and the personal links", async () => {
    const path = await draft();
    const saved = await team.owner.post(`${path}/edit`, {
      version: "1",
      ...ready,
      ...two,
      "share.networks.x": "For X",
      "share.networks.emailSubject": "Subject\nof two lines",
      "share.links": "page",
    });
    expect(saved.status).toBe(303);
    expect((await stored(path)).share).toMatchObject({
      networks: { x: "For X", emailSubject: "Subject of two lines", whatsapp: "" },
      variants: [{ letter: "a" }, { letter: "b", text: "Walk with us" }],
      lettersUsed: 2,
      links: "page",
    });
  });

  it.each([
    ["share.networks.x", "x".repeat(251)],
    ["share.networks.emailBody", "x".repeat(2_001)],
    ["share.links", "everybody"],
    ["share.variants.0.label", ""],
    ["share.variants.1.title", "x".repeat(201)],
    ["share.variants.1.text", "x".repeat(501)],
    ["share.variants.1.letter", "a"],
    ["share.variants.1.letter", "../../x"],
    ["share.variants.count", "5"],
  ])("refuses %s of %j, keeps what was typed and stores nothing", async (field, value) => {
    const path = await draft();
    const refused = await team.owner.post(`${path}/edit`, {
      version: "1",
      ...ready,
      ...two,
      "share.text": "As typed",
      [field]: value,
    });
    expect(refused.status).toBe(422);
    const html = await refused.text();
    expect(html).toContain("As typed");
    expect(html).toContain('href="#f-share-');
    expect((await stored(path)).share.variants).toEqual([]);
  });

  it("adds and removes a variant without saving, and gives no letter twice", async () => {
    const path = await draft();
    const added = await team.owner.post(`${path}/edit`, { version: "1", ...ready, do: "add-share-variant" });
    expect(added.status).toBe(200);
    expect(await added.text()).toContain('name="share.variants.0.letter" value="a"');
    await team.owner.post(`${path}/edit`, { version: "1", ...ready, ...two });
    const one = {
      "share.variants.count": "1",
      "share.variants.0.letter": "a",
      "share.variants.0.label": "P",
    };
    await team.owner.post(`${path}/edit`, { version: "2", ...one });
    const next = await team.owner.post(`${path}/edit`, {
      ...{ version: "3", ...one, "share.lettersUsed": String((await stored(path)).share.lettersUsed) },
      do: "add-share-variant",
    });
    expect(await next.text()).toContain('name="share.variants.1.letter" value="c"');
    expect((await stored(path)).share.variants).toHaveLength(1);
  });

  it("keeps an uploaded picture with its variant, and refuses what is none", async () => {
    const path = await draft();
    const bad = new Blob(["<svg onload=alert(1)>"], { type: "image/png" });
    const form = { version: "1", ...ready, ...two };
    const refused = await team.owner.upload(`${path}/edit`, { ...form, "share.variants.1.picture": bad });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain('href="#f-share-variants-1-picture"');
    const saved = await team.owner.upload(`${path}/edit`, { ...form, "share.variants.1.picture": png() });
    expect(saved.status).toBe(303);
    const [plain, hope] = (await stored(path)).share.variants;
    expect(plain?.image).toBeNull();
    expect(hope?.image).toMatchObject({ width: 1_200, height: 630 });
    expect(hope?.image?.key).toMatch(new RegExp(`^groups/${team.group.no}/images/`));
    await team.owner.post(`${path}/edit`, { version: "2", ...two });
    expect((await stored(path)).share.variants[1]?.image).toEqual(hope?.image);
    await team.owner.post(`${path}/edit`, { version: "2", ...two, "share.variants.1.noImage": "yes" });
    expect((await stored(path)).share.variants[1]?.image).toBeNull();
  });

  it("lets markup in no text become part of a page", async () => {
    const path = await draft();
    const nasty = { "share.variants.0.label": NASTY.slice(0, 60), "share.variants.0.title": NASTY };
    const networks = Object.fromEntries(
      ["whatsapp", "facebook", "bluesky", "x", "emailSubject", "emailBody"].map((name) => [
        `share.networks.${name}`,
        NASTY,
      ]),
    );
    const saved = await team.owner.post(`${path}/edit`, {
      version: "1",
      ...ready,
      ...two,
      ...nasty,
      ...networks,
    });
    expect(saved.status).toBe(303);
    for (const page of ["/edit", "/sharing", "/history"]) {
      const html = await (await team.owner.get(path + page)).text();
      expect(html).not.toMatch(/<script>alert|<img src=x/);
    }
  });
});

describe("the page about sharing", () => {
  it("shows each variant and lets the winner be chosen, and be tested again", async () => {
    const path = await draft();
    await team.owner.post(`${path}/edit`, { version: "1", ...ready, ...two });
    const html = await (await team.owner.get(`${path}/sharing`)).text();
    expect(html).toContain("B · Hope");
    expect(html).toContain("too early");
    const chosen = await team.owner.post(`${path}/sharing`, { version: "2", winner: "b" });
    expect(chosen.headers.get("Location")).toBe(`${path}/sharing?done=saved`);
    expect((await stored(path)).share.winner).toBe("b");
    await team.owner.post(`${path}/sharing`, { version: "3", winner: "" });
    await team.owner.post(`${path}/sharing`, { version: "4", split: "learning" });
    expect((await stored(path)).share).toMatchObject({ winner: "", split: "learning", lettersUsed: 2 });
  });

  it("refuses a way to split that is none, ignores a winner that is none, and stops at somebody else's save", async () => {
    const path = await draft();
    await team.owner.post(`${path}/edit`, { version: "1", ...ready, ...two });
    expect((await team.owner.post(`${path}/sharing`, { version: "2", split: "all" })).status).toBe(422);
    for (const winner of ["z", NASTY]) await team.owner.post(`${path}/sharing`, { version: "2", winner });
    expect((await stored(path)).share.winner).toBe("");
    expect((await team.owner.post(`${path}/sharing`, { version: "1", winner: "b" })).status).toBe(409);
    expect((await stored(path)).version).toBe(2);
  });

  it("is for members, and what is live is decided by those who may publish", async () => {
    const path = await draft();
    await team.owner.post(`${path}/edit`, { version: "1", ...ready, ...two });
    await team.owner.post(`${path}/publication`, { version: "2" });
    const { version } = await stored(path);
    expect((await team.stranger.get(`${path}/sharing`)).status).toBe(404);
    const seen = await team.organiser.get(`${path}/sharing`);
    expect(seen.status).toBe(200);
    expect(await seen.text()).not.toContain('name="winner"');
    const tried = await team.organiser.post(`${path}/sharing`, { version: String(version), winner: "b" });
    expect(tried.status).toBe(403);
    expect((await stored(path)).share.winner).toBe("");
  });
});

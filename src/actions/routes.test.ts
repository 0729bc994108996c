import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { actionIdIn, makeOrganisers, type Organiser } from "../../test/organisers";
import { dbFor } from "../groups/shard";

let team: Awaited<ReturnType<typeof makeOrganisers>>;
beforeAll(async () => {
  team = await makeOrganisers();
});

const NASTY = `"><script>alert(1)</script><img src=x onerror=alert(1)>'\${7*7}{{7*7}}`;
const ready = { "targets.count": "1", "targets.0.name": "The mayor", ask: "Close the street." };

async function draft(by: Organiser = team.owner, title = "Clean air"): Promise<string> {
  return `${team.base}/actions/${actionIdIn(await by.post(`${team.base}/actions/new/petition`, { title }))}`;
}

async function live(): Promise<string> {
  const path = await draft();
  await team.owner.post(`${path}/edit`, { version: "1", ...ready });
  const published = await team.owner.post(`${path}/publication`, { version: "2" });
  expect(published.headers.get("Location")).toBe(`${path}?done=published`);
  return path;
}

function stored(path: string) {
  const { d1, groupNo } = dbFor(env, team.group);
  return d1
    .prepare("SELECT title, status, version, settings FROM actions WHERE group_no = ? AND id = unhex(?)")
    .bind(groupNo, (path.split("/").at(-1) ?? "").replaceAll("-", ""))
    .first<{ title: string; status: string; version: number; settings: string }>();
}

describe("a new petition", () => {
  it("is one question away from its editor", async () => {
    const start = await team.owner.get(`${team.base}/actions/new`);
    expect(await start.text()).toContain(`href="${team.base}/actions/new/petition"`);
    const editor = await team.owner.get(`${await draft()}/edit`);
    expect(editor.status).toBe(200);
    expect(await editor.text()).toContain('value="Clean air"');
  });

  it("without a title, or with one too long, is refused with what was typed", async () => {
    const empty = await team.owner.post(`${team.base}/actions/new/petition`, { title: "  " });
    expect(empty.status).toBe(422);
    expect(await empty.text()).toContain('href="#f-title"');
    const long = await team.owner.post(`${team.base}/actions/new/petition`, { title: "x".repeat(121) });
    expect(long.status).toBe(422);
    expect(await long.text()).toContain("x".repeat(121));
  });

  it("of a kind nobody knows is not found", async () => {
    expect((await team.owner.get(`${team.base}/actions/new/revolution`)).status).toBe(404);
  });
});

describe("the last look before publishing", () => {
  it.each(["petition", "letter", "call", "event"])(
    "leads from what is missing in a new %s to the field that asks for it",
    async (kind) => {
      const made = await team.owner.post(`${team.base}/actions/new/${kind}`, { title: "Clean air" });
      const path = `${team.base}/actions/${actionIdIn(made)}`;
      const publication = await (await team.owner.get(`${path}/publication`)).text();
      const editor = await (await team.owner.get(`${path}/edit`)).text();
      const missing = /<div class="flash flash-warn.*?<\/ul>/s.exec(publication)?.[0] ?? "";
      const fields = [...missing.matchAll(/<li><a href="[^"#]+\/edit#([^"]+)">/g)].map(([, id]) => id);
      expect(fields.length).toBeGreaterThan(0);
      expect(fields).toHaveLength(missing.split("<li>").length - 1);
      for (const id of fields) expect(editor).toContain(`id="${id}"`);
    },
  );
});

describe("the editor", () => {
  it("lets markup in no text become part of a page", async () => {
    const path = await draft(team.owner, NASTY.slice(0, 100));
    const saved = await team.owner.post(`${path}/edit`, {
      version: "1",
      "targets.count": "1",
      "targets.0.name": NASTY,
      "targets.0.title": NASTY,
      ask: NASTY,
      descriptionSource: NASTY,
      internalTitle: NASTY,
      "consent.text": NASTY,
      "thanks.headline": NASTY,
      "thanks.text": NASTY,
      "share.title": NASTY,
      "share.text": NASTY,
      "autoresponse.subject": NASTY,
      "autoresponse.body": NASTY,
      tags: NASTY,
      "image.alt": NASTY,
      "questions.count": "1",
      "questions.0.label": NASTY,
      "questions.0.hint": NASTY,
      "questions.0.type": "radio",
      "questions.0.choices": `${NASTY}\nother`,
    });
    expect(saved.status).toBe(303);
    for (const page of ["/edit", "/publication", "/history", ""]) {
      const html = await (await team.owner.get(path + page)).text();
      expect(html).not.toMatch(/<script>alert|<img src=x|onerror=alert\(1\)>/);
    }
    expect(JSON.parse((await stored(path))?.settings ?? "{}").descriptionHtml).not.toMatch(/<script|<img/);
  });

  it("refuses with the same form, every value kept, each error beside its field and in the summary", async () => {
    const path = await draft();
    const refused = await team.owner.post(`${path}/edit`, {
      version: "1",
      title: "",
      ask: "Kept words",
      "goal.target": "many",
    });
    expect(refused.status).toBe(422);
    const html = await refused.text();
    expect(html).toContain("Kept words");
    expect(html).toContain('value="many"');
    for (const field of ["title", "goal-target"]) {
      expect(html).toContain(`href="#f-${field}"`);
      expect(html).toContain(`id="f-${field}-error"`);
    }
    expect(await stored(path)).toMatchObject({ title: "Clean air", version: 1 });
  });

  it("answers a save from an old version with both versions, and saves nothing", async () => {
    const path = await draft();
    await team.administrator.post(`${path}/edit`, { version: "1", ask: "Their words" });
    const conflict = await team.owner.post(`${path}/edit`, { version: "1", ask: "My words" });
    expect(conflict.status).toBe(409);
    const html = await conflict.text();
    expect(html).toMatch(/Their words[\s\S]*My words/);
    expect(html).toContain('name="version" value="2"');
    expect(JSON.parse((await stored(path))?.settings ?? "{}").ask).toBe("Their words");
    expect((await team.owner.post(`${path}/edit`, { version: "2", ask: "My words" })).status).toBe(303);
  });

  it("adds, moves and removes rows without saving, and keeps what was typed", async () => {
    const path = await draft();
    const questions = { "questions.count": "2", "questions.0.label": "First", "questions.1.label": "Second" };
    const press = async (name: string) =>
      (
        await team.owner.post(`${path}/edit`, { version: "1", title: "Typed", ...questions, do: name })
      ).text();
    const added = await press("add-question");
    expect(added).toContain('name="questions.count" value="3"');
    expect(added).toContain('value="Typed"');
    expect(await press("raise-question:1")).toMatch(/value="Second"[\s\S]*value="First"/);
    expect(await press("lower-question:0")).toMatch(/value="Second"[\s\S]*value="First"/);
    expect(await press("remove-question:0")).not.toContain('value="First"');
    expect(await press("remove-question:99")).toContain('name="questions.count" value="2"');
    const target = await team.owner.post(`${path}/edit`, {
      version: "1",
      "targets.count": "1",
      "targets.0.name": "A",
      do: "add-target",
    });
    expect(await target.text()).toContain('name="targets.count" value="2"');
    expect(await stored(path)).toMatchObject({ title: "Clean air", version: 1 });
  });

  it("answers its script with the new version, or with what is wrong", async () => {
    const path = await draft();
    const json = { Accept: "application/json" };
    const saved = await team.owner.post(`${path}/edit`, { version: "1", title: "Autosaved" }, json);
    expect(await saved.json()).toMatchObject({ version: 2, saved: expect.any(String) });
    const invalid = await team.owner.post(`${path}/edit`, { version: "2", title: "" }, json);
    expect([invalid.status, await invalid.json()]).toMatchObject([
      422,
      { error: { code: "invalid", fields: { title: expect.any(String) } } },
    ]);
    const conflict = await team.owner.post(`${path}/edit`, { version: "1", title: "Late" }, json);
    expect([conflict.status, await conflict.json()]).toMatchObject([409, { error: { code: "conflict" } }]);
  });

  it("takes a picture with the rest of the form, and refuses what is none", async () => {
    const path = await draft();
    const png = Uint8Array.fromHex("89504e470d0a1a0a0000000d49484452000004b0000002760802000000");
    const saved = await team.owner.upload(`${path}/edit`, {
      version: "1",
      "image.alt": "A gate",
      picture: new File([png], "evil.html"),
    });
    expect(saved.status).toBe(303);
    expect(JSON.parse((await stored(path))?.settings ?? "{}").image).toMatchObject({
      alt: "A gate",
      width: 1_200,
      height: 630,
    });
    const refused = await team.owner.upload(`${path}/edit`, {
      version: "2",
      picture: new File(["<svg onload=alert(1)>"], "x.png"),
    });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain('href="#f-picture"');
    const removed = await team.owner.post(`${path}/edit`, { version: "2", do: "remove-picture" });
    expect(removed.status).toBe(303);
    expect(JSON.parse((await stored(path))?.settings ?? "{}").image).toBeNull();
  });

  it("reads no more of a body than it needs, and only forms in UTF-8", async () => {
    const path = await draft();
    const big = await team.owner.post(`${path}/edit`, { version: "1", ask: "x".repeat(20 * 1_024 * 1_024) });
    expect(big.status).toBe(413);
    const json = await team.owner.post(`${path}/edit`, {}, { "Content-Type": "application/json" });
    expect(json.status).toBe(415);
    const twice = await team.owner.post(`${path}/edit`, { version: "1", title: ["One", "Two"] });
    expect(twice.status).toBe(422);
    expect(await stored(path)).toMatchObject({ title: "Clean air", version: 1 });
  });
});

describe("who may do what", () => {
  it("an organiser writes drafts, and neither publishes them nor changes what is live", async () => {
    const path = await draft(team.organiser);
    expect((await team.organiser.post(`${path}/edit`, { version: "1", ...ready })).status).toBe(303);
    expect(await (await team.organiser.get(`${path}/publication`)).text()).not.toContain("Publish now");
    expect((await team.organiser.post(`${path}/publication`, { version: "2" })).status).toBe(403);
    const page = await live();
    expect((await team.organiser.post(`${page}/edit`, { version: "3", title: "Hijacked" })).status).toBe(403);
    expect(await stored(page)).toMatchObject({ title: "Clean air" });
  });

  it("somebody of another group finds nothing, whatever id they use", async () => {
    const path = await draft();
    const theirs = path.replace(team.base, "/groups/other");
    for (const page of ["", "/edit", "/publication", "/history"]) {
      expect((await team.stranger.get(path + page)).status).toBe(404);
      expect((await team.stranger.get(theirs + page)).status).toBe(404);
    }
    expect((await team.stranger.post(`${path}/edit`, { version: "1", title: "Mine" })).status).toBe(404);
    expect((await team.stranger.post(`${path}/copies`)).status).toBe(404);
    expect(await stored(path)).toMatchObject({ title: "Clean air", version: 1 });
  });

  it("an id of another group's action is not found under one's own group", async () => {
    const other = await makeOrganisers();
    const foreign = actionIdIn(
      await other.owner.post(`${other.base}/actions/new/petition`, { title: "Foreign" }),
    );
    for (const page of ["", "/edit", "/publication", "/history"]) {
      expect((await team.owner.get(`${team.base}/actions/${foreign}${page}`)).status).toBe(404);
    }
    for (const page of ["/edit", "/publication", "/copies", "/closure", "/closure/undo"]) {
      expect((await team.owner.post(`${team.base}/actions/${foreign}${page}`, { version: "1" })).status).toBe(
        404,
      );
    }
    expect((await team.owner.get(`${team.base}/actions/01890a5d-ac96-774b-bcce-b302099a8057`)).status).toBe(
      404,
    );
  });
});

describe("publishing on screen", () => {
  it("says what is missing, and then exactly what becomes public and where", async () => {
    const path = await draft();
    const before = await (await team.owner.get(`${path}/publication`)).text();
    expect(before).toContain("Say who the petition is to.");
    expect(before).not.toContain("Publish now");
    await team.owner.post(`${path}/edit`, { version: "1", ...ready });
    const after = await (await team.owner.get(`${path}/publication`)).text();
    expect(after).toContain(`http://${team.group.slug}.localhost:8787/petitions/clean-air`);
    expect(after).toContain("Never an email address");
  });

  it("publishes what was looked at, not what somebody made of it since", async () => {
    const path = await draft();
    await team.owner.post(`${path}/edit`, { version: "1", ...ready });
    await team.administrator.post(`${path}/edit`, { version: "2", ask: "Changed meanwhile" });
    const response = await team.owner.post(`${path}/publication`, { version: "2" });
    expect(response.headers.get("Location")).toBe(`${path}/edit?done=changed`);
    expect(await stored(path)).toMatchObject({ status: "draft" });
  });

  it("leaves a copy a draft", async () => {
    const path = await live();
    const copy = actionIdIn(await team.organiser.post(`${path}/copies`));
    expect(await stored(`${team.base}/actions/${copy}`)).toMatchObject({
      title: "Clean air (copy)",
      status: "draft",
    });
  });

  it("names who did what in the history", async () => {
    const html = await (await team.owner.get(`${await live()}/history`)).text();
    expect(html).toMatch(/owner-[\s\S]*published it[\s\S]*edited it[\s\S]*made the draft/);
  });
});

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { contextOf } from "../../test/groups";
import { actsOf, makeTeam, type Team } from "../../test/teams";
import { groupBySlug } from "./group";
import { groupTriedOn, lookToken } from "./look";
import { forgetSitesHeld, groupByHost } from "./tenant";

const look = {
  accent: "#1F7A4D",
  font: "bookish",
  header: '<p class="own-top">Local 506 <script>x</script></p>',
  footer: "<p>In solidarity</p>",
  css: ".own-top { color: red }",
};
const made = {
  accent: "#1f7a4d",
  font: "bookish",
  headerHtml: '<p class="own-top">Local 506 </p>',
  footerHtml: "<p>In solidarity</p>",
  css: ".public .own-top{color:red}",
};

const looks = (team: Team) => `${team.base}/settings/looks`;
const stored = (team: Team) => groupBySlug(contextOf().directory, team.group.slug);
const post = (team: Team, fields: Record<string, string>, below = "") =>
  team.administrator.post(looks(team) + below, fields);

describe("the looks of a group", () => {
  it("are shown on its pages, recorded, and what was left out is told", async () => {
    const team = await makeTeam();
    const saved = await post(team, look);
    expect([saved.status, saved.headers.get("Location")]).toEqual([
      303,
      `${looks(team)}?done=shown&removed=%3Cscript%3E`,
    ]);
    forgetSitesHeld();
    expect((await groupByHost(contextOf(), `${team.group.slug}.localhost`))?.settings).toMatchObject(made);
    expect(await actsOf(team.group)).toEqual([
      { act: "group.looks", subject: team.group.slug, by: team.numbers.administrator },
    ]);
    const page = await (await team.owner.get(saved.headers.get("Location") ?? "")).text();
    expect(page).toContain("Left out because pages may not have it: &lt;script&gt;.");
  });

  it("tried out are seen with the preview's token alone, and thrown away are gone", async () => {
    const team = await makeTeam();
    expect((await post(team, { ...look, do: "preview" })).status).toBe(303);
    expect(await stored(team)).toEqual(team.group);
    expect(await actsOf(team.group)).toEqual([]);
    const ctx = contextOf();
    const token = await lookToken(ctx, team.group);
    expect((await groupTriedOn(ctx, team.group, token))?.settings).toMatchObject(made);
    expect(await groupTriedOn(ctx, { ...team.group, no: team.group.no + 1 }, token)).toBeNull();
    expect(await groupTriedOn(ctx, team.group, `${token}x`)).toBeNull();
    await post(team, { do: "forget" });
    expect((await groupTriedOn(ctx, team.group, token))?.settings.headerHtml).toBe("");
  });

  it("go back to what they were, and forth again", async () => {
    const team = await makeTeam();
    expect((await post(team, {}, "/undo")).status).toBe(409);
    await post(team, look);
    await post(team, { ...look, accent: "#000000", css: "" });
    expect((await post(team, {}, "/undo")).status).toBe(303);
    expect((await stored(team))?.settings).toMatchObject(made);
    await post(team, {}, "/undo");
    expect((await stored(team))?.settings).toMatchObject({ ...made, accent: "#000000", css: "" });
    expect(await actsOf(team.group)).toHaveLength(4);
  });

  it("saved unchanged leave no trace, and leave the other settings alone", async () => {
    const team = await makeTeam();
    await post(team, look);
    await post(team, look);
    expect(await actsOf(team.group)).toHaveLength(1);
    expect((await stored(team))?.settings.optInMode).toBe(team.group.settings.optInMode);
  });

  it("are nothing for an organiser", async () => {
    const team = await makeTeam();
    const organiser = [
      await team.organiser.get(looks(team)),
      await team.organiser.post(looks(team), look),
      await team.organiser.post(`${looks(team)}/undo`),
      await team.organiser.post(`${looks(team)}/pictures`),
    ];
    expect(organiser.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect(await stored(team)).toEqual(team.group);
  });

  it.each([
    [{ accent: "red" }, "accent"],
    [{ accent: "#12345" }, "accent"],
    [{ accent: "#fff}body{display:none" }, "accent"],
    [{ font: "Comic Sans" }, "font"],
    [{ font: "toString" }, "font"],
    [{ header: "x".repeat(10_001) }, "header"],
    [{ header: '<img src="https://tracker.example/x.gif" alt="">' }, "header"],
    [{ footer: "x".repeat(10_001) }, "footer"],
    [{ css: "@import url(https://tracker.example);" }, "css"],
    [{ css: "p{color:red}".repeat(1_700) }, "css"],
  ])("with %j are refused beside the field, kept as typed, and nothing is stored", async (change, field) => {
    const team = await makeTeam();
    const response = await post(team, { ...look, ...change });
    const page = await response.text();
    expect(response.status).toBe(422);
    expect(page).toContain(`href="#f-${field}"`);
    expect(page).toContain(`id="f-${field}-error"`);
    if (field !== "footer") expect(page).toContain("In solidarity");
    expect(await stored(team)).toEqual(team.group);
    expect(await actsOf(team.group)).toEqual([]);
  });

  it.each([
    [
      "#f4a833",
      "Words on the colour are black",
      "White would be hard to read",
      "On a light page, words in this colour",
    ],
    [
      "#1d3a8f",
      "Words on the colour are white",
      "Black would be hard to read",
      "On a dark page, words in this colour",
    ],
  ])("in %s say what can be read and what is used in its place", async (accent, ...said) => {
    const team = await makeTeam();
    await post(team, { accent });
    const page = await (await team.owner.get(looks(team))).text();
    for (const words of said) expect(page).toContain(words);
  });
});

/** The first bytes of a picture, which is all that says its type and size. */
function picture(type: "png" | "gif" | "jpg", width = 200, height = 80): Uint8Array {
  const two = (number: number) => number.toString(16).padStart(4, "0");
  const turned = (number: number) => two(number).replace(/(..)(..)/, "$2$1");
  const hex = {
    png: `89504e470d0a1a0a0000000d494844520000${two(width)}0000${two(height)}0802000000`,
    gif: `474946383961${turned(width)}${turned(height)}f0000000`,
    jpg: `ffd8ffc0001108${two(height)}${two(width)}03000000`,
  };
  return Uint8Array.fromHex(hex[type]);
}

function upload(team: Team, bytes: Uint8Array | string, { alt = "Clean Air Now", name = "logo.png" } = {}) {
  const body = new FormData();
  body.set("logo", new File([bytes], name, { type: "image/png" }));
  body.set("logoAlt", alt);
  return team.owner.send(`${looks(team)}/logo`, { method: "POST", body });
}

const filesOf = async (team: Team) => (await env.FILES.list({ prefix: `groups/${team.group.no}/` })).objects;

describe("a logo", () => {
  it.each([
    ["png", "image/png"],
    ["jpg", "image/jpeg"],
    ["gif", "image/gif"],
  ] as const)(
    "is kept as the %s its bytes say, with its size and its words, whatever its name",
    async (type, mime) => {
      const team = await makeTeam();
      const bytes = picture(type);
      expect((await upload(team, bytes, { alt: " Air  for all ", name: "logo.svg" })).status).toBe(303);
      const settings = (await stored(team))?.settings;
      expect(settings?.logo).toMatch(new RegExp(`^groups/${team.group.no}/images/[0-9a-f-]{36}\\.${type}$`));
      expect(settings).toMatchObject({ logoAlt: "Air for all", logoWidth: 200, logoHeight: 80 });
      const shown = await team.owner.get(`${looks(team)}/logo`);
      expect(shown.headers.get("Content-Type")).toBe(mime);
      expect(shown.headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(new Uint8Array(await shown.arrayBuffer())).toEqual(bytes);
    },
  );

  it.each([
    ["a script", '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "not a PNG"],
    ["nothing", "", "Choose a picture"],
    ["a sound in the same box as WebP", "RIFF1234WAVE", "not a PNG"],
    ["too large", new Uint8Array(1024 * 1024 + 1).fill(0xff), "larger than 1 MB"],
    ["a bomb", picture("png", 12_001, 20), "too small or too large"],
    ["a dot", picture("png", 1, 1), "too small or too large"],
  ])("that is %s is refused beside the field, and nothing is stored", async (_, bytes, words) => {
    const team = await makeTeam();
    const response = await upload(team, bytes);
    expect(response.status).toBe(422);
    expect(await response.text()).toContain(words);
    expect((await stored(team))?.settings.logo).toBe("");
    expect(await filesOf(team)).toEqual([]);
  });

  it("without words is refused, and so are words without end", async () => {
    const team = await makeTeam();
    for (const alt of ["", " ", "x".repeat(201)]) {
      const response = await upload(team, picture("png"), { alt });
      expect(response.status).toBe(422);
      expect(await response.text()).toContain('id="f-logoAlt-error"');
    }
    expect(await filesOf(team)).toEqual([]);
  });

  it("of 10 MB is refused unread", async () => {
    const team = await makeTeam();
    expect((await upload(team, new Uint8Array(10_000_000))).status).toBe(413);
  });

  it("gets new words without a new file; removed it is gone, with its words", async () => {
    const team = await makeTeam();
    await upload(team, picture("png"));
    const { logo } = (await stored(team))?.settings ?? { logo: "" };
    await upload(team, "", { alt: "Other words" });
    expect((await stored(team))?.settings).toMatchObject({ logo, logoAlt: "Other words" });
    expect((await team.owner.post(`${looks(team)}/logo/removal`)).status).toBe(303);
    expect((await stored(team))?.settings).toMatchObject({ logo: "", logoAlt: "", logoWidth: 0 });
    expect((await team.owner.get(`${looks(team)}/logo`)).status).toBe(404);
  });

  it("survives the looks being saved beside it", async () => {
    const team = await makeTeam();
    await upload(team, picture("png"));
    await post(team, look);
    expect((await stored(team))?.settings.logo).not.toBe("");
  });
});

describe("a picture for the header", () => {
  const send = (team: Team, bytes: Uint8Array | string) => {
    const body = new FormData();
    body.set("picture", new File([bytes], "x.png"));
    return team.owner.send(`${looks(team)}/pictures`, { method: "POST", body });
  };

  it("is stored, and its code can be put into the header", async () => {
    const team = await makeTeam();
    const to = (await send(team, picture("png", 640, 320))).headers.get("Location") ?? "";
    const page = await (await team.owner.get(to)).text();
    const [, src] =
      /&lt;img src=&quot;(\/files\/images\/[0-9a-f-]{36}\.png)&quot; width=&quot;640&quot;/.exec(page) ?? [];
    expect(src).toBeDefined();
    expect((await post(team, { header: `<img src="${src}" alt="">` })).status).toBe(303);
    expect((await filesOf(team)).length).toBe(1);
  });

  it("that is none is refused", async () => {
    const team = await makeTeam();
    expect((await send(team, "<svg/>")).status).toBe(422);
    expect((await send(team, "")).status).toBe(422);
    expect(await filesOf(team)).toEqual([]);
  });
});

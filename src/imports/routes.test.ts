import { env } from "cloudflare:workers";
import { beforeAll, expect, it, vi } from "vitest";
import { makeOrganisers, type Organiser } from "../../test/organisers";

type Team = Awaited<ReturnType<typeof makeOrganisers>>;
let team: Team;
beforeAll(async () => {
  team = await makeOrganisers();
});

const csv = (text: string) => new File([text], "our people.csv", { type: "text/csv" });

async function upload(who: Organiser, text: string): Promise<string> {
  const response = await who.upload(`${team.base}/imports`, { file: csv(text) });
  expect(response.status).toBe(303);
  return response.headers.get("Location") ?? "";
}

async function finished(path: string): Promise<string> {
  return vi.waitFor(
    async () => {
      const html = await (await team.owner.get(path)).text();
      expect(html).not.toContain("data-refresh");
      return html;
    },
    { timeout: 15_000, interval: 100 },
  );
}

it("brings a file from the form to the people, driven by the group's object, and tells the uploader", async () => {
  const path = await upload(team.owner, "Courriel;Prénom;Ville\nana@example.org;Zoé;Laval\nnobody;Bo;Rome\n");
  const page = await (await team.owner.get(path)).text();
  expect(page).toContain("Zoé · Bo");
  expect(page).toContain("This is no email address.");
  const refused = await team.owner.post(`${path}/mapping`, {
    do: "start",
    "column.1": "givenName",
    subscribe: "all",
  });
  expect(refused.status).toBe(422);
  const words = await refused.text();
  expect(words).toContain("Say which column holds the email address");
  expect(words).toContain("Confirm that these people agreed to get mail");
  const form = {
    "column.0": "email",
    "column.1": "givenName",
    "column.2": "locality",
    tags: "Laval meeting",
  };
  const started = await team.owner.post(`${path}/mapping`, { ...form, do: "start" });
  expect(started.headers.get("Location")).toBe(path);
  const done = await finished(path);
  expect(done).toContain("New people");
  const problems = await team.owner.get(`${path}/problems.csv`);
  expect(problems.headers.get("Content-Disposition")).toContain("attachment");
  expect(await problems.text()).toBe(
    "Line,Outcome,Reason,Column,Courriel,Prénom,Ville\r\n3,Not stored,This is no email address.,Courriel,nobody,Bo,Rome\r\n",
  );
  const file = await team.owner.get(`${path}/file`);
  expect(await file.text()).toContain("ana@example.org;Zoé;Laval");
  expect(await (await team.owner.get(`${team.base}/imports`)).text()).toContain("our people.csv");
  const again = await team.owner.post(`${path}/mapping`, { ...form, do: "start" });
  expect(again.status).toBe(303);
  // Undone from the page, by the same driver.
  await team.owner.post(`${path}/undoing`);
  expect(await finished(path)).toContain("1 people were taken out");
});

it("takes a file in parts, goes on with one that broke off, and refuses parts that are none of it", async () => {
  const text = `email\n${"ana@example.org\n".repeat(40)}`;
  const bytes = new TextEncoder().encode(text);
  const begin = async () => {
    const body = JSON.stringify({ name: "parts.csv", bytes: bytes.length });
    const response = await send(team.owner, "POST", `${team.base}/imports/uploads`, body);
    return (await response.json()) as { href: string; partBytes: number; parts: number[] };
  };
  const { href, parts } = await begin();
  expect(parts).toEqual([]);
  expect((await send(team.owner, "PUT", `${href}/parts/1`, bytes.slice(1))).status).toBe(409);
  expect((await send(team.owner, "PUT", `${href}/parts/2`, bytes)).status).toBe(409);
  expect((await send(team.owner, "POST", `${href}/file`, "")).status).toBe(422);
  expect((await send(team.owner, "PUT", `${href}/parts/1`, bytes)).status).toBe(204);
  expect(await begin()).toMatchObject({ href, parts: [1] });
  expect((await send(team.owner, "POST", `${href}/file`, "")).status).toBe(303);
  expect((await send(team.owner, "POST", `${href}/file`, "")).status).toBe(303);
  expect(await (await team.owner.get(href)).text()).toContain("What is in the columns?");
  await team.owner.post(`${href}/removal`);
  expect((await team.owner.get(href)).status).toBe(404);
  expect(
    (await env.FILES.list({ prefix: `imports/${team.group.no}/${href.split("/").at(-1)}` })).objects,
  ).toEqual([]);
});

it("puts a file of several parts together in their order, whichever came first", async () => {
  const line = (n: number) => `p${n}@example.org,${"x".repeat(1_000)}\n`;
  const text = `email,notes\n${Array.from({ length: 9_000 }, (_, n) => line(n)).join("")}`;
  const bytes = new TextEncoder().encode(text);
  const body = JSON.stringify({ name: "long.csv", bytes: bytes.length });
  const begun = await send(team.owner, "POST", `${team.base}/imports/uploads`, body);
  const { href, partBytes } = (await begun.json()) as { href: string; partBytes: number };
  expect(bytes.length).toBeGreaterThan(partBytes);
  expect((await send(team.owner, "PUT", `${href}/parts/2`, bytes.slice(partBytes))).status).toBe(204);
  expect((await send(team.owner, "POST", `${href}/file`, "")).status).toBe(422);
  expect((await send(team.owner, "PUT", `${href}/parts/1`, bytes.slice(0, partBytes))).status).toBe(204);
  expect((await send(team.owner, "POST", `${href}/file`, "")).status).toBe(303);
  const whole = new Uint8Array(await (await team.owner.get(`${href}/file`)).arrayBuffer());
  expect(whole.length).toBe(bytes.length);
  expect(whole.every((byte, at) => byte === bytes[at])).toBe(true);
});

it("remembers how a file with the same headings was read", async () => {
  const text = "email,what we call them\nana@example.org,Ana\n";
  const first = await upload(team.owner, text);
  await team.owner.post(`${first}/mapping`, { "column.0": "email", "column.1": "givenName", do: "start" });
  await finished(first);
  const second = await (await team.owner.get(await upload(team.owner, text))).text();
  expect(second).toMatch(/<option value="givenName" selected/);
});

it("shows nobody another group's import, and nothing to an organiser", async () => {
  const path = await upload(team.owner, "email\nana@example.org\n");
  const other = path.replace(team.group.slug, team.group.slug.replace("team-", "other-"));
  expect((await team.stranger.get(other.replace(/\/imports.*/, "/imports"))).status).toBe(200);
  for (const rest of ["", "/problems.csv", "/file"]) {
    expect((await team.stranger.get(path + rest)).status).toBe(404);
    expect((await team.stranger.get(other + rest)).status).toBe(404);
    expect((await team.organiser.get(path + rest)).status).toBe(403);
  }
  for (const act of ["mapping", "format", "removal", "cancellation", "undoing", "file", "resumption"]) {
    expect((await team.stranger.post(`${other}/${act}`)).status).toBe(404);
    expect((await team.organiser.post(`${path}/${act}`)).status).toBe(403);
  }
  expect((await team.owner.get(path)).status).toBe(200);
});

/** Anything but a form. */
function send(who: Organiser, method: string, path: string, body: BodyInit): Promise<Response> {
  return who.send(path, { method, body });
}

import { env } from "cloudflare:workers";
import { beforeAll, expect, it, vi } from "vitest";
import { contextOf, makeGroup } from "../../test/groups";
import { again, bring, by, counts, problemsOf, undriven, work } from "../../test/imports";
import { makeOrganisers, type Organiser } from "../../test/organisers";
import { changePetition, makePetition } from "../../test/petitions";
import { createDraft } from "../actions/action";
import type { Action } from "../actions/types";
import { fundraiser } from "../fundraisers/fundraiser";
import type { Group } from "../groups/types";
import { homeOf, intakeStub } from "../intake/objects";
import { takeAction } from "../intake/participation";
import { targetOf } from "../intake/removal";
import { actionsForHistory, historyOf } from "./history";
import { undoImport } from "./import";

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

const acts = (group: Group) =>
  env.SHARD_01.prepare(
    `SELECT pe.email, p.acted_at AS at, p.source, p.amount, p.currency, p.answer ->> '$.import' AS import, p.comment
       FROM participations p JOIN people pe ON pe.group_no = p.group_no AND pe.person_no = p.person_no
       WHERE p.group_no = ? AND p.removal_no = 0 ORDER BY pe.person_no, p.acted_at`,
  )
    .bind(group.no)
    .all<Record<string, unknown>>()
    .then(({ results }) => results);

async function signedOnline(group: Group, action: Action) {
  const home = () => homeOf(env, targetOf(group, action));
  return {
    sign: (e: string, cm: string) =>
      takeAction(
        contextOf(),
        targetOf(group, action),
        { e, la: "en", co: 0, w: "0".repeat(16), nm: 0, o: {}, cm, cs: 1 },
        { continent: "EU", country: "FR" },
      ),
    drain: () => intakeStub(env, "", `${action.id}/weur/0`).drain(),
    async total() {
      await home().check();
      return (await home().summary()).total;
    },
  };
}

it("writes down what people did, counted once with those who signed here before, meanwhile and later, and takes it back", async () => {
  const { group } = await makeGroup();
  const action = await makePetition(group, { status: "closed" });
  const history = await historyOf(contextOf(), group, action.id);
  const { sign, drain, total } = await signedOnline(group, action);
  await sign("ana@example.org", "Before");
  await drain();
  await sign("bo@example.org", "Meanwhile");
  const file =
    "email,signed on\nana@example.org,2019-03-01\nBO@example.org,2019-03-02\ncy@example.org,2019-03-03\ncy@example.org,2019-03-04\ndi@example.org,2019-03-05\n";
  const row = await work(group, await bring(group, file, { history, source: "old site" }));
  expect(counts(row)).toMatchObject({ rows: 5, made: 3, updated: 1, unchanged: 1 });
  await sign("di@example.org", "Later");
  await drain();
  expect(await acts(group)).toMatchObject([
    { email: "ana@example.org", import: null, comment: "Before" },
    { email: "bo@example.org", import: null, comment: "Meanwhile" },
    { email: "cy@example.org", import: row.importNo, at: Date.UTC(2019, 2, 3), source: "old site" },
    { email: "di@example.org", import: null, comment: "Later" },
  ]);
  expect(await total()).toBe(4);
  await work(group, await bring(group, file, { history }));
  expect(await total()).toBe(4);
  await undoImport(contextOf(undriven), group, await again(group, row), by);
  await work(group, row);
  expect((await acts(group)).map(({ comment }) => comment)).toEqual(["Before", "Meanwhile", "Later"]);
  expect(await total()).toBe(3);
});

it("keeps every gift of a file, none that an earlier file had, and none without an amount", async () => {
  const { group } = await makeGroup();
  const draft = await createDraft(contextOf(), group, fundraiser, { title: "For clean air", by: 1 });
  if (!draft) throw new Error("no draft was made");
  expect(await historyOf(contextOf(), group, draft.id)).toBeNull();
  await changePetition(group, draft.no, { status: "closed" });
  const history = await historyOf(contextOf(), group, draft.id);
  const currency = history?.currency;
  const file =
    'email,date,amount\nana@example.org,2019-03-01,25.50\nana@example.org,2019-03-01,25.50\nana@example.org,2020-01-01,"1,000"\nbo@example.org,2020-01-01,much\n';
  const row = await work(group, await bring(group, file, { history }));
  expect(row).toMatchObject({ rowCount: 4, newCount: 2, notedCount: 1 });
  expect(await problemsOf(group, row)).toContain("5,Stored without this value,");
  await work(group, await bring(group, `${file}cy@example.org,2020-02-02,5\n`, { history }));
  expect((await acts(group)).map(({ email, amount, currency: of }) => [email, amount, of])).toEqual([
    ["ana@example.org", 2_550, currency],
    ["ana@example.org", 2_550, currency],
    ["ana@example.org", 100_000, currency],
    ["cy@example.org", 500, currency],
  ]);
});

it("speaks of no action of another group, and of none without the day", async () => {
  const { group } = await makeGroup();
  const { group: other } = await makeGroup();
  const [ours, theirs] = [await makePetition(group), await makePetition(other)];
  expect(await historyOf(contextOf(), group, theirs.id)).toBeNull();
  expect(await actionsForHistory(contextOf(), group)).toMatchObject([{ id: ours.id }]);
  const history = await historyOf(contextOf(), group, ours.id);
  await expect(bring(group, "email\nana@example.org\n", { history })).rejects.toThrow("noDate");
});

it("offers the group's own actions, takes no other, and shows on a person's page what came from a file", async () => {
  const { group: other } = await makeGroup();
  const [ours, theirs] = [await makePetition(team.group, { title: "Old air" }), await makePetition(other)];
  const path = await upload(team.owner, "email,signed on\nola@example.org,2019-03-01\n");
  expect(await (await team.owner.get(path)).text()).toContain("Old air");
  const form = { "column.0": "email", "column.1": "date" };
  await team.owner.post(`${path}/mapping`, { ...form, do: "look", history: theirs.id });
  expect(await (await team.owner.get(path)).text()).not.toContain(theirs.id);
  const dateless = await team.owner.post(`${path}/mapping`, {
    "column.0": "email",
    do: "start",
    history: ours.id,
  });
  expect(await dateless.text()).toContain("Say which column holds the day");
  await team.owner.post(`${path}/mapping`, { ...form, do: "start", history: ours.id });
  expect(await finished(path)).toContain(`/actions/${ours.id}`);
  const list = await (await team.owner.get(`${team.base}/people?q=ola%40example.org`)).text();
  const href = /href="([^"]*\/people\/[0-9a-f-]{36})"/.exec(list)?.[1] ?? "";
  const page = await (await team.owner.get(href)).text();
  for (const part of ["Old air", "From an import", path]) expect(page).toContain(part);
});

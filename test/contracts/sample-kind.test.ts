import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { kinds } from "../../src/kinds";
import { actionIdIn, makeOrganisers } from "../organisers";
import { pledge, thanked } from "../sample-kind";
import { world } from "../world";

// A new kind is a folder, a line in kinds.ts and its words. This is that line, said before the worker reads the list.
kinds.push(pledge);

const [amina] = world.supporters;
const person = {
  givenName: amina.givenName,
  familyName: amina.familyName,
  email: amina.email,
  country: "CA",
};

let team: Awaited<ReturnType<typeof makeOrganisers>>;
let site: string;
let action: string;

beforeAll(async () => {
  team = await makeOrganisers();
  site = `http://${team.group.slug}.localhost:8787`;
  const made = await team.owner.post(`${team.base}/actions/new/pledge`, { title: "Plant trees" });
  action = `${team.base}/actions/${actionIdIn(made)}`;
  await team.owner.post(`${action}/edit`, { version: "1", hoursMost: "6" });
  const published = await team.owner.post(`${action}/publication`, { version: "2" });
  expect(published.headers.get("Location")).toBe(`${action}?done=published`);
});

const open = (path: string, init: RequestInit = {}) =>
  exports.default.fetch(`${site}${path}`, { redirect: "manual", ...init });
const send = (path: string, fields: Record<string, string>) =>
  open(path, { method: "POST", body: new URLSearchParams(fields) });

describe("a kind made of one file", () => {
  test("has an editor that refuses what its settings refuse, and tabs of its own", async () => {
    const refused = await team.owner.post(`${action}/edit`, { version: "2", hoursMost: "99" });
    expect(refused.status).toBe(422);
    const editor = await (await team.owner.get(`${action}/edit`)).text();
    expect(editor).toContain(`${action}/hours`);
    expect(editor).not.toContain(`${action}/comments`);
    expect(await (await team.owner.get(`${action}/hours`)).text()).toBe("hours of Plant trees");
    expect((await team.stranger.get(`${action}/hours`)).status).toBe(404);
  });

  test("has a page with its own story, data and styles, and addresses of its own", async () => {
    const html = await (await open("/pledges/plant-trees")).text();
    for (const part of ["At most 6 hours", "Below the story", ".pledge{", '"DonateAction"', "Step 1 of 2"])
      expect(html).toContain(part);
    expect(html).not.toContain('name="hours"');
    const most = await (await open("/pledges/plant-trees/most.json")).json();
    expect(most).toEqual({ most: 6, extra: { groupNo: team.group.no } });
    expect((await open("/pledges/plant-flowers/most.json")).status).toBe(404);
  });

  test("takes a form of two pages without script, each checked with what came before", async () => {
    const path = "/pledges/plant-trees?source=flyer";
    const wrong = await send(path, { ...person, email: "no address", step: "1" });
    expect(wrong.status).toBe(422);
    const second = await send(path, { ...person, step: "1", consentAsked: "yes" });
    expect(second.status).toBe(200);
    const html = await second.text();
    expect(html).toContain("Step 2 of 2");
    expect(html).toContain(`<input type="hidden" name="email" value="${amina.email}"/>`);
    const back = await send(path, { ...person, step: "2", hours: "", do: "back" });
    expect(await back.text()).toContain("Step 1 of 2");
    const refused = await send(path, { ...person, step: "2", hours: "7" });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("Write a number of hours");
    const skipped = await send(path, { step: "2", hours: "3" });
    expect(skipped.status).toBe(422);
    expect(await skipped.text()).toContain("Step 1 of 2");
    expect(await (await open("/pledges/plant-trees/count.json")).json()).toMatchObject({ count: 0 });
  });

  test("counts, thanks, lists, exports and follows up as every kind does", async () => {
    const taken = await send("/pledges/plant-trees?source=flyer", { ...person, step: "2", hours: "3" });
    expect(taken.status).toBe(303);
    const thanks = await open(taken.headers.get("Location") ?? "");
    expect(await thanks.text()).toContain("Your hours are kept");
    await expect
      .poll(async () => (await team.owner.get(`${action}/signers`)).text(), { timeout: 15_000 })
      .toContain(amina.email);
    const csv = await (await team.owner.post(`${action}/signers.csv`)).text();
    expect(csv).toMatch(/"?What we ask"?.*\r\n.*,3,/s);
    await expect.poll(() => thanked.length, { timeout: 15_000 }).toBe(1);
  });
});

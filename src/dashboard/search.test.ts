import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { addPeople } from "../../test/deliveries";
import { makeOrganisers, type Organiser } from "../../test/organisers";
import { makePetition } from "../../test/petitions";
import { dbFor } from "../groups/shard";
import { kinds } from "../kinds";
import { translator } from "../ui/i18n";
import { placesNamed, placesOf } from "./places";

let team: Awaited<ReturnType<typeof makeOrganisers>>;

beforeAll(async () => {
  team = await makeOrganisers();
  await makePetition(team.group, { title: "Clean air at the school gate" });
  await addPeople(dbFor(env, team.group), [{ given_name: "Cleandra" }]);
  await team.owner.post(`${team.base}/mailings/new`, {});
});

const find = async (who: Organiser, text: string, more = "") =>
  (await who.get(`${team.base}/search?q=${encodeURIComponent(text)}${more}`)).text();

describe("the search of a group", () => {
  it("finds actions, people and pages by the beginnings of words, each with a link", async () => {
    const found = await find(team.owner, "clean");
    expect(found).toMatch(/href="[^"]*\/actions\/[0-9a-f-]{36}"[\s\S]*?Clean air at the school gate/);
    expect(found).toMatch(/href="[^"]*\/people\/[0-9a-f-]{36}"[\s\S]*?Cleandra/);
    expect(await find(team.owner, "new pet")).toContain(`href="${team.base}/actions/new/petition"`);
    expect(await find(team.owner, "webh")).toContain(`href="${team.base}/integrations/webhooks"`);
  });

  it("shows an organiser nobody and no page that is closed to them", async () => {
    const found = await find(team.organiser, "cleandra");
    expect(found).not.toContain("/people/");
    expect(found).toContain("Nothing found");
    expect(await find(team.organiser, "webhooks")).toContain("Nothing found");
    expect(await find(team.organiser, "clean")).toContain("Clean air at the school gate");
  });

  it("offers where to go before anything is typed, and answers with the list alone for the dialog", async () => {
    const list = await find(team.owner, "", "&part=found");
    expect(list).toContain(`href="${team.base}/mailings"`);
    expect(list).not.toContain("<html");
  });

  it("takes any words for words", async () => {
    for (const text of ["%", "'", '"', "<b>x</b>", "\\", "a".repeat(5_000), "مدرسة", "🎈", "AND OR NOT *"]) {
      const response = await team.owner.get(`${team.base}/search?q=${encodeURIComponent(text)}`);
      expect(response.status, text.slice(0, 20)).toBe(200);
      expect(await response.text()).not.toContain("<b>x</b>");
    }
  });

  it("is of members alone", async () => {
    expect((await team.stranger.get(`${team.base}/search?q=clean`)).status).toBe(404);
  });

  it("is in the top bar of every page of the group but itself", async () => {
    const home = await (await team.owner.get(team.base)).text();
    expect(home).toContain(`href="${team.base}/search"`);
    expect(home).toContain('<dialog class="palette"');
    expect(await find(team.owner, "")).not.toContain("<dialog");
  });
});

describe("the places of a group", () => {
  it("are found whatever the accents, and are all there", async () => {
    const places = placesOf({ t: translator("fr"), slug: "g", role: "owner", kinds });
    expect(placesNamed(places, "MODELES").map(({ href }) => href)).toContain("/groups/g/mailings/templates");
    for (const { href } of placesOf({ t: translator("en"), slug: team.group.slug, role: "owner", kinds })) {
      const response = await team.owner.get(href);
      expect([response.status, href]).toEqual([200, href]);
    }
  });

  it.each(["organiser", "administrator"] as const)("of a role, %s, open for it", async (role) => {
    for (const { href } of placesOf({ t: translator("en"), slug: team.group.slug, role, kinds }))
      expect([(await team[role].get(href)).status, href]).toEqual([200, href]);
  });
});

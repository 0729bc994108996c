import { describe, expect, it } from "vitest";
import { contextOf } from "../../test/groups";
import { actsOf, makeTeam, type Team } from "../../test/teams";
import { groupBySlug } from "./group";
import { forgetSitesHeld, groupByHost } from "./tenant";

const good = {
  name: "Clean Air Now",
  description: "We want air.\nAll of it. 🌬",
  website: "https://example.org/über?x=1",
  privacyUrl: "",
  replyTo: "team@example.org",
  optInMode: "explicit",
  consentText: "May we write to you?",
  postalAddress: "1 Main St\nToronto",
  country: "FR",
  locale: "fr",
  timeZone: "Europe/Paris",
  currency: "EUR",
};

async function stored(team: Team) {
  return groupBySlug(contextOf().directory, team.group.slug);
}

describe("the settings of a group", () => {
  it("are saved, recorded, and served at its host", async () => {
    const team = await makeTeam();
    const saved = await team.administrator.post(`${team.base}/settings`, good);
    expect([saved.status, saved.headers.get("Location")]).toEqual([303, `${team.base}/settings?done=saved`]);
    expect(await stored(team)).toMatchObject({
      country: "FR",
      locale: "fr",
      currency: "EUR",
      postalAddress: "1 Main St\nToronto",
      settings: {
        website: "https://example.org/%C3%BCber?x=1",
        optInMode: "explicit",
        logo: "",
      },
    });
    forgetSitesHeld();
    expect((await groupByHost(contextOf(), `${team.group.slug}.localhost`))?.settings.consentText).toBe(
      good.consentText,
    );
    const [act] = await actsOf(team.group);
    expect(act).toEqual({ act: "group.settings", subject: team.group.slug, by: team.numbers.administrator });
    expect(await (await team.owner.get(`${team.base}/settings?done=saved`)).text()).toContain(
      "The settings are saved.",
    );
  });

  it("keep nothing for longer unless the box is ticked, and nothing any more once it is not", async () => {
    const team = await makeTeam();
    const keeps = async () => (await stored(team))?.settings.keepsForRecovery;
    const box = async () =>
      (await (await team.owner.get(`${team.base}/settings`)).text()).match(
        /<input[^>]*keepsForRecovery[^>]*>/,
      )?.[0];
    expect([await keeps(), (await box())?.includes("checked")]).toEqual([false, false]);
    await team.owner.post(`${team.base}/settings`, { ...good, keepsForRecovery: "yes" });
    expect([await keeps(), (await box())?.includes("checked")]).toEqual([true, true]);
    await team.owner.post(`${team.base}/settings`, good);
    expect(await keeps()).toBe(false);
  });

  it("saved unchanged leave no trace in the history", async () => {
    const team = await makeTeam();
    for (const _ of [1, 2]) await team.owner.post(`${team.base}/settings`, good);
    expect(await actsOf(team.group)).toHaveLength(1);
  });

  it.each([
    [{ name: "" }, "name"],
    [{ name: "x".repeat(81) }, "name"],
    [{ description: "x".repeat(2_001) }, "description"],
    [{ description: "a\u0000b" }, "description"],
    [{ website: "javascript:alert(1)" }, "website"],
    [{ website: "ftp://example.org" }, "website"],
    [{ website: "https:///" }, "website"],
    [{ website: "example.org" }, "website"],
    [{ website: `https://example.org/${"x".repeat(500)}` }, "website"],
    [{ privacyUrl: "data:text/html,x" }, "privacyUrl"],
    [{ replyTo: "team" }, "replyTo"],
    [{ replyTo: "a@b.org\nBcc: c@d.org" }, "replyTo"],
    [{ optInMode: "always" }, "optInMode"],
    [{ consentText: "x".repeat(501) }, "consentText"],
    [{ consentText: "two\nlines" }, "consentText"],
    [{ postalAddress: "x".repeat(301) }, "postalAddress"],
    [{ country: "ZZ" }, "country"],
    [{ locale: "xx" }, "locale"],
    [{ timeZone: "" }, "timeZone"],
    [{ currency: "BTC" }, "currency"],
    [{ keepsForRecovery: "perhaps" }, "keepsForRecovery"],
  ])("with %j are refused beside the field, kept as typed, and nothing is stored", async (change, field) => {
    const team = await makeTeam();
    const response = await team.owner.post(`${team.base}/settings`, {
      ...good,
      name: "Typed name",
      ...change,
    });
    const page = await response.text();
    expect(response.status).toBe(422);
    expect(page).toContain(`href="#f-${field}"`);
    expect(page).toContain(`id="f-${field}-error"`);
    if (field !== "name") expect(page).toContain('value="Typed name"');
    expect(await stored(team)).toEqual(team.group);
    expect(await actsOf(team.group)).toEqual([]);
  });

  it("list their problems in the order of the page", async () => {
    const team = await makeTeam();
    const wrong = { ...good, name: "", country: "ZZ", website: "x", postalAddress: "\u0000" };
    const page = await (await team.owner.post(`${team.base}/settings`, wrong)).text();
    const links = [...page.matchAll(/<a href="#f-(\w+)">/g)].map(([, field]) => field);
    expect(links).toEqual(["name", "website", "postalAddress", "country"]);
    const places = links.map((field) => page.indexOf(`id="f-${field}"`));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
  });

  it("cannot be used to move the group, rename its address or lift a suspension", async () => {
    const team = await makeTeam();
    await team.owner.post(`${team.base}/settings`, {
      ...good,
      slug: "other",
      shard: "SHARD_99",
      status: "active",
      logo: "x",
      accent: "#123456",
      id: "1",
    });
    const { slug, shard, id } = team.group;
    expect(await stored(team)).toMatchObject({ slug, shard, id, settings: { logo: "", accent: "" } });
  });
});

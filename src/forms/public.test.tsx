import { beforeEach, describe, expect, test } from "vitest";
import { type Asked, makeFormSite, storeAnswers } from "../../test/forms";
import { contextOf } from "../../test/groups";
import { changePetition } from "../../test/petitions";
import { forgetAll } from "../../test/public-site";
import { writeSnapshot } from "../actions/publication";
import { dbFor } from "../groups/shard";
import { form, survey } from "./form";
import { forgetResults } from "./public";

beforeEach(() => {
  forgetAll();
  forgetResults();
});

const asked: Asked[] = [
  { key: "ride", label: "How do you travel?", type: "radio", choices: ["Bus", "<i>Bike</i>"] },
  { key: "why", label: "Why?", type: "paragraph" },
  { key: "ward", label: "From the link", type: "hidden" },
];

async function answered(count: number, settings: Record<string, unknown> = { hasPublicResults: true }) {
  const site = await makeFormSite(survey, asked, settings);
  const people = Array.from({ length: count }, (_, n) => ({
    email: `${n}@crowd.example`,
    answers: { ride: n === 0 ? "<i>Bike</i>" : "Bus", why: "My own words", ward: "secret-ward" },
  }));
  if (count > 0) await storeAnswers(site.group, site.action.no, people);
  return site;
}

describe("the results of a survey for everybody", () => {
  test("count the choices, and show neither words nor what links said", async () => {
    const site = await answered(5);
    const html = await (await site.get(`${site.url}/results`)).text();
    expect(html).toContain("5 people have answered.");
    expect(html).toMatch(/Bus<\/span>.*?bars-count">4<.*?80%/s);
    expect(html).toContain("&lt;i&gt;Bike&lt;/i&gt;");
    expect(html).not.toMatch(/My own words|secret-ward|From the link|crowd\.example/);
  });

  test("wait until there are enough to hide among", async () => {
    const site = await answered(4);
    const html = await (await site.get(`${site.url}/results`)).text();
    expect(html).toContain("Results are shown once 5 people have answered.");
    expect(html).not.toContain("80%");
  });

  test("are nowhere unless the organiser shows them", async () => {
    const site = await answered(5, {});
    expect((await site.get(`${site.url}/results`)).status).toBe(404);
    expect(await (await site.get(site.url)).text()).not.toContain("/results");
    const plain = await makeFormSite(form, asked);
    expect((await plain.get(`${plain.url}/results`)).status).toBe(404);
  });

  test("are led to from the page and from the thanks", async () => {
    const site = await answered(0);
    const link = `href="/surveys/${site.action.slug}/results"`;
    expect(await (await site.get(site.url)).text()).toContain(link);
    expect(await (await site.get(`${site.url}/thanks`)).text()).toContain(link);
  });

  test("are not shown of a survey that an operator stopped", async () => {
    const site = await answered(5);
    await changePetition(site.group, site.action.no, { limitedAt: 1 });
    await writeSnapshot(contextOf(), dbFor(contextOf().env, site.group), site.action.no);
    forgetAll();
    expect((await site.get(`${site.url}/results`)).status).toBe(410);
  });
});

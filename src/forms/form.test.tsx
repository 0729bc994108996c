import { beforeEach, describe, expect, test } from "vitest";
import { type Asked, makeFormSite } from "../../test/forms";
import { forgetAll } from "../../test/public-site";
import { world } from "../../test/world";
import { readEditor } from "./editor";
import { form, survey } from "./form";

beforeEach(forgetAll);

const [amina] = world.supporters;
const signed = {
  givenName: amina.givenName,
  familyName: amina.familyName,
  email: amina.email,
  country: "CA",
};

const travel: Asked[] = [
  { key: "ride", label: "How do you travel?", type: "radio", choices: ["Bus", "Bike"], isRequired: true },
  {
    key: "line",
    label: "Which line?",
    page: 2,
    isRequired: true,
    showIf: { key: "ride", anyOf: ["Bus"] },
  },
  { key: "hours", label: "Hours a week", type: "number", page: 3 },
];

/** What a browser without script would send from a page: its fields as they stand, and what the person does. */
function formOf(html: string, person: Record<string, string>): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [input] of html.matchAll(/<input[^>]*>/g)) {
    const at = (name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(input)?.[1];
    const [name, type] = [at("name"), at("type")];
    if (!name || ((type === "radio" || type === "checkbox") && !/\schecked/.test(input))) continue;
    values[name] = (at("value") ?? "").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
  }
  return { ...values, ...person };
}

const stepOf = (html: string) => /Step (\d) of (\d)/.exec(html)?.slice(1, 3).join("/");
const asksFor = (html: string, key: string) => new RegExp(`id="f-q_${key}"`).test(html);

describe("a survey without script", () => {
  test("asks page by page, who somebody is last, and takes it all at the end", async () => {
    const site = await makeFormSite(survey, travel);
    const first = await (await site.get(site.url)).text();
    expect([stepOf(first), asksFor(first, "ride"), asksFor(first, "line")]).toEqual(["1/4", true, false]);
    expect(first).not.toContain('name="email"');

    const second = await site.post(`${site.url}?source=flyer`, formOf(first, { q_ride: "Bus" }));
    const html = await second.text();
    expect([second.status, stepOf(html), asksFor(html, "line")]).toEqual([200, "2/4", true]);
    expect(html).not.toContain("If you answered");

    const third = await (await site.post(site.url, formOf(html, { q_line: "12" }))).text();
    const fourth = await (await site.post(site.url, formOf(third, { q_hours: "2,5" }))).text();
    expect(fourth).toMatch(/<option value="CA" selected/);
    expect([stepOf(fourth), /name="email"/.test(fourth), /name="consent"/.test(fourth)]).toEqual([
      "4/4",
      true,
      true,
    ]);
    const sent = await site.post(`${site.url}?source=flyer`, formOf(fourth, { ...signed, consent: "yes" }));
    expect(sent.status).toBe(303);
    expect(site.taken).toHaveLength(1);
    expect(site.taken[0]).toMatchObject({
      e: amina.email,
      co: 1,
      s: "flyer",
      o: { answers: { ride: "Bus", line: "12", hours: "2.5" } },
    });
  });

  test("passes over a page that is for others, forth and back, and keeps what was written there unasked", async () => {
    const site = await makeFormSite(survey, travel);
    const start = { step: "1", q_ride: "Bike", q_line: "left from before" };
    const third = await (await site.post(site.url, start)).text();
    expect([stepOf(third), asksFor(third, "hours")]).toEqual(["3/4", true]);
    const back = await (await site.post(site.url, formOf(third, { q_hours: "4", do: "back" }))).text();
    expect([stepOf(back), /value="Bike" checked/.test(back)]).toEqual(["1/4", true]);
    expect(back).toContain('name="q_hours" value="4"');

    const last = { ...formOf(back, { do: "" }), ...signed, step: "4" };
    expect((await site.post(site.url, last)).status).toBe(303);
    expect(site.taken[0]?.o.answers).toEqual({ ride: "Bike", hours: "4" });
  });

  test("going back loses nothing, and going on again asks what the new answer leads to", async () => {
    const site = await makeFormSite(survey, travel);
    const third = await (await site.post(site.url, { step: "1", q_ride: "Bike" })).text();
    const first = await (await site.post(site.url, formOf(third, { do: "back" }))).text();
    const second = await (await site.post(site.url, { ...formOf(first, {}), q_ride: "Bus" })).text();
    expect([stepOf(second), asksFor(second, "line")]).toEqual(["2/4", true]);
  });

  test("stays on the page that has something wrong, with the words and the values", async () => {
    const site = await makeFormSite(survey, travel);
    const unanswered = await site.post(site.url, { step: "1" });
    expect(unanswered.status).toBe(422);
    expect(await unanswered.text()).toContain("Answer “How do you travel?”");
    const wrong = await site.post(site.url, { step: "3", q_ride: "Bike", q_hours: "a few" });
    const html = await wrong.text();
    expect([wrong.status, stepOf(html)]).toEqual([422, "3/4"]);
    expect(html).toMatch(/name="q_hours"[^>]*value="a few"|value="a few"[^>]*name="q_hours"/);
    expect(html).not.toContain("Write your email address");
    expect(site.taken).toEqual([]);
  });

  test("sent to the last page with a forged first one goes back to the first", async () => {
    const site = await makeFormSite(survey, travel);
    const forged = await site.post(site.url, { ...signed, step: "4", q_ride: "Plane" });
    const html = await forged.text();
    expect([forged.status, stepOf(html)]).toEqual([422, "1/4"]);
  });

  test.each(["0", "-1", "99", "1.5", "x", ""])(
    "takes step %j for the last, where everything is checked",
    async (step) => {
      const site = await makeFormSite(survey, travel);
      const html = await (await site.post(site.url, { ...signed, step })).text();
      expect(html).toContain("Answer “How do you travel?”");
      expect(site.taken).toEqual([]);
    },
  );

  test("shows a title above each page that has one", async () => {
    const site = await makeFormSite(survey, travel, { pageTitles: ["Getting about", "", "Your week"] });
    expect(await (await site.get(site.url)).text()).toContain("Getting about</h2>");
    const third = await (await site.post(site.url, { step: "1", q_ride: "Bike" })).text();
    expect(third).toContain("Your week</h2>");
    expect(third).not.toContain("Getting about</h2>");
  });
});

describe("a form", () => {
  test("asks who somebody is on its first page and for consent on its last", async () => {
    const site = await makeFormSite(form, travel);
    const first = await (await site.get(site.url)).text();
    expect([stepOf(first), /name="email"/.test(first), /name="consent"/.test(first)]).toEqual([
      "1/3",
      true,
      false,
    ]);
    const sent = await site.post(site.url, { ...signed, q_ride: "Bike", consent: "yes" });
    expect(sent.status).toBe(303);
    expect(site.taken[0]).toMatchObject({ co: 1, o: { answers: { ride: "Bike" } } });
  });

  test("of one page is one form, with a condition in words and the script that needs none", async () => {
    const onePage = travel.map((each) => ({ ...each, page: 1 }));
    const site = await makeFormSite(form, onePage);
    const html = await (await site.get(site.url)).text();
    expect(stepOf(html)).toBeUndefined();
    expect(html).toContain("If you answered “Bus” to “How do you travel?”:");
    expect(html).toContain('data-if="q_ride" data-if-any="[&quot;Bus&quot;]"');
    expect(html).toContain("/js/conditions.js");
    const sent = await site.post(site.url, { ...signed, q_ride: "Bike", q_line: "12" });
    expect(sent.status).toBe(303);
    expect(site.taken[0]?.o.answers).toEqual({ ride: "Bike" });
  });

  test("loads no script for conditions it does not have", async () => {
    const site = await makeFormSite(form, [{ key: "note" }]);
    expect(await (await site.get(site.url)).text()).not.toContain("conditions.js");
  });

  test("sends by a button with the organiser's words, or ours", async () => {
    const named = await makeFormSite(form, [], { buttonText: "Count me in" });
    expect(await (await named.get(named.url)).text()).toMatch(/<button[^>]*>Count me in<\/button>/);
    const plain = await makeFormSite(form, [], {}, "fr");
    expect(await (await plain.get(plain.url)).text()).toMatch(/<button[^>]*>Envoyer<\/button>/);
  });

  test("needs nothing more to be published; a survey needs a question that is asked", async () => {
    const { action } = await makeFormSite(form, []);
    expect(form.reasonsNotToPublish(action, 0)).toEqual([]);
    const hidden = await makeFormSite(survey, [{ key: "ward", type: "hidden" }]);
    expect(survey.reasonsNotToPublish(hidden.action, 0)).toEqual(["forms.survey.noQuestion"]);
    const asked = await makeFormSite(survey, [{ key: "why" }]);
    expect(survey.reasonsNotToPublish(asked.action, 0)).toEqual([]);
  });
});

describe("the editor of a form", () => {
  test("keeps titles by page, an empty line being a page without one", () => {
    expect(readEditor({ pageTitles: "One\n\n Three \n\n" })).toEqual({ pageTitles: ["One", "", "Three"] });
    expect(readEditor({ pageTitles: "" })).toEqual({ pageTitles: [""] });
  });

  test("takes a tick away only where its box was shown", () => {
    expect(readEditor({})).toEqual({});
    expect(readEditor({ "hasPublicResults.shown": "yes" })).toEqual({ hasPublicResults: false });
  });

  test("refuses titles that are too long, and says so at their box", () => {
    const read = form.settings.safeParse({ pageTitles: ["x".repeat(121)] });
    expect(read.error?.issues.map(({ path, code }) => [path.join("."), code])).toEqual([
      ["pageTitles", "too_big"],
    ]);
  });
});

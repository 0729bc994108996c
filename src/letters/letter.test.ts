import { describe, expect, it } from "vitest";
import { inBeverlyHills, makeAddressed } from "../../test/addressed";
import { contextOf, makeGroup } from "../../test/groups";
import type { Action } from "../actions/types";
import { createList, replaceList } from "../officials/target-list";
import { letter } from "./letter";
import { letterSettings, ownLetter } from "./types";

const body = "Dear {{target_title}} {{target_name}},\n\nPlease fund the night bus.\n\n{{first_name}}";
const variants = [{ subject: "The night bus", body, language: "" }];
const toMayor = { people: [{ name: "Helen Brandt", title: "Mayor", email: "mayor@city.example" }] };
const toCongress = { from: "builtin", sets: ["us-house", "us-senate"] };

const site = (source: object, settings: object = {}) =>
  makeAddressed(letter, { source, variants, ...settings });
const ownOf = ({ taken }: Awaited<ReturnType<typeof site>>) => ownLetter.parse(taken.at(-1)?.o.own);
const fieldIn = (html: string, name: string) =>
  new RegExp(
    `name="${name}"[^>]*>([^<]*)</textarea>|name="${name}"[^>]* value="([^"]*)"|value="([^"]*)"[^>]* name="${name}"`,
  )
    .exec(html)
    ?.slice(1)
    .find((found) => found !== undefined);

describe("writing a letter", () => {
  it("says who one is first, then shows the letter with both names in it", async () => {
    const { post, url, taken } = await site(toMayor);
    const response = await post(url, { ...inBeverlyHills, step: "1" });
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toContain("Helen Brandt</strong> Mayor");
    expect(fieldIn(html, "letter.en.body")).toBe(
      "Dear Mayor Helen Brandt,\n\nPlease fund the night bus.\n\nAmina",
    );
    expect(taken).toEqual([]);
  });

  it("keeps a letter nobody changed as a mark of the text, and one in own words as it is", async () => {
    const made = await site(toMayor);
    const first = await made.post(made.url, { ...inBeverlyHills, step: "2" });
    expect(first.status).toBe(303);
    expect(ownOf(made)).toMatchObject({ to: [{ n: "Helen Brandt", e: "mayor@city.example", l: "en" }] });
    expect(ownOf(made).text.en).toMatchObject({ v: expect.stringMatching(/^[0-9a-f]{16}$/) });
    const own = { "letter.en.subject": "My bus", "letter.en.body": "I ride it.\r\n\r\nEvery night." };
    await made.post(made.url, { ...inBeverlyHills, step: "2", ...own });
    expect(ownOf(made).text.en).toEqual({ s: "My bus", b: "I ride it.\n\nEvery night." });
  });

  it("names each of several recipients in brackets, which become their names", async () => {
    const two = { people: [...toMayor.people, { name: "The board", email: "board@city.example" }] };
    const made = await site(two);
    const html = await (await made.post(made.url, { ...inBeverlyHills, step: "1" })).text();
    const shown = fieldIn(html, "letter.en.body") ?? "";
    expect(shown).toContain("Dear [title of the recipient] [name of the recipient],");
    const own = { "letter.en.subject": "My bus", "letter.en.body": `${shown} And I ride it.` };
    await made.post(made.url, { ...inBeverlyHills, step: "2", ...own });
    expect(ownOf(made).text.en).toMatchObject({
      b: expect.stringContaining("Dear {{target_title}} {{target_name}},"),
    });
  });

  it("asks for words of one's own where the organiser wants them, and keeps what was written", async () => {
    const made = await site(toMayor, { ownWords: 5 });
    const sent = {
      "letter.en.subject": "The night bus",
      "letter.en.body": "Please fund the night bus. I ride it.",
    };
    const refused = await made.post(made.url, { ...inBeverlyHills, step: "2", ...sent });
    expect(refused.status).toBe(422);
    const html = await refused.text();
    expect(html).toContain("Add at least 5 words of your own; so far there are 3");
    expect(fieldIn(html, "letter.en.body")).toBe(sent["letter.en.body"]);
    expect(made.taken).toEqual([]);
    const more = { ...sent, "letter.en.body": `${sent["letter.en.body"]} So does my daughter.` };
    expect((await made.post(made.url, { ...inBeverlyHills, step: "2", ...more })).status).toBe(303);
  });

  it("is refused empty or too long, and changes nothing", async () => {
    const made = await site(toMayor);
    const refuse = async (fields: Record<string, string>) =>
      (await made.post(made.url, { ...inBeverlyHills, step: "2", ...fields })).status;
    expect(await refuse({ "letter.en.subject": " ", "letter.en.body": "b" })).toBe(422);
    expect(await refuse({ "letter.en.subject": "s", "letter.en.body": "\u0000 \n" })).toBe(422);
    expect(await refuse({ "letter.en.subject": "s".repeat(201), "letter.en.body": "b" })).toBe(422);
    expect(await refuse({ "letter.en.subject": "s", "letter.en.body": "b".repeat(6_001) })).toBe(422);
    expect(made.taken).toEqual([]);
  });

  it("cannot be changed where the organiser does not allow it, whatever is posted", async () => {
    const made = await site(toMayor, { isEditable: false });
    await made.post(made.url, {
      ...inBeverlyHills,
      step: "2",
      "letter.en.subject": "x",
      "letter.en.body": "Rude.",
    });
    expect(ownOf(made).text.en).toHaveProperty("v");
  });

  it("is in the language of each recipient, as far as there is a letter in it", async () => {
    const french = { subject: "Le bus de nuit", body: "Bonjour {{target_name}}", language: "fr" };
    const source = {
      people: [...toMayor.people, { name: "Hélène", email: "helene@ville.example", language: "fr" }],
    };
    const made = await site(source, { variants: [...variants, french] });
    const html = await (await made.post(made.url, { ...inBeverlyHills, step: "1" })).text();
    expect(fieldIn(html, "letter.fr.body")).toBe("Bonjour Hélène");
    expect(fieldIn(html, "letter.en.body")).toContain("Helen Brandt");
    await made.post(made.url, { ...inBeverlyHills, step: "2" });
    expect(ownOf(made).to.map(({ l }) => l)).toEqual(["en", "fr"]);
  });
});

describe("finding who it is to", () => {
  it("asks for the district where a postal code spans several, without calling it a mistake", async () => {
    const made = await site(toCongress);
    const asked = await made.post(made.url, { ...inBeverlyHills, step: "1" });
    expect(asked.status).toBe(200);
    const html = await asked.text();
    expect(html).toContain("Your postal code covers more than one district");
    expect(html.indexOf("CA-32")).toBeLessThan(html.indexOf("CA-36"));
    const unanswered = await made.post(made.url, { ...inBeverlyHills, step: "1", districtAsked: "yes" });
    expect(unanswered.status).toBe(422);
    const answered = await made.post(made.url, {
      ...inBeverlyHills,
      step: "1",
      districtAsked: "yes",
      district: "CA-36",
    });
    expect(answered.status).toBe(200);
    expect(await answered.text()).toContain("CA-36");
  });

  it("asks for it first also when everything is sent at once", async () => {
    const made = await site(toCongress);
    const asked = await made.post(made.url, inBeverlyHills);
    expect(asked.status).toBe(200);
    expect(await asked.text()).toContain("covers more than one district");
    expect(made.taken).toEqual([]);
    expect((await made.post(made.url, { ...inBeverlyHills, district: "CA-32" })).status).toBe(303);
    expect(ownOf(made).to.length).toBe(3);
  });

  it("goes on to the text to copy and each office's form, since Congress has no addresses", async () => {
    const made = await site(toCongress);
    const response = await made.post(made.url, { ...inBeverlyHills, step: "2", district: "CA-32" });
    expect(ownOf(made).to.every(({ e, f }) => e === "" && f)).toBe(true);
    const thanks = await made.get(`http://${made.host}:8787${response.headers.get("Location")}`);
    const html = await thanks.text();
    expect(html).toContain("One more step: send 3 letters yourself");
    expect(html).toContain("Please fund the night bus.\n\nAmina\n\nAmina Sow");
    expect(html.match(/Open their form/g)?.length).toBe(3);
    const stranger = await made.get(`${made.url}/thanks`);
    expect(await stranger.text()).not.toContain("Please fund");
  });

  it("gives the letter to the fallback where one is named, and shows no form", async () => {
    const made = await site({
      ...toCongress,
      fallback: { name: "The campaign", email: "deliver@group.example" },
    });
    await made.post(made.url, { ...inBeverlyHills, step: "2", district: "CA-32" });
    expect(ownOf(made).to).toMatchObject([{ n: "The campaign", e: "deliver@group.example" }]);
    await made.post(made.url, { ...inBeverlyHills, step: "2", country: "FR", postalCode: "75001" });
    expect(ownOf(made).to).toMatchObject([{ n: "The campaign" }]);
  });

  it("says beside the postal code when there is nobody, or none was given", async () => {
    const made = await site(toCongress);
    const nobody = await made.post(made.url, { ...inBeverlyHills, step: "1", postalCode: "00000" });
    expect(nobody.status).toBe(422);
    expect(await nobody.text()).toContain("We found nobody for this postal code");
    expect((await made.post(made.url, { ...inBeverlyHills, step: "1", postalCode: "" })).status).toBe(422);
    expect((await made.post(made.url, { ...inBeverlyHills, step: "1", postalCode: "?!" })).status).toBe(422);
  });

  it("never reaches another group's list, whatever number the settings hold", async () => {
    const { group: other } = await makeGroup();
    const list = await createList(contextOf(), other, "Theirs");
    if (!list) throw new Error("no list");
    const listed = { key: "k", name: "Secret", title: "", office: "", email: "s@x.example", phone: "" };
    await replaceList(contextOf(), other, list, [
      { ...listed, language: "", form: "", districts: [], prefixes: [] },
    ]);
    const made = await site({ from: "list", listId: list.id });
    const response = await made.post(made.url, { ...inBeverlyHills, step: "2" });
    expect(response.status).toBe(422);
    expect(await response.text()).not.toContain("Secret");
  });

  it("names whose data told where somebody lives", async () => {
    const made = await site({ from: "builtin", sets: ["ca-commons"] });
    const html = await (
      await made.post(made.url, { ...inBeverlyHills, step: "1", country: "CA", postalCode: "K1P 5M7" })
    ).text();
    expect(html).toContain("GeoNames");
    expect(html).toContain("Adapted from Statistics Canada");
    expect(html).toContain("Open Government Licence");
  });
});

describe("a letter that is not ready", () => {
  it("may not be published without anybody to reach, a letter, or a postal code to match by", () => {
    const reasons = (settings: object) =>
      letter.reasonsNotToPublish({ settings: letterSettings.parse(settings) } as unknown as Action, 0);
    expect(reasons({ source: toMayor, variants })).toEqual([]);
    expect(reasons({ source: {}, variants })).toEqual(["officials.reasons.noPeople"]);
    expect(reasons({ source: { people: [{ name: "Silent" }] }, variants })).toEqual([
      "letters.reasons.noAddress",
    ]);
    expect(reasons({ source: { from: "builtin" }, variants })).toEqual(["officials.reasons.noSet"]);
    expect(reasons({ source: { from: "list" }, variants })).toEqual(["officials.reasons.noList"]);
    expect(reasons({ source: toMayor })).toEqual(["letters.reasons.noLetter"]);
    const { fields } = letterSettings.parse({});
    const hidden = { fields: { ...fields, postalCode: "hidden" } };
    expect(reasons({ source: toCongress, variants, ...hidden })).toEqual(["letters.reasons.postalCode"]);
  });

  it.each([
    ["a town that is not asked for", "Here in {{city}} we wait.", {}, true],
    ["a name that nobody fills", "I am {{frist_name}}.", {}, true],
    ["a name in capitals", "I am {{First_Name}}.", {}, true],
    ["a town that one may leave out", "Here in {{ city }} we wait.", { locality: "optional" }, false],
    ["a whole name of which half is asked for", "I am {{full_name}}.", { familyName: "hidden" }, false],
    ["whom it is to", "Dear {{target_title}} {{target_name}},", {}, false],
  ])("may not be published with a placeholder that nothing fills: %s", (_what, body, asked, isRefused) => {
    const { fields } = letterSettings.parse({});
    const settings = letterSettings.parse({
      ...{ source: toMayor, variants: [{ subject: "Air", body }] },
      fields: { ...fields, givenName: "required", locality: "hidden", ...asked },
    });
    expect(letter.reasonsNotToPublish({ settings } as unknown as Action, 0)).toEqual(
      isRefused ? ["officials.reasons.unfilled"] : [],
    );
  });
});

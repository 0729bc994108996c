import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { makeForm, storeAnswers } from "../../test/forms";
import { contextOf } from "../../test/groups";
import { actionIdIn, makeOrganisers } from "../../test/organisers";
import { dbFor } from "../groups/shard";
import { groupBySlug } from "../groups/store";
import { listFields, makeField } from "../people/custom-field";
import { survey } from "./form";
import { surveySettings } from "./types";

let team: Awaited<ReturnType<typeof makeOrganisers>>;
beforeAll(async () => {
  team = await makeOrganisers();
});

/** The group of somebody else, who is a member of no other. */
const otherSlug = () => team.group.slug.replace("team-", "other-");

async function draft(kind = "survey"): Promise<string> {
  const made = await team.owner.post(`${team.base}/actions/new/${kind}`, {
    title: "How safe is your street?",
  });
  return `${team.base}/actions/${actionIdIn(made)}`;
}

/** What a browser would send back of the editor: every field as it stands. */
function sentBack(html: string): Record<string, string> {
  const values: Record<string, string> = {};
  const text = (words: string) =>
    words.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
  for (const [input] of html.matchAll(/<input[^>]*>/g)) {
    const at = (name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(input)?.[1];
    const [name, type] = [at("name"), at("type")];
    if (!name || type === "file" || ((type === "radio" || type === "checkbox") && !/\schecked/.test(input)))
      continue;
    values[name] = text(at("value") ?? "");
  }
  for (const [, name = "", inner = ""] of html.matchAll(
    /<select[^>]*\sname="([^"]*)"[^>]*>(.*?)<\/select>/gs,
  ))
    values[name] = text(
      /<option value="([^"]*)"[^>]*\sselected/.exec(inner)?.[1] ??
        /<option value="([^"]*)"/.exec(inner)?.[1] ??
        "",
    );
  for (const [, name = "", inner = ""] of html.matchAll(
    /<textarea[^>]*\sname="([^"]*)"[^>]*>(.*?)<\/textarea>/gs,
  ))
    values[name] = text(inner);
  return values;
}

/** An editor used without script: changes some fields, presses a button, and goes on from the page that comes back. */
async function editing(path: string) {
  let html = await (await team.owner.get(`${path}/edit`)).text();
  return {
    html: () => html,
    press: async (button: string, changes: Record<string, string> = {}) => {
      const response = await team.owner.post(`${path}/edit`, { ...sentBack(html), ...changes, do: button });
      if (response.status !== 303) html = await response.text();
      return response;
    },
  };
}

async function storedQuestions(path: string) {
  const id = (path.split("/").at(-1) ?? "").replaceAll("-", "");
  const row = await dbFor(env, team.group)
    .d1.prepare("SELECT settings FROM actions WHERE group_no = ? AND id = unhex(?)")
    .bind(team.group.no, id)
    .first<{ settings: string }>();
  return surveySettings.parse(JSON.parse(row?.settings ?? "{}")).questions;
}

describe("the editor of a survey, without script", () => {
  it("makes two pages with a condition between them", async () => {
    const path = await draft();
    const editor = await editing(path);
    await editor.press("add-question");
    await editor.press("add-question", {
      "questions.0.label": "How do you travel?",
      "questions.0.type": "radio",
      "questions.0.choices": "Bus\nBike",
    });
    await editor.press("see-question:1", {
      "questions.1.label": "Which line?",
      "questions.1.page": "2",
      "questions.1.showIf": "how_do_you_travel",
    });
    expect(editor.html()).toMatch(/name="questions\.1\.showIf\.0"[^>]*value="Bus"/);
    expect((await editor.press("save", { "questions.1.showIf.0": "Bus" })).status).toBe(303);
    expect(await storedQuestions(path)).toMatchObject([
      { key: "how_do_you_travel", page: 1, showIf: null },
      { key: "which_line", page: 2, showIf: { key: "how_do_you_travel", anyOf: ["Bus"] } },
    ]);
  });

  it("takes a condition away with the question it looked at", async () => {
    const path = await draft();
    const editor = await editing(path);
    await editor.press("add-question");
    await editor.press("add-question", {
      "questions.0.label": "Ride",
      "questions.0.type": "radio",
      "questions.0.choices": "Bus\nBike",
    });
    await editor.press("see-question:1", { "questions.1.label": "Line", "questions.1.showIf": "ride" });
    await editor.press("remove-question:0", { "questions.1.showIf.0": "Bus" });
    expect((await editor.press("save")).status).toBe(303);
    expect(await storedQuestions(path)).toMatchObject([{ key: "line", showIf: null }]);
  });

  it("moves a question over the edge of its page before it passes another", async () => {
    const path = await draft();
    const editor = await editing(path);
    await editor.press("add-question");
    await editor.press("add-question", { "questions.0.label": "One" });
    await editor.press("raise-question:1", { "questions.1.label": "Two", "questions.1.page": "2" });
    await editor.press("save");
    expect((await storedQuestions(path)).map(({ key, page }) => [key, page])).toEqual([
      ["one", 1],
      ["two", 1],
    ]);
  });

  it("names the row that is wrong although an empty one stands before it", async () => {
    const editor = await editing(await draft());
    await editor.press("add-question");
    await editor.press("add-question");
    const refused = await editor.press("save", {
      "questions.1.label": "Ride",
      "questions.1.type": "radio",
      "questions.1.choices": "Bus",
    });
    expect(refused.status).toBe(422);
    expect(editor.html()).toMatch(/value="Ride"[\s\S]*id="f-questions-0-choices-error"/);
  });
});

describe("the library", () => {
  it("keeps a question with its field, gives it to another action, and is renewed from there", async () => {
    const first = await editing(await draft());
    await first.press("add-question");
    await first.press("field-question:0", {
      "questions.0.label": "Ward",
      "questions.0.type": "dropdown",
      "questions.0.choices": "North\nSouth",
    });
    await first.press("keep-question:0");
    expect(first.html()).toContain("Update in the library");
    const [field] = await listFields(dbFor(env, team.group));
    expect(field).toMatchObject({ key: "ward", type: "text", choices: ["North", "South"] });

    const path = await draft("form");
    const second = await editing(path);
    const take = /<option value="(\d+)"[^>]*>Ward<\/option>/.exec(second.html())?.[1] ?? "";
    await second.press("take-question", { "questions.take": take });
    expect((await second.press("save")).status).toBe(303);
    expect(await storedQuestions(path)).toMatchObject([
      {
        key: "ward",
        choices: ["North", "South"],
        fieldNo: field?.no,
        libraryNo: Number(take),
        isRequired: false,
      },
    ]);
    const third = await editing(path);
    await third.press("keep-question:0", { "questions.0.choices": "North\nSouth\nEast" });
    const page = await (await team.owner.get(`${team.base}/questions`)).text();
    expect(page.match(/<th scope="row">(?:<span[^>]*>)*(?:<a [^>]*>)?Ward</g)).toHaveLength(2);
  });

  it("offers no more what is hidden, until it is offered again", async () => {
    const editor = await editing(await draft());
    await editor.press("add-question");
    await editor.press("keep-question:0", { "questions.0.label": "Shoe size", "questions.0.type": "number" });
    const offered = async () => {
      const html = await (await team.owner.get(`${await draft()}/edit`)).text();
      return /<option value="(\d+)"[^>]*>Shoe size<\/option>/.exec(html)?.[1];
    };
    const no = await offered();
    await team.owner.post(`${team.base}/questions`, { do: `hide:question:${no}` });
    expect(await offered()).toBeUndefined();
    await team.owner.post(`${team.base}/questions`, { do: `show:question:${no}` });
    expect(await offered()).toBe(no);
  });

  it("keeps no question without words, and says so", async () => {
    const editor = await editing(await draft());
    await editor.press("add-question");
    expect((await editor.press("keep-question:0")).status).toBe(422);
    expect(editor.html()).toContain('id="f-questions-0-label-error"');
    expect((await editor.press("field-question:0")).status).toBe(422);
  });

  it.each(["hide:question:999", "hide:field:999"])("has nothing of another number: %s", async (button) => {
    expect((await team.owner.post(`${team.base}/questions`, { do: button })).status).toBe(404);
  });

  it.each(["", "hide", "hide:group:1", "hide:question:-1", "hide:question:1e9", "drop:question:1"])(
    "refuses the button %j",
    async (button) => {
      expect((await team.owner.post(`${team.base}/questions`, { do: button })).status).toBe(400);
    },
  );
});

describe("a bound field", () => {
  it("must be one of the group's own, for that kind of answer", async () => {
    const stranger = await groupBySlug(contextOf().directory, otherSlug());
    if (!stranger) throw new Error("the other group is gone");
    const theirs = dbFor(env, stranger);
    for (const label of ["One", "Two", "Three", "Four", "Five"])
      await makeField(theirs, { label, type: "number" }, 1);
    const editor = await editing(await draft());
    await editor.press("add-question");
    const ask = { "questions.0.label": "Age", "questions.0.type": "number" };
    for (const fieldNo of ["999999", "5"]) {
      expect((await editor.press("save", { ...ask, "questions.0.fieldNo": fieldNo })).status).toBe(422);
      expect(editor.html()).toContain('id="f-questions-0-fieldNo-error"');
    }
    await editor.press("field-question:0", { ...ask, "questions.0.fieldNo": "" });
    expect((await editor.press("save")).status).toBe(303);
    const refused = await editor.press("save", { "questions.0.type": "text" });
    expect(refused.status).toBe(422);
    expect(editor.html()).toContain("This field keeps another kind of answer.");
  });
});

describe("the results", () => {
  const asked = [
    { key: "ride", label: "How do you travel?", type: "radio" as const, choices: ["Bus", "=Bike"] },
    { key: "hours", type: "number" as const },
    { key: "why", type: "text" as const },
  ];

  async function answered() {
    const action = await makeForm(team.group, survey, asked);
    await storeAnswers(team.group, action.no, [
      { email: "amina@supporters.example", answers: { ride: "Bus", hours: "-2.5", why: "<b>My knees</b>" } },
      { email: "mei@supporters.example", answers: { ride: "=Bike", hours: "4" } },
    ]);
    return `${team.base}/actions/${action.id}/results`;
  }

  it("show each question to organisers, and words to those alone who may see people", async () => {
    const path = await answered();
    const all = await (await team.owner.get(path)).text();
    expect(all).toContain("2 people have answered.");
    expect(all).toMatch(/Bus<\/span>.*?bars-count">1<.*?50%/s);
    expect(all).toContain("&lt;b&gt;My knees&lt;/b&gt;");
    const counts = await (await team.organiser.get(path)).text();
    expect(counts).toContain("How do you travel?");
    expect(counts).not.toContain("My knees");
  });

  it("come as CSV that no spreadsheet runs, and without anybody's words", async () => {
    const path = await answered();
    const csv = await (await team.owner.get(`${path}.csv`)).text();
    expect(csv.split("\r\n").slice(0, 4)).toEqual([
      "Question,Answer,People,Share",
      "How do you travel?,Answered,2,",
      "How do you travel?,Bus,1,0.5000",
      "How do you travel?,'=Bike,1,0.5000",
    ]);
    expect(csv).toContain("About hours,Average,0.75,");
    expect(csv).not.toContain("My knees");
  });

  it("take days as people pick them and leave out what is none", async () => {
    const path = await answered();
    expect(await (await team.owner.get(`${path}?from=2026-01-02`)).text()).toContain(
      "0 people have answered.",
    );
    expect(await (await team.owner.get(`${path}?from=2025-12-31&to=2025-12-31`)).text()).toContain(
      "2 people",
    );
    expect(await (await team.owner.get(`${path}?from=2026-02-31&to=%3Cb%3E`)).text()).toContain("2 people");
  });

  it("are not another group's, and not a kind's that has none", async () => {
    const path = await answered();
    const id = path.split("/").at(-2);
    expect((await team.stranger.get(`/groups/${otherSlug()}/actions/${id}/results`)).status).toBe(404);
    expect((await team.stranger.get(path)).status).toBe(404);
  });
});

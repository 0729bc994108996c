import { describe, expect, it } from "vitest";
import { makeGroup } from "../../test/groups";
import { makePetition } from "../../test/petitions";
import { petition } from "../petitions/petition";
import { petitionSettings } from "../petitions/types";
import type { FormValues } from "../platform/forms";
import { translator } from "../ui/i18n";
import { type Edit, readEdit } from "./editing";
import { editorValues, withQuestions } from "./editor-values";
import { emptyRow, type QuestionRow } from "./questions";

const { group } = await makeGroup({ name: "Riverside" });
const action = await makePetition(group, { status: "draft" });
const whole = {
  ...editorValues(action),
  ticks: "comments.isAsked comments.isModerated showCount showRecent autoresponse.isOn",
};

const edit = (changes: FormValues): Edit => readEdit(petition, group, action, { ...whole, ...changes });
const problems = (changes: FormValues) => {
  const read = edit(changes);
  return read.is === "invalid" ? read.problems : {};
};
const settings = (changes: FormValues) => {
  const read = edit(changes);
  if (read.is === "invalid") throw new Error(JSON.stringify(read.problems));
  return petitionSettings.parse(read.edited.settings);
};

describe("an edit", () => {
  it("that changes nothing gives back what there was", () => {
    const read = edit({});
    expect(read.is === "valid" && read.edited.settings).toEqual({ ...action.settings, descriptionHtml: "" });
    expect(read.is === "valid" && read.edited.title).toBe(action.title);
  });

  it("keeps what was not sent, and ticks that were not shown", () => {
    const read = readEdit(petition, group, action, { title: "Another title" });
    expect(read.is === "valid" && read.edited).toMatchObject({
      title: "Another title",
      settings: {
        showCount: true,
        targets: action.settings && petitionSettings.parse(action.settings).targets,
      },
    });
  });

  it("takes a tick away when its box was shown and came back empty", () => {
    const rest: FormValues = { ...whole };
    delete rest.showCount;
    const read = readEdit(petition, group, action, rest);
    expect(read.is === "valid" && read.edited.settings.showCount).toBe(false);
  });

  it("stores the story as it was written and as it may be shown", () => {
    expect(settings({ descriptionSource: "**Air** <script>alert(1)</script>" })).toMatchObject({
      descriptionSource: "**Air** <script>alert(1)</script>",
      descriptionHtml: "<p><strong>Air</strong> </p>\n",
    });
  });

  it("keeps emoji and right-to-left text, and drops what turns text around or cannot be typed", () => {
    expect(settings({ ask: "هواء نقي 👩‍👧 \u202Eevil\u0000" }).ask).toBe("هواء نقي 👩‍👧 evil");
    const read = edit({ title: "هواء\u2066 نقي\n💨" });
    expect(read.is === "valid" && read.edited.title).toBe("هواء نقي 💨");
  });

  it("ignores fields nobody knows", () => {
    expect(settings({ isAdmin: "yes", "settings.evil": "1", __proto__x: "1" })).not.toHaveProperty("isAdmin");
  });

  for (const [name, changes, field, key] of [
    ["an empty title", { title: " " }, "title", "missing"],
    ["a title that is too long", { title: "x".repeat(121) }, "title", "tooLong"],
    ["a title sent twice", { title: ["One", "Two"] }, "title", "twice"],
    ["a story that is too long", { descriptionSource: "x".repeat(50_001) }, "descriptionSource", "tooLong"],
    [
      "a story that nests absurdly",
      { descriptionSource: ">".repeat(40_000) },
      "descriptionSource",
      "description",
    ],
    ["a language nobody offers", { locale: "xx" }, "locale", "choose"],
    ["an address with capitals", { slug: "Clean Air" }, "slug", "slug"],
    ["an address that climbs", { slug: "../admin" }, "slug", "slug"],
    ["a goal that is no number", { "goal.target": "many" }, "goal.target", "number"],
    ["a goal of nothing", { "goal.target": "0" }, "goal.target", "tooLow"],
    ["a goal beyond the world", { "goal.target": "999999999999" }, "goal.target", "tooHigh"],
    ["a use of a field nobody offers", { "fields.phone": "sometimes" }, "fields.phone", "choose"],
    ["a consent mode nobody offers", { "consent.mode": "always" }, "consent.mode", "choose"],
    ["a consent sentence that is too long", { "consent.text": "x".repeat(501) }, "consent.text", "tooLong"],
    [
      "another page that is no address",
      { "thanks.mode": "redirect", "thanks.redirectUrl": "nowhere" },
      "thanks.redirectUrl",
      "webAddress",
    ],
    [
      "another page that runs",
      { "thanks.mode": "redirect", "thanks.redirectUrl": "javascript:alert(1)" },
      "thanks.redirectUrl",
      "webAddress",
    ],
    [
      "another page with a name in it",
      { "thanks.mode": "redirect", "thanks.redirectUrl": "https://a:b@c.example" },
      "thanks.redirectUrl",
      "webAddress",
    ],
    ["a reply address that is none", { "autoresponse.replyTo": "nobody" }, "autoresponse.replyTo", "email"],
    ["eleven tags", { tags: Array.from({ length: 11 }, (_, n) => `tag ${n}`).join(",") }, "tags", "tooMany"],
    ["a tag that is too long", { tags: "x".repeat(101) }, "tags", "tooLong"],
    [
      "a target without a name",
      { "targets.count": "1", "targets.0.name": "", "targets.0.title": "Mayor" },
      "targets.0.name",
      "missing",
    ],
    ["an ask that is too long", { ask: "x".repeat(2_001) }, "ask", "tooLong"],
  ] as const) {
    it(`is refused for ${name}, and says so beside the field`, () => {
      expect(problems({ ...changes } as FormValues)[field]?.key).toBe(
        key === "slug" ? "actions.problems.slug" : `actions.problems.${key}`,
      );
    });
  }

  it("takes numbers as people write them", () => {
    for (const text of ["1,000", "1 000", "1\u202F000", "1.000", "1000"])
      expect(settings({ "goal.target": text }).goal.target).toBe(1_000);
  });

  it("takes up to ten targets and refuses the eleventh", () => {
    const many = (count: number) =>
      Object.fromEntries([
        ["targets.count", String(count)],
        ...Array.from({ length: count }, (_, row) => [`targets.${row}.name`, `Target ${row}`]),
      ]);
    expect(settings(many(10)).targets).toHaveLength(10);
    expect(problems(many(11)).targets?.key).toBe("actions.problems.tooMany");
  });

  it("writes the group's usual consent sentence out, and lets it follow the language of the page", () => {
    const english = translator("en")("actions.consent.standard", { group: "Riverside" });
    expect(settings({ "consent.text": "" }).consent.text).toBe(english);
    expect(settings({ "consent.text": english, locale: "fr" }).consent.text).toBe(
      translator("fr")("actions.consent.standard", { group: "Riverside" }),
    );
    expect(settings({ "consent.text": "Write to me.", locale: "fr" }).consent.text).toBe("Write to me.");
  });

  it("lists problems in the order in which a reader meets them", () => {
    const wrong = {
      tags: "x".repeat(101),
      ask: "x".repeat(2_001),
      title: "",
      slug: "No",
      "goal.target": "many",
    };
    expect(Object.keys(problems(wrong))).toEqual(["title", "ask", "tags", "goal.target", "slug"]);
  });
});

describe("questions of an edit", () => {
  const row = {
    ...emptyRow,
    label: "How do you travel?",
    type: "radio",
    isRequired: true,
    choices: ["On foot", "By bus"],
  };
  const asked = (...rows: (typeof row)[]) => withQuestions({}, rows);

  it("get a name from their label once, and never share one", () => {
    expect(settings(asked(row, row)).questions.map(({ key }) => key)).toEqual([
      "how_do_you_travel",
      "how_do_you_travel_2",
    ]);
    expect(settings(asked({ ...row, key: "travel" })).questions[0]?.key).toBe("travel");
    const before = { ...row, label: "Travel" };
    expect(settings(asked(before, { ...row, key: "travel" })).questions.map(({ key }) => key)).toEqual([
      "travel_2",
      "travel",
    ]);
    expect(settings(asked({ ...row, key: "Not A Key!" })).questions[0]?.key).toBe("how_do_you_travel");
    expect(settings(asked({ ...row, label: "كيف؟" })).questions[0]?.key).toBe("question");
  });

  it("left empty are none", () => {
    expect(settings(asked({ ...row, label: "", choices: [] })).questions).toEqual([]);
  });

  it("need something to choose from, and something to ask", () => {
    expect(problems(asked({ ...row, choices: ["One"] }))["questions.0.choices"]).toEqual({
      key: "actions.problems.choices",
      values: { count: 2 },
    });
    expect(problems(asked({ ...row, label: "" }))["questions.0.label"]?.key).toBe("actions.problems.missing");
    expect(problems(asked({ ...row, type: "guess" }))["questions.0.type"]?.key).toBe(
      "actions.problems.choose",
    );
    expect(problems(asked({ ...row, choices: ["x".repeat(201), "y"] }))["questions.0.choices"]?.key).toBe(
      "actions.problems.tooLong",
    );
  });

  it("are forty at most", () => {
    expect(problems(asked(...Array.from({ length: 41 }, () => row))).questions?.key).toBe(
      "actions.problems.tooMany",
    );
  });

  it("are all on the first page of a kind that has no pages", () => {
    expect(settings(asked({ ...row, page: 3 })).questions[0]?.page).toBe(1);
  });

  it("keep the limits of a number as people write them", () => {
    const [question] = settings(asked({ ...row, type: "number", min: "-1,5", max: "1,000" })).questions;
    expect(question).toMatchObject({ min: -1.5, max: 1000, choices: [] });
  });

  it("forget what their type has no use for", () => {
    const [question] = settings(asked({ ...row, min: "1", max: "2", value: "x" })).questions;
    expect(question).toMatchObject({ min: null, max: null, value: "" });
  });

  it("keep a condition on an earlier question", () => {
    const later = { ...row, label: "Which line?", showIf: "travel", anyOf: ["By bus"] };
    expect(settings(asked({ ...row, key: "travel" }, later)).questions[1]?.showIf).toEqual({
      key: "travel",
      anyOf: ["By bus"],
    });
  });

  const source = { ...row, key: "travel" };
  for (const [name, rows, field, key] of [
    ["limits that cross", [{ ...row, type: "number", min: "5", max: "4" }], "questions.0.max", "range"],
    ["a limit that is no number", [{ ...row, type: "number", min: "few" }], "questions.0.min", "anyNumber"],
    [
      "a hidden answer that no link may give",
      [{ ...row, type: "hidden", value: "By car" }],
      "questions.0.value",
      "hiddenValue",
    ],
    [
      "a condition on itself",
      [{ ...source, showIf: "travel", anyOf: ["By bus"] }],
      "questions.0.showIf",
      "condition",
    ],
    [
      "a condition on a later question",
      [{ ...row, showIf: "travel", anyOf: ["By bus"] }, source],
      "questions.0.showIf",
      "condition",
    ],
    [
      "a condition on an answer nobody can give",
      [source, { ...row, showIf: "travel", anyOf: ["By car"] }],
      "questions.1.showIf",
      "condition",
    ],
    [
      "a condition on no answer",
      [source, { ...row, showIf: "travel", anyOf: [] }],
      "questions.1.showIf",
      "missing",
    ],
    [
      "a condition on a question without choices",
      [
        { ...source, type: "text" },
        { ...row, showIf: "travel", anyOf: ["By bus"] },
      ],
      "questions.1.showIf",
      "condition",
    ],
  ] satisfies [string, QuestionRow[], string, string][]) {
    it(`are refused for ${name}`, () => {
      expect(problems(withQuestions({}, rows))[field]?.key).toBe(`actions.problems.${key}`);
    });
  }
});

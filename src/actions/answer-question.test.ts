import { beforeAll, describe, expect, test } from "vitest";
import { type Asked, questionsOf } from "../../test/forms";
import { makeGroup } from "../../test/groups";
import { makePetition, snapshotOf } from "../../test/petitions";
import { world } from "../../test/world";
import type { FormValues } from "../platform/forms";
import { type Locale, translator } from "../ui/i18n";
import { readAnswer } from "./answer";
import type { ActionSnapshot } from "./types";

const [amina] = world.supporters;
const signed = {
  givenName: amina.givenName,
  familyName: amina.familyName,
  email: amina.email,
  country: "CA",
};

async function asking(asked: Asked[], locale: Locale = "en"): Promise<ActionSnapshot> {
  const { group } = await makeGroup({ locale });
  return snapshotOf(
    group,
    await makePetition(group, { settings: { questions: questionsOf(asked) }, locale }),
  );
}

function read(snapshot: ActionSnapshot, values: FormValues, query = "") {
  const address = new URL(`https://riverside.example/petitions/clean-air${query}`);
  return readAnswer(translator(snapshot.action.locale), snapshot, { ...signed, ...values }, address);
}

function answers(snapshot: ActionSnapshot, values: FormValues, query?: string) {
  const answer = read(snapshot, values, query);
  if (answer.is === "invalid") throw new Error(JSON.stringify(answer.errors));
  return answer.participation.o.answers ?? {};
}

function error(snapshot: ActionSnapshot, values: FormValues, key: string): string | undefined {
  const answer = read(snapshot, values);
  return answer.is === "invalid" ? answer.errors[`q_${key}`] : undefined;
}

let snapshot: ActionSnapshot;

beforeAll(async () => {
  snapshot = await asking([
    { key: "hours", type: "number", min: 0.5, max: 40 },
    { key: "born", type: "date" },
    { key: "ward", type: "hidden", value: "unknown", choices: ["north", "south"] },
    { key: "ride", type: "radio", choices: ["bus", "bike"] },
    { key: "days", type: "checkboxes", choices: ["mon", "tue"] },
    { key: "line", type: "text", isRequired: true, showIf: { key: "ride", anyOf: ["bus"] } },
  ]);
});

describe("a number", () => {
  test.each([
    ["2", "2"],
    ["2,5", "2.5"],
    ["2.50", "2.5"],
    ["", undefined],
    ["  ", undefined],
  ])("%j is kept as %j", (text, kept) => {
    expect(answers(snapshot, { q_hours: text }).hours).toBe(kept);
  });

  test.each([
    ["a few", "Write a number for “About hours”, such as 3 or 2.5"],
    ["0.4", "Write a number from 0.5 up for “About hours”"],
    ["-1", "Write a number from 0.5 up for “About hours”"],
    ["40.1", "Write a number up to 40 for “About hours”"],
    ["9".repeat(41), "“About hours” is too long. Use at most 40 characters."],
  ])("%j is refused in words", (text, words) => {
    expect(error(snapshot, { q_hours: text }, "hours")).toBe(words);
  });

  test("sent twice is no number", () => {
    expect(error(snapshot, { q_hours: ["1", "2"] }, "hours")).toBe(
      "“About hours” was sent twice. Answer it once.",
    );
  });

  test("is read, and refused, as the page's language writes it", async () => {
    const french = await asking([{ key: "heures", type: "number", max: 2.5 }], "fr");
    expect(answers(french, { q_heures: "1,234" }).heures).toBe("1.234");
    expect(error(french, { q_heures: "3" }, "heures")).toBe(
      "Écrivez un nombre jusqu’à 2,5 pour «\u00a0About heures\u00a0»",
    );
  });
});

describe("a day", () => {
  test("is kept as the calendar has it", () => {
    expect(answers(snapshot, { q_born: "1988-2-29" }).born).toBe("1988-02-29");
  });

  test.each(["1987-02-29", "0008-01-01", "9999-01-01", "yesterday", "3/4/2020"])("%j is refused", (text) => {
    expect(error(snapshot, { q_born: text }, "born")).toContain("2026-03-12");
  });
});

describe("a choice", () => {
  test.each([
    [{ q_ride: "plane" }, "ride"],
    [{ q_ride: "BUS", q_line: "5" }, "ride"],
    [{ q_days: ["mon", "sun"] }, "days"],
    [{ q_days: "sun" }, "days"],
  ])("that was not offered is refused: %j", (values, key) => {
    expect(error(snapshot, values, key)).toBe(`Choose one of the answers offered for “About ${key}”`);
  });

  test("ticked twice is kept once", () => {
    expect(answers(snapshot, { q_days: ["mon", "mon"] }).days).toEqual(["mon"]);
  });
});

describe("a hidden question", () => {
  test("is answered by the organiser or an allowed link, whatever the form holds", () => {
    expect(answers(snapshot, { q_ward: "forged" }).ward).toBe("unknown");
    expect(answers(snapshot, { q_ward: ["a", "b"] }, "?ward=south").ward).toBe("south");
    expect(answers(snapshot, {}, "?ward=%3Cscript%3E").ward).toBe("unknown");
  });

  test("without choices takes a line from the link, cleaned and cut", async () => {
    const open = await asking([{ key: "ward", type: "hidden" }]);
    expect(answers(open, {}, `?ward=%20a%00b${"x".repeat(500)}`).ward).toMatch(/^abx{190,198}$/);
    expect(answers(open, {}).ward).toBeUndefined();
  });
});

describe("a question with a condition", () => {
  test("must be answered by those it is for", () => {
    expect(error(snapshot, { q_ride: "bus" }, "line")).toBe("Answer “About line”");
    expect(answers(snapshot, { q_ride: "bus", q_line: "12" })).toMatchObject({ ride: "bus", line: "12" });
  });

  test("is neither required of the others nor kept from them, however wrong", () => {
    expect(answers(snapshot, { q_ride: "bike" })).not.toHaveProperty("line");
    const forged = answers(snapshot, { q_ride: "bike", q_line: ["x".repeat(9_999), "y"] });
    expect(forged).not.toHaveProperty("line");
  });
});

describe("an answer bound to a custom field", () => {
  test("goes along with the number of the field, a list as JSON; a blank and what is not asked do not", async () => {
    const bound = await asking([
      { key: "ride", type: "radio", choices: ["bus", "bike"], fieldNo: 3 },
      { key: "days", type: "checkboxes", choices: ["mon", "tue"], fieldNo: 4 },
      { key: "note", fieldNo: 5 },
      { key: "line", fieldNo: 6, showIf: { key: "ride", anyOf: ["bus"] } },
    ]);
    const answer = read(bound, { q_ride: "bike", q_days: ["tue"], q_note: " ", q_line: "12" });
    expect(answer.is === "valid" && answer.participation.f).toEqual([
      [3, "bike"],
      [4, '["tue"]'],
    ]);
    const unbound = read(snapshot, { q_ride: "bike" });
    expect(unbound.is === "valid" && unbound.participation).not.toHaveProperty("f");
  });
});

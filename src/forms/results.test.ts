import { beforeEach, describe, expect, it, vi } from "vitest";
import { type Asked, makeForm, storeAnswers } from "../../test/forms";
import { contextOf, makeGroup } from "../../test/groups";
import { changePetition } from "../../test/petitions";
import { actionByNo } from "../actions/action";
import type { Action } from "../actions/types";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { survey } from "./form";
import { latestTexts, resultsOf } from "./results";

const asked: Asked[] = [
  { key: "ride", type: "radio", choices: ["Bus", "Bike"] },
  { key: "days", type: "checkboxes", choices: ["Mon", "Tue"] },
  { key: "hours", type: "number" },
  { key: "born", type: "date" },
  { key: "why", type: "paragraph" },
];

const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(2026, 0, 1);
const NOW = FIRST_DAY + 10 * DAY_MS;

let group: Group;
let db: GroupDb;
let action: Action;

beforeEach(async () => {
  ({ group } = await makeGroup());
  db = dbFor(contextOf().env, group);
  action = await makeForm(group, survey, asked);
});

const amina = {
  email: "amina@supporters.example",
  at: FIRST_DAY,
  answers: { ride: "Bus", days: ["Mon", "Tue"], hours: "2.5", born: "1988-02-29", why: "My knees." },
};
const mei = {
  email: "mei@supporters.example",
  at: FIRST_DAY + DAY_MS,
  answers: { ride: "Bike", days: ["Mon"], hours: "10", why: "It is 'quick'" },
};
const seun = { email: "seun@supporters.example", at: FIRST_DAY + 2 * DAY_MS };

const countAll = () => resultsOf(db, action, { now: NOW, isAgain: true });

describe("the results of a survey", () => {
  it("count each answer, who answered, and everybody", async () => {
    await storeAnswers(group, action.no, [amina, mei, seun]);
    expect(await countAll()).toEqual({
      total: 3,
      isWhole: true,
      countedAt: NOW,
      tallies: {
        ride: { people: 2, others: 0, different: 2, answers: { Bus: 1, Bike: 1 } },
        days: { people: 2, others: 0, different: 2, answers: { Mon: 2, Tue: 1 } },
        hours: { people: 2, others: 0, different: 2, answers: { "2.5": 1, "10": 1 } },
        born: { people: 1, others: 0, different: 1, answers: { "1988-02": 1 } },
        why: { people: 2, others: 0, different: 1, answers: { "": 2 } },
      },
    });
  });

  it("count the newest answer of each person, and nobody who was taken out", async () => {
    await storeAnswers(group, action.no, [amina, mei]);
    await storeAnswers(group, action.no, [
      { ...amina, at: NOW, answers: { ...amina.answers, ride: "Bike" } },
    ]);
    await db.d1
      .prepare(
        "UPDATE participations SET removal_no = 1 WHERE group_no = ?1 AND answer ->> '$.answers.hours' = '10'",
      )
      .bind(group.no)
      .run();
    const { total, tallies } = await countAll();
    expect([total, tallies.ride?.answers, tallies.hours?.answers]).toEqual([1, { Bike: 1 }, { "2.5": 1 }]);
  });

  it("leave out what is no longer asked, and another action's and group's answers", async () => {
    await storeAnswers(group, action.no, [{ ...amina, answers: { ...amina.answers, gone: "x" } as never }]);
    await storeAnswers(group, action.no + 1, [mei]);
    const other = await makeGroup();
    await storeAnswers(other.group, action.no, [seun]);
    const { total, tallies } = await countAll();
    expect([total, Object.keys(tallies).sort()]).toEqual([1, ["born", "days", "hours", "ride", "why"]]);
  });

  it("of some days are of those days", async () => {
    await storeAnswers(group, action.no, [amina, mei, seun]);
    const window = { from: FIRST_DAY + DAY_MS, to: FIRST_DAY + 2 * DAY_MS };
    const { total, tallies } = await resultsOf(db, action, { now: NOW, window });
    expect([total, tallies.ride?.answers]).toEqual([1, { Bike: 1 }]);
    expect(await latestTexts(db, action, window)).toEqual({ why: [mei.answers.why] });
  });

  it("are counted range by range without missing or doubling anybody at the edges", async () => {
    const people = Array.from({ length: 9_001 }, (_, n) => ({
      ...{ email: `${n}@crowd.example`, at: FIRST_DAY, answers: { ride: n % 3 === 0 ? "Bus" : "Bike" } },
    }));
    for (let start = 0; start < people.length; start += 500)
      await storeAnswers(group, action.no, people.slice(start, start + 500));
    const { total, tallies } = await countAll();
    expect([total, tallies.ride?.answers]).toEqual([9_001, { Bus: 3_001, Bike: 6_000 }]);
  });

  it("of many are kept for a while, and counted again when asked to or when the questions change", async () => {
    await storeAnswers(group, action.no, [amina]);
    await countAll();
    await db.d1
      .prepare("UPDATE form_results SET results = json_set(results, '$.total', 100000) WHERE group_no = ?")
      .bind(group.no)
      .run();
    const queries = vi.spyOn(db.d1, "batch");
    expect((await resultsOf(db, action, { now: NOW + 40_000 })).total).toBe(100_000);
    expect(queries).not.toHaveBeenCalled();
    expect((await resultsOf(db, action, { now: NOW + 60_000 })).total).toBe(1);
    const fewer = {
      ...action,
      settings: { ...action.settings, questions: action.settings.questions.slice(0, 1) },
    };
    expect((await resultsOf(db, fewer, { now: NOW + 60_001 })).tallies).not.toHaveProperty("hours");
    queries.mockRestore();
  });
});

it("the latest texts are the newest first, ten of each question", async () => {
  const said = Array.from({ length: 12 }, (_, n) => ({
    ...{ email: `${n}@crowd.example`, at: FIRST_DAY + n, answers: { why: `reason ${n}` } },
  }));
  for (const each of said) await storeAnswers(group, action.no, [each]);
  const { why = [] } = await latestTexts(db, action, {});
  expect([why.length, why[0], why[9]]).toEqual([10, "reason 11", "reason 2"]);
});

it("a survey whose questions are gone still says how many answered", async () => {
  await storeAnswers(group, action.no, [amina]);
  await changePetition(group, action.no, { settings: { ...action.settings, questions: [] } });
  const bare = await actionByNo(db, action.no);
  if (!bare) throw new Error("the survey is gone");
  expect(await resultsOf(db, bare, { now: NOW })).toMatchObject({ total: 1, tallies: {} });
});

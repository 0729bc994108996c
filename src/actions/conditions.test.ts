import { describe, expect, test } from "vitest";
import { conditionHere, questionsAsked, questionsShown, withHidden } from "./conditions";
import { type Question, question } from "./types";

const ask = (key: string, changes: Partial<Question> = {}) =>
  question.parse({ key, label: key, type: "radio", choices: ["yes", "no"], ...changes });
const ifYes = (key: string) => ({ showIf: { key, anyOf: ["yes"] } });
const keys = (questions: readonly Question[]) => questions.map(({ key }) => key);

const chain = [ask("a"), ask("b", ifYes("a")), ask("c", ifYes("b"))];

describe("the questions that are asked", () => {
  test.each([
    [{}, ["a"]],
    [{ q_a: "no" }, ["a"]],
    [{ q_a: "yes" }, ["a", "b"]],
    [{ q_a: "yes", q_b: "yes" }, ["a", "b", "c"]],
    // The answer to a question that is left out counts for nothing.
    [{ q_a: "no", q_b: "yes" }, ["a"]],
  ])("of a chain after %j are %j", (values, asked) => {
    expect(keys(questionsAsked(chain, values))).toEqual(asked);
  });

  test("may depend on any of several answers, of which several may be given", () => {
    const questions = [
      ask("a", { type: "checkboxes", choices: ["x", "y", "z"] }),
      ask("b", { showIf: { key: "a", anyOf: ["x", "y"] } }),
    ];
    expect(keys(questionsAsked(questions, { q_a: ["z", "y"] }))).toEqual(["a", "b"]);
    expect(keys(questionsAsked(questions, { q_a: ["z"] }))).toEqual(["a"]);
  });

  test("never depend on a question that is not there", () => {
    expect(keys(questionsAsked([ask("b", ifYes("gone"))], { q_gone: "yes" }))).toEqual([]);
  });
});

describe("the questions a page shows", () => {
  test("are those it may still ask, where the answer is on the same page", () => {
    expect(keys(questionsShown(chain, "all", {}))).toEqual(["a", "b", "c"]);
    const [a, b] = chain;
    if (!a || !b) throw new Error("no chain");
    expect(conditionHere(b, chain)).toEqual({ source: a, anyOf: ["yes"] });
    expect(conditionHere(a, chain)).toBeNull();
  });

  test("are those the earlier pages led to, where the answer was given before", () => {
    expect(keys(questionsShown(chain, ["b", "c"], { q_a: "no" }))).toEqual([]);
    expect(keys(questionsShown(chain, ["b", "c"], { q_a: "yes" }))).toEqual(["b", "c"]);
    expect(keys(questionsShown(chain, ["c"], { q_a: "yes", q_b: "no" }))).toEqual([]);
  });

  test("never are hidden ones", () => {
    expect(keys(questionsShown([ask("a", { type: "hidden" })], "all", {}))).toEqual([]);
  });
});

describe("the answer to a hidden question", () => {
  const ward = (changes: Partial<Question>) => [ask("ward", { type: "hidden", value: "none", ...changes })];
  const at = (query: string) => new URL(`https://riverside.example/forms/join${query}`);

  test("is what the organiser wrote, unless the link says another", () => {
    expect(withHidden(ward({ choices: [] }), {}, at(""))).toEqual({ q_ward: "none" });
    expect(withHidden(ward({ choices: [] }), {}, at("?ward=12"))).toEqual({ q_ward: "12" });
  });

  test("is one of the choices where there are any", () => {
    expect(withHidden(ward({ choices: ["12", "13"] }), {}, at("?ward=13"))).toEqual({ q_ward: "13" });
    expect(withHidden(ward({ choices: ["12", "13"] }), {}, at("?ward=99"))).toEqual({ q_ward: "none" });
  });

  test("is never what a form sends", () => {
    expect(withHidden(ward({ choices: [] }), { q_ward: "forged" }, at(""))).toEqual({ q_ward: "none" });
  });
});

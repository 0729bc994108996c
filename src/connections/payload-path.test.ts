import { describe, expect, it } from "vitest";
import { type Json, leavesOf, listAt, parsePath, pathText, wordsAt } from "./payload-path";

/** As Typeform sends one: answers name their question by its `field.ref`, and may come in any order. */
const typeform: Json = JSON.parse(`{"event_id":"01H","form_response":{"token":"t1",
  "answers":[{"type":"email","email":"mei@example.org","field":{"id":"f1","ref":"mail"}},
    {"type":"boolean","boolean":true,"field":{"id":"f2","ref":"ok"}},
    {"type":"choices","choices":{"labels":["Climate","Housing"]},"field":{"id":"f3","ref":"topics"}}]}}`);

describe("a path into a payload", () => {
  it.each([
    "a",
    "a.b[0].c",
    'data["1.3"]',
    '["a.b"]["c\\"d"]',
    'form_response.answers[field.ref="mail"].email',
    'fields[key="question_\\"1"].value',
  ])("%s reads back as it was written", (text) => {
    expect(pathText(parsePath(text) ?? [])).toBe(text);
  });

  it.each([
    "",
    ".a",
    "a..b",
    "a[",
    "a[]",
    "a[-1]",
    "a[x=y]",
    "a b",
    `a${".b".repeat(30)}`,
    "a".repeat(600),
    "a[0]b",
  ])("%s is none", (text) => {
    expect(parsePath(text)).toBeNull();
  });

  it("finds the element of a list by what names it, wherever it stands", () => {
    const path = 'form_response.answers[field.ref="mail"].email';
    expect(wordsAt(typeform, path)).toBe("mei@example.org");
    const turned = JSON.parse(JSON.stringify(typeform));
    turned.form_response.answers.reverse();
    expect(wordsAt(turned, path)).toBe("mei@example.org");
    expect(listAt(typeform, 'form_response.answers[field.ref="topics"].choices.labels')).toEqual([
      "Climate",
      "Housing",
    ]);
    expect(wordsAt(typeform, 'form_response.answers[field.ref="gone"].email')).toBe("");
  });

  it("reaches nothing that the payload does not hold itself", () => {
    const payload: Json = JSON.parse(
      '{"__proto__":{"email":"own@example.org"},"a":[],"s":"text","constructor":"mine"}',
    );
    for (const path of [
      "toString",
      "a.length",
      "s.length",
      "hasOwnProperty.name",
      'a["__proto__"]',
      "constructor.name",
    ])
      expect([path, wordsAt(payload, path)]).toEqual([path, ""]);
    expect(wordsAt(payload, '["__proto__"].email')).toBe("own@example.org");
    expect(wordsAt(payload, "__proto__.email")).toBe("own@example.org");
    expect(wordsAt({}, "__proto__.toString")).toBe("");
  });

  it("is offered for each value, by names that stay, with a sample and what the form calls it", () => {
    const tally: Json =
      JSON.parse(`{"data":{"fields":[{"key":"q_1","label":"Your email","type":"INPUT_EMAIL","value":"ana@example.org"},
      {"key":"q_2","label":"Town","type":"INPUT_TEXT","value":null}]},"namedValues":{"E-mail address":["x@example.org"]}}`);
    const leaves = leavesOf(tally);
    expect(leaves).toContainEqual({
      path: 'data.fields[key="q_1"].value',
      sample: "ana@example.org",
      about: "Your email",
    });
    expect(leaves).toContainEqual({
      path: 'namedValues["E-mail address"]',
      sample: "x@example.org",
      about: "",
    });
    for (const { path } of leavesOf(typeform))
      expect([path, wordsAt(typeform, path) !== ""]).toEqual([path, true]);
  });

  it("is offered for no more than a page can hold, of however wild a payload", () => {
    const wide: Json = { rows: Array.from({ length: 2_000 }, (_, n) => ({ n })) };
    const keyed: Json = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`k${n}`, n]));
    let deep: Json = 1;
    for (let depth = 0; depth < 15; depth += 1) deep = { d: deep };
    expect(leavesOf(wide).length).toBeLessThanOrEqual(100);
    expect(leavesOf(keyed)).toHaveLength(300);
    expect(leavesOf(deep)).toEqual([]);
  });
});

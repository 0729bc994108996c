import { type FormValues, single } from "../platform/forms";
import { readNumber } from "./answer-number";
import { cleanLine } from "./answer-text";
import { choosing } from "./conditions";
import { CHOICES_MAX, PAGES_MAX, QUESTIONS_MAX, type Question } from "./types";

/** A question as the editor sends it, before it is known to be one. Numbers are as they were typed. */
export type QuestionRow = {
  key: string;
  label: string;
  hint: string;
  type: string;
  isRequired: boolean;
  choices: string[];
  min: string;
  max: string;
  value: string;
  page: number;
  /** The key of the question a condition looks at, "" for none, and the answers it wants. */
  showIf: string;
  anyOf: string[];
  fieldNo: number | null;
  libraryNo: number | null;
};

export const emptyRow: QuestionRow = {
  ...{ key: "", label: "", hint: "", type: "text", isRequired: false, choices: [] },
  ...{ min: "", max: "", value: "", page: 1, showIf: "", anyOf: [], fieldNo: null, libraryNo: null },
};

/**
 * The rows of the editor in their order; `count` says how many were shown. A row left empty is no question, unless it is
 * to be shown again. One row more than there may be is read too, so that it is refused and not silently lost.
 */
export function readQuestions(form: FormValues, options: { keepsEmpty?: boolean } = {}): QuestionRow[] {
  const count = Math.min(Math.trunc(Number(single(form, "questions.count"))) || 0, QUESTIONS_MAX + 1);
  const rows = Array.from({ length: Math.max(count, 0) }, (_, row) =>
    readQuestion(form, `questions.${row}.`),
  );
  return inPages(
    rows.filter((row) => options.keepsEmpty || row.label !== "" || row.choices.length > 0 || row.hint !== ""),
  );
}

function readQuestion(form: FormValues, prefix: string): QuestionRow {
  const type = single(form, `${prefix}type`) || "text";
  const line = (name: string) => cleanLine(single(form, prefix + name));
  const number = (name: string) => Math.trunc(Number(single(form, prefix + name))) || null;
  const lines = single(form, `${prefix}choices`).split("\n").map(cleanLine);
  const showIf = single(form, `${prefix}showIf`);
  const isHidden = type === "hidden";
  const isNumber = type === "number";
  return {
    key: single(form, `${prefix}key`),
    label: line("label"),
    hint: line("hint"),
    type,
    isRequired: !isHidden && single(form, `${prefix}isRequired`) !== "",
    choices: choosing.includes(type) || isHidden ? [...new Set(lines.filter((text) => text !== ""))] : [],
    min: isNumber ? line("min") : "",
    max: isNumber ? line("max") : "",
    value: isHidden ? line("value") : "",
    page: Math.min(Math.max(number("page") ?? 1, 1), PAGES_MAX),
    showIf: isHidden ? "" : showIf,
    anyOf: showIf === "" || isHidden ? [] : readAnswers(form, `${prefix}showIf.`),
    fieldNo: number("fieldNo"),
    libraryNo: number("libraryNo"),
  };
}

/** The boxes that were ticked; each has a name of its own, so that no field of the editor is sent twice. */
function readAnswers(form: FormValues, prefix: string): string[] {
  return Array.from({ length: CHOICES_MAX }, (_, at) => single(form, prefix + at)).filter(
    (text) => text !== "",
  );
}

/** The rows page by page, the pages counted from 1 without a gap. */
function inPages(rows: QuestionRow[]): QuestionRow[] {
  const pages = [...new Set(rows.map(({ page }) => page))].sort((one, other) => one - other);
  return rows
    .toSorted((one, other) => one.page - other.page)
    .map((row) => ({ ...row, page: pages.indexOf(row.page) + 1 }));
}

/** The row as the settings hold it, still to be checked. A number that is none becomes NaN, which no schema lets through. */
export function questionDraft(
  { min, max, showIf, anyOf, ...row }: QuestionRow,
  place: string,
): Record<string, unknown> {
  const number = (text: string) => (text === "" ? null : (readNumber(text, place) ?? Number.NaN));
  return {
    ...row,
    min: number(min),
    max: number(max),
    showIf: showIf === "" ? null : { key: showIf, anyOf },
  };
}

/** The settings' question as a row of the editor. */
export function rowOf({ min, max, showIf, ...question }: Question): QuestionRow {
  // With three decimals the point could pass for a mark between thousands.
  const text = (number: number | null) => (number === null ? "" : String(number).replace(/\.\d{3}$/, "$&0"));
  return {
    ...question,
    min: text(min),
    max: text(max),
    showIf: showIf?.key ?? "",
    anyOf: showIf?.anyOf ?? [],
  };
}

const KEY = /^[a-z][a-z0-9_]{0,39}$/;
const KEY_LENGTH = 32;

/**
 * The rows with a name each. A name is made from the label once and then kept, since answers are stored under it; two rows
 * never share one, and a new one takes no name that another has.
 */
export function withKeys(rows: QuestionRow[]): QuestionRow[] {
  const kept = new Set(rows.map(({ key }) => key).filter((key) => KEY.test(key)));
  const given = new Set<string>();
  return rows.map((row) => {
    const isOwn = kept.has(row.key) && !given.has(row.key);
    const key = isOwn ? row.key : freeKey(keyOf(row.label), (name) => kept.has(name) || given.has(name));
    given.add(key);
    return { ...row, key };
  });
}

function freeKey(wanted: string, isTaken: (key: string) => boolean): string {
  let key = wanted;
  for (let nth = 2; isTaken(key); nth += 1) key = `${wanted}_${nth}`;
  return key;
}

/** The same while questions are being written: one without words has no name yet. */
export function withKeysSoFar(rows: QuestionRow[]): QuestionRow[] {
  const named = withKeys(rows.filter(({ label }) => label !== ""));
  return rows.map((row) => (row.label === "" ? row : (named.shift() ?? row)));
}

function keyOf(label: string): string {
  const key = label
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+/, "")
    .slice(0, KEY_LENGTH)
    .replace(/_+$/, "");
  return key || "question";
}

/** What the buttons beside the rows do. Null for a button of something else. */
export function pressQuestions(button: string, rows: QuestionRow[]): QuestionRow[] | null {
  const [verb, at] = button.split(":");
  const row = Number(at);
  switch (verb) {
    case "add-question":
      return [...rows, { ...emptyRow, page: rows.at(-1)?.page ?? 1 }].slice(0, QUESTIONS_MAX);
    case "remove-question":
      return inPages(without(rows, row));
    case "raise-question":
      return inPages(moved(rows, row, row - 1));
    case "lower-question":
      return inPages(moved(rows, row, row + 1));
    // Shows the answers a condition may want, once its question is chosen.
    case "see-question":
      return rows;
    default:
      return null;
  }
}

/** Nothing can depend on a question that is gone. */
function without(rows: QuestionRow[], at: number): QuestionRow[] {
  const gone = rows[at];
  return rows
    .filter((_, index) => index !== at)
    .map((row) =>
      gone && gone.key !== "" && row.showIf === gone.key ? { ...row, showIf: "", anyOf: [] } : row,
    );
}

/** A question at the edge of its page moves over to the next page before it passes the question there. */
function moved(rows: QuestionRow[], from: number, to: number): QuestionRow[] {
  const row = rows[from];
  const other = rows[to];
  if (!row || !other) return rows;
  if (row.page !== other.page) return rows.with(from, { ...row, page: other.page });
  return rows.toSpliced(from, 1).toSpliced(to, 0, row);
}

import { type FormValues, single } from "../platform/forms";
import { cleanLine } from "./answer-text";
import { QUESTIONS_MAX } from "./types";

/** A question as the editor sends it, before it is known to be one. */
export type QuestionRow = {
  key: string;
  label: string;
  hint: string;
  type: string;
  isRequired: boolean;
  choices: string[];
};

/** Types whose answer is chosen among what the organiser wrote. */
export const choosing = ["dropdown", "radio", "checkboxes"];

/**
 * The rows of the editor in their order; `count` says how many were shown. A row left empty is no question, unless it is
 * to be shown again. One row more than there may be is read too, so that it is refused and not silently lost.
 */
export function readQuestions(form: FormValues, options: { keepsEmpty?: boolean } = {}): QuestionRow[] {
  const count = Math.min(Math.trunc(Number(single(form, "questions.count"))) || 0, QUESTIONS_MAX + 1);
  const rows = Array.from({ length: Math.max(count, 0) }, (_, row) =>
    readQuestion(form, `questions.${row}.`),
  );
  return rows.filter(
    (row) => options.keepsEmpty || row.label !== "" || row.choices.length > 0 || row.hint !== "",
  );
}

function readQuestion(form: FormValues, prefix: string): QuestionRow {
  const type = single(form, `${prefix}type`) || "text";
  const lines = single(form, `${prefix}choices`).split("\n").map(cleanLine);
  return {
    key: single(form, `${prefix}key`),
    label: cleanLine(single(form, `${prefix}label`)),
    hint: cleanLine(single(form, `${prefix}hint`)),
    type,
    isRequired: single(form, `${prefix}isRequired`) !== "",
    choices: choosing.includes(type) ? [...new Set(lines.filter((line) => line !== ""))] : [],
  };
}

const KEY = /^[a-z][a-z0-9_]{0,39}$/;
const KEY_LENGTH = 32;

/**
 * The rows with a name each. A name is made from the label once and then kept, since answers are stored under it; two rows
 * never share one.
 */
export function withKeys(rows: QuestionRow[]): QuestionRow[] {
  const taken = new Set<string>();
  return rows.map((row) => {
    const wanted = KEY.test(row.key) ? row.key : keyOf(row.label);
    let key = wanted;
    for (let nth = 2; taken.has(key); nth += 1) key = `${wanted}_${nth}`;
    taken.add(key);
    return { ...row, key };
  });
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
      return [...rows, { key: "", label: "", hint: "", type: "text", isRequired: false, choices: [] }].slice(
        0,
        QUESTIONS_MAX,
      );
    case "remove-question":
      return rows.filter((_, index) => index !== row);
    case "raise-question":
      return moved(rows, row, row - 1);
    case "lower-question":
      return moved(rows, row, row + 1);
    default:
      return null;
  }
}

function moved<Row>(rows: Row[], from: number, to: number): Row[] {
  const row = rows[from];
  if (!row || to < 0 || to >= rows.length) return rows;
  return rows.toSpliced(from, 1).toSpliced(to, 0, row);
}

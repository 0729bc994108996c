import type { GroupDb } from "../groups/shard";
import { type CustomField, listFields, makeField, parseFieldValue } from "../people/custom-field";
import type { FieldType } from "../people/types";
import { type FormValues, single } from "../platform/forms";
import type { Problems } from "./editing";
import { emptyRow, type QuestionRow, questionDraft, rowOf } from "./questions";
import * as store from "./store-library";
import { type Askable, askable, QUESTIONS_MAX, type Question } from "./types";

/** More than anybody looks through to find one. */
export const LIBRARY_MAX = 300;

export type LibraryQuestion = { no: number; question: Askable; isArchived: boolean; note: string };

/** What the editor can draw on: the group's library of questions, and the custom fields that answers may be kept in. */
export type QuestionSources = { library: LibraryQuestion[]; fields: CustomField[] };

export async function questionSources(db: GroupDb): Promise<QuestionSources> {
  const [library, fields] = await Promise.all([listLibrary(db), listFields(db)]);
  return { library, fields };
}

/** Every question of the group's library by its words; one an older release wrote in a form we no longer read is left out. */
async function listLibrary(db: GroupDb): Promise<LibraryQuestion[]> {
  const rows = await store.selectLibrary(db);
  return rows.flatMap(({ questionNo, question, archivedAt, note }) => {
    const read = askable.safeParse(question);
    return read.success
      ? [{ no: questionNo, question: read.data, isArchived: archivedAt !== null, note }]
      : [];
  });
}

/** Hides a question from the pick-list, or shows it again. False: the group has none of that number. */
export function hideQuestion(db: GroupDb, no: number, isHidden: boolean, now: number): Promise<boolean> {
  return store.updateLibraryArchived(db, no, isHidden ? now : null);
}

/** How the custom field that keeps the answers of a question is written. */
export function fieldTypeOf(questionType: string): FieldType {
  switch (questionType) {
    case "number":
    case "date":
      return questionType;
    case "checkboxes":
      return "several";
    default:
      return "text";
  }
}

/** Whether what a question is answered with is what a field keeps. */
export function fitsField(
  field: Pick<CustomField, "type" | "choices" | "rules">,
  { type, choices }: Pick<Askable, "type" | "choices">,
): boolean {
  switch (field.type) {
    case "text":
    case "paragraph":
      return fieldTypeOf(type) === "text";
    case "choice":
    case "yesno":
      return (
        fieldTypeOf(type) === "text" &&
        choices.length > 0 &&
        choices.every((choice) => parseFieldValue(field, choice).ok)
      );
    default:
      return field.type === fieldTypeOf(type);
  }
}

/** Saves a question of the library with its note; `no` null makes a new one. Null: there are too many, or none of that number. */
export async function saveQuestion(
  db: GroupDb,
  no: number | null,
  saved: { question: Askable; note: string },
  options: { by: number; now: number },
): Promise<number | null> {
  const { by, now } = options;
  const kept =
    no === null
      ? await store.insertLibraryQuestion(db, saved.question, { by, now, most: LIBRARY_MAX })
      : (await store.updateLibraryQuestion(db, no, saved.question))
        ? no
        : null;
  if (kept !== null) await store.updateNote(db, kept, saved.note);
  return kept;
}

/** The actions that ask each question of the library. */
export const usesOfQuestions = store.selectUses;

export type Pressed = { rows: QuestionRow[]; problems: Problems };

type Press = {
  db: GroupDb;
  /** The account, the moment, and how the organiser's country writes numbers ("en-CA"). */
  by: number;
  now: number;
  place: string;
};

/**
 * Those buttons of the question editor that look into or write the library and the custom fields; the action itself is not
 * saved. Null for a button of something else.
 */
export async function pressLibrary(
  press: Press,
  button: string,
  values: FormValues,
  rows: QuestionRow[],
): Promise<Pressed | null> {
  const [verb, at] = button.split(":");
  const row = Number(at);
  switch (verb) {
    case "take-question":
      return takeQuestion(press, Number(single(values, "questions.take")), rows);
    case "keep-question":
      return keepQuestion(press, row, rows);
    case "field-question":
      return makeFieldOf(press, row, rows);
    default:
      return null;
  }
}

/** Adds a copy of a question of the library at the end. */
async function takeQuestion({ db }: Press, no: number, rows: QuestionRow[]): Promise<Pressed> {
  const found = (await listLibrary(db)).find((each) => each.no === no);
  if (!found) return { rows, problems: { "questions.take": { key: "actions.problems.choose" } } };
  const row = rowOf({
    ...found.question,
    ...{ key: "q", isRequired: false, page: rows.at(-1)?.page ?? 1, showIf: null, libraryNo: no },
  });
  return { rows: [...rows, { ...emptyRow, ...row, key: "" }].slice(0, QUESTIONS_MAX), problems: {} };
}

/** Saves a question for other actions: as a new one, or over the one of the library that it was made from. */
async function keepQuestion(
  { db, by, now, place }: Press,
  at: number,
  rows: QuestionRow[],
): Promise<Pressed> {
  const row = rows[at];
  if (!row) return { rows, problems: {} };
  const read = askable.safeParse(questionDraft(row, place));
  if (!read.success) {
    const field = String(read.error.issues[0]?.path[0] ?? "label");
    return { rows, problems: { [`questions.${at}.${field}`]: { key: "actions.problems.missing" } } };
  }
  const { libraryNo } = row;
  const isKept = libraryNo !== null && (await store.updateLibraryQuestion(db, libraryNo, read.data));
  const no = isKept
    ? libraryNo
    : await store.insertLibraryQuestion(db, read.data, { by, now, most: LIBRARY_MAX });
  if (no === null)
    return {
      rows,
      problems: { questions: { key: "actions.problems.tooMany", values: { count: LIBRARY_MAX } } },
    };
  return { rows: rows.with(at, { ...row, libraryNo: no }), problems: {} };
}

/** Makes a custom field named like the question, or finds the one of that name, and binds the answers to it. */
async function makeFieldOf({ db, now }: Press, at: number, rows: QuestionRow[]): Promise<Pressed> {
  const row = rows[at];
  if (!row) return { rows, problems: {} };
  if (row.label === "")
    return { rows, problems: { [`questions.${at}.label`]: { key: "actions.problems.missing" } } };
  const { label, type, choices } = row;
  const fieldNo = await makeField(db, { label, type: fieldTypeOf(type), choices }, now);
  if (fieldNo === null) return { rows, problems: { questions: { key: "actions.problems.fieldsFull" } } };
  return { rows: rows.with(at, { ...row, fieldNo }), problems: {} };
}

/** What is wrong with the fields that answers are bound to: none of the group's, or one that keeps another kind of answer. */
export async function bindingProblems(db: GroupDb, questions: readonly Question[]): Promise<Problems> {
  if (questions.every(({ fieldNo }) => fieldNo === null)) return {};
  const fields = await listFields(db);
  const problems: Problems = {};
  for (const [row, { fieldNo, type, choices }] of questions.entries()) {
    if (fieldNo === null) continue;
    const field = fields.find(({ no }) => no === fieldNo);
    if (!field) problems[`questions.${row}.fieldNo`] = { key: "actions.problems.choose" };
    else if (!fitsField(field, { type, choices }))
      problems[`questions.${row}.fieldNo`] = { key: "actions.problems.fieldType" };
  }
  return problems;
}

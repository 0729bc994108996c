import { Hono, type Context as HonoContext } from "hono";
import { frameOf } from "../accounts/web";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { type CustomField, setArchived } from "../people/custom-field";
import { cleanLine } from "../platform/clean-text";
import { AppError } from "../platform/errors";
import { type FormValues, readForm, single } from "../platform/forms";
import { readNumber } from "../platform/written-number";
import type { FieldErrors } from "../ui/form";
import type { T } from "../ui/i18n";
import { LibraryPage, NOTE_MAX, QuestionPage, type QuestionTyped } from "./library-views";
import {
  fitsField,
  hideQuestion,
  LIBRARY_MAX,
  questionSources,
  saveQuestion,
  usesOfQuestions,
} from "./question-library";
import { type Askable, askable, CHOICES_MAX, HINT_MAX, LABEL_MAX } from "./types";

const BYTES_MAX = 40_000;
const PATH = "/groups/:group/questions";
const NUMBER = /^[1-9]\d{0,8}$/;
/** What is answered with one or some of its choices. */
const CHOSEN: readonly string[] = ["dropdown", "radio", "checkboxes"];

type C = HonoContext<MemberEnv>;

/** The group's library of questions and its custom fields: what there is, and what is offered in editors. */
export const libraryRoutes = new Hono<MemberEnv>();

libraryRoutes.get(PATH, memberCan("actions.edit"), async (c) => {
  const { ctx, t, group, role } = c.var;
  const db = dbFor(ctx.env, group);
  const [sources, uses] = await Promise.all([questionSources(db), usesOfQuestions(db)]);
  const flash = c.req.query("done") ? { kind: "good" as const, text: t("actions.library.done") } : undefined;
  const maySeeFields = can(role, "people.view");
  return c.html(
    <LibraryPage {...{ t, group, flash, uses, maySeeFields }} frame={await frameOf(c)} {...sources} />,
  );
});

libraryRoutes.post(PATH, memberCan("actions.edit"), async (c) => {
  const { ctx, group } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const [verb, what, no = ""] = single(values, "do").split(":");
  const isKnown = (verb === "hide" || verb === "show") && NUMBER.test(no);
  if (!isKnown || (what !== "question" && what !== "field")) throw new AppError("bad_request");
  const set = what === "question" ? hideQuestion : setArchived;
  const isFound = await set(dbFor(ctx.env, group), Number(no), verb === "hide", ctx.now);
  if (!isFound) throw new AppError("not_found");
  return c.redirect(`/groups/${group.slug}/questions?done=yes`, 303);
});

const blank: QuestionTyped = {
  ...{ label: "", hint: "", type: "text", choices: "", min: "", max: "", value: "", fieldNo: "", note: "" },
};

libraryRoutes.get(`${PATH}/:no`, memberCan("actions.edit"), async (c) => {
  const no = c.req.param("no");
  if (no === "new") return questionPage(c, null, blank, {});
  const found = await questionIn(c, no);
  return questionPage(c, found.no, typedOf(found.question, found.note), {});
});

libraryRoutes.post(`${PATH}/:no`, memberCan("actions.edit"), async (c) => {
  const { ctx, t, group, account, locale } = c.var;
  const param = c.req.param("no");
  const before = param === "new" ? null : await questionIn(c, param);
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const db = dbFor(ctx.env, group);
  const { fields } = await questionSources(db);
  const { typed, question, errors } = readQuestion(t, values, fields, {
    place: `${locale}-${group.country}`,
    // A link's own answer is set in the action's editor; it stays as it is here.
    value: before?.question.value ?? "",
  });
  if (!question) return questionPage(c, before?.no ?? null, typed, errors);
  const saved = { question, note: typed.note };
  const no = await saveQuestion(db, before?.no ?? null, saved, { by: account.no, now: ctx.now });
  if (no === null) {
    const label = t("actions.problems.tooMany", { count: LIBRARY_MAX });
    return questionPage(c, null, typed, { label });
  }
  return c.redirect(`/groups/${group.slug}/questions?done=yes`, 303);
});

async function questionIn(c: C, no: string) {
  const { ctx, group } = c.var;
  const { library } = await questionSources(dbFor(ctx.env, group));
  const found = NUMBER.test(no) ? library.find((each) => each.no === Number(no)) : undefined;
  if (!found) throw new AppError("not_found");
  return found;
}

function typedOf(question: Askable, note: string): QuestionTyped {
  const { label, hint, type, choices, min, max, value, fieldNo } = question;
  const shown = (number: number | null) => (number === null ? "" : String(number));
  return {
    ...{ label, hint, type, value, note },
    ...{ choices: choices.join("\n"), min: shown(min), max: shown(max), fieldNo: shown(fieldNo) },
  };
}

function readQuestion(
  t: T,
  values: FormValues,
  fields: readonly CustomField[],
  { place, value }: { place: string; value: string },
): { typed: QuestionTyped; question: Askable | null; errors: FieldErrors } {
  const line = (name: string, max: number) => cleanLine(single(values, name)).slice(0, max);
  const typed: QuestionTyped = {
    ...{ label: line("label", LABEL_MAX), hint: line("hint", HINT_MAX), type: single(values, "type") },
    ...{ choices: single(values, "choices"), min: line("min", 20), max: line("max", 20), value },
    ...{ fieldNo: single(values, "fieldNo"), note: line("note", NOTE_MAX) },
  };
  const lines = typed.choices.split("\n").map((choice) => cleanLine(choice).slice(0, LABEL_MAX));
  const choices = [...new Set(lines.filter((choice) => choice !== ""))];
  const [min, max] = [readNumber(typed.min, place), readNumber(typed.max, place)];
  const fieldNo = NUMBER.test(typed.fieldNo) ? Number(typed.fieldNo) : null;
  const draft = { ...typed, choices, min, max, fieldNo };
  const read = askable.safeParse(draft);
  const field = fields.find(({ no }) => no === fieldNo);
  const errors: FieldErrors = {
    ...(typed.label === "" ? { label: t("actions.problems.missing") } : {}),
    ...(CHOSEN.includes(typed.type) && choices.length < 2
      ? { choices: t("actions.problems.choices", { count: 2 }) }
      : {}),
    ...(choices.length > CHOICES_MAX
      ? { choices: t("actions.problems.tooMany", { count: CHOICES_MAX }) }
      : {}),
    ...(typed.min !== "" && min === null ? { min: t("actions.problems.anyNumber") } : {}),
    ...(typed.max !== "" && max === null ? { max: t("actions.problems.anyNumber") } : {}),
    ...(min !== null && max !== null && max < min ? { max: t("actions.problems.range") } : {}),
    ...(fieldNo !== null && (!field || (read.success && !fitsField(field, read.data)))
      ? { fieldNo: t(field ? "actions.problems.fieldType" : "actions.problems.choose") }
      : {}),
  };
  if (Object.keys(errors).length > 0) return { typed, question: null, errors };
  if (!read.success) return { typed, question: null, errors: { type: t("actions.problems.choose") } };
  return { typed, question: read.data, errors };
}

async function questionPage(
  c: C,
  no: number | null,
  typed: QuestionTyped,
  errors: FieldErrors,
): Promise<Response> {
  const { ctx, t, group } = c.var;
  const db = dbFor(ctx.env, group);
  const [{ fields }, all] = await Promise.all([questionSources(db), usesOfQuestions(db)]);
  const uses = all.filter(({ questionNo }) => questionNo === no);
  const page = <QuestionPage {...{ t, group, no, typed, errors, fields, uses }} frame={await frameOf(c)} />;
  return c.html(page, Object.keys(errors).length > 0 ? 422 : 200);
}

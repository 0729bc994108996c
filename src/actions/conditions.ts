import { type FormValues, several } from "../platform/forms";
import type { Question } from "./types";

/** The name of a question's field in the form. */
export function questionField(key: string): string {
  return `q_${key}`;
}

/** Types whose answer is chosen among what the organiser wrote; only such an answer may be a condition. */
export const choosing = ["dropdown", "radio", "checkboxes"];

/**
 * The questions that these answers lead to, in their order. One that depends on a question that is itself left out is left
 * out as well. Whatever else was sent with the form is neither required nor kept.
 */
export function questionsAsked(questions: readonly Question[], values: FormValues): Question[] {
  const asked = new Set<string>();
  for (const question of questions) {
    const { showIf } = question;
    if (!showIf || (asked.has(showIf.key) && isAnswered(values, showIf))) asked.add(question.key);
  }
  return questions.filter(({ key }) => asked.has(key));
}

function isAnswered(values: FormValues, { key, anyOf }: NonNullable<Question["showIf"]>): boolean {
  return several(values, questionField(key)).some((answer) => anyOf.includes(answer));
}

/**
 * What of a page's questions can still be asked there: those that the answers of other pages lead to. One that depends on an
 * answer of the same page stands there with its condition, since that answer may change before the page is sent.
 */
export function questionsShown(
  questions: readonly Question[],
  here: "all" | readonly string[],
  values: FormValues,
): Question[] {
  const asked = new Set(questionsAsked(questions, values).map(({ key }) => key));
  const isHere = ({ key, type }: Question) => type !== "hidden" && (here === "all" || here.includes(key));
  const shown = new Set<string>();
  for (const question of questions) {
    if (!isHere(question)) continue;
    const source = questions.find(({ key }) => key === question.showIf?.key);
    const canBe = source && isHere(source) ? shown.has(source.key) : asked.has(question.key);
    if (canBe) shown.add(question.key);
  }
  return questions.filter(({ key }) => shown.has(key));
}

/** The condition of a question that looks at an answer on the same page; null for one that is settled. */
export function conditionHere(
  question: Question,
  shown: readonly Question[],
): { source: Question; anyOf: readonly string[] } | null {
  const source = shown.find(({ key }) => key === question.showIf?.key);
  return source && question.showIf ? { source, anyOf: question.showIf.anyOf } : null;
}

const HIDDEN_MAX = 200;

/**
 * The answers to hidden questions: what the address says under the question's key, if it is one of the choices (or there
 * are none), else what the organiser wrote. What a form sends under their names is not looked at.
 */
export function withHidden(questions: readonly Question[], values: FormValues, address: URL): FormValues {
  const hidden = questions.filter(({ type }) => type === "hidden");
  if (hidden.length === 0) return values;
  const answers = hidden.map(({ key, choices, value }) => {
    const said = (address.searchParams.get(key) ?? "").slice(0, HIDDEN_MAX);
    const isAllowed = said !== "" && (choices.length === 0 || choices.includes(said));
    return [questionField(key), isAllowed ? said : value];
  });
  return { ...values, ...Object.fromEntries(answers) };
}

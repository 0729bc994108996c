import type { FormStep } from "../actions/kind";
import type { ActionSnapshot, Question } from "../actions/types";
import { translator } from "../ui/i18n";
import { formSettingsOf } from "./types";

/** A form asks who somebody is first, then its questions page by page. */
export function formSteps({ action }: ActionSnapshot): FormStep[] {
  const { questions, pageTitles } = formSettingsOf(action.settings);
  const count = pageCount(questions);
  return Array.from({ length: count }, (_, index) => ({
    title: pageTitles[index] || undefined,
    standard: index === 0,
    own: false,
    questions: keysOf(questions, index + 1),
    comment: index === count - 1,
    consent: index === count - 1,
  }));
}

/** A survey asks its questions first, and who somebody is on a last page of its own. */
export function surveySteps({ action }: ActionSnapshot): FormStep[] {
  const { questions, pageTitles } = formSettingsOf(action.settings);
  const pages = Array.from({ length: pageCount(questions) }, (_, index) => ({
    title: pageTitles[index] || undefined,
    standard: false,
    own: false,
    questions: keysOf(questions, index + 1),
    comment: false,
    consent: false,
  }));
  const title = translator(action.locale)("forms.survey.aboutYou");
  return [...pages, { title, standard: true, own: false, questions: [], comment: true, consent: true }];
}

function pageCount(questions: readonly Question[]): number {
  return Math.max(1, ...questions.map(({ page }) => page));
}

function keysOf(questions: readonly Question[], page: number): string[] {
  return questions.filter((question) => question.page === page).map(({ key }) => key);
}

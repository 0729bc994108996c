import type { Kind, PageProps, ThanksProps } from "../actions/types";
import type { Key } from "../ui/i18n";
import { Editor, readEditor, SurveyEditor } from "./editor";
import { resultPages } from "./public";
import { resultRoutes } from "./routes";
import { formSteps, surveySteps } from "./steps";
import { style } from "./style";
import { formSettings, formSettingsOf, surveySettings, surveySettingsOf } from "./types";

/** People send in what they are asked: to join, to offer something, to order. */
export const form: Kind = {
  name: "form",
  path: "forms",
  isOnce: true,
  intake: "spread",
  hasPages: true,
  words: {
    name: "forms.form.name",
    summary: "forms.form.summary",
    create: "forms.form.create",
    question: "forms.form.question",
    hint: "forms.form.hint",
    participants: "forms.participants",
    people: "forms.people",
  },
  widget: { type: "form", formId: "new_submission" },
  lacks: ["comments", "recent"],
  settings: formSettings,
  starting: (group) =>
    formSettings.parse({ ...quiet, consent: { mode: group.settings.optInMode, text: "" } }),
  reasonsNotToPublish: () => [],
  Story: () => null,
  buttonLabel: (t, snapshot) => ownButton(snapshot) || t("forms.form.button"),
  steps: formSteps,
  fieldLabels: { buttonText: "forms.editor.button", pageTitles: "forms.editor.pageTitles" },
  Editor,
  readEditor,
  memberRoutes: resultRoutes,
  tabs: [{ name: "results", path: "/results", label: "forms.results.title", needs: "actions.view" }],
};

/** People say what they think; the answers are counted. */
export const survey: Kind = {
  ...form,
  name: "survey",
  path: "surveys",
  words: {
    name: "forms.survey.name",
    summary: "forms.survey.summary",
    create: "forms.survey.create",
    question: "forms.survey.question",
    hint: "forms.survey.hint",
    participants: "forms.participants",
    people: "forms.people",
  },
  widget: { type: "survey", formId: "new_response" },
  settings: surveySettings,
  starting: (group) =>
    surveySettings.parse({ ...quiet, consent: { mode: group.settings.optInMode, text: "" } }),
  reasonsNotToPublish: ({ settings }): Key[] =>
    settings.questions.some(({ type }) => type !== "hidden") ? [] : ["forms.survey.noQuestion"],
  buttonLabel: (t, snapshot) => ownButton(snapshot) || t("forms.survey.button"),
  style,
  steps: surveySteps,
  Below: ({ t, snapshot }: PageProps) => <ResultsLink t={t} snapshot={snapshot} />,
  Thanks: ({ t, snapshot }: ThanksProps) => <ResultsLink t={t} snapshot={snapshot} />,
  publicRoutes: resultPages,
  fieldLabels: { ...form.fieldLabels, hasPublicResults: "forms.editor.publicResults" },
  Editor: SurveyEditor,
  // The tab is the form's, and its routes serve both.
  memberRoutes: undefined,
};

/** Neither has anything of a petition's crowd unless the organiser wants it. */
const quiet = {
  comments: { isAsked: false, isModerated: true },
  showCount: false,
  showRecent: false,
  goal: { mode: "none", target: 100 },
};

function ownButton(snapshot: PageProps["snapshot"] | undefined): string {
  return snapshot ? formSettingsOf(snapshot.action.settings).buttonText : "";
}

function ResultsLink({ t, snapshot }: Pick<PageProps, "t" | "snapshot">) {
  const { action } = snapshot;
  if (!surveySettingsOf(action.settings).hasPublicResults) return null;
  return (
    <p class="panel">
      <a href={`/surveys/${action.slug}/results`}>{t("forms.results.public.link")}</a>
    </p>
  );
}

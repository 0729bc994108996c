import { HiddenField, SelectField, SubmitButton } from "../ui/form";
import type { T } from "../ui/i18n";
import { Icon } from "../ui/icon";
import type { QuestionSources } from "./question-library";
import { QuestionRowEditor } from "./question-row";
import type { QuestionRow } from "./questions";
import { QUESTIONS_MAX } from "./types";

type QuestionEditorProps = {
  t: T;
  rows: readonly QuestionRow[];
  errors: Record<string, string>;
  sources: QuestionSources;
  hasPages: boolean;
  /** The row that a button was just pressed for. */
  opened: number | null;
  /** Where the library is looked after. */
  libraryHref: string;
};

/** The organiser's own questions. Each button sends the whole form, which comes back with the row added, moved or gone. */
export function QuestionEditor(props: QuestionEditorProps) {
  const { t, rows, errors, opened, hasPages } = props;
  return (
    <fieldset class="rows" id="f-questions">
      <legend>{t("actions.questions.title")}</legend>
      <p class="hint">{t("actions.questions.hint")}</p>
      {errors.questions ? <p class="field-error">{errors.questions}</p> : null}
      <HiddenField name="questions.count" value={String(rows.length)} />
      {rows.map((row, at) => (
        <>
          {hasPages && row.page > 1 && rows[at - 1]?.page !== row.page ? (
            <p class="question-page">{t("actions.questions.pageNth", { nth: row.page })}</p>
          ) : null}
          <QuestionRowEditor {...props} row={row} at={at} isOpened={opened === at} />
        </>
      ))}
      {rows.length < QUESTIONS_MAX ? <Adding {...props} /> : null}
    </fieldset>
  );
}

function Adding({ t, rows, errors, sources, libraryHref }: QuestionEditorProps) {
  const offered = sources.library.filter(({ isArchived }) => !isArchived);
  const target = `#question-${rows.length}`;
  return (
    <>
      <SubmitButton kind="secondary" name="do" value="add-question" formaction={target}>
        <Icon name="plus" />
        {t("actions.questions.add")}
      </SubmitButton>
      {offered.length > 0 ? (
        <div class="filter">
          <SelectField
            name="questions.take"
            label={t("actions.questions.take")}
            blank={t("common.form.choose")}
            options={offered.map(({ no, question }) => ({ value: String(no), label: question.label }))}
            error={errors["questions.take"]}
          />
          <SubmitButton kind="secondary" name="do" value="take-question" formaction={target}>
            {t("actions.questions.takeButton")}
          </SubmitButton>
        </div>
      ) : null}
      {sources.library.length + sources.fields.length > 0 ? (
        <p class="hint">
          <a href={libraryHref}>{t("actions.questions.library")}</a>
        </p>
      ) : null}
    </>
  );
}

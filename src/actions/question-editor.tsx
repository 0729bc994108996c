import { CheckboxField, HiddenField, SelectField, SubmitButton, TextArea, TextField } from "../ui/form";
import type { T } from "../ui/i18n";
import { Icon } from "../ui/icon";
import type { QuestionRow } from "./questions";
import { QUESTIONS_MAX, questionTypes } from "./types";

type QuestionEditorProps = { t: T; rows: readonly QuestionRow[]; errors: Record<string, string> };

/** The organiser's own questions. Each button sends the whole form, which comes back with the row added, moved or gone. */
export function QuestionEditor({ t, rows, errors }: QuestionEditorProps) {
  return (
    <fieldset class="rows" id="f-questions">
      <legend>{t("actions.questions.title")}</legend>
      <p class="hint">{t("actions.questions.hint")}</p>
      {errors.questions ? <p class="field-error">{errors.questions}</p> : null}
      <HiddenField name="questions.count" value={String(rows.length)} />
      {rows.map((row, at) => (
        <QuestionRowEditor t={t} row={row} at={at} last={rows.length - 1} errors={errors} />
      ))}
      {rows.length < QUESTIONS_MAX ? (
        <SubmitButton kind="secondary" name="do" value="add-question" formaction={`#question-${rows.length}`}>
          <Icon name="plus" />
          {t("actions.questions.add")}
        </SubmitButton>
      ) : null}
    </fieldset>
  );
}

type RowProps = { t: T; row: QuestionRow; at: number; last: number; errors: Record<string, string> };

function QuestionRowEditor({ t, row, at, last, errors }: RowProps) {
  const name = (field: string) => `questions.${at}.${field}`;
  return (
    <fieldset class="card question" id={`question-${at}`}>
      <legend class="visually-hidden">{t("actions.questions.nth", { nth: at + 1 })}</legend>
      <HiddenField name={name("key")} value={row.key} />
      <TextField
        name={name("label")}
        label={t("actions.questions.label")}
        value={row.label}
        maxlength={200}
        error={errors[name("label")]}
      />
      <SelectField
        name={name("type")}
        label={t("actions.questions.type")}
        value={row.type}
        options={questionTypes.map((type) => ({ value: type, label: t(`actions.questions.types.${type}`) }))}
        error={errors[name("type")]}
      />
      <div class="question-choices">
        <TextArea
          name={name("choices")}
          label={t("actions.questions.choices")}
          hint={t("actions.questions.choicesHint")}
          value={row.choices.join("\n")}
          rows={4}
          error={errors[name("choices")]}
        />
      </div>
      <TextField
        name={name("hint")}
        label={t("actions.questions.explanation")}
        optionalLabel={t("common.form.optional")}
        value={row.hint}
        maxlength={300}
        error={errors[name("hint")]}
      />
      <CheckboxField
        name={name("isRequired")}
        label={t("actions.questions.required")}
        checked={row.isRequired}
      />
      <div class="button-row">
        <SubmitButton
          kind="secondary"
          name="do"
          value={`raise-question:${at}`}
          formaction={`#question-${at - 1}`}
          disabled={at === 0}
        >
          {t("actions.questions.raise")}
        </SubmitButton>
        <SubmitButton
          kind="secondary"
          name="do"
          value={`lower-question:${at}`}
          formaction={`#question-${at + 1}`}
          disabled={at === last}
        >
          {t("actions.questions.lower")}
        </SubmitButton>
        <SubmitButton kind="quiet" name="do" value={`remove-question:${at}`} formaction="#f-questions">
          <Icon name="trash" />
          {t("actions.questions.remove")}
        </SubmitButton>
      </div>
    </fieldset>
  );
}

import { CheckboxField, HiddenField, SelectField, SubmitButton, TextArea, TextField } from "../ui/form";
import type { T } from "../ui/i18n";
import { Icon } from "../ui/icon";
import type { QuestionSources } from "./question-library";
import { QuestionMore } from "./question-more";
import type { QuestionRow } from "./questions";
import { HINT_MAX, LABEL_MAX, type QuestionType, questionTypes } from "./types";

export type RowProps = {
  t: T;
  row: QuestionRow;
  at: number;
  rows: readonly QuestionRow[];
  errors: Record<string, string>;
  sources: QuestionSources;
  hasPages: boolean;
  isOpened: boolean;
};

/** One question, folded to its words once it has some. What does not fit its type is hidden by the stylesheet. */
export function QuestionRowEditor(props: RowProps) {
  const { t, row, at, errors, isOpened } = props;
  const isWrong = Object.keys(errors).some((name) => name.startsWith(`questions.${at}.`));
  return (
    <fieldset class="card question" id={`question-${at}`}>
      <legend class="visually-hidden">{t("actions.questions.nth", { nth: at + 1 })}</legend>
      <details class="disclosure question-fold" open={isOpened || isWrong || row.label === ""}>
        <summary>
          <span class="part-words">
            <span dir="auto">{row.label || t("actions.questions.new")}</span>
            <span class="part-state">{summaryOf(props)}</span>
          </span>
        </summary>
        <div class="form">
          <Words {...props} />
          <QuestionMore {...props} />
          <Buttons {...props} />
        </div>
      </details>
    </fieldset>
  );
}

function summaryOf({ t, row }: RowProps): string {
  const type = questionTypes.find((name): name is QuestionType => name === row.type) ?? "text";
  return [
    t(`actions.questions.types.${type}`),
    ...(row.isRequired ? [t("actions.questions.mustShort")] : []),
    ...(row.showIf ? [t("actions.questions.someShort")] : []),
  ].join(" · ");
}

function Words(props: RowProps) {
  const { t, row, at, errors } = props;
  const name = (field: string) => `questions.${at}.${field}`;
  return (
    <>
      <HiddenField name={name("key")} value={row.key} />
      <HiddenField name={name("libraryNo")} value={String(row.libraryNo ?? "")} />
      <TextField
        name={name("label")}
        label={t("actions.questions.label")}
        value={row.label}
        maxlength={LABEL_MAX}
        error={errors[name("label")]}
      />
      <div class="question-type">
        <SelectField
          name={name("type")}
          label={t("actions.questions.type")}
          value={row.type}
          options={questionTypes.map((type) => ({
            value: type,
            label: t(`actions.questions.types.${type}`),
          }))}
          error={errors[name("type")]}
        />
      </div>
      <div class="question-value">
        <TextField
          name={name("value")}
          label={t("actions.questions.value")}
          hint={t("actions.questions.valueHint", { key: row.key || "…" })}
          value={row.value}
          maxlength={LABEL_MAX}
          error={errors[name("value")]}
        />
      </div>
      <Answers {...props} />
    </>
  );
}

/** What one may answer, and whether one must. */
function Answers({ t, row, at, errors }: RowProps) {
  const name = (field: string) => `questions.${at}.${field}`;
  return (
    <>
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
      <div class="question-range pairs">
        {(["min", "max"] as const).map((limit) => (
          <TextField
            name={name(limit)}
            label={t(`actions.questions.${limit}`)}
            optionalLabel={t("common.form.optional")}
            inputmode="decimal"
            value={row[limit]}
            maxlength={20}
            error={errors[name(limit)]}
          />
        ))}
      </div>
      <div class="question-asked form">
        <TextField
          name={name("hint")}
          label={t("actions.questions.explanation")}
          optionalLabel={t("common.form.optional")}
          value={row.hint}
          maxlength={HINT_MAX}
          error={errors[name("hint")]}
        />
        <CheckboxField
          name={name("isRequired")}
          label={t("actions.questions.required")}
          checked={row.isRequired}
        />
      </div>
    </>
  );
}

function Buttons({ t, row, rows, at }: RowProps) {
  const last = rows.length - 1;
  const isKept = row.libraryNo !== null;
  return (
    <div class="button-row">
      <SubmitButton
        kind="secondary"
        name="do"
        value={`raise-question:${at}`}
        formaction={`#question-${Math.max(at - 1, 0)}`}
        disabled={at === 0}
      >
        {t("actions.questions.raise")}
      </SubmitButton>
      <SubmitButton
        kind="secondary"
        name="do"
        value={`lower-question:${at}`}
        formaction={`#question-${Math.min(at + 1, last)}`}
        disabled={at === last}
      >
        {t("actions.questions.lower")}
      </SubmitButton>
      <SubmitButton kind="secondary" name="do" value={`keep-question:${at}`} formaction={`#question-${at}`}>
        {t(isKept ? "actions.questions.keepAgain" : "actions.questions.keep")}
      </SubmitButton>
      <SubmitButton kind="quiet" name="do" value={`remove-question:${at}`} formaction="#f-questions">
        <Icon name="trash" />
        {t("actions.questions.remove")}
      </SubmitButton>
    </div>
  );
}

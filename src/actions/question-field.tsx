import type { Child } from "hono/jsx";
import { CheckboxGroup, RadioGroup, SelectField, TextArea, TextField } from "../ui/form";
import { formatList } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { DAY_MAX, DAY_MIN } from "./answer-date";
import { PARAGRAPH_ANSWER_MAX, SHORT_ANSWER_MAX, TEXT_ANSWER_MAX } from "./answer-question";
import { conditionHere, questionField, questionsShown } from "./conditions";
import type { FormState, Question } from "./types";

type QuestionFieldsProps = {
  t: T;
  locale: Locale;
  questions: readonly Question[];
  /** Which of them stand on this page of the form. */
  here: "all" | readonly string[];
  form: FormState;
};

/** The organiser's own questions on one page of the form. */
export function QuestionFields({ t, locale, questions, here, form }: QuestionFieldsProps) {
  const shown = questionsShown(questions, here, form.values);
  return shown.map((question) => {
    const condition = conditionHere(question, shown);
    const field = <QuestionField t={t} question={question} form={form} isConditional={condition !== null} />;
    return condition ? (
      <Conditional t={t} locale={locale} {...condition}>
        {field}
      </Conditional>
    ) : (
      field
    );
  });
}

type ConditionalProps = {
  t: T;
  locale: Locale;
  source: Question;
  anyOf: readonly string[];
  children: Child;
};

/** A question for some: it says for whom. `conditions.js` shows it to them alone, and then need not say it. */
function Conditional({ t, locale, source, anyOf, children }: ConditionalProps) {
  const choices = formatList(
    anyOf.map((choice) => t("public.condition.choice", { choice })),
    locale,
    { or: true },
  );
  return (
    <fieldset class="field" data-if={questionField(source.key)} data-if-any={JSON.stringify(anyOf)}>
      <legend data-if-words>
        <span class="fine optional">{t("public.condition.words", { question: source.label, choices })}</span>
      </legend>
      {children}
    </fieldset>
  );
}

type QuestionFieldProps = { t: T; question: Question; form: FormState; isConditional: boolean };

function QuestionField({ t, question, form, isConditional }: QuestionFieldProps) {
  const { label, hint, isRequired, choices, type } = question;
  const name = questionField(question.key);
  const options = choices.map((choice) => ({ value: choice, label: choice }));
  const common = {
    name,
    hint: hint || undefined,
    error: form.errors[name],
    // To somebody who is not asked, a required question must not seem so.
    required: isRequired && !isConditional,
    optionalLabel: isRequired ? undefined : t("common.form.optional"),
  };
  const answers = [form.values[name] ?? []].flat();
  const value = answers[0] ?? "";
  switch (type) {
    case "text":
      return <TextField {...common} label={label} maxlength={TEXT_ANSWER_MAX} value={value} />;
    case "paragraph":
      return <TextArea {...common} label={label} maxlength={PARAGRAPH_ANSWER_MAX} value={value} />;
    case "number":
      return (
        <TextField
          {...common}
          label={label}
          inputmode="decimal"
          width="short"
          maxlength={SHORT_ANSWER_MAX}
          value={value}
        />
      );
    case "date":
      return (
        <TextField
          {...common}
          label={label}
          type="date"
          width="medium"
          min={DAY_MIN}
          max={DAY_MAX}
          value={value}
        />
      );
    case "dropdown":
      return (
        <SelectField
          {...common}
          label={label}
          blank={t("common.form.choose")}
          options={options}
          value={value}
        />
      );
    case "radio":
      return <RadioGroup {...common} legend={label} options={options} value={value} />;
    case "checkboxes":
      return <CheckboxGroup {...common} legend={label} options={options} values={answers} />;
    case "hidden":
      return null;
  }
}

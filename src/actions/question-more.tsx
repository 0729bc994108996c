import { Disclosure } from "../ui/card";
import { CheckboxField, fieldId, SelectField, SubmitButton } from "../ui/form";
import { choosing } from "./conditions";
import { fieldTypeOf } from "./question-library";
import type { RowProps } from "./question-row";
import { PAGES_MAX } from "./types";

/** What few questions need: for whom it is, on which page it stands, and which field of the person keeps the answer. */
export function QuestionMore(props: RowProps) {
  const { t, row, at, errors, hasPages, isOpened } = props;
  const isWrong = ["showIf", "page", "fieldNo"].some((field) => errors[`questions.${at}.${field}`]);
  const isUsed = row.showIf !== "" || row.fieldNo !== null;
  return (
    <Disclosure
      summary={t(hasPages ? "actions.questions.moreWithPage" : "actions.questions.more")}
      isOpen={isWrong || isUsed || (isOpened && row.label !== "")}
    >
      <div class="form">
        {hasPages ? <PageOf {...props} /> : null}
        <div class="question-asked form">
          <Condition {...props} />
        </div>
        <Binding {...props} />
      </div>
    </Disclosure>
  );
}

function PageOf({ t, row, rows, at, errors }: RowProps) {
  const last = Math.max(...rows.map(({ page }) => page));
  const pages = Array.from({ length: Math.min(last + 1, PAGES_MAX) }, (_, index) => index + 1);
  return (
    <SelectField
      name={`questions.${at}.page`}
      label={t("actions.questions.page")}
      value={String(row.page)}
      options={pages.map((page) => ({
        value: String(page),
        label: t(page > last ? "actions.questions.pageNew" : "actions.questions.pageNth", { nth: page }),
      }))}
      error={errors[`questions.${at}.page`]}
    />
  );
}

/** The question it depends on, and once that is chosen its answers to tick. */
function Condition({ t, row, rows, at, errors }: RowProps) {
  const name = `questions.${at}.showIf`;
  const sources = rows.slice(0, at).filter(({ key, type }) => key !== "" && choosing.includes(type));
  const chosen = sources.find(({ key }) => key === row.showIf);
  if (sources.length === 0 && row.showIf === "") return <p class="hint">{t("actions.questions.ifNone")}</p>;
  return (
    <>
      <div class="filter">
        <SelectField
          name={name}
          label={t("actions.questions.if")}
          blank={t("actions.questions.ifAlways")}
          value={row.showIf}
          options={sources.map(({ key, label }) => ({
            value: key,
            label: t("actions.questions.ifAfter", { question: label }),
          }))}
          error={errors[name]}
        />
        <SubmitButton kind="secondary" name="do" value={`see-question:${at}`} formaction={`#question-${at}`}>
          {t("actions.questions.ifSee")}
        </SubmitButton>
      </div>
      {chosen ? (
        <fieldset class="field" aria-describedby={errors[name] ? `${fieldId(name)}-error` : undefined}>
          <legend>{t("actions.questions.ifAnyOf")}</legend>
          {chosen.choices.map((choice, nth) => (
            <CheckboxField
              name={`${name}.${nth}`}
              label={choice}
              value={choice}
              checked={row.anyOf.includes(choice)}
            />
          ))}
        </fieldset>
      ) : null}
    </>
  );
}

/** Which custom field of the person keeps the answer beside this page. */
function Binding({ t, row, at, errors, sources }: RowProps) {
  const name = `questions.${at}.fieldNo`;
  const wanted = fieldTypeOf(row.type);
  const fields = sources.fields.filter(
    ({ no, type, isArchived }) => no === row.fieldNo || (type === wanted && !isArchived),
  );
  return (
    <div class="filter">
      <SelectField
        name={name}
        label={t("actions.questions.field")}
        hint={t("actions.questions.fieldHint")}
        blank={t("actions.questions.fieldNone")}
        value={String(row.fieldNo ?? "")}
        options={fields.map(({ no, label }) => ({ value: String(no), label }))}
        error={errors[name]}
      />
      {row.fieldNo === null ? (
        <SubmitButton
          kind="secondary"
          name="do"
          value={`field-question:${at}`}
          formaction={`#question-${at}`}
        >
          {t("actions.questions.fieldNew")}
        </SubmitButton>
      ) : null}
    </div>
  );
}

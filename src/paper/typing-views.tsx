import { type ActionFrame, ActionShell } from "../actions/action-shell";
import { actionHref } from "../actions/web";
import { type FormValues, single } from "../platform/forms";
import { Disclosure } from "../ui/card";
import { Notice } from "../ui/flash";
import {
  ButtonRow,
  CheckboxField,
  ErrorSummary,
  FileField,
  Form,
  SubmitButton,
  TextArea,
  TextField,
} from "../ui/form";
import { formatNumber } from "../ui/format";
import type { T } from "../ui/i18n";
import { Section } from "../ui/layout";
import { LINES_MAX } from "./csv";
import { lengthMax } from "./rows";
import { ROWS_TYPED, SHEET_MAX, type SheetField } from "./types";
import type { Typing } from "./typing";

export type TypingState = {
  values: FormValues;
  errors: Record<string, string>;
  /** What is wrong with the form for files, and what it held. */
  uploadErrors?: Record<string, string>;
  isClosedNow?: boolean;
  trouble?: string;
};

type TypingProps = ActionFrame & TypingState & { typing: Typing; today: string };

/** Where lines of signed sheets are typed in, or a file of them is brought. */
export function TypingPage(props: TypingProps) {
  const { t, group, action, typing, errors, uploadErrors = {}, isClosedNow } = props;
  const isOpen = typing.isOpen && !isClosedNow;
  return (
    <ActionShell
      {...props}
      tab="print"
      page={t("paper.typing.title")}
      lead={t("paper.typing.lead")}
      scripts={["rows"]}
    >
      <p>
        <a href={actionHref(group, action, "/print")}>{t("paper.typing.back")}</a>
      </p>
      {isOpen ? null : (
        <Notice kind="warn">
          <p>{t("paper.typing.shut")}</p>
        </Notice>
      )}
      <ErrorSummary t={t} errors={{ ...withLines(t, errors), ...uploadErrors }} />
      {isOpen || props.values["rows.1.email"] !== undefined ? <RowsForm {...props} /> : null}
      {isOpen ? <UploadForm {...props} /> : null}
      <Section title={t("paper.typing.noEmailTitle")} text={t("paper.typing.noEmail")} />
    </ActionShell>
  );
}

/** Away from its line, a problem says which line it is about. */
function withLines(t: T, errors: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(errors).map(([name, problem]) => {
      const row = /^rows\.(\d+)\./.exec(name)?.[1];
      return [name, row ? t("paper.errors.row", { row, problem }) : problem];
    }),
  );
}

function RowsForm(props: TypingProps) {
  const { t, group, action } = props;
  return (
    <Section title={t("paper.typing.rows")} id="rows">
      <Form class="form paper-typing" action={actionHref(group, action, "/paper")} data={{ rows: "" }}>
        <HeadFields {...props} prefix="" errors={props.errors} />
        <Consent {...props} />
        <p class="hint">{t("paper.typing.keys")}</p>
        {Array.from({ length: ROWS_TYPED }, (_, index) => (
          <RowFields {...props} no={index + 1} />
        ))}
        <ButtonRow>
          <SubmitButton>{t("paper.typing.record")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}

type HeadProps = Pick<TypingProps, "t" | "values" | "today"> & {
  /** Two forms of a page have these fields; the second gives them other names. */
  prefix: "" | "file.";
  errors: Record<string, string>;
};

function HeadFields({ t, values, today, prefix, errors }: HeadProps) {
  const at = (name: string) => prefix + name;
  const errorOf = (name: string) => (errors[at(name)] ? { error: errors[at(name)] ?? "" } : {});
  return (
    <>
      <div class="pairs">
        <TextField
          name={at("sheet")}
          label={t("paper.typing.sheet")}
          hint={t("paper.typing.sheetHint")}
          optionalLabel={t("common.form.optional")}
          value={single(values, at("sheet"))}
          maxlength={SHEET_MAX}
          width="medium"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          {...errorOf("sheet")}
        />
        <TextField
          name={at("signed")}
          label={t("paper.typing.signed")}
          hint={t("paper.typing.signedHint")}
          type="date"
          max={today}
          value={at("signed") in values ? single(values, at("signed")) : today}
          required
          width="medium"
          {...errorOf("signed")}
        />
      </div>
      <CheckboxField
        name={at("thanks")}
        label={t("paper.typing.thanks")}
        hint={t("paper.typing.thanksHint")}
        checked={single(values, at("thanks")) === "yes"}
      />
    </>
  );
}

/** What a tick means, word for word: whoever types answers for it that this stood on the sheet. */
function Consent({ t, typing }: Pick<TypingProps, "t" | "typing">) {
  return (
    <Notice kind="info" title={t("paper.typing.consentTitle")}>
      <p>
        <q lang={typing.snapshot.action.locale} dir="auto">
          {typing.snapshot.consentText}
        </q>
      </p>
      <p>{t("paper.typing.consentText")}</p>
    </Notice>
  );
}

function RowFields({ t, typing, values, errors, no }: TypingProps & { no: number }) {
  const consent = `rows.${no}.consent`;
  return (
    <fieldset class="paper-row" data-row>
      <legend>{t("paper.typing.row", { row: no })}</legend>
      {typing.fields.map((field) => (
        <Cell {...{ t, values, errors, no, field }} />
      ))}
      <CheckboxField
        name={consent}
        label={t("paper.typing.agrees")}
        checked={single(values, consent) === "yes"}
        {...(errors[consent] ? { error: errors[consent] } : {})}
      />
    </fieldset>
  );
}

type CellProps = Pick<TypingProps, "t" | "values" | "errors"> & { no: number; field: SheetField };

/** Nobody's own details are typed in here, so the browser is to offer none. */
function Cell({ t, values, errors, no, field }: CellProps) {
  const name = `rows.${no}.${field.name}`;
  const isEmail = field.name === "email";
  return (
    <TextField
      name={name}
      label={t(`public.fields.${field.name}`)}
      value={single(values, name)}
      maxlength={lengthMax(field.name)}
      inputmode={isEmail ? "email" : field.name === "phone" ? "tel" : "text"}
      autocomplete="off"
      autocapitalize={isEmail ? "none" : "words"}
      spellcheck={false}
      {...(errors[name] ? { error: errors[name] } : {})}
    />
  );
}

function UploadForm(props: TypingProps) {
  const { t, group, action, values, uploadErrors = {}, typing } = props;
  return (
    <Section
      title={t("paper.upload.title")}
      id="file"
      text={t("paper.upload.about", { max: formatNumber(LINES_MAX, props.locale) })}
    >
      <Form
        class="form measure"
        action={actionHref(group, action, "/paper/uploads")}
        enctype="multipart/form-data"
      >
        <HeadFields {...props} prefix="file." errors={uploadErrors} />
        <FileField
          name="file.file"
          label={t("paper.upload.file")}
          optionalLabel={t("common.form.optional")}
          accept=".csv,.tsv,.txt,text/csv"
          {...(uploadErrors["file.file"] ? { error: uploadErrors["file.file"] } : {})}
        />
        <TextArea
          name="file.text"
          label={t("paper.upload.text")}
          optionalLabel={t("common.form.optional")}
          rows={6}
          spellcheck={false}
          value={single(values, "file.text")}
          {...(uploadErrors["file.text"] ? { error: uploadErrors["file.text"] } : {})}
        />
        <Disclosure summary={t("paper.upload.columns")}>
          <p class="code">{columnsOf(props)}</p>
          <p class="hint">{t("paper.upload.columnsText")}</p>
        </Disclosure>
        <ButtonRow>
          <SubmitButton kind="secondary">{t("paper.upload.look")}</SubmitButton>
        </ButtonRow>
      </Form>
      {typing.snapshot.action.settings.questions.length > 0 ? (
        <p class="hint">{t("paper.sheet.noQuestions")}</p>
      ) : null}
    </Section>
  );
}

function columnsOf({ t, typing }: TypingProps): string {
  return [...typing.fields.map(({ name }) => t(`public.fields.${name}`)), t("paper.upload.consent")].join(
    ", ",
  );
}

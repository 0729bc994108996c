import type { CustomField } from "../people/custom-field";
import type { FlashMessage } from "../ui/flash";
import {
  ButtonLink,
  ButtonRow,
  ErrorSummary,
  type FieldErrors,
  Form,
  SelectField,
  SubmitButton,
  TextArea,
  TextField,
} from "../ui/form";
import type { T } from "../ui/i18n";
import { PageHeader, Section, Shell, type ShellProps } from "../ui/layout";
import { Status } from "../ui/status";
import { type Column, DataTable, EmptyState } from "../ui/table";
import type { LibraryQuestion, QuestionSources } from "./question-library";
import { HINT_MAX, LABEL_MAX, questionTypes } from "./types";

export const NOTE_MAX = 500;

type LibraryFrame = {
  t: T;
  frame: Omit<ShellProps, "title" | "children">;
  group: { name: string; slug: string };
};

type Use = { questionNo: number; title: string; actionId: string };

type LibraryPageProps = LibraryFrame &
  QuestionSources & { uses: readonly Use[]; maySeeFields: boolean; flash: FlashMessage | undefined };

/** Questions kept for any action, and the fields of people that answers are kept in. */
export function LibraryPage(props: LibraryPageProps) {
  const { t, frame, group, flash, library, fields } = props;
  const href = `/groups/${group.slug}/questions`;
  return (
    <Shell {...frame} title={t("actions.library.title")} group={group} tab="actions" flash={flash}>
      <PageHeader
        title={t("actions.library.title")}
        lead={t("actions.library.lead")}
        back={{ href: `/groups/${group.slug}/actions`, label: t("actions.list.title") }}
        actions={<ButtonLink href={`${href}/new`}>{t("fields.library.new")}</ButtonLink>}
      />
      <Form class="stack" action={href} label={t("actions.library.title")}>
        <Section title={t("actions.library.questions")} text={t("actions.library.questionsText")}>
          <DataTable
            caption={t("actions.library.questions")}
            isCaptionHidden
            columns={questionColumns(props, href)}
            rows={library}
            empty={
              <EmptyState
                title={t("actions.library.noQuestions")}
                text={t("actions.library.noQuestionsText")}
              />
            }
          />
        </Section>
        <Section
          title={t("actions.library.fields")}
          text={t("actions.library.fieldsText")}
          actions={
            props.maySeeFields ? (
              <ButtonLink kind="secondary" href={`/groups/${group.slug}/fields`}>
                {t("fields.library.toFields")}
              </ButtonLink>
            ) : null
          }
        >
          <DataTable
            caption={t("actions.library.fields")}
            isCaptionHidden
            columns={fieldColumns(t)}
            rows={fields}
            empty={
              <EmptyState title={t("actions.library.noFields")} text={t("actions.library.noFieldsText")} />
            }
          />
        </Section>
      </Form>
    </Shell>
  );
}

function questionColumns({ t, fields, uses }: LibraryPageProps, href: string): Column<LibraryQuestion>[] {
  return [
    {
      key: "question",
      title: t("actions.library.question"),
      isName: true,
      cell: ({ no, question, isArchived, note }) => (
        <span class="person">
          <span>
            <a href={`${href}/${no}`} dir="auto">
              {question.label}
            </a>{" "}
            {isArchived ? <Status>{t("actions.library.hidden")}</Status> : null}
          </span>
          {note ? (
            <span class="soft small" dir="auto">
              {note}
            </span>
          ) : null}
        </span>
      ),
    },
    {
      key: "type",
      title: t("actions.library.type"),
      cell: ({ question }) => t(`actions.questions.types.${question.type}`),
    },
    {
      key: "field",
      title: t("actions.library.field"),
      cell: ({ question }) => (
        <span dir="auto">{fields.find(({ no }) => no === question.fieldNo)?.label ?? ""}</span>
      ),
    },
    {
      key: "uses",
      title: t("fields.library.uses"),
      cell: ({ no }) => {
        const count = uses.filter(({ questionNo }) => questionNo === no).length;
        return count > 0 ? t("fields.uses.actions", { count }) : "";
      },
    },
    {
      key: "do",
      title: "",
      cell: ({ no, question, isArchived }) => (
        <Offer t={t} what={`question:${no}`} name={question.label} isHidden={isArchived} />
      ),
    },
  ];
}

function fieldColumns(t: T): Column<CustomField>[] {
  return [
    {
      key: "name",
      title: t("actions.library.name"),
      isName: true,
      cell: ({ label, isArchived }) => <Named t={t} name={label} isHidden={isArchived} />,
    },
    { key: "type", title: t("actions.library.type"), cell: ({ type }) => t(`fields.types.${type}`) },
    { key: "key", title: t("actions.library.key"), cell: ({ key }) => <code>{key}</code> },
    {
      key: "do",
      title: "",
      cell: ({ no, label, isArchived }) => (
        <Offer t={t} what={`field:${no}`} name={label} isHidden={isArchived} />
      ),
    },
  ];
}

function Named({ t, name, isHidden }: { t: T; name: string; isHidden: boolean }) {
  return (
    <>
      <span dir="auto">{name}</span> {isHidden ? <Status>{t("actions.library.hidden")}</Status> : null}
    </>
  );
}

function Offer({ t, what, name, isHidden }: { t: T; what: string; name: string; isHidden: boolean }) {
  return (
    <SubmitButton kind="quiet" name="do" value={`${isHidden ? "show" : "hide"}:${what}`}>
      {t(isHidden ? "actions.library.show" : "actions.library.hide")}
      <span class="visually-hidden"> {name}</span>
    </SubmitButton>
  );
}

/** A question of the library as its form holds it. */
export type QuestionTyped = Record<
  "label" | "hint" | "type" | "choices" | "min" | "max" | "value" | "fieldNo" | "note",
  string
>;

type QuestionPageProps = LibraryFrame & {
  no: number | null;
  typed: QuestionTyped;
  errors: FieldErrors;
  fields: readonly CustomField[];
  uses: readonly Use[];
};

/** One question of the library: what it asks, where answers are kept, and the actions that ask it. */
export function QuestionPage(props: QuestionPageProps) {
  const { t, frame, group, no, errors, uses } = props;
  const base = `/groups/${group.slug}/questions`;
  const title = t(no === null ? "fields.library.newTitle" : "fields.library.editTitle");
  return (
    <Shell {...frame} title={title} group={group} tab="actions">
      <PageHeader
        title={title}
        lead={no === null ? undefined : t("fields.library.editText")}
        back={{ href: base, label: t("actions.library.title") }}
      />
      <ErrorSummary t={t} errors={errors} />
      <Form class="form measure" action={`${base}/${no ?? "new"}`} label={title}>
        <QuestionInputs {...props} />
        <ButtonRow>
          <SubmitButton>{t("fields.library.save")}</SubmitButton>
        </ButtonRow>
      </Form>
      {no === null ? null : (
        <Section title={t("fields.library.where")}>
          {uses.length === 0 ? <p class="soft">{t("fields.library.nowhere")}</p> : null}
          <ul>
            {uses.map(({ actionId, title: words }) => (
              <li>
                <a href={`/groups/${group.slug}/actions/${actionId}`} dir="auto">
                  {words}
                </a>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </Shell>
  );
}

function QuestionInputs({ t, typed, errors, fields }: QuestionPageProps) {
  const optionalLabel = t("common.form.optional");
  const offered = fields.filter(({ isArchived, no }) => !isArchived || String(no) === typed.fieldNo);
  return (
    <>
      <TextField
        name="label"
        label={t("actions.questions.label")}
        value={typed.label}
        error={errors.label}
        maxlength={LABEL_MAX}
        required
      />
      <TextField
        name="hint"
        label={t("fields.library.hint")}
        optionalLabel={optionalLabel}
        value={typed.hint}
        maxlength={HINT_MAX}
      />
      <SelectField
        name="type"
        label={t("actions.questions.type")}
        value={typed.type}
        error={errors.type}
        options={questionTypes.map((type) => ({ value: type, label: t(`actions.questions.types.${type}`) }))}
      />
      <TextArea
        name="choices"
        label={t("actions.questions.choices")}
        hint={t("actions.questions.choicesHint")}
        optionalLabel={optionalLabel}
        value={typed.choices}
        error={errors.choices}
      />
      <div class="pair">
        {(["min", "max"] as const).map((limit) => (
          <TextField
            name={limit}
            label={t(`actions.questions.${limit}`)}
            optionalLabel={optionalLabel}
            inputmode="decimal"
            value={typed[limit]}
            error={errors[limit]}
          />
        ))}
      </div>
      <SelectField
        name="fieldNo"
        label={t("actions.questions.field")}
        hint={t("actions.questions.fieldHint")}
        blank={t("fields.library.noField")}
        value={typed.fieldNo}
        error={errors.fieldNo}
        options={offered.map(({ no, label }) => ({ value: String(no), label }))}
      />
      <TextField
        name="note"
        label={t("fields.edit.note")}
        optionalLabel={optionalLabel}
        value={typed.note}
        maxlength={NOTE_MAX}
      />
    </>
  );
}

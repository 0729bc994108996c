import type { CustomField } from "../people/custom-field";
import type { FlashMessage } from "../ui/flash";
import { Form, SubmitButton } from "../ui/form";
import type { T } from "../ui/i18n";
import { PageHeader, Section, Shell, type ShellProps } from "../ui/layout";
import { Status } from "../ui/status";
import { type Column, DataTable, EmptyState } from "../ui/table";
import type { LibraryQuestion, QuestionSources } from "./question-library";

type LibraryPageProps = QuestionSources & {
  t: T;
  frame: Omit<ShellProps, "title" | "children">;
  group: { name: string; slug: string };
  flash: FlashMessage | undefined;
};

/** Questions kept for any action, and the fields of people that answers are kept in. */
export function LibraryPage({ t, frame, group, flash, library, fields }: LibraryPageProps) {
  const href = `/groups/${group.slug}/questions`;
  return (
    <Shell {...frame} title={t("actions.library.title")} group={group} tab="actions" flash={flash}>
      <PageHeader
        title={t("actions.library.title")}
        lead={t("actions.library.lead")}
        back={{ href: `/groups/${group.slug}/actions`, label: t("actions.list.title") }}
      />
      <Form class="stack" action={href} label={t("actions.library.title")}>
        <Section title={t("actions.library.questions")} text={t("actions.library.questionsText")}>
          <DataTable
            caption={t("actions.library.questions")}
            isCaptionHidden
            columns={questionColumns(t, fields)}
            rows={library}
            empty={
              <EmptyState
                title={t("actions.library.noQuestions")}
                text={t("actions.library.noQuestionsText")}
              />
            }
          />
        </Section>
        <Section title={t("actions.library.fields")} text={t("actions.library.fieldsText")}>
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

function questionColumns(t: T, fields: readonly CustomField[]): Column<LibraryQuestion>[] {
  return [
    {
      key: "question",
      title: t("actions.library.question"),
      isName: true,
      cell: ({ question, isArchived }) => <Named t={t} name={question.label} isHidden={isArchived} />,
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
    { key: "type", title: t("actions.library.type"), cell: ({ type }) => t(`actions.library.types.${type}`) },
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

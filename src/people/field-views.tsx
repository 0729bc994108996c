import {
  ButtonRow,
  CheckboxField,
  ErrorSummary,
  type FieldErrors,
  Form,
  SelectField,
  SubmitButton,
  TextArea,
  TextField,
} from "../ui/form";
import { formatNumber } from "../ui/format";
import { type Locale, localeNames, locales, type T } from "../ui/i18n";
import { PageHeader, Section, Shell } from "../ui/layout";
import { PeopleTabs } from "../ui/people-tabs";
import { Status } from "../ui/status";
import { type Column, DataTable, EmptyState } from "../ui/table";
import { FIELD_LABEL_MAX } from "./custom-field";
import { type FieldListed, MISFITS_SHOWN_MAX } from "./field-keeping";
import { DeletionLink, DeletionPage, type KeepingFrame, MergeSection, NamedLink } from "./keeping-views";
import { NOTE_MAX, UNDO_MS } from "./tag-keeping";
import { fieldTypes } from "./types";
import type { Work } from "./work";
import { Works } from "./works-view";

const DAY_MS = 86_400_000;
const MASK_MAX = 50;
const CHOICES_TEXT_MAX = 12_000;

/** A field as its form holds it. */
export type FieldTyped = {
  label: string;
  type: string;
  choices: string;
  min: string;
  max: string;
  mask: string;
  note: string;
  isArchived: boolean;
  labels: Record<string, string>;
};

export type FieldsPageProps = KeepingFrame & {
  fields: readonly FieldListed[];
  deleted: readonly FieldListed[];
  works: readonly Work[];
  mayEdit: boolean;
  typed: FieldTyped;
  errors: FieldErrors;
};

/** The custom fields of a group: what is kept in them, where they are asked, and where new ones are made. */
export function FieldsPage(props: FieldsPageProps) {
  const { t, frame, group, fields, deleted, mayEdit, errors, flash, locale, now } = props;
  const href = `/groups/${group.slug}/fields`;
  return (
    <Shell {...frame} title={t("fields.title")} group={group} tab="people" flash={flash}>
      <PageHeader title={t("fields.title")} lead={t("fields.lead")} />
      <PeopleTabs t={t} slug={group.slug} current="fields" />
      <ErrorSummary t={t} errors={errors} />
      <Works t={t} locale={locale} works={props.works} now={now} />
      <DataTable
        caption={t("fields.title")}
        isCaptionHidden
        rows={fields}
        columns={columns(props, href)}
        empty={<EmptyState title={t("fields.empty.title")} text={t("fields.empty.text")} />}
      />
      {mayEdit ? (
        <Section title={t("fields.new.title")} id="new">
          <Form class="form measure" action={href} label={t("fields.new.title")}>
            <FieldInputs {...props} />
            <ButtonRow>
              <SubmitButton>{t("fields.new.button")}</SubmitButton>
            </ButtonRow>
          </Form>
        </Section>
      ) : null}
      {deleted.length > 0 && mayEdit ? (
        <Section title={t("fields.deleted.title")}>
          {deleted.map(({ no, label }) => (
            <Form class="cluster" action={`${href}/${no}/restoration`}>
              <span dir="auto">{label}</span>
              <SubmitButton kind="quiet">
                {t("fields.deleted.back")}
                <span class="visually-hidden"> {label}</span>
              </SubmitButton>
            </Form>
          ))}
        </Section>
      ) : null}
    </Shell>
  );
}

function columns({ t, locale, mayEdit }: FieldsPageProps, href: string): Column<FieldListed>[] {
  return [
    {
      key: "name",
      title: t("fields.columns.name"),
      isName: true,
      cell: ({ no, label, labels, isArchived }) => (
        <NamedLink
          name={labels[locale] || label}
          href={mayEdit ? `${href}/${no}` : null}
          mark={isArchived ? t("fields.archived") : null}
        />
      ),
    },
    { key: "type", title: t("fields.columns.type"), cell: ({ type }) => t(`fields.types.${type}`) },
    { key: "key", title: t("fields.columns.key"), cell: ({ key }) => <code>{key}</code> },
    {
      key: "values",
      title: t("fields.columns.values"),
      isNumber: true,
      cell: (field) => <ValueCount t={t} locale={locale} field={field} />,
    },
    { key: "uses", title: t("fields.columns.uses"), cell: (field) => usesInWords(t, field) },
  ];
}

function ValueCount({ t, locale, field }: { t: T; locale: Locale; field: FieldListed }) {
  if (field.valueCount === null) return <>{t("tags.notCounted")}</>;
  return (
    <>
      {formatNumber(field.valueCount, locale)}
      {field.misfitCount ? (
        <>
          {" "}
          <Status tone="warn">{t("fields.misfits", { count: field.misfitCount })}</Status>
        </>
      ) : null}
    </>
  );
}

function usesInWords(t: T, { actionCount, questionCount }: FieldListed): string {
  const words = [
    actionCount > 0 ? t("fields.uses.actions", { count: actionCount }) : "",
    questionCount > 0 ? t("fields.uses.questions", { count: questionCount }) : "",
  ].filter((part) => part !== "");
  return words.length > 0 ? words.join(", ") : t("fields.uses.none");
}

type InputsProps = Pick<KeepingFrame, "t" | "group"> & { typed: FieldTyped; errors: FieldErrors };

function FieldInputs({ t, group, typed, errors }: InputsProps) {
  const optionalLabel = t("common.form.optional");
  return (
    <>
      <TextField
        name="label"
        label={t("fields.edit.label")}
        value={typed.label}
        error={errors.label}
        maxlength={FIELD_LABEL_MAX}
        required
      />
      <SelectField
        name="type"
        label={t("fields.edit.type")}
        hint={t("fields.edit.typeHint")}
        value={typed.type}
        error={errors.type}
        options={fieldTypes.map((type) => ({ value: type, label: t(`fields.types.${type}`) }))}
      />
      <TextArea
        name="choices"
        label={t("fields.edit.choices")}
        hint={t("fields.edit.choicesHint")}
        optionalLabel={optionalLabel}
        value={typed.choices}
        error={errors.choices}
        maxlength={CHOICES_TEXT_MAX}
      />
      <Rules t={t} typed={typed} errors={errors} />
      <OtherLabels t={t} group={group} typed={typed} />
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

/** What a value must be like: between two numbers or days, or of a pattern. */
function Rules({ t, typed, errors }: Pick<InputsProps, "t" | "typed" | "errors">) {
  const optionalLabel = t("common.form.optional");
  return (
    <details class="disclosure" open={Boolean(errors.min || errors.max || errors.mask)}>
      <summary>{t("fields.edit.rules")}</summary>
      <div class="pair">
        {(["min", "max"] as const).map((limit) => (
          <TextField
            name={limit}
            label={t(`fields.edit.${limit}`)}
            optionalLabel={optionalLabel}
            inputmode="decimal"
            value={typed[limit]}
            error={errors[limit]}
            maxlength={20}
          />
        ))}
      </div>
      <p class="hint">{t("fields.edit.rangeHint")}</p>
      <TextField
        name="mask"
        label={t("fields.edit.mask")}
        hint={t("fields.edit.maskHint")}
        optionalLabel={optionalLabel}
        value={typed.mask}
        error={errors.mask}
        maxlength={MASK_MAX}
        spellcheck={false}
      />
    </details>
  );
}

/** What the field is called in the languages that are not the group's. */
function OtherLabels({ t, group, typed }: Pick<InputsProps, "t" | "group" | "typed">) {
  return (
    <details class="disclosure">
      <summary>{t("fields.edit.labels")}</summary>
      {locales
        .filter((locale) => locale !== group.locale)
        .map((locale) => (
          <TextField
            name={`label.${locale}`}
            label={t("fields.edit.labelIn", { language: localeNames[locale] })}
            optionalLabel={t("common.form.optional")}
            value={typed.labels[locale] ?? ""}
            maxlength={FIELD_LABEL_MAX}
          />
        ))}
    </details>
  );
}

export type FieldPageProps = KeepingFrame & {
  field: FieldListed;
  others: readonly FieldListed[];
  misfits: readonly { value: string; name: string; href: string }[];
  typed: FieldTyped;
  errors: FieldErrors;
};

/** One field: what it is, which values do not fit it, the field it could become, and the way to be rid of it. */
export function FieldPage(props: FieldPageProps) {
  const { t, frame, group, field, others, errors, flash, typed } = props;
  const base = `/groups/${group.slug}/fields`;
  const href = `${base}/${field.no}`;
  return (
    <Shell {...frame} title={field.label} group={group} tab="people" flash={flash}>
      <PageHeader
        title={field.label}
        lead={usesInWords(t, field)}
        back={{ href: base, label: t("fields.title") }}
      />
      <ErrorSummary t={t} errors={errors} />
      <Form class="form measure" action={href} label={field.label}>
        <FieldInputs {...props} />
        <CheckboxField
          name="isArchived"
          label={t("fields.edit.isArchived")}
          hint={t("fields.edit.isArchivedHint")}
          checked={typed.isArchived}
        />
        <ButtonRow>
          <SubmitButton>{t("common.form.saveChanges")}</SubmitButton>
        </ButtonRow>
      </Form>
      {props.misfits.length > 0 ? <Misfits {...props} /> : null}
      <MergeSection
        {...{ t, href }}
        words={{
          title: t("fields.merge.title"),
          text: t("fields.merge.text", { name: field.label }),
          into: t("fields.merge.into"),
          button: t("fields.merge.button"),
        }}
        others={others.map(({ no, label }) => ({ no, name: label }))}
        error={errors.into}
      />
      <DeletionLink href={href}>{t("fields.delete.link")}</DeletionLink>
    </Shell>
  );
}

function Misfits({ t, misfits }: FieldPageProps) {
  return (
    <Section title={t("fields.misfit.title")} text={t("fields.misfit.text")}>
      <DataTable
        caption={t("fields.misfit.title")}
        isCaptionHidden
        rows={misfits}
        empty={null}
        columns={[
          {
            key: "value",
            title: t("fields.misfit.value"),
            isName: true,
            cell: ({ value }) => <span dir="auto">{value}</span>,
          },
          {
            key: "person",
            title: t("fields.misfit.person"),
            cell: ({ name, href }) => (
              <a href={href} dir="auto">
                {name}
              </a>
            ),
          },
        ]}
      />
      {misfits.length >= MISFITS_SHOWN_MAX ? (
        <p class="soft">{t("fields.misfit.more", { count: MISFITS_SHOWN_MAX })}</p>
      ) : null}
    </Section>
  );
}

/** Says what deleting a field takes, before it does. */
export function FieldDeletionPage(props: KeepingFrame & { field: FieldListed }) {
  const { t, frame, group, field, locale } = props;
  const href = `/groups/${group.slug}/fields/${field.no}`;
  const count = field.valueCount ?? 0;
  return (
    <DeletionPage
      {...{ t, frame, group, href }}
      name={field.label}
      title={t("fields.delete.title", { name: field.label })}
      texts={[
        t("fields.delete.people", { count, number: formatNumber(count, locale) }),
        ...(field.actionCount > 0 ? [t("fields.delete.uses")] : []),
        t("fields.delete.undo", { days: UNDO_MS / DAY_MS }),
      ]}
      button={t("fields.delete.button")}
    />
  );
}

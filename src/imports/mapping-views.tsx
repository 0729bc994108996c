import { Disclosure } from "../ui/card";
import { Notice } from "../ui/flash";
import {
  ButtonRow,
  CheckboxField,
  ErrorSummary,
  type FieldErrors,
  Form,
  fieldId,
  SelectField,
  SubmitButton,
} from "../ui/form";
import type { Locale, T } from "../ui/i18n";
import { PageHeader, Section, Shell } from "../ui/layout";
import { PeopleTabs } from "../ui/people-tabs";
import { DataTable } from "../ui/table";
import type { ImportRow } from "./import";
import type { Frame } from "./list-views";
import { type FieldChoice, layoutOf } from "./mapping";
import { Begin, Options, Past, Subscription } from "./option-views";
import type { Preview } from "./preview";
import { PreviewSection } from "./preview-views";
import { columnRoles, delimiterNames, encodings, newFieldTypes } from "./types";

export type MappingProps = {
  frame: Frame;
  t: T;
  locale: Locale;
  row: ImportRow;
  errors: FieldErrors;
  preview: Preview;
  fields: readonly FieldChoice[];
  /** The file by whose mapping this one is read. */
  earlier: string | null;
  /** Actions the rows may say people took. */
  actions: readonly { id: string; title: string; hasGifts: boolean }[];
  href: string;
  back: string;
  /** What was written under the statement. */
  name: string;
  isConfirmed: boolean;
  /** What was written for the day and time it is to begin. */
  begin: string;
  timeZone: string;
};

/** What the columns of a file are and how its people are stored, with the first of them as they would be. */
export function MappingPage(props: MappingProps) {
  const { frame, t, row, errors, href, back } = props;
  return (
    <Shell {...frame} title={t("imports.mapping.title")} tab="people">
      <PageHeader
        title={t("imports.mapping.title")}
        lead={<span dir="auto">{row.fileName}</span>}
        back={{ href: back, label: t("imports.title") }}
      />
      <PeopleTabs t={t} slug={frame.group.slug} current="imports" />
      <ErrorSummary t={t} errors={errors} />
      <Recognised {...props} />
      <FormatForm {...props} />
      <Form action={`${href}/mapping`}>
        <Columns {...props} />
        <PreviewSection {...props} />
        <Options {...props} />
        <Past {...props} />
        <Subscription {...props} />
        <Begin {...props} />
        <ButtonRow isSticky>
          <SubmitButton name="do" value="start">
            {t("imports.mapping.start")}
          </SubmitButton>
          <SubmitButton kind="secondary" name="do" value="look">
            {t("imports.mapping.look")}
          </SubmitButton>
        </ButtonRow>
      </Form>
      <Form class="inline" action={`${href}/removal`}>
        <SubmitButton kind="quiet" confirm={t("imports.mapping.discardConfirm")}>
          {t("imports.mapping.discard")}
        </SubmitButton>
      </Form>
    </Shell>
  );
}

function Recognised({ t, row, earlier }: MappingProps) {
  const system = layoutOf(row.headings ?? [])?.name;
  const hasKey = row.mapping?.some((use) => use === "email" || use === "phone" || use === "id");
  if (!system && !earlier) return null;
  return (
    <Notice kind={system && !hasKey ? "warn" : "info"}>
      {system ? <p>{t("imports.mapping.recognised", { system })}</p> : null}
      {system && !hasKey ? <p>{t("imports.mapping.noAddresses", { system })}</p> : null}
      {earlier ? <p>{t("imports.mapping.earlier", { file: earlier })}</p> : null}
    </Notice>
  );
}

function FormatForm({ t, row, href }: MappingProps) {
  const { format } = row;
  if (!format) return null;
  const written = `${t(`imports.mapping.encodings.${format.encoding}`)} · ${t(`imports.mapping.delimiters.${format.delimiter}`)}`;
  return (
    <Disclosure summary={`${t("imports.mapping.format")}: ${written}`}>
      <Form action={`${href}/format`}>
        <SelectField
          name="encoding"
          label={t("imports.mapping.encoding")}
          value={format.encoding}
          options={encodings.map((value) => ({ value, label: t(`imports.mapping.encodings.${value}`) }))}
        />
        <SelectField
          name="delimiter"
          label={t("imports.mapping.delimiter")}
          value={format.delimiter}
          options={delimiterNames.map((value) => ({
            value,
            label: t(`imports.mapping.delimiters.${value}`),
          }))}
        />
        <CheckboxField name="header" label={t("imports.mapping.header")} checked={format.hasHeader} />
        <SubmitButton kind="secondary">{t("imports.mapping.reread")}</SubmitButton>
      </Form>
    </Disclosure>
  );
}

type ColumnRow = { column: number; heading: string };

function Columns(props: MappingProps) {
  const { t, row, preview } = props;
  const rows = (row.headings ?? []).map((heading, column) => ({ column, heading }));
  const titleOf = ({ heading, column }: ColumnRow) =>
    heading || t("imports.mapping.column", { no: column + 1 });
  return (
    <Section title={t("imports.mapping.columns")}>
      <DataTable<ColumnRow>
        caption={t("imports.mapping.columns")}
        isCaptionHidden
        rows={rows}
        empty={null}
        columns={[
          {
            key: "heading",
            title: t("imports.mapping.heading"),
            isName: true,
            cell: (each) => <span dir="auto">{titleOf(each)}</span>,
          },
          {
            key: "samples",
            title: t("imports.mapping.samples"),
            cell: ({ column }) => (
              <span class="soft small import-samples" dir="auto">
                {(preview.samples[column] ?? []).join(" · ")}
              </span>
            ),
          },
          {
            key: "use",
            title: t("imports.mapping.use"),
            cell: (each) => <UseSelect {...props} column={each.column} title={titleOf(each)} />,
          },
        ]}
      />
    </Section>
  );
}

function UseSelect({
  t,
  row,
  fields,
  errors,
  column,
  title,
}: MappingProps & { column: number; title: string }) {
  const name = `column.${column}`;
  const use = row.mapping?.[column] ?? "";
  const error = errors[name];
  return (
    <span class={error ? "field has-error" : "field"}>
      {error ? (
        <span class="field-error" id={`${fieldId(name)}-error`}>
          {error}
        </span>
      ) : null}
      <select
        class="input"
        id={fieldId(name)}
        name={name}
        aria-label={t("imports.mapping.useOf", { heading: title })}
        aria-describedby={error ? `${fieldId(name)}-error` : undefined}
        aria-invalid={error ? "true" : undefined}
      >
        <option value="">{t("imports.uses.none")}</option>
        <optgroup label={t("imports.uses.person")}>
          {columnRoles.map((role) => (
            <option value={role} selected={use === role}>
              {t(`imports.uses.${role}`)}
            </option>
          ))}
        </optgroup>
        {fields.length > 0 ? (
          <optgroup label={t("imports.uses.fields")}>
            {fields.map(({ no, label }) => (
              <option value={`field:${no}`} selected={use === `field:${no}`}>
                {label}
              </option>
            ))}
          </optgroup>
        ) : null}
        <optgroup label={t("imports.uses.make")}>
          {newFieldTypes.map((type) => (
            <option value={`new:${type}`} selected={use === `new:${type}`}>
              {t(`imports.uses.types.${type}`)}
            </option>
          ))}
        </optgroup>
      </select>
    </span>
  );
}

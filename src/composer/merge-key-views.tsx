import { type MergeFile, type MergeVersion, mergeKinds } from "../merging/types";
import { Notice } from "../ui/flash";
import {
  ButtonRow,
  ErrorSummary,
  type FieldErrors,
  Form,
  RadioGroup,
  SelectField,
  SubmitButton,
} from "../ui/form";
import { PageHeader, Section, Shell } from "../ui/layout";
import { MergeRowsTable } from "./merge-rows-views";
import type { Page } from "./web";

export type MergeKeyValues = { keyAt: string; kind: string; fieldNo: string };

type KeyProps = Page & {
  file: MergeFile;
  upload: MergeVersion;
  outlook: { headings: readonly string[]; rows: readonly string[][] };
  /** The rows in use; null while there are none. */
  current: MergeVersion | null;
  fields: readonly { no: number; label: string }[];
  values: MergeKeyValues;
  errors: FieldErrors;
};

/** Which column finds the row of a person, with the first rows of the file to look at. */
export function MergeKeyPage(props: KeyProps) {
  const { t, group, frame, file, upload, outlook, errors } = props;
  const href = `/groups/${group.slug}/mailings/merge-files/${file.id}`;
  const missing = missingIn(props);
  return (
    <Shell {...frame} title={t("merging.key.title")} tab="mailings">
      <PageHeader
        title={t("merging.key.title")}
        lead={t("merging.key.lead")}
        back={{ href, label: file.name }}
      />
      <ErrorSummary t={t} errors={errors} />
      {missing.length > 0 ? (
        <Notice kind="warn">
          <p dir="auto">{t("merging.key.missing", { names: missing.join(", ") })}</p>
        </Notice>
      ) : null}
      <Form
        action={`${href}/uploads/${upload.versionNo}`}
        class="form measure"
        label={t("merging.key.title")}
      >
        <KeyFields {...props} />
        <ButtonRow isSticky>
          <SubmitButton>{t("merging.key.take")}</SubmitButton>
        </ButtonRow>
      </Form>
      <Section title={t("merging.key.preview")}>
        <MergeRowsTable caption={t("merging.key.preview")} headings={outlook.headings} rows={outlook.rows} />
      </Section>
    </Shell>
  );
}

function missingIn({ current, outlook }: KeyProps): string[] {
  const there = new Set(outlook.headings);
  return (current?.columns ?? []).map(({ heading }) => heading).filter((heading) => !there.has(heading));
}

function KeyFields({ t, outlook, fields, values, errors }: KeyProps) {
  return (
    <>
      <SelectField
        name="keyAt"
        label={t("merging.key.column")}
        value={values.keyAt}
        options={outlook.headings.map((heading, index) => ({
          value: String(index),
          label: heading || String(index + 1),
        }))}
        error={errors.keyAt}
      />
      <RadioGroup
        name="kind"
        legend={t("merging.key.kind")}
        value={values.kind}
        options={mergeKinds
          .filter((kind) => kind !== "field" || fields.length > 0)
          .map((kind) => ({
            value: kind,
            label: t(`merging.kinds.${kind}`),
            hint: t(`merging.kindHints.${kind}`),
          }))}
        error={errors.kind}
      />
      {fields.length > 0 ? (
        <SelectField
          name="fieldNo"
          label={t("merging.key.field")}
          hint={t("merging.key.fieldHint")}
          value={values.fieldNo}
          blank={t("merging.key.noField")}
          options={fields.map(({ no, label }) => ({ value: String(no), label }))}
          error={errors.fieldNo}
        />
      ) : null}
    </>
  );
}

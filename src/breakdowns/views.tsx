import { type CustomField, fieldLabel } from "../people/custom-field";
import type { FlashMessage } from "../ui/flash";
import {
  ButtonLink,
  ButtonRow,
  CheckboxGroup,
  ErrorSummary,
  type FieldErrors,
  Form,
  HiddenField,
  SelectField,
  SubmitButton,
  TextField,
} from "../ui/form";
import { PageHeader, Shell } from "../ui/layout";
import { MailingTabs } from "../ui/mailing-tabs";
import { Status } from "../ui/status";
import { DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import type { BreakdownValues, Offered } from "./form";
import { lineName } from "./panels";
import type { Page } from "./routes";
import { BREAKDOWN_NAME_MAX, type Breakdown, LINES_MAX, type Line } from "./types";

type ListProps = Page & {
  breakdowns: readonly Breakdown[];
  fields: readonly CustomField[];
  flash: FlashMessage | undefined;
};

/** Every breakdown of the group. */
export function BreakdownListPage(props: ListProps) {
  const { t, frame, group, breakdowns, mayEdit, flash } = props;
  const base = `/groups/${group.slug}/mailings/breakdowns`;
  return (
    <Shell {...frame} title={t("breakdowns.title")} group={group} tab="mailings" flash={flash}>
      <PageHeader
        title={t("breakdowns.title")}
        lead={t("breakdowns.lead")}
        actions={mayEdit ? <ButtonLink href={`${base}/new`}>{t("breakdowns.new")}</ButtonLink> : null}
      />
      <MailingTabs t={t} slug={group.slug} current="breakdowns" closedTabs={frame.closedTabs} />
      <DataTable<Breakdown>
        caption={t("breakdowns.title")}
        isCaptionHidden
        rows={breakdowns}
        empty={
          <EmptyState
            title={t("breakdowns.empty")}
            text={t("breakdowns.emptyText")}
            {...(mayEdit ? { action: { href: `${base}/new`, label: t("breakdowns.new") } } : {})}
          />
        }
        columns={[
          {
            ...{ key: "name", title: t("breakdowns.name"), isName: true },
            cell: ({ id, name, isDefault }) => (
              <>
                <a href={`${base}/${id}`} dir="auto">
                  {name}
                </a>{" "}
                {isDefault ? <Status tone="good">{t("breakdowns.isDefault")}</Status> : null}
              </>
            ),
          },
          {
            ...{ key: "by", title: t("breakdowns.by") },
            cell: (breakdown) => <span dir="auto">{planWords(props, breakdown)}</span>,
          },
          {
            ...{ key: "changed", title: t("breakdowns.changed") },
            cell: ({ updatedAt }) => <When {...props} at={updatedAt} />,
          },
        ]}
      />
    </Shell>
  );
}

function planWords({ t, locale, fields }: ListProps, { plan }: Breakdown): string {
  switch (plan.by) {
    case "audiences":
      return t("breakdowns.byAudiences", { count: plan.audiences.length });
    case "language":
      return t("breakdowns.byLanguage");
    case "field":
      return fieldWords({ t, locale, fields }, plan.field);
  }
}

function fieldWords({ t, locale, fields }: Pick<ListProps, "t" | "locale" | "fields">, no: number): string {
  const field = fields.find((each) => each.no === no);
  return field ? fieldLabel(field, locale) : t("breakdowns.goneField");
}

type FormProps = Page & {
  /** Null: a new one. */
  breakdown: Breakdown | null;
  values: BreakdownValues;
  errors: FieldErrors;
  offered: Offered;
  fields: readonly CustomField[];
  /** As they are now. */
  lines: readonly Line[];
};

/** Where one is made and changed. */
export function BreakdownFormPage(props: FormProps) {
  const { t, frame, group, breakdown, values, errors, mayEdit } = props;
  const base = `/groups/${group.slug}/mailings/breakdowns`;
  const title = breakdown?.name ?? t("breakdowns.new");
  return (
    <Shell {...frame} title={title} group={group} tab="mailings">
      <PageHeader title={title} back={{ href: base, label: t("breakdowns.title") }} />
      <ErrorSummary t={t} errors={errors} />
      <Form action={breakdown ? `${base}/${breakdown.id}` : `${base}/new`} class="form measure" label={title}>
        <HiddenField name="revision" value={values.revision} />
        <TextField
          name="name"
          label={t("breakdowns.name")}
          hint={t("breakdowns.nameHint")}
          value={values.name}
          maxlength={BREAKDOWN_NAME_MAX}
          autocomplete="off"
          required
          error={errors.name}
        />
        <ByField {...props} />
        <AudienceField {...props} />
        {mayEdit ? (
          <ButtonRow>
            <SubmitButton>{t("breakdowns.save")}</SubmitButton>
          </ButtonRow>
        ) : null}
      </Form>
      {breakdown && mayEdit ? <Others {...props} {...{ breakdown, base }} /> : null}
    </Shell>
  );
}

function ByField(props: FormProps) {
  const { t, locale, values, errors, offered, breakdown } = props;
  const { fields } = offered;
  const kept = breakdown?.plan.by === "field" ? breakdown.plan.field : null;
  const isNotOffered = kept !== null && !fields.some(({ no }) => no === kept);
  return (
    <SelectField
      name="by"
      label={t("breakdowns.by")}
      value={values.by}
      options={[
        { value: "audiences", label: t("breakdowns.bySaved") },
        { value: "language", label: t("breakdowns.byLanguage") },
        ...fields.map((field) => ({ value: `field-${field.no}`, label: fieldLabel(field, locale) })),
        ...(isNotOffered ? [{ value: `field-${kept}`, label: fieldWords(props, kept) }] : []),
      ]}
      error={errors.by}
    />
  );
}

/** The audiences offered, and those of before that are not any more, which stay ticked. */
function AudienceField({ t, values, errors, offered, lines }: FormProps) {
  const before = lines.flatMap((line) => {
    const [, no] = /^audience:(\d+)$/.exec(line.key) ?? [];
    return no && !offered.audiences.some((each) => String(each.no) === no)
      ? [{ value: no, label: lineName(t, line), hint: line.isRemoved ? t("breakdowns.line.removed") : "" }]
      : [];
  });
  const options = [
    ...offered.audiences.map(({ no, name }) => ({ value: String(no), label: name })),
    ...before.map(({ hint, ...option }) => (hint === "" ? option : { ...option, hint })),
  ];
  if (options.length === 0) return <p class="soft">{t("breakdowns.noAudiences")}</p>;
  return (
    <CheckboxGroup
      name="audience"
      legend={t("breakdowns.audiences")}
      hint={t("breakdowns.audiencesHint", { max: LINES_MAX })}
      values={values.audiences}
      options={options}
      error={errors.audience}
    />
  );
}

function Others({ t, breakdown, base, mayManage }: FormProps & { breakdown: Breakdown; base: string }) {
  return (
    <div class="cluster">
      {mayManage ? (
        <Form action={`${base}/${breakdown.id}/default`} class="inline">
          <HiddenField name="to" value={breakdown.isDefault ? "no" : "yes"} />
          <SubmitButton kind="secondary">
            {t(breakdown.isDefault ? "breakdowns.notDefault" : "breakdowns.makeDefault")}
          </SubmitButton>
        </Form>
      ) : null}
      <Form action={`${base}/${breakdown.id}/removal`} class="inline">
        <SubmitButton kind="quiet">{t("breakdowns.remove")}</SubmitButton>
      </Form>
    </div>
  );
}

import type { Child } from "hono/jsx";
import {
  BODY_BYTES_MAX,
  bodyForms,
  KEPT_NAME_MAX,
  PREVIEW_MAX,
  SNIPPET_BYTES_MAX,
  SUBJECT_MAX,
  snippetForms,
} from "../mailings/types";
import { type FlashMessage, Notice } from "../ui/flash";
import {
  ButtonLink,
  ButtonRow,
  CheckboxField,
  ErrorSummary,
  type FieldErrors,
  Form,
  HiddenField,
  SelectField,
  SubmitButton,
  TextArea,
  TextField,
} from "../ui/form";
import { PageHeader, Shell } from "../ui/layout";
import { MailingTabs } from "../ui/mailing-tabs";
import { Status } from "../ui/status";
import { DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import { Conflict, readable } from "./conflict-views";
import { MailPreview } from "./mailing-frame";
import type { Page } from "./web";
import type { WrapperLanguages } from "./wrapper-form";
import { RemoveWrapperLanguage, WrapperChecks, WrapperFields, WrapperLanguageTabs } from "./wrapper-views";

export type KeptKind = "wrapper" | "template" | "snippet";
export type KeptValues = Record<string, string>;
export type ListedKept = {
  id: string;
  name: string;
  updatedAt: number;
  about: string;
  isDefault: boolean;
  isLocked?: boolean;
};

type ListProps = Page & { kind: KeptKind; rows: readonly ListedKept[]; flash?: FlashMessage };

/** What a group keeps of one kind, by name. */
export function KeptListPage(props: ListProps) {
  const { t, group, frame, kind, rows, mayEdit, flash } = props;
  const base = `/groups/${group.slug}/mailings/${kind}s`;
  return (
    <Shell {...frame} title={t(`composer.tabs.${kind}s`)} tab="mailings" flash={flash}>
      <PageHeader
        title={t(`composer.tabs.${kind}s`)}
        lead={t(`composer.kept.${kind}.lead`)}
        actions={
          mayEdit ? <ButtonLink href={`${base}/new`}>{t(`composer.kept.${kind}.new`)}</ButtonLink> : null
        }
      />
      <MailingTabs t={t} slug={group.slug} current={`${kind}s`} closedTabs={frame.closedTabs} />
      <DataTable<ListedKept>
        caption={t(`composer.tabs.${kind}s`)}
        isCaptionHidden
        rows={rows}
        empty={
          <EmptyState
            title={t(`composer.kept.${kind}.empty`)}
            text={t(`composer.kept.${kind}.emptyText`)}
            {...(mayEdit ? { action: { href: `${base}/new`, label: t(`composer.kept.${kind}.new`) } } : {})}
          />
        }
        columns={[
          {
            key: "name",
            title: t("composer.kept.name"),
            isName: true,
            cell: ({ id, name, isDefault, isLocked }) => (
              <>
                <a href={`${base}/${id}`} dir="auto">
                  {name}
                </a>{" "}
                {isDefault ? <Status tone="good">{t("composer.kept.default")}</Status> : null}
                {isLocked ? <Status>{t("composer.kept.template.lockedWords")}</Status> : null}
              </>
            ),
          },
          {
            key: "about",
            title: t(`composer.kept.${kind}.about`),
            cell: ({ about }) => <span dir="auto">{about}</span>,
          },
          {
            key: "changed",
            title: t("composer.kept.changed"),
            cell: ({ updatedAt }) => <When {...props} at={updatedAt} />,
          },
        ]}
      />
    </Shell>
  );
}

type FormProps = Page & {
  kind: KeptKind;
  /** Null: a new one. */
  id: string | null;
  values: KeptValues;
  errors: FieldErrors;
  /** What somebody else saved first. */
  theirs?: KeptValues | undefined;
  wrappers: readonly { no: number; name: string }[];
  /** Mailings that would change with it, by name. */
  usedIn: readonly string[];
  /** Of a wrapper: whether new mailings begin with it. */
  isDefault: boolean;
  /** Of a wrapper: which languages it speaks, and which one is shown. */
  languages?: WrapperLanguages | undefined;
  flash?: FlashMessage;
};

/** Where one is written. */
export function KeptFormPage(props: FormProps) {
  const { t, group, frame, kind, id, values, errors, flash, languages } = props;
  const mayEdit = props.mayEdit && (props.mayManage || values.isLocked !== "yes");
  const base = `/groups/${group.slug}/mailings/${kind}s`;
  const title = id ? (values.name ?? "") : t(`composer.kept.${kind}.new`);
  const query = languages ? `?language=${languages.shown}` : "";
  const spoken = id && languages ? { t, mayEdit, languages, base: `${base}/${id}` } : null;
  return (
    <Shell
      {...frame}
      title={title}
      tab="mailings"
      flash={flash}
      scripts={kind === "template" ? ["preview", "resize", "mail-editor"] : ["preview"]}
    >
      <PageHeader title={title} back={{ href: base, label: t(`composer.tabs.${kind}s`) }} />
      <div class="editor split">
        <div class="form">
          <ErrorSummary t={t} errors={errors} />
          {props.theirs ? (
            <Saved {...props} theirs={props.theirs} href={`${base}/${id}`} query={query} />
          ) : null}
          <UsedIn {...props} />
          {spoken ? <WrapperLanguageTabs {...spoken} /> : null}
          <Form action={id ? `${base}/${id}${query}` : `${base}/new`} label={title}>
            <HiddenField name="revision" value={values.revision ?? "0"} />
            <Fields {...props} />
            {mayEdit ? (
              <ButtonRow isSticky>
                <SubmitButton>{t("composer.kept.save")}</SubmitButton>
              </ButtonRow>
            ) : null}
          </Form>
          {spoken ? <WrapperChecks {...spoken} html={values.html ?? ""} /> : null}
          {id && mayEdit ? (
            <div class="cluster">
              {kind === "wrapper" && props.mayManage ? (
                <Form action={`${base}/${id}/default`} class="inline">
                  <HiddenField name="to" value={props.isDefault ? "no" : "yes"} />
                  <SubmitButton kind="secondary">
                    {t(
                      props.isDefault
                        ? "composer.kept.wrapper.notDefault"
                        : "composer.kept.wrapper.makeDefault",
                    )}
                  </SubmitButton>
                </Form>
              ) : null}
              {spoken ? <RemoveWrapperLanguage {...spoken} /> : null}
              <Form action={`${base}/${id}/removal`} class="inline">
                <SubmitButton kind="quiet">{t("composer.kept.remove")}</SubmitButton>
              </Form>
            </div>
          ) : null}
        </div>
        {id ? <MailPreview t={t} url={`${base}/${id}/preview${query}`} /> : null}
      </div>
    </Shell>
  );
}

const labels = [
  ["name", "composer.kept.name"],
  ["subject", "composer.field.subject"],
  ["preview", "composer.field.preview"],
  ["html", "composer.kept.wrapper.html"],
  ["foot", "composer.kept.wrapper.foot"],
  ["body", "composer.field.body"],
  ["plain", "composer.kept.wrapper.plain"],
  ["amp", "composer.field.amp"],
] as const;

/** What somebody else saved while this was typed. */
function Saved({
  t,
  values,
  theirs,
  href,
  query,
}: FormProps & { theirs: KeptValues; href: string; query: string }) {
  const differing = labels.filter(([name]) => (theirs[name] ?? "") !== (values[name] ?? ""));
  return (
    <Conflict
      t={t}
      title={t("composer.kept.staleTitle")}
      differing={differing.map(([name, label]) => ({
        label: t(label),
        words: name === "body" ? readable(theirs.body ?? "", theirs.form) : (theirs[name] ?? ""),
      }))}
      take={{ href: href + query, label: t("composer.kept.take") }}
      previewHref={`${href}/preview${query}`}
    >
      {t("composer.conflict.text")}
    </Conflict>
  );
}

function UsedIn({ t, usedIn }: FormProps) {
  if (usedIn.length === 0) return null;
  return (
    <Notice title={t("composer.kept.usedIn", { count: usedIn.length })}>
      <ul>
        {usedIn.map((name) => (
          <li dir="auto">{name}</li>
        ))}
      </ul>
    </Notice>
  );
}

function Fields(props: FormProps): Child {
  switch (props.kind) {
    case "wrapper":
      return (
        <>
          <NameField {...props} />
          <WrapperFields {...props} languages={props.languages ?? { shown: props.group.locale }} />
        </>
      );
    case "template":
      return <TemplateFields {...props} />;
    case "snippet":
      return <SnippetFields {...props} />;
  }
}

function NameField({ t, values, errors, kind }: FormProps) {
  return (
    <TextField
      name="name"
      label={t("composer.kept.name")}
      hint={kind === "snippet" ? t("composer.kept.snippet.nameHint") : undefined}
      value={values.name ?? ""}
      maxlength={KEPT_NAME_MAX}
      autocomplete="off"
      required
      {...(kind === "snippet" ? { autocapitalize: "none" as const, spellcheck: false } : {})}
      error={errors.name}
    />
  );
}

function TemplateFields(props: FormProps) {
  const { t, group, values, errors, wrappers, mayManage } = props;
  const form = bodyForms.find((each) => each === values.form) ?? "visual";
  return (
    <>
      <NameField {...props} />
      <TextField
        name="subject"
        label={t("composer.field.subject")}
        optionalLabel={t("common.form.optional")}
        value={values.subject ?? ""}
        maxlength={SUBJECT_MAX}
        autocomplete="off"
        error={errors.subject}
      />
      <TextField
        name="preview"
        label={t("composer.field.preview")}
        optionalLabel={t("common.form.optional")}
        value={values.preview ?? ""}
        maxlength={PREVIEW_MAX}
        autocomplete="off"
        error={errors.preview}
      />
      <SelectField
        name="wrapperNo"
        label={t("composer.settings.wrapper")}
        value={values.wrapperNo ?? ""}
        blank={t("composer.settings.noWrapper")}
        options={wrappers.map(({ no, name }) => ({ value: String(no), label: name }))}
      />
      <SelectField
        name="form"
        label={t("composer.field.form")}
        value={form}
        options={bodyForms.map((value) => ({ value, label: t(`composer.form.${value}`) }))}
      />
      <TextArea
        name="body"
        label={t("composer.field.body")}
        rows={16}
        value={values.body ?? ""}
        maxlength={BODY_BYTES_MAX}
        data={
          form === "visual"
            ? { "mail-editor": `/groups/${group.slug}/mailings/editor.json`, "mail-slots": "" }
            : { "mail-source": form }
        }
        error={errors.body}
      />
      {mayManage ? (
        <CheckboxField
          name="isLocked"
          label={t("composer.kept.template.isLocked")}
          hint={t("composer.kept.template.isLockedHint")}
          checked={values.isLocked === "yes"}
          error={errors.isLocked}
        />
      ) : null}
    </>
  );
}

function SnippetFields(props: FormProps) {
  const { t, values, errors } = props;
  return (
    <>
      <NameField {...props} />
      <SelectField
        name="form"
        label={t("composer.field.form")}
        value={values.form ?? "markdown"}
        options={snippetForms.map((value) => ({ value, label: t(`composer.form.${value}`) }))}
      />
      <TextArea
        name="body"
        label={t("composer.field.body")}
        rows={12}
        value={values.body ?? ""}
        maxlength={SNIPPET_BYTES_MAX}
        required
        error={errors.body}
      />
      {values.name && !errors.name ? (
        <p class="soft small">
          {t("composer.kept.snippet.use")} <code>{`{% snippet "${values.name}" %}`}</code>
        </p>
      ) : null}
    </>
  );
}

import type { Child } from "hono/jsx";
import {
  BODY_BYTES_MAX,
  bodyForms,
  FROM_NAME_MAX,
  MAILING_TAG_MAX,
  MAILING_TAGS_MAX,
  type Mailing,
  type MailingVersion,
  NOTE_MAX,
  PREVIEW_MAX,
  SUBJECT_MAX,
  TITLE_MAX,
  VARIANTS_MAX,
} from "../mailings/types";
import { Disclosure } from "../ui/card";
import { AutosaveState } from "../ui/copy";
import { type FlashMessage, Notice } from "../ui/flash";
import {
  ErrorSummary,
  type FieldErrors,
  Form,
  HiddenField,
  SelectField,
  SubmitButton,
  TextArea,
  TextField,
} from "../ui/form";
import { localeNames, locales, type T } from "../ui/i18n";
import { PageHeader, Shell } from "../ui/layout";
import { PreviewPane } from "../ui/preview-pane";
import { Status } from "../ui/status";
import { When } from "../ui/when";
import { letterOf, MailingState, Steps } from "./parts";
import { type Language, nameOf, type Page } from "./web";

/** A version as its form holds it; `form` is "same" where a variant's body is the first one's. */
export type VersionForm = Omit<MailingVersion, "form" | "plain"> & {
  form: MailingVersion["form"] | "same";
  plain: string;
};

export type WriteProps = Page & {
  mailing: Mailing;
  /** As they were written: a variant may leave things open. */
  versions: readonly MailingVersion[];
  shown: VersionForm;
  /** Of the first variant, in the same language: what an open field means. */
  first: MailingVersion;
  href: string;
  errors: FieldErrors;
  /** What somebody else saved first. */
  conflict?: { by: string; at: number; theirs: MailingVersion };
  /** Who else has it open, in words; "" for nobody. */
  presence: string;
  mergeFields: readonly { name: string; label: string }[];
  flash?: FlashMessage;
};

/** The first step: the words, in every variant and language. */
export function WritePage(props: WriteProps) {
  const { t, frame, mailing, shown, href, flash } = props;
  const query = `?variant=${shown.variantNo}&language=${shown.language}`;
  return (
    <Shell
      {...frame}
      title={nameOf(t, mailing)}
      tab="mailings"
      flash={flash}
      scripts={["editor", "preview", "presence", "mail-form", "mail-editor"]}
    >
      <MailingHeader {...props} />
      <Steps t={t} href={href} current="write" />
      <p class="soft small" role="status" data-presence={`${href}/presence`}>
        {props.presence}
      </p>
      <div class="mail-choices">
        <Variants {...props} />
        <Languages {...props} />
      </div>
      <div class="editor split">
        <Form
          action={`${href}${query}`}
          data={{ editor: `${href}${query}` }}
          label={t("composer.steps.write")}
        >
          <ErrorSummary t={t} errors={props.errors} />
          {props.conflict ? <Conflict {...props} conflict={props.conflict} /> : null}
          <HiddenField name="version" value={String(shown.revision)} />
          <HeadFields {...props} />
          <BodyFields {...props} />
          <PlainField {...props} />
          <Bar {...props} previewHref={`${href}/preview${query}`} />
        </Form>
        <MailPreview t={t} url={`${href}/preview${query}`} />
      </div>
      <Names {...props} back="write" />
    </Shell>
  );
}

type HeaderProps = Page & { mailing: Mailing };

/** The top of every page of one mailing. */
export function MailingHeader({ t, group, mailing, actions }: HeaderProps & { actions?: Child }) {
  return (
    <PageHeader
      title={nameOf(t, mailing)}
      status={<MailingState t={t} status={mailing.status} />}
      lead={mailing.internalTitle !== "" && mailing.subject !== "" ? mailing.subject : undefined}
      back={{ href: `/groups/${group.slug}/mailings`, label: t("composer.list.title") }}
      actions={actions}
    />
  );
}

function Variants({ t, href, versions, shown, mayEdit }: WriteProps) {
  const numbers = [...new Set(versions.map(({ variantNo }) => variantNo))];
  return (
    <nav class="cluster" aria-label={t("composer.write.variants")}>
      {numbers.length > 1
        ? numbers.map((no) => (
            <a
              class="chip"
              href={`${href}?variant=${no}&language=${shown.language}`}
              aria-current={no === shown.variantNo ? "true" : undefined}
            >
              {t("composer.write.variant", { letter: letterOf(no) })}
            </a>
          ))
        : null}
      {mayEdit && numbers.length < VARIANTS_MAX ? (
        <Form action={`${href}/variants`} class="inline">
          <SubmitButton kind="quiet">
            {t(numbers.length > 1 ? "composer.write.addVariant" : "composer.write.testVariant")}
          </SubmitButton>
        </Form>
      ) : null}
      {mayEdit && shown.variantNo > 1 ? (
        <Form action={`${href}/variants/removal`} class="inline">
          <HiddenField name="variant" value={String(shown.variantNo)} />
          <SubmitButton
            kind="quiet"
            confirm={t("composer.write.removeVariantAsk", { letter: letterOf(shown.variantNo) })}
          >
            {t("composer.write.removeVariant", { letter: letterOf(shown.variantNo) })}
          </SubmitButton>
        </Form>
      ) : null}
    </nav>
  );
}

function Languages({ t, group, href, versions, shown, mayEdit }: WriteProps) {
  const there = locales.filter((language) => versions.some((each) => each.language === language));
  const missing = locales.filter((language) => !there.includes(language));
  const ofVariant = (language: Language) => `${href}?variant=${shown.variantNo}&language=${language}`;
  return (
    <nav class="cluster" aria-label={t("composer.write.languages")}>
      {there.length > 1
        ? there.map((language) => (
            <a
              class="chip"
              href={ofVariant(language)}
              aria-current={language === shown.language ? "true" : undefined}
            >
              {localeNames[language]}
            </a>
          ))
        : null}
      {mayEdit
        ? missing.map((language) => (
            <Form action={`${href}/languages`} class="inline">
              <HiddenField name="language" value={language} />
              <SubmitButton kind="quiet">
                {t("composer.write.addLanguage", { language: localeNames[language] })}
              </SubmitButton>
            </Form>
          ))
        : null}
      {mayEdit && shown.language !== group.locale ? (
        <Form action={`${href}/languages/removal`} class="inline">
          <HiddenField name="language" value={shown.language} />
          <SubmitButton
            kind="quiet"
            confirm={t("composer.write.removeLanguageAsk", { language: localeNames[shown.language] })}
          >
            {t("composer.write.removeLanguage", { language: localeNames[shown.language] })}
          </SubmitButton>
        </Form>
      ) : null}
    </nav>
  );
}

function Conflict({
  t,
  locale,
  now,
  timeZone,
  conflict,
}: WriteProps & { conflict: NonNullable<WriteProps["conflict"]> }) {
  const { by, at, theirs } = conflict;
  return (
    <Notice kind="warn" title={t("composer.conflict.title", { name: by })}>
      <p>
        {t("composer.conflict.text")} <When {...{ at, now, locale, timeZone }} form="relative" />
      </p>
      <dl class="versions">
        {(["subject", "fromName", "preview", "body"] as const).map((name) => (
          <div>
            <dt>{t(`composer.field.${name}`)}</dt>
            <dd dir="auto">{theirs[name]}</dd>
          </div>
        ))}
      </dl>
    </Notice>
  );
}

function HeadFields({ t, shown, first, errors }: WriteProps) {
  const isFirst = shown.variantNo === 1;
  const hint = (name: "fromName" | "subject" | "preview") =>
    isFirst || first[name] === ""
      ? t(`composer.hint.${name}`)
      : t("composer.hint.asFirst", { letter: "A", text: first[name] });
  return (
    <>
      <TextField
        name="fromName"
        label={t("composer.field.fromName")}
        hint={hint("fromName")}
        value={shown.fromName}
        maxlength={FROM_NAME_MAX}
        autocomplete="off"
        error={errors.fromName}
      />
      <TextField
        name="subject"
        label={t("composer.field.subject")}
        hint={hint("subject")}
        value={shown.subject}
        maxlength={SUBJECT_MAX}
        autocomplete="off"
        error={errors.subject}
      />
      <TextField
        name="preview"
        label={t("composer.field.preview")}
        hint={hint("preview")}
        optionalLabel={t("common.form.optional")}
        value={shown.preview}
        maxlength={PREVIEW_MAX}
        autocomplete="off"
        error={errors.preview}
      />
    </>
  );
}

function BodyFields(props: WriteProps) {
  const { t, shown, errors, mergeFields, group } = props;
  const forms = [...(shown.variantNo > 1 ? (["same"] as const) : []), ...bodyForms];
  return (
    <>
      <HiddenField name="bodyForm" value={shown.form} />
      <div class="mail-form" data-mail-form>
        <SelectField
          name="form"
          label={t("composer.field.form")}
          value={shown.form}
          options={forms.map((value) => ({ value, label: t(`composer.form.${value}`) }))}
        />
        <SubmitButton kind="quiet" name="do" value="form">
          {t("composer.write.changeForm")}
        </SubmitButton>
      </div>
      {shown.form === "same" ? (
        <HiddenField name="body" value="" />
      ) : (
        <TextArea
          name="body"
          label={t("composer.field.body")}
          hint={t(`composer.hint.${shown.form}`)}
          rows={shown.form === "visual" ? 14 : 20}
          value={shown.body}
          maxlength={BODY_BYTES_MAX}
          error={errors.body}
          data={
            shown.form === "visual"
              ? { "mail-editor": `/groups/${group.slug}/mailings/editor.json` }
              : { "mail-source": shown.form }
          }
        />
      )}
      {mergeFields.length > 0 ? (
        <Disclosure summary={t("composer.write.mergeFields")}>
          <p class="soft small">{t("composer.write.mergeFieldsText", { open: "{{", close: "}}" })}</p>
          <ul class="mail-merge">
            {mergeFields.map(({ name, label }) => (
              <li>
                <code>{name}</code> <span class="soft">{label}</span>
              </li>
            ))}
          </ul>
        </Disclosure>
      ) : null}
    </>
  );
}

function PlainField({ t, shown }: WriteProps) {
  if (shown.form === "same") return <HiddenField name="plain" value="" />;
  return (
    <Disclosure summary={t("composer.field.plain")} isOpen={shown.plain !== ""}>
      <TextArea
        name="plain"
        label={t("composer.field.plain")}
        isLabelHidden
        hint={t("composer.hint.plain")}
        rows={8}
        value={shown.plain}
        maxlength={BODY_BYTES_MAX}
      />
    </Disclosure>
  );
}

function Bar({ t, mailing, now, locale, timeZone, previewHref }: WriteProps & { previewHref: string }) {
  return (
    <div class="editor-bar button-row-sticky">
      <p class="editor-state">
        <Status>{t("composer.status.draft")}</Status>{" "}
        <span class="soft small" data-saved-at>
          {t("composer.write.savedAt")} <When at={mailing.updatedAt} {...{ now, locale, timeZone }} />
        </span>
      </p>
      <AutosaveState t={t} />
      <div class="button-row">
        <a class="button button-quiet" href={previewHref} target="_blank" rel="noopener">
          {t("composer.write.preview")}
        </a>
        <SubmitButton kind="secondary" name="do" value="save">
          {t("composer.write.save")}
        </SubmitButton>
        <SubmitButton name="do" value="next">
          {t("composer.write.next")}
        </SubmitButton>
      </div>
    </div>
  );
}

/** The mail as a phone or a computer shows it: a frame that may do nothing. */
export function MailPreview({ t, url, title }: { t: T; url: string; title?: string }) {
  return <PreviewPane {...{ t, url }} title={title ?? t("composer.write.previewTitle")} sandbox="" />;
}

/** What only organisers see of a mailing: how it is called, found and remembered. */
export function Names({
  t,
  mailing,
  href,
  mayEdit,
  back,
}: Page & { mailing: Mailing; href: string; back: string }) {
  if (!mayEdit) return null;
  const { internalTitle, tags, settings } = mailing;
  return (
    <Disclosure summary={t("composer.names.title")}>
      <Form action={`${href}/names`} class="form measure" label={t("composer.names.title")}>
        <HiddenField name="back" value={back} />
        <TextField
          name="internalTitle"
          label={t("composer.names.internalTitle")}
          hint={t("composer.names.internalTitleHint")}
          optionalLabel={t("common.form.optional")}
          value={internalTitle}
          maxlength={TITLE_MAX}
          autocomplete="off"
        />
        <TextField
          name="tags"
          label={t("composer.names.tags")}
          hint={t("composer.names.tagsHint")}
          optionalLabel={t("common.form.optional")}
          value={tags.join(", ")}
          maxlength={MAILING_TAG_MAX * MAILING_TAGS_MAX}
          autocomplete="off"
        />
        <TextArea
          name="note"
          label={t("composer.names.note")}
          optionalLabel={t("common.form.optional")}
          rows={3}
          value={settings.note}
          maxlength={NOTE_MAX}
        />
        <SubmitButton kind="secondary">{t("composer.names.save")}</SubmitButton>
      </Form>
      <div class="cluster">
        <Form action={`${href}/copies`} class="inline">
          <HiddenField name="for" value="same" />
          <SubmitButton kind="quiet">{t("composer.copy.same")}</SubmitButton>
        </Form>
        <Form action={`${href}/template`} class="inline">
          <SubmitButton kind="quiet">{t("composer.names.template")}</SubmitButton>
        </Form>
        {mailing.status === "draft" || mailing.status === "sent" || mailing.status === "stopped" ? (
          <Form action={`${href}/hiding`} class="inline">
            <SubmitButton kind="quiet">{t("composer.names.hide")}</SubmitButton>
          </Form>
        ) : null}
      </div>
    </Disclosure>
  );
}

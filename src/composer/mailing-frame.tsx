import type { Child } from "hono/jsx";
import { MAILING_TAG_MAX, MAILING_TAGS_MAX, type Mailing, NOTE_MAX, TITLE_MAX } from "../mailings/types";
import { Disclosure } from "../ui/card";
import { Form, HiddenField, SubmitButton, TextArea, TextField } from "../ui/form";
import type { T } from "../ui/i18n";
import { PageHeader } from "../ui/layout";
import { PreviewPane } from "../ui/preview-pane";
import { MailingState } from "./parts";
import { nameOf, type Page } from "./web";

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
        <HiddenField name="had" value={tags.join(", ")} />
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

import { escapeHtml } from "../mailings/content/liquid";
import { PICTURE_ALT_MAX, type Picture } from "../mailings/types";
import { Disclosure } from "../ui/card";
import { CopyButton } from "../ui/copy";
import type { FlashMessage } from "../ui/flash";
import {
  ButtonRow,
  CheckboxField,
  ErrorSummary,
  type FieldErrors,
  FileField,
  Form,
  SubmitButton,
  TextField,
} from "../ui/form";
import { formatNumber } from "../ui/format";
import { PageHeader, Section, Shell } from "../ui/layout";
import { MailingTabs } from "../ui/mailing-tabs";
import { EmptyState, Pager } from "../ui/table";
import type { Page } from "./web";

/** A picture with where it is: below the group's origin, and as a mail elsewhere would name it. */
export type ShownPicture = Picture & { path: string; address: string };

type PicturesProps = Page & {
  pictures: readonly ShownPicture[];
  /** As it was typed with a picture that was refused. */
  alt: string;
  errors: FieldErrors;
  after?: string;
  flash?: FlashMessage;
};

/** The library of pictures: adding one, and the address of each, for mails written in Markdown or HTML. */
export function PicturesPage(props: PicturesProps) {
  const { t, group, frame, pictures, mayEdit, flash, after } = props;
  const base = `/groups/${group.slug}/mailings/pictures`;
  return (
    <Shell {...frame} title={t("composer.tabs.pictures")} tab="mailings" flash={flash} scripts={["resize"]}>
      <PageHeader title={t("composer.tabs.pictures")} lead={t("composer.pictures.lead")} />
      <MailingTabs t={t} slug={group.slug} current="pictures" closedTabs={frame.closedTabs} />
      {mayEdit ? <Upload {...props} base={base} /> : null}
      {pictures.length === 0 ? (
        <EmptyState title={t("composer.pictures.empty")} text={t("composer.pictures.emptyText")} />
      ) : (
        <Section title={t("composer.pictures.there")}>
          <ul class="mail-pictures">
            {pictures.map((picture) => (
              <li class="card">
                <PictureCard {...props} base={base} picture={picture} />
              </li>
            ))}
          </ul>
          <Pager t={t} {...(after ? { after } : {})} />
        </Section>
      )}
    </Shell>
  );
}

type WithBase = PicturesProps & { base: string };

function Upload({ t, base, alt, errors }: WithBase) {
  return (
    <Section title={t("composer.pictures.add")}>
      <ErrorSummary t={t} errors={errors} />
      <Form
        action={base}
        enctype="multipart/form-data"
        class="form measure"
        label={t("composer.pictures.add")}
      >
        <FileField
          name="picture"
          label={t("composer.pictures.file")}
          hint={t("composer.pictures.fileHint")}
          accept="image/png,image/jpeg,image/webp,image/gif"
          data={{ resize: "1200", formats: "mail" }}
          error={errors.picture}
        />
        <TextField
          name="alt"
          label={t("composer.pictures.alt")}
          hint={t("composer.pictures.altHint")}
          value={alt}
          maxlength={PICTURE_ALT_MAX}
          autocomplete="off"
          error={errors.alt}
        />
        <CheckboxField
          name="isDecoration"
          label={t("composer.pictures.isDecoration")}
          hint={t("composer.pictures.isDecorationHint")}
        />
        <ButtonRow>
          <SubmitButton>{t("composer.pictures.add")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}

function PictureCard({ t, locale, base, picture, mayEdit }: WithBase & { picture: ShownPicture }) {
  const { id, alt, width, height, address, bytes } = picture;
  const size = t("composer.pictures.size", {
    width: formatNumber(width, locale),
    height: formatNumber(height, locale),
    kilobytes: formatNumber(Math.ceil(bytes / 1024), locale),
  });
  return (
    <>
      <div class="mail-picture">
        <img src={address} alt={alt} width={width} height={height} loading="lazy" />
      </div>
      <p dir="auto">{alt === "" ? <span class="soft">{t("composer.pictures.decoration")}</span> : alt}</p>
      <p class="soft small">{size}</p>
      <Disclosure summary={t("composer.pictures.use")}>
        <div class="form">
          <Code t={t} label={t("composer.pictures.address")} text={address} />
          <Code t={t} label="Markdown" text={`![${alt.replace(/[[\]\\]/g, "")}](${address})`} />
          <Code t={t} label="HTML" text={`<img src="${address}" alt="${escapeHtml(alt)}">`} />
        </div>
      </Disclosure>
      {mayEdit ? (
        <Disclosure summary={t("composer.pictures.change")}>
          <div class="form">
            <Form action={`${base}/${id}`} class="form" label={t("composer.pictures.alt")}>
              <div class="field">
                <label for={`alt-${id}`}>{t("composer.pictures.alt")}</label>
                <input
                  class="input"
                  id={`alt-${id}`}
                  name="alt"
                  value={alt}
                  maxlength={PICTURE_ALT_MAX}
                  autocomplete="off"
                />
              </div>
              <SubmitButton kind="secondary">{t("composer.kept.save")}</SubmitButton>
            </Form>
            <Form action={`${base}/${id}/removal`} class="inline">
              <SubmitButton kind="quiet">
                {t("composer.kept.remove")}
                <span class="visually-hidden"> {alt}</span>
              </SubmitButton>
            </Form>
          </div>
        </Disclosure>
      ) : null}
    </>
  );
}

function Code({ t, label, text }: Pick<WithBase, "t"> & { label: string; text: string }) {
  return (
    <div>
      <p class="small soft">{label}</p>
      <div class="copy-field">
        <code class="address">{text}</code>
        <CopyButton t={t} text={text} />
      </div>
    </div>
  );
}

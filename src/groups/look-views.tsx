import { Disclosure } from "../ui/card";
import { CopyField } from "../ui/copy";
import type { FlashMessage } from "../ui/flash";
import {
  ButtonRow,
  ErrorSummary,
  FileField,
  Form,
  RadioGroup,
  SubmitButton,
  TextArea,
  TextField,
} from "../ui/form";
import { PageHeader, Section, Shell } from "../ui/layout";
import { PreviewPane } from "../ui/preview-pane";
import { DEFAULT_ACCENT, type Font, fontStacks } from "../ui/theme";
import { ColourReport } from "./look-colour";
import { type Group, LOGO_ALT_MAX, WRAPPER_CSS_MAX, WRAPPER_HTML_MAX } from "./types";
import { type Frame, type GroupFields, SettingsNav } from "./views";

export type LooksPageProps = GroupFields & {
  frame: Frame;
  group: Group;
  siteUrl: string;
  previewUrl: string;
  isDraft: boolean;
  hasPrevious: boolean;
  /** A picture just uploaded, as `<name>/<width>x<height>`. */
  file: string | undefined;
  flash: FlashMessage | undefined;
};

/** Where a group's pages get their colour, font, logo, and what partners put around them. */
export function LooksPage(props: LooksPageProps) {
  const { t, frame, group, siteUrl, errors, flash } = props;
  return (
    <Shell {...frame} title={t("looks.title")} tab="settings" flash={flash} scripts={["preview", "resize"]}>
      <PageHeader title={t("looks.title")} lead={<a href={siteUrl}>{siteUrl}</a>} />
      <SettingsNav t={t} slug={group.slug} current="looks" />
      <ErrorSummary t={t} errors={errors} />
      <div class="editor split">
        <div class="stack">
          <LookForm {...props} />
          <LogoSection {...props} />
          <PictureSection {...props} />
        </div>
        <PreviewPane t={props.t} url={props.previewUrl} />
      </div>
    </Shell>
  );
}

const fonts = Object.keys(fontStacks).filter((name): name is Font => name in fontStacks);

function LookForm(props: LooksPageProps) {
  const { t, group, values, errors, isDraft, hasPrevious, previewUrl } = props;
  const base = `/groups/${group.slug}/settings/looks`;
  return (
    <>
      <Form class="form measure" action={base} label={t("looks.title")}>
        <TextField
          name="accent"
          label={t("groups.fields.accent")}
          hint={t("groups.fields.accentHint", { example: DEFAULT_ACCENT })}
          optionalLabel={t("common.form.optional")}
          value={values.accent ?? ""}
          maxlength={7}
          width="short"
          spellcheck={false}
          autocapitalize="none"
          error={errors.accent}
        />
        <ColourReport {...props} />
        <RadioGroup
          name="font"
          legend={t("looks.font")}
          hint={t("looks.fontHint")}
          value={values.font ?? "system"}
          options={fonts.map((name) => ({ value: name, label: t(`looks.fonts.${name}`) }))}
          error={errors.font}
        />
        <WrapperFields {...props} />
        <ButtonRow>
          <SubmitButton name="do" value="publish">
            {t("looks.publish")}
          </SubmitButton>
          <SubmitButton kind="secondary" name="do" value="preview">
            {t("looks.preview")}
          </SubmitButton>
          {isDraft ? (
            <SubmitButton kind="quiet" name="do" value="forget">
              {t("looks.forget")}
            </SubmitButton>
          ) : null}
        </ButtonRow>
      </Form>
      <p class="soft small">
        {t(isDraft ? "looks.previewDraft" : "looks.previewLive")}{" "}
        <a href={previewUrl} target="_blank" rel="noopener">
          {t("looks.previewOpen")}
        </a>
      </p>
      {hasPrevious ? (
        <Form class="cluster" action={`${base}/undo`} label={t("looks.undo")}>
          <SubmitButton kind="quiet">{t("looks.undo")}</SubmitButton>
        </Form>
      ) : null}
    </>
  );
}

function WrapperFields({ t, values, errors }: LooksPageProps) {
  const isOpen = ["header", "footer", "css"].some((name) => (values[name] ?? "") !== "" || errors[name]);
  const area = { optionalLabel: t("common.form.optional"), spellcheck: false } as const;
  return (
    <Disclosure summary={t("looks.wrapper")} isOpen={isOpen}>
      <div class="form">
        <p class="hint">{t("looks.wrapperAbout")}</p>
        <TextArea
          {...area}
          name="header"
          label={t("looks.header")}
          hint={t("looks.headerHint")}
          value={values.header ?? ""}
          rows={6}
          maxlength={WRAPPER_HTML_MAX}
          error={errors.header}
        />
        <TextArea
          {...area}
          name="footer"
          label={t("looks.footer")}
          hint={t("looks.footerHint")}
          value={values.footer ?? ""}
          rows={6}
          maxlength={WRAPPER_HTML_MAX}
          error={errors.footer}
        />
        <TextArea
          {...area}
          name="css"
          label={t("looks.css")}
          hint={t("looks.cssHint")}
          value={values.css ?? ""}
          rows={8}
          maxlength={WRAPPER_CSS_MAX}
          error={errors.css}
        />
        <p class="hint">{t("looks.weight")}</p>
      </div>
    </Disclosure>
  );
}

function LogoSection({ t, group, values, errors }: LooksPageProps) {
  const base = `/groups/${group.slug}/settings/looks/logo`;
  const { logo, logoAlt, logoWidth, logoHeight } = group.settings;
  const hasLogo = logo !== "";
  return (
    <Section title={t("groups.logo.title")} id="logo" text={t("groups.logo.text")}>
      {hasLogo ? (
        <p>
          <img
            class="logo-shown"
            src={`${base}?v=${encodeURIComponent(logo)}`}
            alt={logoAlt || t("groups.logo.alt", { group: group.name })}
            width={logoWidth || undefined}
            height={logoHeight || undefined}
          />
        </p>
      ) : null}
      <Form class="form measure" action={base} enctype="multipart/form-data" label={t("groups.logo.title")}>
        <FileField
          name="logo"
          label={t("groups.logo.file")}
          hint={t("groups.logo.hint")}
          accept="image/png,image/jpeg,image/webp,image/gif"
          data={{ resize: "800" }}
          error={errors.logo}
        />
        <TextField
          name="logoAlt"
          label={t("looks.logoAlt")}
          hint={t("looks.logoAltHint")}
          value={values.logoAlt ?? logoAlt}
          maxlength={LOGO_ALT_MAX}
          error={errors.logoAlt}
        />
        <ButtonRow>
          <SubmitButton kind="secondary">{t(hasLogo ? "looks.logoSave" : "groups.logo.add")}</SubmitButton>
        </ButtonRow>
      </Form>
      {hasLogo ? (
        <Form action={`${base}/removal`} class="cluster" label={t("groups.logo.remove")}>
          <SubmitButton kind="quiet">{t("groups.logo.remove")}</SubmitButton>
        </Form>
      ) : null}
    </Section>
  );
}

function PictureSection({ t, group, errors, file }: LooksPageProps) {
  const [name, size = ""] = file?.split("/") ?? [];
  const [width, height] = size.split("x");
  return (
    <Section title={t("looks.picture.title")} id="pictures" text={t("looks.picture.text")}>
      {name ? (
        <CopyField
          t={t}
          name="pictureCode"
          label={t("looks.picture.code")}
          value={`<img src="/files/images/${name}" width="${width}" height="${height}" alt="">`}
        />
      ) : null}
      <Form
        class="form measure"
        action={`/groups/${group.slug}/settings/looks/pictures`}
        enctype="multipart/form-data"
        label={t("looks.picture.title")}
      >
        <FileField
          name="picture"
          label={t("groups.logo.file")}
          hint={t("looks.picture.hint")}
          accept="image/png,image/jpeg,image/webp,image/gif"
          data={{ resize: "1600" }}
          error={errors.picture}
        />
        <ButtonRow>
          <SubmitButton kind="secondary">{t("looks.picture.add")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}

import { type FlashMessage, Notice } from "../ui/flash";
import {
  ButtonRow,
  CheckboxField,
  ErrorSummary,
  Form,
  RadioGroup,
  SubmitButton,
  TextArea,
  TextField,
} from "../ui/form";
import { PageHeader, Section, Shell } from "../ui/layout";
import {
  CONSENT_TEXT_MAX,
  DESCRIPTION_MAX,
  EMBED_SITES_TEXT_MAX,
  type Group,
  optInModes,
  POSTAL_ADDRESS_MAX,
  URL_MAX,
} from "./types";
import { type Frame, type GroupFields, NameField, PlaceFields, SettingsNav } from "./views";

type SettingsPageProps = GroupFields & { frame: Frame; group: Group; siteUrl: string; flash?: FlashMessage };

export function SettingsPage(props: SettingsPageProps) {
  const { t, frame, group, siteUrl, errors, flash } = props;
  return (
    <Shell {...frame} title={t("groups.settings.title")} tab="settings" flash={flash}>
      <PageHeader title={t("groups.settings.title")} lead={<a href={siteUrl}>{siteUrl}</a>} />
      <SettingsNav t={t} slug={group.slug} current="settings" />
      {group.status === "active" ? null : (
        <Notice kind="warn">
          <p>{t(`groups.status.${group.status}`)}</p>
        </Notice>
      )}
      <ErrorSummary t={t} errors={errors} />
      <Form class="form measure" action={`/groups/${group.slug}/settings`} label={t("groups.settings.title")}>
        <PageFields {...props} />
        <ConsentFields {...props} />
        <Section title={t("groups.settings.place")}>
          <TextArea
            name="postalAddress"
            label={t("groups.fields.postalAddress")}
            hint={t("groups.fields.postalAddressHint")}
            optionalLabel={t("common.form.optional")}
            value={props.values.postalAddress ?? ""}
            rows={3}
            maxlength={POSTAL_ADDRESS_MAX}
            error={errors.postalAddress}
          />
          <PlaceFields {...props} />
        </Section>
        <EmbedFields {...props} />
        <RecoveryFields {...props} />
        <ButtonRow isSticky>
          <SubmitButton>{t("common.form.saveChanges")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Shell>
  );
}

function PageFields(props: SettingsPageProps) {
  const { t, values, errors } = props;
  const optionalLabel = t("common.form.optional");
  const url = { type: "url", inputmode: "url", maxlength: URL_MAX, optionalLabel } as const;
  return (
    <Section title={t("groups.settings.page")}>
      <NameField {...props} />
      <TextArea
        name="description"
        label={t("groups.fields.description")}
        hint={t("groups.fields.descriptionHint")}
        optionalLabel={optionalLabel}
        value={values.description ?? ""}
        maxlength={DESCRIPTION_MAX}
        error={errors.description}
      />
      <TextField
        {...url}
        name="website"
        label={t("groups.fields.website")}
        value={values.website ?? ""}
        error={errors.website}
      />
      <TextField
        {...url}
        name="privacyUrl"
        label={t("groups.fields.privacyUrl")}
        hint={t("groups.fields.privacyUrlHint")}
        value={values.privacyUrl ?? ""}
        error={errors.privacyUrl}
      />
      <TextField
        name="replyTo"
        type="email"
        inputmode="email"
        label={t("groups.fields.replyTo")}
        hint={t("groups.fields.replyToHint")}
        optionalLabel={optionalLabel}
        value={values.replyTo ?? ""}
        error={errors.replyTo}
      />
    </Section>
  );
}

function ConsentFields({ t, values, errors }: SettingsPageProps) {
  return (
    <Section title={t("groups.settings.consent")} text={t("groups.settings.consentAbout")}>
      <RadioGroup
        name="optInMode"
        legend={t("groups.fields.optInMode")}
        value={values.optInMode}
        options={optInModes.map((mode) => ({
          value: mode,
          label: t(`groups.optIn.${mode}.label`),
          hint: t(`groups.optIn.${mode}.hint`),
        }))}
        error={errors.optInMode}
      />
      <TextField
        name="consentText"
        label={t("groups.fields.consentText")}
        hint={t("groups.fields.consentTextHint")}
        optionalLabel={t("common.form.optional")}
        value={values.consentText ?? ""}
        maxlength={CONSENT_TEXT_MAX}
        error={errors.consentText}
      />
    </Section>
  );
}

function EmbedFields({ t, values, errors }: SettingsPageProps) {
  return (
    <Section title={t("embeds.sites.title")} id="embeds" text={t("embeds.sites.about")}>
      <TextArea
        name="embedSites"
        label={t("embeds.sites.label")}
        hint={t("embeds.sites.hint")}
        optionalLabel={t("common.form.optional")}
        value={values.embedSites ?? ""}
        rows={3}
        maxlength={EMBED_SITES_TEXT_MAX}
        spellcheck={false}
        error={errors.embedSites}
      />
    </Section>
  );
}

function RecoveryFields({ t, values, errors }: SettingsPageProps) {
  return (
    <Section title={t("groups.settings.recovery")} text={t("groups.settings.recoveryAbout")}>
      <CheckboxField
        name="keepsForRecovery"
        label={t("groups.fields.keepsForRecovery")}
        hint={t("groups.fields.keepsForRecoveryHint")}
        checked={values.keepsForRecovery === "yes"}
        error={errors.keepsForRecovery}
      />
    </Section>
  );
}

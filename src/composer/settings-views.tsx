import { type MailSettings, type Member, SIGN_OFF_MAX } from "../groups/types";
import { FROM_NAME_MAX } from "../mailings/types";
import type { FlashMessage } from "../ui/flash";
import {
  ButtonRow,
  CheckboxField,
  ErrorSummary,
  type FieldErrors,
  Form,
  RadioGroup,
  SelectField,
  SubmitButton,
  TextArea,
  TextField,
} from "../ui/form";
import { PageHeader, Section, Shell } from "../ui/layout";
import { MailingTabs } from "../ui/mailing-tabs";
import { DataTable } from "../ui/table";
import type { Page } from "./web";

/** As the form holds them: numbers as they were typed. */
export type SettingsValues = Record<keyof MailSettings, string>;

type SettingsProps = Page & {
  values: SettingsValues;
  errors: FieldErrors;
  wrappers: readonly { no: number; name: string }[];
  /** Saved ones that are shared. */
  audiences: readonly { no: number; name: string }[];
  /** Members whose role may write mailings but not send them. */
  organisers: readonly Member[];
  mayCeil: boolean;
  flash?: FlashMessage;
};

/** What a group decides about all of its mailings. */
export function MailSettingsPage(props: SettingsProps) {
  const { t, group, frame, errors, flash } = props;
  const base = `/groups/${group.slug}/mailings/settings`;
  return (
    <Shell {...frame} title={t("composer.tabs.settings")} tab="mailings" flash={flash}>
      <PageHeader title={t("composer.groupSettings.title")} lead={t("composer.groupSettings.lead")} />
      <MailingTabs t={t} slug={group.slug} current="settings" closedTabs={frame.closedTabs} />
      <ErrorSummary t={t} errors={errors} />
      <Form class="form measure" action={base} label={t("composer.groupSettings.title")}>
        <SenderFields {...props} />
        <AudienceFields {...props} />
        <SafetyFields {...props} />
        <TrackingFields {...props} />
        <ButtonRow isSticky>
          <SubmitButton>{t("common.form.saveChanges")}</SubmitButton>
        </ButtonRow>
      </Form>
      <Ceilings {...props} base={base} />
      <Section title={t("inbound.silence.title")} text={t("inbound.silence.lead")}>
        <p>
          <a href={`/groups/${group.slug}/mailings/silence`}>{t("inbound.silence.rule")}</a>
        </p>
      </Section>
    </Shell>
  );
}

function SenderFields({ t, group, values, errors, wrappers }: SettingsProps) {
  return (
    <Section title={t("composer.groupSettings.from")}>
      <TextField
        name="fromName"
        label={t("composer.field.fromName")}
        hint={t("composer.groupSettings.fromNameHint", { group: group.name })}
        optionalLabel={t("common.form.optional")}
        value={values.fromName}
        maxlength={FROM_NAME_MAX}
        autocomplete="organization"
        error={errors.fromName}
      />
      <TextArea
        name="signOff"
        label={t("composer.groupSettings.signOff")}
        hint={t("composer.groupSettings.signOffHint", { open: "{{", close: "}}" })}
        optionalLabel={t("common.form.optional")}
        rows={3}
        value={values.signOff}
        maxlength={SIGN_OFF_MAX}
        error={errors.signOff}
      />
      <SelectField
        name="wrapperNo"
        label={t("composer.groupSettings.wrapper")}
        value={values.wrapperNo}
        blank={t("composer.settings.noWrapper")}
        options={wrappers.map(({ no, name }) => ({ value: String(no), label: name }))}
      />
      <RadioGroup
        name="replies"
        legend={t("composer.groupSettings.replies")}
        value={values.replies}
        options={(["forward", "keep"] as const).map((value) => ({
          value,
          label: t(`composer.groupSettings.repliesTo.${value}`),
          hint: t(`composer.groupSettings.repliesHint.${value}`),
        }))}
        error={errors.replies}
      />
    </Section>
  );
}

function AudienceFields({ t, values, audiences }: SettingsProps) {
  const options = audiences.map(({ no, name }) => ({ value: String(no), label: name }));
  return (
    <Section title={t("composer.groupSettings.audience")} text={t("composer.groupSettings.audienceText")}>
      <SelectField
        name="includeNo"
        label={t("composer.groupSettings.include")}
        value={values.includeNo}
        blank={t("composer.groupSettings.includeAll")}
        options={options}
      />
      <SelectField
        name="excludeNo"
        label={t("composer.groupSettings.exclude")}
        value={values.excludeNo}
        blank={t("composer.groupSettings.excludeNone")}
        options={options}
      />
    </Section>
  );
}

function SafetyFields({ t, values, errors }: SettingsProps) {
  const number = { inputmode: "numeric", width: "short", autocomplete: "off" } as const;
  return (
    <Section title={t("composer.groupSettings.safety")}>
      <TextField
        {...number}
        name="weeklyMax"
        label={t("composer.groupSettings.weeklyMax")}
        hint={t("composer.groupSettings.weeklyMaxHint")}
        value={values.weeklyMax}
        error={errors.weeklyMax}
      />
      <TextField
        {...number}
        name="approvalFrom"
        label={t("composer.groupSettings.approvalFrom")}
        hint={t("composer.groupSettings.approvalFromHint")}
        value={values.approvalFrom}
        error={errors.approvalFrom}
      />
      <TextField
        {...number}
        name="undoMinutes"
        label={t("composer.groupSettings.undoMinutes")}
        hint={t("composer.groupSettings.undoMinutesHint")}
        value={values.undoMinutes}
        error={errors.undoMinutes}
      />
      <CheckboxField
        name="doubleOptIn"
        label={t("composer.groupSettings.doubleOptIn")}
        hint={t("composer.groupSettings.doubleOptInHint")}
        checked={values.doubleOptIn === "yes"}
      />
      <TextField
        {...number}
        name="confirmationReminders"
        label={t("composer.groupSettings.confirmationReminders")}
        hint={t("composer.groupSettings.confirmationRemindersHint")}
        value={values.confirmationReminders}
        error={errors.confirmationReminders}
      />
    </Section>
  );
}

function TrackingFields({ t, values }: SettingsProps) {
  return (
    <Section title={t("composer.groupSettings.tracking")} text={t("composer.groupSettings.trackingText")}>
      <CheckboxField
        name="tracksOpens"
        label={t("composer.settings.tracksOpens")}
        checked={values.tracksOpens === "yes"}
      />
      <CheckboxField
        name="tracksClicks"
        label={t("composer.settings.tracksClicks")}
        checked={values.tracksClicks === "yes"}
      />
    </Section>
  );
}

function Ceilings({ t, organisers, mayCeil, base, errors }: SettingsProps & { base: string }) {
  if (!mayCeil) return null;
  return (
    <Section
      title={t("composer.ceilings.title")}
      id="ceilings"
      text={organisers.length === 0 ? t("composer.ceilings.nobody") : t("composer.ceilings.text")}
    >
      <DataTable<Member>
        caption={t("composer.ceilings.title")}
        isCaptionHidden
        rows={organisers}
        empty={null}
        columns={[
          {
            key: "name",
            title: t("groups.members.name"),
            isName: true,
            cell: ({ name, email }) => (
              <span class="person">
                <span dir="auto">{name || email}</span>
                {name ? <span class="soft small">{email}</span> : null}
              </span>
            ),
          },
          {
            key: "ceiling",
            title: t("composer.ceilings.ceiling"),
            cell: ({ accountNo, name, email, mailCeiling }) => (
              <Form
                action={`${base}/ceilings/${accountNo}`}
                class="cluster"
                label={t("composer.ceilings.of", { name: name || email })}
              >
                <input
                  class="input input-short"
                  name="ceiling"
                  inputmode="numeric"
                  autocomplete="off"
                  value={mailCeiling === null ? "" : String(mailCeiling)}
                  aria-label={t("composer.ceilings.of", { name: name || email })}
                  aria-invalid={errors[`ceiling-${accountNo}`] ? "true" : undefined}
                />
                <SubmitButton kind="quiet">{t("composer.ceilings.save")}</SubmitButton>
              </Form>
            ),
          },
        ]}
      />
    </Section>
  );
}

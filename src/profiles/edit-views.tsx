import { DETAIL_MAX, type PersonRow } from "../people/edit";
import { type DetailField, type Details, detailFields } from "../people/types";
import { countriesIn } from "../platform/countries";
import { type FormValues, single } from "../platform/forms";
import { timeZonesWith } from "../platform/time-zones";
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
  TextField,
} from "../ui/form";
import { type Locale, localeNames, locales, type T } from "../ui/i18n";
import { PageHeader, Shell } from "../ui/layout";
import { PeopleTabs } from "../ui/people-tabs";
import { nameOf, type PeopleFrame, personHref } from "./web";

const REASON_MAX = 300;

type DetailProps = {
  t: T;
  locale: Locale;
  errors: FieldErrors;
  value(name: DetailField): string;
  hasMoveHint: boolean;
};

function DetailFields({ t, locale, errors, value, hasMoveHint }: DetailProps) {
  const text = (name: DetailField, hint?: string) => (
    <TextField
      name={name}
      label={t(`profiles.details.${name}`)}
      hint={hint}
      value={value(name)}
      error={errors[name]}
      maxlength={DETAIL_MAX[name]}
      autocomplete="off"
    />
  );
  return (
    <>
      <div class="pairs">
        {text("givenName")}
        {text("familyName")}
      </div>
      {text("preferredName", t("profiles.edit.preferredNameHint"))}
      {text("postalCode", hasMoveHint ? t("profiles.edit.moveHint") : undefined)}
      {text("street")}
      <div class="pairs">
        {text("locality")}
        {text("region")}
      </div>
      <div class="pairs">
        <SelectField
          name="country"
          label={t("profiles.details.country")}
          value={value("country")}
          error={errors.country}
          blank={t("profiles.fields.blank")}
          options={countriesIn(locale).map(({ code, name }) => ({ value: code, label: name }))}
        />
        <SelectField
          name="language"
          label={t("profiles.details.language")}
          value={value("language")}
          error={errors.language}
          blank={t("profiles.fields.blank")}
          options={locales.map((code) => ({ value: code, label: localeNames[code] }))}
        />
      </div>
      <SelectField
        name="timeZone"
        label={t("profiles.details.timeZone")}
        hint={t("profiles.edit.timeZoneHint")}
        value={value("timeZone")}
        error={errors.timeZone}
        blank={t("profiles.edit.timeZoneByPlace")}
        options={timeZonesWith(value("timeZone")).map((zone) => ({ value: zone, label: zone }))}
      />
    </>
  );
}

export function AddPage(
  props: PeopleFrame & {
    values: FormValues;
    errors: FieldErrors;
    country: string;
    known?: PersonRow | undefined;
  },
) {
  const { t, locale, frame, group, values, errors, country } = props;
  const href = `/groups/${group.slug}/people`;
  const value = (name: string) => single(values, name) || (name === "country" ? country : "");
  return (
    <Shell {...frame} title={t("profiles.add.title")} group={group} tab="people">
      <PageHeader
        title={t("profiles.add.title")}
        lead={t("profiles.add.lead")}
        back={{ href, label: t("common.nav.people") }}
      />
      <PeopleTabs t={t} slug={group.slug} current="people" />
      <ErrorSummary t={t} errors={errors} />
      <Form class="form measure" action={href} label={t("profiles.add.title")}>
        <TextField
          name="email"
          type="email"
          label={t("profiles.details.email")}
          value={value("email")}
          error={errors.email}
          maxlength={254}
          autocomplete="off"
        />
        <TextField
          name="phone"
          type="tel"
          label={t("profiles.details.phone")}
          value={value("phone")}
          error={errors.phone}
          maxlength={40}
          autocomplete="off"
        />
        <DetailFields {...{ t, locale, errors, value }} hasMoveHint={false} />
        <CheckboxField
          name="subscribe"
          label={t("profiles.add.subscribe")}
          hint={t("profiles.add.subscribeHint")}
          checked={value("subscribe") === "yes"}
        />
        <TextField
          name="reason"
          label={t("profiles.subscriptions.reason")}
          hint={t("profiles.subscriptions.reasonHint")}
          value={value("reason")}
          error={errors.reason}
          maxlength={REASON_MAX}
          autocomplete="off"
        />
        <ButtonRow>
          <SubmitButton>{t("profiles.add.button")}</SubmitButton>
          <ButtonLink kind="secondary" href={href}>
            {t("common.form.cancel")}
          </ButtonLink>
        </ButtonRow>
      </Form>
    </Shell>
  );
}

export function EditPage(
  props: PeopleFrame & { person: PersonRow; was: Details; values: FormValues; errors: FieldErrors },
) {
  const { t, locale, frame, group, person, was, values, errors } = props;
  const href = personHref(group, person);
  const isSent = Object.keys(errors).length > 0;
  const value = (name: DetailField) => (isSent ? single(values, name) : was[name]);
  // What was there when the editor began, also after a refusal: what they left alone is not theirs.
  const before = (name: DetailField) => (isSent ? single(values, `was.${name}`) : was[name]);
  return (
    <Shell {...frame} title={t("profiles.edit.title")} group={group} tab="people">
      <PageHeader
        title={t("profiles.edit.title")}
        lead={nameOf(person) || person.email}
        back={{ href, label: t("common.form.back") }}
      />
      <PeopleTabs t={t} slug={group.slug} current="people" />
      <ErrorSummary t={t} errors={errors} />
      <Form class="form measure" action={`${href}/edit`} label={t("profiles.edit.title")}>
        {detailFields.map((name) => (
          <HiddenField name={`was.${name}`} value={before(name)} />
        ))}
        <DetailFields {...{ t, locale, errors, value }} hasMoveHint={was.postalCode !== ""} />
        <ButtonRow>
          <SubmitButton>{t("common.form.saveChanges")}</SubmitButton>
          <ButtonLink kind="secondary" href={href}>
            {t("common.form.cancel")}
          </ButtonLink>
        </ButtonRow>
      </Form>
    </Shell>
  );
}

import { countriesIn } from "../platform/countries";
import { currenciesIn } from "../platform/currencies";
import { timeZonesWith } from "../platform/time-zones";
import { Disclosure } from "../ui/card";
import {
  ButtonRow,
  ErrorSummary,
  type FieldErrors,
  Form,
  SelectField,
  SubmitButton,
  TextField,
} from "../ui/form";
import { type Locale, localeNames, locales, type T } from "../ui/i18n";
import { PageHeader, Shell, type ShellProps } from "../ui/layout";
import { settingsPages } from "../ui/settings-pages";
import { GROUP_NAME_MAX, GROUP_SLUG_MAX } from "./types";

export type Frame = Omit<ShellProps, "title" | "children" | "flash" | "tab">;

/** What a form holds, by field: from the group, or as it was sent and refused. */
export type Values = Record<string, string>;

export type GroupFields = { t: T; locale: Locale; values: Values; errors: FieldErrors };

type NewGroupPageProps = GroupFields & { frame: Frame; rootDomain: string };

/** One screen, most of it filled in: a name is enough. */
export function NewGroupPage({ t, locale, frame, values, errors, rootDomain }: NewGroupPageProps) {
  const fields = { t, locale, values, errors };
  return (
    <Shell {...frame} title={t("groups.new.title")} scripts={["slug"]}>
      <PageHeader title={t("groups.new.title")} lead={t("groups.new.lead")} />
      <ErrorSummary t={t} errors={errors} />
      <Form class="form measure" action="/groups/new" label={t("groups.new.title")}>
        <NameField {...fields} />
        <TextField
          name="slug"
          label={t("groups.fields.slug")}
          hint={t("groups.fields.slugHint")}
          optionalLabel={t("common.form.optional")}
          value={values.slug ?? ""}
          suffix={`.${rootDomain}`}
          maxlength={GROUP_SLUG_MAX}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          error={errors.slug}
          data={{ "slug-of": "name" }}
        />
        <Disclosure summary={t("groups.new.place")} isOpen={needsPlace(values, errors)}>
          <div class="form">
            <PlaceFields {...fields} />
          </div>
        </Disclosure>
        <ButtonRow>
          <SubmitButton>{t("groups.new.button")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Shell>
  );
}

/** Folded away while it is filled in and right: most people need not look. */
function needsPlace(values: Values, errors: FieldErrors): boolean {
  const names = ["locale", "country", "timeZone", "currency"];
  return names.some((name) => errors[name] !== undefined || (values[name] ?? "") === "");
}

export function NameField({ t, values, errors }: GroupFields) {
  return (
    <TextField
      name="name"
      label={t("groups.fields.name")}
      hint={t("groups.fields.nameHint")}
      value={values.name ?? ""}
      maxlength={GROUP_NAME_MAX}
      autocomplete="organization"
      required
      error={errors.name}
    />
  );
}

/** Where the group is: its language, country, clock and money. */
export function PlaceFields({ t, locale, values, errors }: GroupFields) {
  const countries = countriesIn(locale).map(({ code, name }) => ({ value: code, label: name }));
  const currencies = currenciesIn(locale).map(({ code, name }) => ({
    value: code,
    label: `${name} (${code})`,
  }));
  const zones = timeZonesWith(values.timeZone ?? "").map((name) => ({
    value: name,
    label: name.replaceAll("_", " "),
  }));
  return (
    <>
      <SelectField
        name="locale"
        label={t("groups.fields.locale")}
        hint={t("groups.fields.localeHint")}
        value={values.locale}
        options={locales.map((code) => ({ value: code, label: localeNames[code] }))}
        error={errors.locale}
      />
      <SelectField
        name="country"
        label={t("groups.fields.country")}
        value={values.country}
        blank={t("common.form.choose")}
        options={countries}
        error={errors.country}
      />
      <SelectField
        name="timeZone"
        label={t("groups.fields.timeZone")}
        value={values.timeZone}
        options={zones}
        error={errors.timeZone}
      />
      <SelectField
        name="currency"
        label={t("groups.fields.currency")}
        value={values.currency}
        options={currencies}
        error={errors.currency}
      />
    </>
  );
}

type SettingsTab = "settings" | "looks" | "members" | "privacy" | "history";

/** The pages about the group itself, side by side. */
export function SettingsNav({ t, slug, current }: { t: T; slug: string; current: SettingsTab }) {
  return (
    <nav class="subtabs" aria-label={t("groups.nav.label")}>
      <ul>
        {settingsPages(t, slug).map(({ tab, href, label }) => (
          <li>
            <a class="subtab" href={href} aria-current={tab === current ? "page" : undefined}>
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** A button in a row of a list, alone in its form. `about` tells screen readers which row. */
export function RowButton(props: { action: string; label: string; about: string; confirm?: string }) {
  return (
    <Form action={props.action} class="cluster">
      <SubmitButton kind="quiet" confirm={props.confirm}>
        {props.label} <span class="visually-hidden">{props.about}</span>
      </SubmitButton>
    </Form>
  );
}

import { ButtonRow, ErrorSummary, Form, SelectField, SubmitButton } from "../ui/form";
import { localeNames } from "../ui/i18n";
import { Section } from "../ui/layout";
import { type ActionFrame, ActionShell, ActionStatusMark, nameOf } from "./action-shell";
import type { Translations } from "./translation";

type TranslationsPageProps = ActionFrame & Translations & { errors: Record<string, string> };

/** The languages an action is there in, and the ways to another. */
export function TranslationsPage(props: TranslationsPageProps) {
  const { t, kind, siblings, missing, linkable, errors } = props;
  return (
    <ActionShell {...props} tab="translations" page={t("translations.title")}>
      <ErrorSummary t={t} errors={errors} />
      <Section title={t("translations.title")} text={t("translations.lead")}>
        <Spoken {...props} />
        <p class="hint">{t(kind.tally ? "translations.apart" : "translations.counted")}</p>
        {kind.intake === "single" ? <p class="hint">{t("translations.places")}</p> : null}
      </Section>
      {missing.length > 0 ? <Start {...props} /> : null}
      {linkable.length > 0 || errors.other ? <Link {...props} /> : null}
      {siblings.length > 0 ? <Leave {...props} /> : null}
    </ActionShell>
  );
}

function Spoken({ t, group, action, siblings }: TranslationsPageProps) {
  return (
    <ul class="stack">
      <li>
        <strong>{localeNames[action.locale]}</strong> <ActionStatusMark t={t} action={action} />{" "}
        {t("translations.this")}
      </li>
      {siblings.map((sibling) => (
        <li>
          <strong>{localeNames[sibling.locale]}</strong> <ActionStatusMark t={t} action={sibling} />{" "}
          <a href={`/groups/${group.slug}/actions/${sibling.id}/edit`} dir="auto">
            {nameOf(sibling)}
          </a>
        </li>
      ))}
    </ul>
  );
}

function Start({ t, group, action, missing, errors }: TranslationsPageProps) {
  return (
    <Section title={t("translations.start.title")} text={t("translations.start.text")}>
      <Form
        class="form measure"
        action={`/groups/${group.slug}/actions/${action.id}/translations`}
        label={t("translations.start.title")}
      >
        {errors.locale ? (
          <p class="field-error" id="f-locale" tabindex={-1}>
            {errors.locale}
          </p>
        ) : null}
        <ButtonRow>
          {missing.map((locale) => (
            <SubmitButton kind="secondary" name="locale" value={locale}>
              {t("translations.start.button", { language: localeNames[locale] })}
            </SubmitButton>
          ))}
        </ButtonRow>
      </Form>
    </Section>
  );
}

function Link({ t, group, action, linkable, errors }: TranslationsPageProps) {
  const options = linkable.map((each) => ({
    value: each.id,
    label: t("translations.link.option", { title: nameOf(each), language: localeNames[each.locale] }),
  }));
  return (
    <Section title={t("translations.link.title")} text={t("translations.link.text")}>
      <Form
        class="form measure"
        action={`/groups/${group.slug}/actions/${action.id}/translations/link`}
        label={t("translations.link.title")}
      >
        <SelectField
          name="other"
          label={t("translations.link.field")}
          blank={t("common.form.choose")}
          options={options}
          error={errors.other}
        />
        <ButtonRow>
          <SubmitButton kind="secondary">{t("translations.link.button")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}

function Leave({ t, group, action }: TranslationsPageProps) {
  return (
    <Section title={t("translations.leave")} text={t("translations.leaveText")}>
      <Form
        class="cluster"
        action={`/groups/${group.slug}/actions/${action.id}/translations/unlink`}
        label={t("translations.leave")}
      >
        <SubmitButton kind="quiet">{t("translations.leave")}</SubmitButton>
      </Form>
    </Section>
  );
}

import { problemWords } from "../mailings/content";
import { AMP_BYTES_MAX, FOOT_MAX, WRAPPER_BYTES_MAX, WRAPPER_CONTENT } from "../mailings/types";
import { Disclosure } from "../ui/card";
import { type FieldErrors, Form, HiddenField, SubmitButton, TextArea, TextField } from "../ui/form";
import { localeNames, locales, type T, translator } from "../ui/i18n";
import { Section } from "../ui/layout";
import type { Page } from "./web";
import type { WrapperLanguages } from "./wrapper-form";

type FieldProps = {
  t: T;
  group: Page["group"];
  values: Record<string, string>;
  errors: FieldErrors;
  languages: Pick<WrapperLanguages, "shown">;
};

/** What a wrapper says in one language. */
export function WrapperFields({ t, group, values, errors, languages }: FieldProps) {
  const slot = WRAPPER_CONTENT;
  const words = translator(languages.shown)("mailContent.why", { group: group.name });
  return (
    <>
      <TextArea
        name="html"
        label={t("composer.kept.wrapper.html")}
        hint={t("composer.kept.wrapper.htmlHint", { slot })}
        rows={18}
        value={values.html ?? ""}
        maxlength={WRAPPER_BYTES_MAX}
        spellcheck={false}
        required
        data={{ "mail-source": "html" }}
        error={errors.html}
      />
      <TextField
        name="foot"
        label={t("composer.kept.wrapper.foot")}
        hint={t("composer.kept.wrapper.footHint", { words })}
        optionalLabel={t("common.form.optional")}
        value={values.foot ?? ""}
        maxlength={FOOT_MAX}
        autocomplete="off"
        error={errors.foot}
      />
      <TextArea
        name="plain"
        label={t("composer.kept.wrapper.plain")}
        hint={t("composer.kept.wrapper.plainHint", { slot })}
        optionalLabel={t("common.form.optional")}
        rows={6}
        value={values.plain ?? ""}
        maxlength={WRAPPER_BYTES_MAX}
        error={errors.plain}
      />
      <Disclosure
        summary={t("composer.field.amp")}
        isOpen={(values.amp ?? "") !== "" || errors.amp !== undefined}
      >
        <TextArea
          name="amp"
          label={t("composer.field.amp")}
          isLabelHidden
          hint={t("composer.kept.wrapper.ampHint", { slot })}
          rows={8}
          value={values.amp ?? ""}
          maxlength={AMP_BYTES_MAX}
          spellcheck={false}
          data={{ "mail-source": "amp" }}
          error={errors.amp}
        />
      </Disclosure>
    </>
  );
}

type LanguageProps = Pick<Page, "t" | "mayEdit"> & { base: string; languages: WrapperLanguages };

/** A tab for each language of a wrapper, and how to have another one. */
export function WrapperLanguageTabs({ t, base, languages, mayEdit }: LanguageProps) {
  const { shown, first, there } = languages;
  const missing = locales.filter((language) => !there.includes(language) && language !== shown);
  const tabs = locales.filter((language) => there.includes(language) || language === shown);
  return (
    <>
      <div class="cluster">
        <nav class="cluster" aria-label={t("composer.write.languages")}>
          {tabs.map((language) => (
            <a
              class="chip"
              href={`${base}?language=${language}`}
              aria-current={language === shown ? "true" : undefined}
              lang={language}
            >
              {localeNames[language]}
            </a>
          ))}
        </nav>
        {mayEdit
          ? missing.map((language) => (
              <a class="button button-quiet" href={`${base}?language=${language}`}>
                {t("composer.write.addLanguage", { language: localeNames[language] })}
              </a>
            ))
          : null}
      </div>
      <p class="soft small">
        {there.includes(shown)
          ? t(shown === first ? "composer.kept.wrapper.wornElse" : "composer.kept.wrapper.wornIn")
          : t("composer.kept.wrapper.begin")}
      </p>
    </>
  );
}

/** Takes away the language that is shown; the first one stays. */
export function RemoveWrapperLanguage({ t, base, languages }: LanguageProps) {
  const { shown, first, there } = languages;
  if (shown === first || !there.includes(shown)) return null;
  return (
    <Form action={`${base}/languages/removal`} class="inline">
      <HiddenField name="language" value={shown} />
      <SubmitButton kind="quiet" confirm={t("composer.kept.wrapper.removeLanguageAsk")}>
        {t("composer.write.removeLanguage", { language: localeNames[shown] })}
      </SubmitButton>
    </Form>
  );
}

/** Who says what the law asks for, the wrapper or we, and what is wrong with a mail in this language. */
export function WrapperChecks({ t, html, languages }: LanguageProps & { html: string }) {
  const { shown, there, problems } = languages;
  if (!there.includes(shown)) return null;
  const whose = (pattern: RegExp) => (pattern.test(html) ? "own" : "ours");
  const hasAddress = !problems.some(({ code }) => code === "no_postal_address");
  return (
    <Section title={t("composer.kept.wrapper.checks", { language: localeNames[shown] })} id="checks">
      <p>
        {t(`composer.kept.wrapper.${whose(/\bunsubscribe_url\b/)}.unsubscribe`)}{" "}
        {hasAddress ? t(`composer.kept.wrapper.${whose(/\bgroup\.address\b/)}.address`) : null}
      </p>
      <ul class="mail-problems">
        {problems.map((problem) => {
          const { where, what, todo } = problemWords(t, problem);
          return (
            <li class={problem.isError ? "mail-problem mail-problem-bad" : "mail-problem"}>
              <p>
                <strong>
                  {t(problem.isError ? "composer.review.mustChange" : "composer.review.lookAt")}
                </strong>{" "}
                {where}
              </p>
              <p dir="auto">
                {what} {todo}
              </p>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

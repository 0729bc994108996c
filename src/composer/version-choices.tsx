import { type MailingVersion, VARIANTS_MAX } from "../mailings/types";
import { Disclosure } from "../ui/card";
import { Form, HiddenField, SubmitButton } from "../ui/form";
import { localeNames, locales } from "../ui/i18n";
import { letterOf } from "./parts";
import type { Language, Page } from "./web";

type ChoicesProps = Page & {
  href: string;
  versions: readonly MailingVersion[];
  shown: Pick<MailingVersion, "variantNo" | "language">;
};

/** Which version one writes, where there are several, and how to have more or fewer of them. */
export function VersionChoices(props: ChoicesProps) {
  const { t, mayEdit } = props;
  return (
    <div class="mail-choices">
      <Variants {...props} />
      <Languages {...props} />
      {mayEdit ? (
        <Disclosure summary={t("composer.write.versions")}>
          <div class="mail-choices-more">
            <ChangeVariants {...props} />
            <ChangeLanguages {...props} />
          </div>
        </Disclosure>
      ) : null}
    </div>
  );
}

function variantsOf(versions: readonly MailingVersion[]): number[] {
  return [...new Set(versions.map(({ variantNo }) => variantNo))];
}

function languagesOf(versions: readonly MailingVersion[]): Language[] {
  return locales.filter((language) => versions.some((each) => each.language === language));
}

function Variants({ t, href, versions, shown }: ChoicesProps) {
  const numbers = variantsOf(versions);
  if (numbers.length === 1) return null;
  return (
    <nav class="cluster" aria-label={t("composer.write.variants")}>
      {numbers.map((no) => (
        <a
          class="chip"
          href={`${href}?variant=${no}&language=${shown.language}`}
          aria-current={no === shown.variantNo ? "true" : undefined}
        >
          {t("composer.write.variant", { letter: letterOf(no) })}
        </a>
      ))}
    </nav>
  );
}

function ChangeVariants({ t, href, versions, shown }: ChoicesProps) {
  const { length } = variantsOf(versions);
  return (
    <>
      {length < VARIANTS_MAX ? (
        <Form action={`${href}/variants`} class="inline">
          <SubmitButton kind="quiet">
            {t(length > 1 ? "composer.write.addVariant" : "composer.write.testVariant")}
          </SubmitButton>
        </Form>
      ) : null}
      {shown.variantNo > 1 ? (
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
    </>
  );
}

function Languages({ t, href, versions, shown }: ChoicesProps) {
  const there = languagesOf(versions);
  if (there.length === 1) return null;
  return (
    <nav class="cluster" aria-label={t("composer.write.languages")}>
      {there.map((language) => (
        <a
          class="chip"
          href={`${href}?variant=${shown.variantNo}&language=${language}`}
          aria-current={language === shown.language ? "true" : undefined}
        >
          {localeNames[language]}
        </a>
      ))}
    </nav>
  );
}

function ChangeLanguages({ t, group, href, versions, shown }: ChoicesProps) {
  const there = languagesOf(versions);
  return (
    <>
      {locales
        .filter((language) => !there.includes(language))
        .map((language) => (
          <Form action={`${href}/languages`} class="inline">
            <HiddenField name="language" value={language} />
            <SubmitButton kind="quiet">
              {t("composer.write.addLanguage", { language: localeNames[language] })}
            </SubmitButton>
          </Form>
        ))}
      {shown.language !== group.locale ? (
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
    </>
  );
}

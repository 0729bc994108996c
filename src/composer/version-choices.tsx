import { alternatesOf, combinationCount, hasAlternates } from "../mailings/combining";
import { alternateParts, type MailingVersion, VARIANTS_MAX } from "../mailings/types";
import { Disclosure } from "../ui/card";
import { ButtonLink, Form, HiddenField, SubmitButton } from "../ui/form";
import { localeNames, locales } from "../ui/i18n";
import { letterOf, placeQuery } from "./parts";
import type { Language, Page } from "./web";

type ChoicesProps = Page & {
  href: string;
  versions: readonly MailingVersion[];
  shown: Pick<MailingVersion, "variantNo" | "language" | "part">;
};

/** Which version one writes, where there are several, and how to have more or fewer of them. */
export function VersionChoices(props: ChoicesProps) {
  const { t, mayEdit } = props;
  return (
    <div class="mail-choices">
      {hasAlternates(props.versions) ? <Alternates {...props} /> : <Variants {...props} />}
      <Languages {...props} />
      {mayEdit ? (
        <Disclosure summary={t("composer.write.versions")}>
          <div class="mail-choices-more">
            {hasAlternates(props.versions) ? null : <ChangeVariants {...props} />}
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

/** The first of each part together, then each alternate by itself. */
function Alternates({ t, href, versions, shown }: ChoicesProps) {
  const { language } = shown;
  const alternates = alternatesOf(versions);
  const current = (row: number) => (row === shown.variantNo ? "true" : undefined);
  return (
    <>
      <nav class="cluster" aria-label={t("alternates.title")}>
        <a class="chip" href={href + placeQuery({ variantNo: 1, language })} aria-current={current(1)}>
          {t("alternates.firsts")}
        </a>
        {alternateParts.flatMap((part) =>
          alternates[part].slice(1).map(({ row, nth }) => (
            <a
              class="chip"
              href={href + placeQuery({ variantNo: row, language, part })}
              aria-current={current(row)}
            >
              {t(`alternates.nth.${part}`, { nth })}
            </a>
          )),
        )}
      </nav>
      <a href={`${href}/alternates`}>{t("alternates.all", { count: combinationCount(alternates) })}</a>
    </>
  );
}

function ChangeVariants({ t, href, versions, shown }: ChoicesProps) {
  const { length } = variantsOf(versions);
  return (
    <>
      {length === 1 ? (
        <ButtonLink kind="quiet" href={`${href}/alternates`}>
          {t("alternates.begin")}
        </ButtonLink>
      ) : null}
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
          href={href + placeQuery({ ...shown, language })}
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

import { type Locale, localeNames, locales, translator } from "../ui/i18n";
import { actionPath } from "./action-path";
import type { Listed } from "./served";
import type { ActionSnapshot, Kind } from "./types";

type LanguagesProps = { kind: Pick<Kind, "path">; snapshot: ActionSnapshot; origin: string };

/** The action's page in each of its languages, in the product's order. */
function pagesOf({ kind, snapshot }: Omit<LanguagesProps, "origin">): { locale: Locale; href: string }[] {
  const { action, translations = [] } = snapshot;
  return [action, ...translations]
    .map(({ locale, slug }) => ({ locale, href: actionPath(kind, slug) }))
    .sort((one, other) => locales.indexOf(one.locale) - locales.indexOf(other.locale));
}

/** A list with each action once: of translations the one in the first of these languages, or else the newest. */
export function inOneLanguage<L extends Listed>(listed: readonly L[], wanted: readonly Locale[]): L[] {
  const rank = ({ locale }: L) => (wanted.includes(locale) ? wanted.indexOf(locale) : wanted.length);
  return listed.filter(
    (action) =>
      !action.setNo ||
      !listed.some(
        (other, index) =>
          other.setNo === action.setNo &&
          (rank(other) < rank(action) || (rank(other) === rank(action) && index < listed.indexOf(action))),
      ),
  );
}

/** What search engines are told: each language, and for everybody else the group's own language or else the first. */
export function alternatesOf(props: LanguagesProps): { locale: Locale | "x-default"; href: string }[] {
  const pages = pagesOf(props).map(({ locale, href }) => ({ locale, href: props.origin + href }));
  const [first] = pages;
  const usual = pages.find(({ locale }) => locale === props.snapshot.group.locale) ?? first;
  return usual && pages.length > 1 ? [...pages, { locale: "x-default", href: usual.href }] : pages;
}

/**
 * The same action in its other languages. Pages are kept without a word of who asks for them, so which language somebody
 * reads is not known here: `public/js/languages.js` marks the link in theirs.
 */
export function Languages(props: LanguagesProps) {
  const { locale } = props.snapshot.action;
  return (
    <nav class="languages" aria-label={translator(locale)("translations.switch")} data-languages>
      <ul>
        {pagesOf(props).map((page) => (
          <li>
            {page.locale === locale ? (
              <span aria-current="true">{localeNames[locale]}</span>
            ) : (
              <a
                href={page.href}
                hreflang={page.locale}
                lang={page.locale}
                data-language={translator(page.locale)("translations.read")}
              >
                {localeNames[page.locale]}
              </a>
            )}
          </li>
        ))}
      </ul>
    </nav>
  );
}

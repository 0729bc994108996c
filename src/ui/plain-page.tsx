import type { Child } from "hono/jsx";
import { Document, dashboardStyles, PRODUCT_NAME, SkipLink } from "./document";
import { Flash, type FlashMessage } from "./flash";
import { type Locale, localeNames, locales, type T } from "./i18n";
import { Swell } from "./swell";

type PlainPageProps = {
  t: T;
  locale: Locale;
  title: string;
  description?: string;
  flash?: FlashMessage;
  scripts?: readonly string[];
  isIndexed?: boolean;
  canonical?: string;
  /** Wide for pages that show something; narrow for one form or one message. */
  width?: "narrow" | "wide";
  children: Child;
};

/**
 * A page for whoever is not signed in: sign in, a confirmation, an error. One column, one thing to do. Nothing but the address
 * remembers the language they chose, so its links keep it.
 */
export function PlainPage(props: PlainPageProps) {
  const inLanguage = `?lang=${props.locale}`;
  return (
    <Document
      locale={props.locale}
      title={`${props.title} · ${PRODUCT_NAME}`}
      description={props.description}
      canonical={props.canonical}
      isIndexed={props.isIndexed}
      styles={dashboardStyles}
      scripts={props.scripts}
      bodyClass="plain"
    >
      <SkipLink t={props.t} />
      <header class="plain-header">
        <a class="wordmark" href={`/${inLanguage}`}>
          <Swell />
          <span class="wordmark-name">{PRODUCT_NAME}</span>
        </a>
      </header>
      <main id="main" class={`plain-main plain-${props.width ?? "narrow"}`} tabindex={-1}>
        {props.flash ? <Flash flash={props.flash} /> : null}
        {props.children}
      </main>
      <footer class="plain-footer">
        <a href={`/help${inLanguage}`}>{props.t("common.nav.help")}</a>
        <LanguageLinks t={props.t} locale={props.locale} />
      </footer>
    </Document>
  );
}

type LanguageLinksProps = {
  t: T;
  locale: Locale;
  offered?: readonly Locale[];
  /** Where each language is; `?lang=fr` on the same page unless told. */
  hrefOf?: (locale: Locale) => string;
};

/** The same page in the other languages, each named in itself. */
export function LanguageLinks({
  t,
  locale,
  offered = locales,
  hrefOf = (to) => `?lang=${to}`,
}: LanguageLinksProps) {
  return (
    <nav class="languages" aria-label={t("common.nav.languages")}>
      <ul>
        {offered.map((to) => (
          <li>
            {to === locale ? (
              <span aria-current="true">{localeNames[to]}</span>
            ) : (
              <a href={hrefOf(to)} hreflang={to} lang={to} rel="nofollow">
                {localeNames[to]}
              </a>
            )}
          </li>
        ))}
      </ul>
    </nav>
  );
}

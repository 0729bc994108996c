import i18next, { type ParseKeys } from "i18next";
import * as english from "./locales/en/index";
import * as spanish from "./locales/es/index";
import * as french from "./locales/fr/index";

/** The languages the product speaks, the fallback first. */
export const locales = ["en", "fr", "es"] as const;
export type Locale = (typeof locales)[number];

/** How each language calls itself; a language menu never translates these. */
export const localeNames: Record<Locale, string> = { en: "English", fr: "Français", es: "Español" };

/** Words per area and language. Every key of the English files is a valid first argument of `t`. */
export const resources = {
  en: { translation: { ...english } },
  fr: { translation: { ...french } },
  es: { translation: { ...spanish } },
};

declare module "i18next" {
  interface CustomTypeOptions {
    resources: (typeof resources)["en"];
    strictInterpolationChecks: false;
    parseInterpolation: false;
  }
}

export type Key = ParseKeys;
export type Values = Readonly<Record<string, string | number>>;

/** A phrase in one language. `values` fill `{{name}}` and, as `count`, choose the plural. JSX escapes the result. */
export type T = (key: Key, values?: Values) => string;

const instance = i18next.createInstance();
// With resources at hand and initAsync off, `init` ends before it returns.
void instance.init({
  resources,
  lng: "en",
  fallbackLng: "en",
  supportedLngs: [...locales],
  initAsync: false,
  returnNull: false,
  interpolation: { escapeValue: false, skipOnVariables: true },
});

const translators = new Map<Locale, T>();

/** The translator of a language; the same function every time. */
export function translator(locale: Locale): T {
  const known = translators.get(locale);
  if (known) return known;
  const fixed = instance.getFixedT(locale);
  const t: T = (key, values) => fixed(key, { ...values });
  translators.set(locale, t);
  return t;
}

/** Whether a string from outside names a language we speak. */
export function isLocale(value: unknown): value is Locale {
  return locales.some((locale) => locale === value);
}

const LANGUAGES_READ_MAX = 20;

/**
 * The best of `supported` for an Accept-Language header, by its weights; the first of `supported` when nothing fits.
 * Regions are ignored: `fr-CA` reads our French.
 */
export function localeFrom(
  acceptLanguage: string | undefined,
  supported: readonly [Locale, ...Locale[]] = locales,
): Locale {
  const wanted = (acceptLanguage ?? "")
    .split(",", LANGUAGES_READ_MAX)
    .map((part) => {
      const [tag = "", ...parameters] = part.trim().toLowerCase().split(";");
      const weight = parameters.map((text) => /^\s*q=([\d.]+)\s*$/.exec(text)?.[1]).find((text) => text);
      return { language: tag.split("-")[0], weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight);
  for (const { language } of wanted) {
    const found = supported.find((locale) => locale === language);
    if (found) return found;
  }
  return supported[0];
}

import { countriesIn, isCountry } from "../platform/countries";
import { locales } from "../ui/i18n";

const countryNames = new Map<string, string>();

/** ISO 3166-1 alpha-2 of a country by its code or its name in one of our languages; "" for what is none. */
export function readCountry(text: string): string {
  if (text === "") return "";
  const code = text.toUpperCase();
  if (isCountry(code)) return code;
  if (countryNames.size === 0) {
    for (const locale of locales)
      for (const { code: known, name } of countriesIn(locale)) countryNames.set(plainName(name), known);
    for (const [name, known] of otherNames) countryNames.set(name, known);
  }
  return countryNames.get(plainName(text)) ?? "";
}

const otherNames = [
  ...[
    ["usa", "US"],
    ["u s a", "US"],
    ["u s", "US"],
    ["united states of america", "US"],
    ["etats unis d amerique", "US"],
    ["eeuu", "US"],
    ["ee uu", "US"],
  ],
  ...[
    ["uk", "GB"],
    ["u k", "GB"],
    ["great britain", "GB"],
    ["england", "GB"],
    ["scotland", "GB"],
    ["wales", "GB"],
    ["can", "CA"],
    ["fra", "FR"],
  ],
  ...[
    ["gbr", "GB"],
    ["deu", "DE"],
    ["esp", "ES"],
    ["mex", "MX"],
    ["turkey", "TR"],
    ["czech republic", "CZ"],
    ["ivory coast", "CI"],
  ],
] as const;

function plainName(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^\p{L}]+/gu, " ")
    .trim();
}

const languageNames: Record<string, string> = {
  english: "en",
  anglais: "en",
  ingles: "en",
  french: "fr",
  francais: "fr",
  frances: "fr",
  spanish: "es",
  espanol: "es",
  espagnol: "es",
};

/** The language by its code or by its name in one of ours, as two or three letters; "" for what is none. */
export function readLanguage(text: string): string {
  const named = languageNames[plainName(text)];
  if (named) return named;
  const [, language = ""] = /^([a-z]{2,3})(?:[-_][a-z0-9]{2,8})*$/i.exec(text) ?? [];
  return language.toLowerCase();
}

import { DETAIL_MAX, type PersonRow } from "../people/edit";
import { type DetailField, type Details, detailFields } from "../people/types";
import { cleanLine } from "../platform/clean-text";
import { isCountry } from "../platform/countries";
import { normaliseEmail } from "../platform/email-address";
import { type FormValues, single } from "../platform/forms";
import { normalisePhone } from "../platform/phone";
import { normalisePostalCode } from "../platform/postal-code";
import { isLocale, type T } from "../ui/i18n";

export type Problems = Record<string, string>;

export function detailsOf(person: PersonRow): Details {
  const text = (name: DetailField) => person[name] ?? "";
  return {
    givenName: text("givenName"),
    familyName: text("familyName"),
    street: text("street"),
    locality: text("locality"),
    region: text("region"),
    postalCode: text("postalCode"),
    country: text("country"),
    language: text("language"),
  };
}

/** The details of a form as they are stored, and what is wrong with them by field. */
export function readDetails(t: T, values: FormValues, prefix = ""): { details: Details; problems: Problems } {
  const problems: Problems = {};
  const line = (name: DetailField) => {
    const text = cleanLine(single(values, prefix + name));
    if (text.length > DETAIL_MAX[name])
      problems[name] = t("profiles.problems.long", { max: DETAIL_MAX[name] });
    return text;
  };
  const country = line("country").toUpperCase();
  if (country !== "" && !isCountry(country)) problems.country = t("profiles.problems.country");
  const language = line("language");
  if (language !== "" && !isLocale(language)) problems.language = t("profiles.problems.language");
  const postalCode = line("postalCode");
  const code = postalCode === "" ? "" : normalisePostalCode(postalCode, country);
  if (code === null) problems.postalCode = t("profiles.problems.postalCode");
  return {
    problems,
    details: {
      givenName: line("givenName"),
      familyName: line("familyName"),
      street: line("street"),
      locality: line("locality"),
      region: line("region"),
      postalCode: code ?? postalCode,
      country,
      language,
    },
  };
}

/** What the editor saw when they began: a value they left alone is not theirs, though somebody changed it meanwhile. */
export function readWas(values: FormValues): Details {
  const was = (name: DetailField) => single(values, `was.${name}`);
  return {
    givenName: was("givenName"),
    familyName: was("familyName"),
    street: was("street"),
    locality: was("locality"),
    region: was("region"),
    postalCode: was("postalCode"),
    country: was("country"),
    language: was("language"),
  };
}

/** An email as it is stored; null with the problem noted when it is none. */
export function readEmail(t: T, text: string, problems: Problems, name: string): string | null {
  const email = normaliseEmail(text);
  if (email === null) problems[name] = t("profiles.problems.email");
  return email;
}

export function readPhone(
  t: T,
  text: string,
  { country, problems, name }: { country: string; problems: Problems; name: string },
): string | null {
  const phone = normalisePhone(text, country);
  if (phone === null) problems[name] = t("profiles.problems.phone");
  return phone;
}

export const noDetails: Details = Object.freeze({
  ...{ givenName: "", familyName: "", street: "", locality: "" },
  ...{ region: "", postalCode: "", country: "", language: "" },
});

export const detailNames = detailFields;

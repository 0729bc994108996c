import { DETAIL_MAX, type PersonRow } from "../people/edit";
import type { DetailField, Details } from "../people/types";
import { cleanLine } from "../platform/clean-text";
import { isCountry } from "../platform/countries";
import { normaliseEmail } from "../platform/email-address";
import { type FormValues, single } from "../platform/forms";
import { normalisePhone } from "../platform/phone";
import { normalisePostalCode } from "../platform/postal-code";
import { timeZoneNamed } from "../platform/time-zones";
import { isLocale, type T } from "../ui/i18n";

export type Problems = Record<string, string>;

function everyDetail(said: (name: DetailField) => string): Details {
  return {
    givenName: said("givenName"),
    preferredName: said("preferredName"),
    familyName: said("familyName"),
    street: said("street"),
    locality: said("locality"),
    region: said("region"),
    postalCode: said("postalCode"),
    country: said("country"),
    language: said("language"),
    timeZone: said("timeZone"),
  };
}

export function detailsOf(person: PersonRow): Details {
  return everyDetail((name) => person[name] ?? "");
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
  const details = everyDetail(line);
  const country = details.country.toUpperCase();
  if (country !== "" && !isCountry(country)) problems.country = t("profiles.problems.country");
  const { language, timeZone, postalCode } = details;
  if (language !== "" && !isLocale(language)) problems.language = t("profiles.problems.language");
  const zone = timeZone === "" ? "" : timeZoneNamed(timeZone);
  if (zone === null) problems.timeZone = t("profiles.problems.timeZone");
  const code = postalCode === "" ? "" : normalisePostalCode(postalCode, country);
  if (code === null) problems.postalCode = t("profiles.problems.postalCode");
  return {
    problems,
    details: { ...details, country, postalCode: code ?? postalCode, timeZone: zone ?? timeZone },
  };
}

/** What the editor saw when they began: a value they left alone is not theirs, though somebody changed it meanwhile. */
export function readWas(values: FormValues): Details {
  return everyDetail((name) => single(values, `was.${name}`));
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

export const noDetails: Details = Object.freeze(everyDetail(() => ""));

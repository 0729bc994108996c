import type { Group } from "../groups/types";
import { readCountry, readLanguage } from "../imports/place-names";
import { type CustomField, FIELD_LABEL_MAX, parseFieldValue } from "../people/custom-field";
import { DETAIL_MAX } from "../people/edit";
import type { DetailField } from "../people/types";
import { cleanLine } from "../platform/clean-text";
import { normaliseEmail } from "../platform/email-address";
import { normalisePostalCode } from "../platform/postal-code";
import { foreignIn } from "./foreign";
import { phonesIn } from "./people-phone";
import { effective, type PersonBody } from "./people-schema";
import { ApiError } from "./problem";

/** What a body says of a person, as it is stored: a key that is not there was not said, "" takes a value away. */
export type Said = {
  email: string | null;
  phone: string | null;
  /** What else its digits may mean, where they came without a plus. */
  phoneElse: string | null;
  details: Partial<Record<DetailField, string>>;
  emailStatus: "subscribed" | "unsubscribed" | null;
  mobileStatus: "subscribed" | "unsubscribed" | null;
  /** By the names the client uses. */
  fields: [name: string, value: string][];
  identifiers: string[];
};

/**
 * Reads a person's body. Refuses with 400 what nobody can have: an address that is none, a country, a postal code of another
 * country. An empty text says nothing, as upstream; null takes a value away.
 */
export function readPerson(body: PersonBody, group: Pick<Group, "country">): Said {
  const email = effective(body.email_addresses);
  const phone = effective(body.phone_numbers);
  const details = detailsIn(body, group);
  const [number = null, numberElse = null] = phonesSaid(phone?.number, details.country || group.country);
  return {
    email: emailIn(email?.address),
    phone: number,
    phoneElse: numberElse,
    details,
    emailStatus: statusIn(email?.status),
    mobileStatus: statusIn(phone?.status),
    fields: Object.entries(body.custom_fields ?? {}).map(([name, value]) => [cleanLine(name), textOf(value)]),
    identifiers: foreignIn(body.identifiers),
  };
}

function emailIn(text: string | null | undefined): string | null {
  if (!text?.trim()) return null;
  const email = normaliseEmail(text.trim());
  if (email === null) throw new ApiError(400, `email_addresses: ${shown(text)} is not an email address`);
  return email;
}

function phonesSaid(text: string | null | undefined, country: string): string[] {
  if (!text?.trim()) return [];
  const phones = phonesIn(text, country);
  if (phones.length === 0) throw new ApiError(400, `phone_numbers: ${shown(text)} is not a phone number`);
  return phones;
}

function statusIn(text: string | null | undefined): "subscribed" | "unsubscribed" | null {
  const word = text?.trim().toLowerCase();
  return word === "subscribed" || word === "unsubscribed" ? word : null;
}

function detailsIn(body: PersonBody, group: Pick<Group, "country">): Said["details"] {
  const address = effective(body.postal_addresses);
  const said: Said["details"] = {};
  const say = (name: DetailField, text: string | null | undefined) => {
    if (text === undefined || (text !== null && text.trim() === "")) return;
    const line = cleanLine(text ?? "");
    if (line.length > DETAIL_MAX[name])
      throw new ApiError(400, `${wire[name]}: at most ${DETAIL_MAX[name]} characters`);
    said[name] = line;
  };
  say("givenName", body.given_name);
  say("familyName", body.family_name);
  say("street", streetIn(address?.address_lines));
  say("locality", address?.locality);
  say("region", address?.region);
  say("country", countryIn(address?.country));
  say("postalCode", postalCodeIn(address?.postal_code, said.country ?? group.country));
  const language = languageIn(body.languages_spoken?.[0] ?? address?.language);
  if (language !== "") said.language = language;
  return said;
}

/** By its code, or by a name as files have it. */
function countryIn(text: string | null | undefined): string | null | undefined {
  if (!text?.trim()) return text;
  const country = readCountry(cleanLine(text));
  if (!country)
    throw new ApiError(400, `postal_addresses.country: ${shown(text)} is no country (ISO 3166-1)`);
  return country;
}

function streetIn(lines: readonly (string | null)[] | null | undefined): string | null | undefined {
  if (lines == null) return lines;
  return lines.flatMap((line) => (line?.trim() ? [line.trim()] : [])).join(", ");
}

/** A code that does not look like one of its country is kept as it is: clients send no country with foreign codes. */
function postalCodeIn(text: string | null | undefined, country: string): string | null | undefined {
  if (!text?.trim()) return text;
  return normalisePostalCode(cleanLine(text), country) ?? cleanLine(text).toUpperCase();
}

/** Two letters; a language we have no such name for is passed over. */
function languageIn(text: string | null | undefined): string {
  const language = text ? readLanguage(cleanLine(text)) : "";
  return language.length === 2 ? language : "";
}

const wire: Record<DetailField, string> = {
  givenName: "given_name",
  familyName: "family_name",
  preferredName: "given_name",
  street: "postal_addresses.address_lines",
  locality: "postal_addresses.locality",
  region: "postal_addresses.region",
  postalCode: "postal_addresses.postal_code",
  country: "postal_addresses.country",
  language: "languages_spoken",
  timeZone: "time_zone",
};

function textOf(value: string | number | boolean | null): string {
  if (value === null) return "";
  if (typeof value === "boolean") return value ? "1" : "0";
  return String(value);
}

function shown(text: string): string {
  return `'${text.slice(0, 60)}'`;
}

/** What each live field is called on the wire: its label, or its key where two have the same label. */
export function wireNames(fields: readonly CustomField[]): Map<number, string> {
  const counts = new Map<string, number>();
  for (const { label } of fields) counts.set(label, (counts.get(label) ?? 0) + 1);
  return new Map(fields.map((field) => [field.no, counts.get(field.label) === 1 ? field.label : field.key]));
}

/** The field a client means: by its name on the wire, its label or its key, whatever its capitals. */
export function fieldNamed(
  fields: readonly CustomField[],
  names: ReadonlyMap<number, string>,
  name: string,
): CustomField | null {
  const key = name.toLowerCase();
  return (
    fields.find(({ no }) => names.get(no) === name) ??
    fields.find(({ label }) => label.toLowerCase() === key) ??
    fields.find((field) => field.key === key) ??
    null
  );
}

/** A value of a field as it is stored. Refuses with 400 what the field does not take. */
export function valueFor(field: CustomField, name: string, text: string): string {
  if (text.trim() === "") return "";
  const parsed = parseFieldValue(field, text);
  if (!parsed.ok) throw new ApiError(400, `custom_fields.${name}: ${shown(text)} does not fit this field`);
  return parsed.value;
}

/** The name of a field that is to be made. */
export function newFieldName(name: string): string {
  if (name === "" || name.length > FIELD_LABEL_MAX)
    throw new ApiError(400, `custom_fields: a name has 1 to ${FIELD_LABEL_MAX} characters`);
  return name;
}

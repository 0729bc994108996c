import { fieldMax } from "../actions/answer";
import { type StandardField, standardFields } from "../actions/types";
import { type CustomField, parseFieldValue } from "../people/custom-field";
import { DETAIL_MAX } from "../people/edit";
import { tagNames } from "../people/tag";
import { cleanLine } from "../platform/clean-text";
import { isCountry } from "../platform/countries";
import { normaliseEmail } from "../platform/email-address";
import { normalisePhone } from "../platform/phone";
import { normalisePostalCode } from "../platform/postal-code";
import { isLocale } from "../ui/i18n";
import { type Json, listAt, wordsAt } from "./payload-path";
import { type Mapping, TAGS_MAX } from "./types";

/** What a delivery says of a person, in the form it would be stored in. */
export type Mapped = {
  /** Null where there is none to tell a person by. */
  email: string | null;
  /** As they were sent, for the form of an action, which checks them itself. */
  sent: Partial<Record<StandardField, string>>;
  /** Checked, without what cannot be stored. */
  details: Partial<Record<StandardField, string>>;
  language: string | null;
  custom: [fieldNo: number, value: string][];
  questions: Record<string, string | string[]>;
  comment: string;
  tags: string[];
  /** Null where nothing was asked. */
  consent: boolean | null;
  /** Fields that were sent and cannot be stored. */
  leftOut: string[];
};

type Place = { country: string; locale: string };

/** Reads a payload as its mapping says. Never throws: what a payload does not have is not said. */
export function mapped(
  payload: Json,
  mapping: Mapping,
  fields: readonly CustomField[],
  place: Place,
): Mapped {
  const sent = Object.fromEntries(
    standardFields.flatMap((name) => {
      const path = mapping.fields[name];
      const text = path ? cleanLine(wordsAt(payload, path)) : "";
      return text === "" ? [] : [[name, text]];
    }),
  );
  const { details, leftOut } = detailsOf(sent, place);
  const custom: [number, string][] = [];
  for (const { fieldNo, path } of mapping.custom) {
    const field = fields.find(({ no }) => no === fieldNo);
    const text = field ? wordsAt(payload, path) : "";
    if (!field || text.trim() === "") continue;
    const parsed = parseFieldValue(field, text, `${place.locale}-${place.country}`);
    if (parsed.ok) custom.push([fieldNo, parsed.value]);
    else leftOut.push(field.label);
  }
  const language = wordsAt(payload, mapping.fields.language ?? "")
    .slice(0, 2)
    .toLowerCase();
  return {
    email: normaliseEmail(wordsAt(payload, mapping.fields.email ?? "")),
    ...{ sent, details, custom, leftOut },
    language: isLocale(language) ? language : null,
    questions: questionsOf(payload, mapping),
    comment: wordsAt(payload, mapping.comment),
    tags: tagsOf(payload, mapping),
    consent: consentOf(payload, mapping),
  };
}

/** Details that can be stored, and the names of those that cannot. */
function detailsOf(sent: Record<string, string>, place: Place) {
  const details: Partial<Record<StandardField, string>> = {};
  const leftOut: string[] = [];
  const said = (sent.country ?? "").toUpperCase();
  const country = isCountry(said) ? said : place.country;
  for (const name of standardFields) {
    const text = sent[name];
    if (text === undefined) continue;
    const value = storable(name, text, country);
    if (value === null) leftOut.push(name);
    else details[name] = value;
  }
  return { details, leftOut };
}

function storable(name: StandardField, text: string, country: string): string | null {
  switch (name) {
    case "phone":
      return text.length > fieldMax.phone ? null : normalisePhone(text, country);
    case "postalCode":
      return text.length > fieldMax.postalCode ? null : normalisePostalCode(text, country);
    case "country":
      return isCountry(text.toUpperCase()) ? text.toUpperCase() : null;
    default:
      return text.length > DETAIL_MAX[name] ? null : text;
  }
}

function questionsOf(payload: Json, { questions }: Mapping): Record<string, string | string[]> {
  return Object.fromEntries(
    questions.flatMap(({ key, path }) => {
      const list = listAt(payload, path);
      const [only] = list;
      return only === undefined ? [] : [[key, list.length === 1 ? only : list]];
    }),
  );
}

/** Everybody's tags and those of the payload, a list or words between commas. */
function tagsOf(payload: Json, { tags, tagsPath }: Mapping): string[] {
  const said = tagsPath === "" ? [] : listAt(payload, tagsPath).flatMap((text) => tagNames(text));
  return [...new Set([...tags, ...said])].slice(0, TAGS_MAX * 2);
}

const YES = new Set([
  ...["yes", "y", "true", "1", "on", "checked", "accepted", "agreed", "oui", "vrai", "sí", "si", "verdadero"],
]);

/** Only a value that says yes is one: the words the organiser named, or else a word for yes in our languages. */
function consentOf(payload: Json, { consent }: Mapping): boolean | null {
  if (consent.path === "" || consent.wording === "") return null;
  const said = listAt(payload, consent.path).map((text) => cleanLine(text).toLowerCase());
  const wanted = cleanLine(consent.yes).toLowerCase();
  return said.some((text) => (wanted === "" ? YES.has(text) : text === wanted));
}

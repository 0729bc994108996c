import { type CustomField, severalIn } from "../people/custom-field";
import type { PersonRow } from "../people/edit";
import { subscriptionStatus } from "../people/types";
import { type Item, identity, link } from "./hal";
import type { Locate } from "./location";
import { wireNames } from "./people-reading";
import type { Beside } from "./store-people";
import type { ApiContext } from "./web";

const emailStatuses: Record<number, string> = {
  [subscriptionStatus.none]: "unsubscribed",
  [subscriptionStatus.subscribed]: "subscribed",
  [subscriptionStatus.unsubscribed]: "unsubscribed",
  [subscriptionStatus.bounced]: "bouncing",
  [subscriptionStatus.complained]: "spam complaint",
};
const mobileStatuses: Record<number, string> = {
  ...emailStatuses,
  [subscriptionStatus.complained]: "unsubscribed",
};

/** What `people.language` is for whoever said nothing. */
const LANGUAGE = "en";
const collections = [
  ...["attendances", "signatures", "submissions", "donations", "outreaches", "taggings"].map(
    (path) => ["osdi", path] as const,
  ),
  ["action_network", "responses"] as const,
];

/**
 * A person as clients read one (osdi-api.md §4.2): always one email, phone and postal address, since they look at the first of each
 * without asking whether there is one.
 */
export function personItem(
  { base, caller: { group } }: Pick<ApiContext["var"], "base" | "caller">,
  person: PersonRow,
  beside: Beside,
  { fields, locate }: { fields: readonly CustomField[]; locate: Locate },
): Item {
  const custom = customFieldsOf(beside, fields);
  return {
    ...identity(person.id, beside.identifiers, person.createdAt, modifiedAt(person, beside)),
    ...present({ given_name: person.givenName, family_name: person.familyName }),
    languages_spoken: [person.language ?? LANGUAGE],
    email_addresses: [
      { primary: true, ...present({ address: person.email }), status: statusOf(person, "email") },
    ],
    phone_numbers: [
      {
        primary: true,
        ...present({ number: person.phone?.replace(/^\+/, "") ?? null }),
        number_type: "Mobile",
        status: statusOf(person, "mobile"),
      },
    ],
    postal_addresses: [addressOf(person, group.country, locate)],
    ...(Object.keys(custom).length > 0 ? { custom_fields: custom } : {}),
    _links: {
      self: link(base, `/people/${person.id}`),
      ...Object.fromEntries(
        collections.map(([curie, path]) => [`${curie}:${path}`, link(base, `/people/${person.id}/${path}`)]),
      ),
    },
  };
}

function statusOf(person: PersonRow, channel: "email" | "mobile"): string {
  if (channel === "email" && person.email === null) return "unsubscribed";
  const known = channel === "email" ? emailStatuses[person.emailStatus] : mobileStatuses[person.mobileStatus];
  return known ?? "unsubscribed";
}

/** The country of whoever said none is the group's. */
function addressOf(person: PersonRow, groupCountry: string, locate: Locate) {
  const { street, locality, region, postalCode, language } = person;
  const country = person.country ?? groupCountry;
  return {
    primary: true,
    ...(street === null ? {} : { address_lines: [street] }),
    ...present({ locality, region, postal_code: postalCode }),
    country,
    language: language ?? LANGUAGE,
    ...locate({ country, postalCode: postalCode ?? "" }),
  };
}

function present(values: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
}

/** The last moment anything of a person was said, what they did included. */
function modifiedAt(person: PersonRow, { valuesAt, editedAt, actedAt }: Beside): number {
  return Math.max(
    ...[person.givenNameAt, person.familyNameAt, person.streetAt, person.localityAt, person.regionAt].map(
      known,
    ),
    ...[person.postalCodeAt, person.countryAt, person.languageAt].map(known),
    ...[person.emailStatusAt, person.mobileStatusAt].map(known),
    ...[valuesAt, editedAt, actedAt],
  );
}

const known = (at: number | null) => at ?? 0;

function customFieldsOf({ values }: Beside, fields: readonly CustomField[]): Record<string, string> {
  const names = wireNames(fields);
  return Object.fromEntries(
    fields.flatMap(({ no, type }) => {
      const value = values.get(no);
      const name = names.get(no);
      return value === undefined || name === undefined ? [] : [[name, valueText(type, value)]];
    }),
  );
}

/** A stored value as clients read it: a tick is "1" on the wire. */
export function valueText(type: CustomField["type"], value: string): string {
  if (type === "yesno") return value === "yes" ? "1" : "0";
  return type === "several" ? severalIn(value).join(", ") : value;
}

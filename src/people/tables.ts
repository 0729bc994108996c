import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { bytes, uuid } from "../platform/columns";
import type { PersonId } from "../platform/ids";
import type { FieldType } from "./types";

/** The last number given to each noun of a group: actions, tags, removals. People number themselves as they arrive. */
export const numbers = sqliteTable(
  "numbers",
  {
    groupNo: integer("group_no").notNull(),
    noun: text("noun").notNull(),
    last: integer("last").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.noun] })],
);

/**
 * `…At` beside a field is when the person last said so, in ms: a field changes only by something newer, whatever the
 * order in which actions are drained.
 */
export const people = sqliteTable(
  "people",
  {
    groupNo: integer("group_no").notNull(),
    personNo: integer("person_no").notNull(),
    id: uuid<PersonId>("id").notNull(),
    /** The primary email, normalised; null once erased or for someone known by phone alone. */
    email: text("email"),
    phone: text("phone"),
    givenName: text("given_name"),
    familyName: text("family_name"),
    street: text("street"),
    locality: text("locality"),
    region: text("region"),
    postalCode: text("postal_code"),
    country: text("country"),
    language: text("language"),
    givenNameAt: integer("given_name_at"),
    familyNameAt: integer("family_name_at"),
    streetAt: integer("street_at"),
    localityAt: integer("locality_at"),
    regionAt: integer("region_at"),
    postalCodeAt: integer("postal_code_at"),
    countryAt: integer("country_at"),
    phoneAt: integer("phone_at"),
    languageAt: integer("language_at"),
    /** 0 none, 1 subscribed, 2 unsubscribed, 3 bounced, 4 complained; `people/types.ts` names them. */
    emailStatus: integer("email_status").notNull().default(0),
    emailStatusAt: integer("email_status_at"),
    emailStatusCause: text("email_status_cause"),
    mobileStatus: integer("mobile_status").notNull().default(0),
    mobileStatusAt: integer("mobile_status_at"),
    mobileStatusCause: text("mobile_status_cause"),
    /** The action that brought the person onto the list, for "new to list" statistics. */
    firstActionNo: integer("first_action_no"),
    createdAt: integer("created_at").notNull(),
    erasedAt: integer("erased_at"),
    /** The person this one turned out to be; everything was moved there. */
    mergedInto: integer("merged_into"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.personNo] }),
    uniqueIndex("people_by_id").on(table.groupNo, table.id),
  ],
);

/**
 * Every email and phone a person has or had. kind: 1 email, 2 phone, 3 erased: the keyed hash of an address whose owner
 * asked to be forgotten, with no person; what was said before `actedAt` must not bring them back.
 */
export const identities = sqliteTable(
  "identities",
  {
    groupNo: integer("group_no").notNull(),
    kind: integer("kind").notNull(),
    value: text("value").notNull(),
    personNo: integer("person_no").notNull(),
    actedAt: integer("acted_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.kind, table.value] })],
);

/** What was asked, once per wording, so that each consent event stays small. */
export const consentWordings = sqliteTable(
  "consent_wordings",
  {
    groupNo: integer("group_no").notNull(),
    /** First 8 bytes of SHA-256 of mode, language and text. */
    hash: bytes("hash").notNull(),
    mode: text("mode").notNull(),
    locale: text("locale").notNull(),
    wording: text("wording").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.hash] })],
);

/** Appended, never edited: what a person answered to which wording, when and on which action's page. */
export const consentEvents = sqliteTable(
  "consent_events",
  {
    groupNo: integer("group_no").notNull(),
    personNo: integer("person_no").notNull(),
    actedAt: integer("acted_at").notNull(),
    actionNo: integer("action_no").notNull(),
    wordingHash: bytes("wording_hash").notNull(),
    /** 1 yes, 2 no (an unticked box, or "no") */
    answer: integer("answer").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.personNo, table.actedAt, table.actionNo] })],
);

export const tags = sqliteTable(
  "tags",
  {
    groupNo: integer("group_no").notNull(),
    tagNo: integer("tag_no").notNull(),
    name: text("name").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.tagNo] }),
    uniqueIndex("tags_by_name").on(table.groupNo, table.name),
  ],
);

export const taggings = sqliteTable(
  "taggings",
  {
    groupNo: integer("group_no").notNull(),
    tagNo: integer("tag_no").notNull(),
    personNo: integer("person_no").notNull(),
    taggedAt: integer("tagged_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.tagNo, table.personNo] }),
    index("taggings_by_person").on(table.groupNo, table.personNo),
  ],
);

/** What a group wants to know of its people beside name and address. Never deleted: values keep their meaning. */
export const customFields = sqliteTable(
  "custom_fields",
  {
    groupNo: integer("group_no").notNull(),
    fieldNo: integer("field_no").notNull(),
    key: text("key").notNull(),
    label: text("label").notNull(),
    type: text("type").$type<FieldType>().notNull(),
    choices: text("choices", { mode: "json" }).$type<string[]>().notNull(),
    createdAt: integer("created_at").notNull(),
    archivedAt: integer("archived_at"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.fieldNo] }),
    uniqueIndex("custom_fields_by_key").on(table.groupNo, table.key),
  ],
);

/** One value of a person a field, and when they last said it, in ms. By field first: audiences count a field by ranges of people. */
export const fieldValues = sqliteTable(
  "field_values",
  {
    groupNo: integer("group_no").notNull(),
    fieldNo: integer("field_no").notNull(),
    personNo: integer("person_no").notNull(),
    value: text("value").notNull(),
    actedAt: integer("acted_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.fieldNo, table.personNo] }),
    index("field_values_by_person").on(table.groupNo, table.personNo),
  ],
);

import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { bytes, uuid } from "../platform/columns";
import type { PersonId } from "../platform/ids";
import type {
  AddressChangeId,
  DuplicateReason,
  EditAct,
  EditChange,
  EditId,
  FieldRules,
  FieldType,
  MergeCause,
  MergeId,
  NoteEdit,
  NoteId,
  NoteKind,
} from "./types";

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
    /** What they like to be called; null for the first name. */
    preferredName: text("preferred_name"),
    preferredNameAt: integer("preferred_name_at"),
    /** As `Intl` names it; null for what their address tells. */
    timeZone: text("time_zone"),
    timeZoneAt: integer("time_zone_at"),
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

/**
 * What audiences ask of everybody, in a quarter of the room: a row for each person who is neither erased nor merged. Written by
 * triggers on `people` (migration 0031) and by nothing else, when one of these columns differs.
 */
export const peopleBrief = sqliteTable(
  "people_brief",
  {
    groupNo: integer("group_no").notNull(),
    personNo: integer("person_no").notNull(),
    emailStatus: integer("email_status").notNull(),
    mobileStatus: integer("mobile_status").notNull(),
    createdAt: integer("created_at").notNull(),
    country: text("country"),
    region: text("region"),
    postalCode: text("postal_code"),
    language: text("language"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.personNo] })],
);

/** The page of rows a drain is storing, there only while its batch runs: each of the batch's statements reads it. */
export const arrivalPages = sqliteTable("arrival_pages", {
  groupNo: integer("group_no").primaryKey(),
  page: bytes("page").notNull(),
});

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
    /** Of one that was merged or deleted "#" and its number, so that the name is free. */
    name: text("name").notNull(),
    createdAt: integer("created_at").notNull(),
    /** The name as it is looked up, whatever its capitals; null once merged or deleted. */
    nameKey: text("name_key"),
    /** For organisers alone. */
    note: text("note").notNull().default(""),
    /** Out of the pick-lists; people keep it. */
    hiddenAt: integer("hidden_at"),
    formerName: text("former_name"),
    /** The tag this one has become; whoever is given this one gets that. */
    mergedInto: integer("merged_into"),
    /** Nobody has it any more, whatever `taggings` says: they are emptied some days later, so that it can be undone. */
    deletedAt: integer("deleted_at"),
    emptiedAt: integer("emptied_at"),
    /** How many people had it when they were last counted. */
    personCount: integer("person_count"),
    countedAt: integer("counted_at"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.tagNo] }),
    uniqueIndex("tags_by_name").on(table.groupNo, table.name),
    uniqueIndex("tags_by_key").on(table.groupNo, table.nameKey).where(sql`name_key IS NOT NULL`),
  ],
);

/** Names that tags had: whatever still uses one means the tag as it is called now. */
export const tagAliases = sqliteTable(
  "tag_aliases",
  {
    groupNo: integer("group_no").notNull(),
    nameKey: text("name_key").notNull(),
    tagNo: integer("tag_no").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.nameKey] })],
);

export const taggings = sqliteTable(
  "taggings",
  {
    groupNo: integer("group_no").notNull(),
    tagNo: integer("tag_no").notNull(),
    personNo: integer("person_no").notNull(),
    taggedAt: integer("tagged_at").notNull(),
    /** As in `people`. */
    mark: integer("mark"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.tagNo, table.personNo] }),
    index("taggings_by_person").on(table.groupNo, table.personNo),
  ],
);

/** What a group wants to know of its people beside name and address. Rows stay for ever, and numbers with them. */
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
    /** The label in other languages, by language. */
    labels: text("labels", { mode: "json" }).$type<Record<string, string>>().notNull().default({}),
    rules: text("rules", { mode: "json" }).$type<Partial<FieldRules>>().notNull().default({}),
    /** For organisers alone. */
    note: text("note").notNull().default(""),
    formerKey: text("former_key"),
    /** The field this one has become; what is said of this one is stored there. */
    mergedInto: integer("merged_into"),
    /** Its values are emptied some days later, so that it can be undone. */
    deletedAt: integer("deleted_at"),
    emptiedAt: integer("emptied_at"),
    /** How many values there were when they were last counted, and how many of them do not fit the type or the rules. */
    valueCount: integer("value_count"),
    misfitCount: integer("misfit_count"),
    countedAt: integer("counted_at"),
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
    /** As in `people`. */
    mark: integer("mark"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.fieldNo, table.personNo] }),
    index("field_values_by_person").on(table.groupNo, table.personNo),
  ],
);

/**
 * Long work on a group's people, done step by step along their numbers: `cursor` moves in the statement that keeps the step,
 * so that a doubled message does no step twice.
 */
export const works = sqliteTable(
  "works",
  {
    groupNo: integer("group_no").notNull(),
    workNo: integer("work_no").notNull(),
    sort: text("sort").notNull(),
    /** The tag, field or person it is about; 0 for the whole group. */
    subject: integer("subject").notNull(),
    detail: text("detail", { mode: "json" }).$type<Record<string, unknown>>().notNull(),
    cursor: integer("cursor").notNull(),
    doneCount: integer("done_count").notNull(),
    totalCount: integer("total_count"),
    /** Not before, in ms. */
    dueAt: integer("due_at").notNull(),
    startedBy: integer("started_by"),
    startedAt: integer("started_at").notNull(),
    finishedAt: integer("finished_at"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.workNo] }),
    index("works_open").on(table.dueAt).where(sql`finished_at IS NULL`),
  ],
);

/** What a group calls the source codes of its links. A code nobody has named has no row. */
export const sources = sqliteTable(
  "sources",
  {
    groupNo: integer("group_no").notNull(),
    code: text("code").notNull(),
    label: text("label").notNull(),
    note: text("note").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.code] })],
);

/** How many came by each source to each action, as one count of the whole group found; the last finished one is shown. */
export const sourceCounts = sqliteTable(
  "source_counts",
  {
    groupNo: integer("group_no").notNull(),
    /** The number of the work that counted. */
    countNo: integer("count_no").notNull(),
    code: text("code").notNull(),
    actionNo: integer("action_no").notNull(),
    participationCount: integer("participation_count").notNull(),
    /** Of those, for how many it was the first thing they did with the group. */
    newCount: integer("new_count").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.countNo, table.code, table.actionNo] })],
);

/**
 * How far the index of names (`people_search`, an FTS5 table that only migration 0016 can describe) has come: everybody up
 * to `indexedTo` is in it. `sweptTo` goes through those people again, for what changed since `sweptSince`.
 */
export const searchProgress = sqliteTable(
  "search_progress",
  {
    groupNo: integer("group_no").notNull(),
    indexedTo: integer("indexed_to").notNull().default(0),
    sweptTo: integer("swept_to").notNull().default(0),
    sweepBeganAt: integer("sweep_began_at").notNull().default(0),
    sweptSince: integer("swept_since").notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.groupNo] })],
);

/**
 * The emails and phones of a person beside the primary ones, each of them an identity too: `identities` has no index by
 * person, since every signature would write it. One that was left stays an identity, so that what still comes with it is
 * theirs.
 */
export const otherAddresses = sqliteTable(
  "other_addresses",
  {
    groupNo: integer("group_no").notNull(),
    personNo: integer("person_no").notNull(),
    /** 1 email, 2 phone */
    kind: integer("kind").notNull(),
    value: text("value").notNull(),
    addedAt: integer("added_at").notNull(),
    /** When they stopped using it; null while they do. */
    leftAt: integer("left_at"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.personNo, table.kind, table.value] })],
);

/** What organisers, imports and the person themselves changed of a person. Appended; an edit may be marked undone. */
export const personEdits = sqliteTable(
  "person_edits",
  {
    groupNo: integer("group_no").notNull(),
    personNo: integer("person_no").notNull(),
    id: uuid<EditId>("id").notNull(),
    editedAt: integer("edited_at").notNull(),
    /** Null: the person, or the software. */
    accountNo: integer("account_no"),
    act: text("act").$type<EditAct>().notNull(),
    changes: text("changes", { mode: "json" }).$type<EditChange[]>().notNull(),
    undoneAt: integer("undone_at"),
    undoneBy: integer("undone_by"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.personNo, table.id] })],
);

/** Subscriptions changed by organisers, imports, pages and mails. What a drain changes is in `consent_events`. */
export const subscriptionChanges = sqliteTable(
  "subscription_changes",
  {
    groupNo: integer("group_no").notNull(),
    personNo: integer("person_no").notNull(),
    id: uuid("id").notNull(),
    changedAt: integer("changed_at").notNull(),
    /** 1 email, 2 mobile */
    channel: integer("channel").notNull(),
    /** As `people.email_status`. */
    status: integer("status").notNull(),
    cause: text("cause").notNull(),
    /** In the words of whoever changed it, "" where nobody was asked. */
    reason: text("reason").notNull(),
    accountNo: integer("account_no"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.personNo, table.id] })],
);

/** Who of the team looks after a person: whom to ask about them, and who follows up. */
export const pointPeople = sqliteTable(
  "point_people",
  {
    groupNo: integer("group_no").notNull(),
    personNo: integer("person_no").notNull(),
    accountNo: integer("account_no").notNull(),
    since: integer("since").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.personNo] }),
    index("point_people_by_account").on(table.groupNo, table.accountNo, table.personNo),
  ],
);

/** Who of the team is to hear by mail what their people did: all since a moment, at another. Gone once the mail is on its way. */
export const pointDigests = sqliteTable(
  "point_digests",
  {
    groupNo: integer("group_no").notNull(),
    accountNo: integer("account_no").notNull(),
    since: integer("since").notNull(),
    dueAt: integer("due_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.accountNo] })],
);

export const personNotes = sqliteTable(
  "person_notes",
  {
    groupNo: integer("group_no").notNull(),
    personNo: integer("person_no").notNull(),
    id: uuid<NoteId>("id").notNull(),
    kind: text("kind").$type<NoteKind>().notNull(),
    text: text("text").notNull(),
    isPinned: integer("is_pinned").notNull().default(0),
    createdBy: integer("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
    /** What it said before, and who changed it when. */
    trail: text("trail", { mode: "json" }).$type<NoteEdit[]>().notNull(),
    deletedBy: integer("deleted_by"),
    deletedAt: integer("deleted_at"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.personNo, table.id] })],
);

/** Two people who turned out to be one. `before` and `after` are what parting them again needs; emptied after its time. */
export const merges = sqliteTable(
  "merges",
  {
    groupNo: integer("group_no").notNull(),
    id: uuid<MergeId>("id").notNull(),
    kept: integer("kept").notNull(),
    lost: integer("lost").notNull(),
    mergedAt: integer("merged_at").notNull(),
    /** Null: the person asked, by confirming an address that another record had. */
    accountNo: integer("account_no"),
    cause: text("cause").$type<MergeCause>().notNull(),
    keptEmail: text("kept_email"),
    lostEmail: text("lost_email"),
    /** The removal that holds what both had done. */
    removalNo: integer("removal_no"),
    before: text("before"),
    after: text("after"),
    undoneAt: integer("undone_at"),
    undoneBy: integer("undone_by"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.id] }),
    index("merges_by_kept").on(table.groupNo, table.kept),
    index("merges_by_lost").on(table.groupNo, table.lost),
  ],
);

/**
 * Under which numbers somebody was known before they were merged, all of them beside whom they turned out to be in the end: what
 * was sent to whoever is merged stays under the number it was sent to, and is read through this. Parting takes the row back.
 */
export const mergedPeople = sqliteTable(
  "merged_people",
  {
    groupNo: integer("group_no").notNull(),
    rootNo: integer("root_no").notNull(),
    personNo: integer("person_no").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.rootNo, table.personNo] }),
    uniqueIndex("merged_people_by_person").on(table.groupNo, table.personNo),
  ],
);

/** Two people who may be one. Dismissed pairs stay, so that they are not found again. */
export const duplicates = sqliteTable(
  "duplicates",
  {
    groupNo: integer("group_no").notNull(),
    firstNo: integer("first_no").notNull(),
    secondNo: integer("second_no").notNull(),
    reason: text("reason").$type<DuplicateReason>().notNull(),
    foundAt: integer("found_at").notNull(),
    dismissedAt: integer("dismissed_at"),
    dismissedBy: integer("dismissed_by"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.firstNo, table.secondNo] })],
);

/** A supporter's own change of address: done once both the old and the new one have confirmed it. */
export const addressChanges = sqliteTable(
  "address_changes",
  {
    groupNo: integer("group_no").notNull(),
    id: uuid<AddressChangeId>("id").notNull(),
    personNo: integer("person_no").notNull(),
    oldEmail: text("old_email").notNull(),
    newEmail: text("new_email").notNull(),
    locale: text("locale").$type<"en" | "fr" | "es">().notNull(),
    askedAt: integer("asked_at").notNull(),
    oldConfirmedAt: integer("old_confirmed_at"),
    newConfirmedAt: integer("new_confirmed_at"),
    doneAt: integer("done_at"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.id] }),
    index("address_changes_by_person").on(table.groupNo, table.personNo),
  ],
);

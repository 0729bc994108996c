import type { Id } from "../platform/ids";

/** Whether a person wants mail, as `people.email_status` and `people.mobile_status` hold it. */
export const subscriptionStatus = {
  none: 0,
  subscribed: 1,
  unsubscribed: 2,
  bounced: 3,
  complained: 4,
} as const;
export type SubscriptionStatus = keyof typeof subscriptionStatus;

/**
 * How the values of a custom field are written: a text as it was said, of one line or several; a number in digits with a
 * point (12.5); a day as 2026-03-12; one choice in its own words; several choices as a JSON array; "yes" or "no".
 */
export const fieldTypes = ["text", "paragraph", "number", "date", "choice", "several", "yesno"] as const;
export type FieldType = (typeof fieldTypes)[number];

/** What a value must be like beside its type; null and "" ask for nothing. */
export type FieldRules = {
  /** Of a number: the least and greatest; of a text: how many characters at most. */
  min: number | null;
  max: number | null;
  /** Of a text: how it is written, place by place: 9 a digit, A a letter, * either; all else stands for itself. */
  mask: string;
};

export type EditId = Id<"edit">;
export type NoteId = Id<"note">;
export type MergeId = Id<"merge">;
export type AddressChangeId = Id<"address-change">;

/** What a person's record holds beside addresses, as `people` names its columns. */
export const detailFields = [
  "givenName",
  "preferredName",
  "familyName",
  "street",
  "locality",
  "region",
  "postalCode",
  "country",
  "language",
  "timeZone",
] as const;
export type DetailField = (typeof detailFields)[number];
export type Details = Record<DetailField, string>;

/** What was done to a record. */
export const editActs = [
  "added",
  "details",
  "email",
  "phone",
  "tag",
  "field",
  "address",
  "point",
  "api",
] as const;
export type EditAct = (typeof editActs)[number];
/** One value before and after, "" for none; `name` says which: a detail, "email", "phone", "point", a tag or a custom field. */
export type EditChange = { name: string; from: string; to: string };

export const noteKinds = ["note", "call", "meeting", "message"] as const;
export type NoteKind = (typeof noteKinds)[number];
/** What a note said until `at`, and who changed it then. */
export type NoteEdit = { text: string; at: number; by: number };

export const mergeCause = ["organiser", "address"] as const;
export type MergeCause = (typeof mergeCause)[number];
const duplicateReasons = ["email", "phone", "name"] as const;
export type DuplicateReason = (typeof duplicateReasons)[number];

/** What a subscription is to: `subscription_changes.channel`. */
export const channels = { email: 1, mobile: 2 } as const;
export type Channel = keyof typeof channels;
/** Why a subscription changed, in one word, as `people.email_status_cause` holds it. */
export const subscriptionCauses = [
  "action",
  "organiser",
  "import",
  "page",
  "mail",
  "api",
  "merge",
  "erased",
  "bounced",
  "complained",
  "silence",
] as const;
export type SubscriptionCause = (typeof subscriptionCauses)[number];

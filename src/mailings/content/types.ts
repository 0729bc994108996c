import type { FactName, Facts, TargetNames } from "../../merging/types";
import type { MailText } from "../../platform/mail/mail-text";
import type { Locale } from "../../ui/i18n";
import type { mailingBuilds } from "../tables";
import type { AlternatePart, MailingVersion } from "../types";

/** A version made ready: Liquid templates that lack nothing but the values of a person and the key of their copy. */
export type Build = Omit<typeof mailingBuilds.$inferSelect, "amp" | "signOff"> & {
  /** The interactive part; nothing and null for none. */
  amp?: string | null;
  /** Of the group, as it was then; null where nobody kept it: as it is now. */
  signOff?: string | null;
};

/** Where a numbered link leads. `url` may hold merge fields; `fillLink` fills them. */
export type MailLink = { no: number; url: string; actionNo: number | null };

/** What templates ask about people, so that no more is read than is used. */
export type NeededFields = {
  /** Names of merge fields of the person, such as "first_name". */
  person: string[];
  /** Keys of custom fields. */
  custom: string[];
  tags: boolean;
  /** Columns of the merge file of a mailing; not there when none is used. */
  merge?: { mailingNo: number; columns: string[] };
  facts?: FactName[];
  /** Actions whose targets are named, by number. */
  targets?: number[];
};

/** What is known of one person, for their copy. A field nobody filled in is not in `fields`, so that `{% if city %}` works. */
export type MergeValues = {
  personNo: number;
  email: string;
  language: Locale | null;
  givenName: string;
  fields: Readonly<Record<string, unknown>>;
  /** What they gave and did, for the language of the mail to write; not there when the mail says nothing of it. */
  facts?: Facts;
  /** Whom actions are addressed to, for the language of the mail to list. */
  targets?: TargetNames;
};

/** `amp`: the interactive part, where it has one. */
export type RenderedMail = { fromName: string; subject: string; html: string; text: string; amp?: string };

/** The same, as a MIME builder likes it: what stands alike in every copy is the same object in each. */
export type MailInPieces = {
  fromName: string;
  subject: string;
  html: MailText;
  text: MailText;
  amp?: MailText;
};

export type MailTemplate = {
  variantNo: number;
  language: Locale;
  /** As `render`, in pieces. */
  fill(values: MergeValues, mailKey: string): MailInPieces;
  /**
   * Fills in one person's copy.
   * @throws RenderError when the Liquid of the mail fails, or takes or makes more than a mail may
   */
  render(values: MergeValues, mailKey: string): RenderedMail;
};

/** The parts of a version that a problem can be in. */
export type MailPart =
  | "from"
  | "subject"
  | "preview"
  | "body"
  | "plain"
  | "amp"
  | "wrapper"
  | "snippet"
  | "group";

export const errorCodes = [
  "amp_picture",
  "amp_place",
  "amp_refused",
  "amp_too_large",
  "body_empty",
  "body_form",
  "liquid",
  "liquid_place",
  "link_scheme",
  "link_broken",
  "link_merge",
  "link_script",
  "no_postal_address",
  "no_unsubscribe",
  "not_rendered",
  "snippet_unknown",
  "subject_empty",
  "subject_over",
  "targets_over",
  "too_large",
  "unknown_field",
  "unknown_filter",
  "versions_too_large",
  "wrapper_slot",
] as const;
export const warningCodes = [
  "action_not_public",
  "alternate_same",
  "clipped",
  "colour_unknown",
  "colour_weak",
  "field_blank",
  "image_alt",
  "image_data",
  "image_scheme",
  "link_personal",
  "link_weak",
  "preview_empty",
  "removed",
  "sign_off_empty",
  "subject_long",
] as const;
export type ProblemCode = (typeof errorCodes)[number] | (typeof warningCodes)[number];

/** What is wrong with a mail, and where. Errors keep it from being sent; warnings do not. */
export type Problem = {
  code: ProblemCode;
  isError: boolean;
  variantNo: number;
  language: MailingVersion["language"];
  part: MailPart;
  /** Of a mailing with alternates: in which one of them it is. */
  alternate?: { part: AlternatePart; row: number; nth: number };
  /** In what somebody wrote, from 1; null where it cannot be told. */
  line: number | null;
  /** What the words about it name: a field, an address, a number. */
  values: Record<string, string | number>;
};

/** How many of an audience lack something, by merge field, counted so far. */
export type AudienceCheck = {
  /** Up to this number of a person everybody has been looked at. */
  after: number;
  isWhole: boolean;
  people: number;
  blanks: Record<string, number>;
  /** Merge fields that could not be asked about just now; they are not in `blanks`. */
  notCounted: string[];
};

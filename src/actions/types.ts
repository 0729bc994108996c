import { z } from "zod";
import { type Group, optInModes } from "../groups/types";
import type { ActionId } from "../platform/ids";
import { shareSettings } from "../sharing/types";

export const ACTION_TITLE_MAX = 120;
export const ACTION_SLUG_MAX = 60;
export const DESCRIPTION_MAX = 50_000;
export const QUESTIONS_MAX = 40;
export const CHOICES_MAX = 50;
/** Pages of questions; a survey adds one for contact details. */
export const PAGES_MAX = 10;
export const LABEL_MAX = 200;
export const HINT_MAX = 300;
export const TAGS_MAX = 10;
export const COMMENT_MAX = 1_000;
export const COMMENTS_SHOWN_MAX = 20;
export const RECENT_SIGNERS_MAX = 10;
export const IMAGE_ALT_MAX = 300;
/** A group that needs more has made drafts by machine. */
export const ACTIONS_MAX = 10_000;
/** Old addresses of one action; each is a KV write whenever its page changes. */
export const SLUGS_MAX = 20;
export const ACTIONS_PAGE_SIZE = 30;
export const EDITS_SHOWN_MAX = 50;
/** What the history keeps of a field before and after; a whole story twice an edit would fill a shard. */
export const CHANGE_TEXT_MAX = 1_000;

export const actionSlug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/)
  .max(ACTION_SLUG_MAX);

/** Email is always asked and always required: it is the identity. */
export const standardFields = [
  "givenName",
  "familyName",
  "postalCode",
  "locality",
  "region",
  "street",
  "country",
  "phone",
] as const;
export type StandardField = (typeof standardFields)[number];
export const fieldUses = ["hidden", "optional", "required"] as const;
export type FieldUse = (typeof fieldUses)[number];

export const questionTypes = [
  "text",
  "paragraph",
  "dropdown",
  "radio",
  "checkboxes",
  "number",
  "date",
  "hidden",
] as const;
export type QuestionType = (typeof questionTypes)[number];

/** What of a question goes with it from one action to another, by way of the library. */
export const askable = z.object({
  label: z.string().min(1).max(LABEL_MAX),
  hint: z.string().max(HINT_MAX).default(""),
  type: z.enum(questionTypes),
  /** Of a hidden question: what a link may say; empty for any line. */
  choices: z.array(z.string().min(1).max(LABEL_MAX)).max(CHOICES_MAX).default([]),
  /** Of a number: the least and the greatest there may be. */
  min: z.number().nullable().default(null),
  max: z.number().nullable().default(null),
  /** Of a hidden question: its answer unless the link says another. */
  value: z.string().max(LABEL_MAX).default(""),
  /** The custom field of the person that keeps the answer; null for an answer kept with the participation alone. */
  fieldNo: z.number().int().positive().nullable().default(null),
});
export type Askable = z.infer<typeof askable>;

export const question = askable.extend({
  /** Names the answer for ever; made from the label once. */
  key: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
  isRequired: z.boolean().default(false),
  page: z.number().int().min(1).max(PAGES_MAX).default(1),
  /** It is asked only of those who gave one of these answers to an earlier question. */
  showIf: z
    .object({ key: z.string().min(1), anyOf: z.array(z.string()).min(1).max(CHOICES_MAX) })
    .nullable()
    .default(null),
  /** The question of the library it was made from. */
  libraryNo: z.number().int().positive().nullable().default(null),
});
export type Question = z.infer<typeof question>;

const fieldUse = z.enum(fieldUses);

/** What every kind lets the organiser decide; each kind's own settings extend this. Every field has a default. */
export const commonSettings = z.object({
  /** What the organiser wrote, in Markdown, and what the public gets: sanitised when saved, never when shown. */
  descriptionSource: z.string().max(DESCRIPTION_MAX).default(""),
  descriptionHtml: z
    .string()
    .max(DESCRIPTION_MAX * 4)
    .default(""),
  image: z
    .object({
      key: z.string().max(200),
      alt: z.string().max(IMAGE_ALT_MAX),
      width: z.number().int(),
      height: z.number().int(),
      /** The same picture with fewer pixels, for phones; only where the organiser's browser made one. */
      small: z
        .object({ key: z.string().max(200), width: z.number().int(), height: z.number().int() })
        .optional(),
    })
    .nullable()
    .default(null),
  goal: z
    .object({ mode: z.enum(["none", "fixed", "rising"]), target: z.number().int().min(1).max(100_000_000) })
    .default({ mode: "rising", target: 100 }),
  fields: z
    .object({
      givenName: fieldUse,
      familyName: fieldUse,
      postalCode: fieldUse,
      locality: fieldUse,
      region: fieldUse,
      street: fieldUse,
      country: fieldUse,
      phone: fieldUse,
    })
    .default({
      givenName: "required",
      familyName: "required",
      postalCode: "optional",
      locality: "hidden",
      region: "hidden",
      street: "hidden",
      country: "required",
      phone: "hidden",
    }),
  questions: z.array(question).max(QUESTIONS_MAX).default([]),
  consent: z
    .object({ mode: z.enum(optInModes), text: z.string().max(500) })
    .default({ mode: "unticked", text: "" }),
  comments: z
    .object({ isAsked: z.boolean(), isModerated: z.boolean() })
    .default({ isAsked: true, isModerated: true }),
  showCount: z.boolean().default(true),
  showRecent: z.boolean().default(true),
  thanks: z
    .object({
      mode: z.enum(["page", "redirect", "next"]),
      headline: z.string().max(200),
      text: z.string().max(2_000),
      redirectUrl: z.string().max(1_000),
      /** The id of the action that comes next, with what the person filled in. */
      nextId: z.string().max(36).default(""),
    })
    .default({ mode: "page", headline: "", text: "", redirectUrl: "", nextId: "" }),
  share: shareSettings.prefault({}),
  autoresponse: z
    .object({
      isOn: z.boolean(),
      subject: z.string().max(200),
      body: z.string().max(10_000),
      replyTo: z.string().max(254),
    })
    .default({ isOn: true, subject: "", body: "", replyTo: "" }),
  tags: z.array(z.string().min(1).max(100)).max(TAGS_MAX).default([]),
});
export type CommonSettings = z.infer<typeof commonSettings>;

export type ActionStatus = "draft" | "published" | "closed";

export type Action = {
  groupNo: number;
  no: number;
  id: ActionId;
  kind: string;
  slug: string;
  status: ActionStatus;
  title: string;
  internalTitle: string;
  locale: "en" | "fr" | "es";
  settings: CommonSettings;
  /** What the kind looked up for serving when it was last saved or published. */
  extra: unknown;
  version: number;
  /** The version of the public page, which comments also raise. */
  pageVersion: number;
  limitedAt: number | null;
  createdBy: number;
  createdAt: number;
  updatedAt: number;
  publishedAt: number | null;
  closedAt: number | null;
  /** What an API client said of an action it made: it has no page, and no list of ours shows it. Null for those made here. */
  api?: unknown;
};

/** Who edited, in the history: a client of the API, whose key the group gave it. 0 stands for the people who run the installation. */
export const BY_CLIENT = -1;

const editActs = [
  "created",
  "duplicated",
  "edited",
  "renamed",
  "published",
  "closed",
  "reopened",
  "limited",
  "released",
] as const;
export type EditAct = (typeof editActs)[number];

/** One field of an edit, as text, so that the history can be read whatever the settings look like by then. */
export type Change = { field: string; before: string; after: string };

/** A signer as the public may see one: never an email, never a full postal code. */
export type PublicSigner = { name: string; place: string; at: number; comment: string };

/**
 * All that serving a page or taking a participation needs, so that neither needs D1. Written to `SITES` when an action
 * is published or changed; the newest version wins.
 */
export type ActionSnapshot = {
  version: number;
  group: Pick<
    Group,
    | "no"
    | "id"
    | "slug"
    | "name"
    | "shard"
    | "jurisdiction"
    | "locale"
    | "timeZone"
    | "country"
    | "postalAddress"
    | "status"
    | "settings"
  >;
  action: Pick<
    Action,
    "no" | "id" | "kind" | "slug" | "status" | "title" | "locale" | "settings" | "publishedAt" | "closedAt"
  > & {
    isLimited: boolean;
  };
  /** Numbers of the tags in `settings.tags`, made at publication so that a drain need not look them up. */
  tagNos: number[];
  /** Hash (16 hexadecimal digits) of the consent wording now shown; the wording itself is stored at publication. */
  consentHash: string;
  consentText: string;
  /** Approved comments, newest first, at most COMMENTS_SHOWN_MAX. */
  comments: PublicSigner[];
  /** What the kind looked up at publication. */
  extra?: unknown;
  /** The same action in other languages, as far as it has a page there; at most one of each. */
  translations?: Translation[];
};

export type Translation = Pick<Action, "no" | "id" | "slug" | "locale">;

/** The numbers a public page shows; the last known ones, at most 5 s old in `count.json`. */
export type PublicCount = {
  total: number;
  recent: PublicSigner[];
  /** How many of `total` come from its translations. */
  elsewhere?: number;
  /** What the kind counts in place of people, where it does. */
  tally?: number;
  /** Where places run out: how many of each slot are taken, and how many people wait for one. */
  places?: PlacesTaken;
};

/** By slot: places taken, and people who wait. */
export type PlacesTaken = Record<string, { confirmed: number; waiting: number }>;

/** What the page offers back after a refusal: the values as typed and what is wrong with each, by field name. */
export type FormState = {
  values: Record<string, string | string[]>;
  errors: Record<string, string>;
  /** Which page of the form is shown, from 1. */
  step?: number;
  /** Somebody's details, brought from another action or a mail: what they hold need not be asked. */
  carried?:
    | { token: string; name: string; email: string; nth: number; fields: readonly string[] }
    | undefined;
};

export type { Kind, PageProps, SlotStandings, Standing, ThanksProps } from "./kind";

import type { Child } from "hono/jsx";
import { z } from "zod";
import { type Group, optInModes } from "../groups/types";
import type { ActionId } from "../platform/ids";
import type { Key, T } from "../ui/i18n";

export const ACTION_TITLE_MAX = 120;
export const ACTION_SLUG_MAX = 60;
export const DESCRIPTION_MAX = 50_000;
export const QUESTIONS_MAX = 20;
export const CHOICES_MAX = 50;
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

export const questionTypes = ["text", "paragraph", "dropdown", "radio", "checkboxes"] as const;

export const question = z.object({
  /** Names the answer for ever; made from the label once. */
  key: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
  label: z.string().min(1).max(200),
  hint: z.string().max(300).default(""),
  type: z.enum(questionTypes),
  isRequired: z.boolean().default(false),
  choices: z.array(z.string().min(1).max(200)).max(CHOICES_MAX).default([]),
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
      mode: z.enum(["page", "redirect"]),
      headline: z.string().max(200),
      text: z.string().max(2_000),
      redirectUrl: z.string().max(1_000),
    })
    .default({ mode: "page", headline: "", text: "", redirectUrl: "" }),
  share: z.object({ title: z.string().max(200), text: z.string().max(500) }).default({ title: "", text: "" }),
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
  version: number;
  /** The version of the public page, which comments also raise. */
  pageVersion: number;
  limitedAt: number | null;
  createdBy: number;
  createdAt: number;
  updatedAt: number;
  publishedAt: number | null;
  closedAt: number | null;
};

export const editActs = [
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
};

/** The numbers a public page shows; the last known ones, at most 5 s old in `count.json`. */
export type PublicCount = { total: number; recent: PublicSigner[] };

/** What the page offers back after a refusal: the values as typed and what is wrong with each, by field name. */
export type FormState = { values: Record<string, string | string[]>; errors: Record<string, string> };

export type PageProps = {
  t: T;
  snapshot: ActionSnapshot;
  count: PublicCount;
  form: FormState;
  source: string;
  isPreview: boolean;
};
export type ThanksProps = {
  t: T;
  snapshot: ActionSnapshot;
  total: number;
  nth: number;
  shareUrl: string;
  isRepeat: boolean;
};

/**
 * One kind of action: what is special about it and nothing else. `kinds.ts` lists them.
 * Everything shared (publication, fields, consent, dedup, counters, sharing) is written once for all kinds.
 */
export type Kind = {
  name: string;
  /** The plural noun of its URLs: `/petitions/clean-air`. */
  path: string;
  /** True: a person's newer answer replaces the earlier one. False: each adds. */
  isOnce: boolean;
  /** "single" kinds have places that run out, so one object decides in arrival order. */
  intake: "spread" | "single";
  /** Extends `commonSettings`; throws away what it does not know. */
  settings: z.ZodType<CommonSettings>;
  /** The settings a new draft starts with. */
  starting(group: Group): CommonSettings;
  /** Reasons an action may not be published, as keys of the kind's locale file. */
  reasonsNotToPublish(action: Action): Key[];
  /** What is special on the public page above the form: to whom, what is asked. */
  Story(props: PageProps): Child;
  /** The label of the button that does it. */
  buttonLabel(t: T): string;
  /** What an organiser calls each of the kind's own settings, for the history of edits. */
  fieldLabels: Record<string, Key>;
  /** The kind's own fields of the editor, and how to read them back from the posted form. */
  Editor(props: {
    t: T;
    action: Action;
    errors: Record<string, string>;
    values: Record<string, string | string[]>;
  }): Child;
  readEditor(form: Record<string, string | string[]>): Record<string, unknown>;
  /** Buttons of the kind's own editor, such as "add a row": the form as it should be shown next, or null if not its own. */
  pressEditor?(
    button: string,
    form: Record<string, string | string[]>,
  ): Record<string, string | string[]> | null;
};

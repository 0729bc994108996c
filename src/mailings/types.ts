import { z } from "zod";
import { type Audience, audienceSchema } from "../audiences/audience";
import type { Id } from "../platform/ids";

export type MailingId = Id<"mailing">;

/**
 * draft → (waiting for somebody's approval) → scheduled → preparing (the audience is being frozen) → sending ⇄ paused → sent, or stopped.
 * Scheduled for now when nobody chose a time: the undo window is a schedule too.
 */
export const mailingStatuses = [
  "draft",
  "waiting",
  "scheduled",
  "preparing",
  "sending",
  "paused",
  "sent",
  "stopped",
] as const;
export type MailingStatus = (typeof mailingStatuses)[number];
/** Of which something has left, or could have. */
export const leftStatuses: readonly MailingStatus[] = ["sending", "paused", "sent", "stopped"];

/** `mailing_recipients.status`. A claim is the note that its chunk was begun: when its owner is gone it is "unknown". */
export const recipientStatus = {
  waiting: 1,
  claimed: 2,
  sent: 3,
  left_out: 4,
  failed: 5,
  unknown: 6,
} as const;
export type RecipientStatus = keyof typeof recipientStatus;

/** `mailing_recipients.reason` of somebody left out. The first that applies, in this order. */
export const leftOutReasons = {
  /** Erased, or merged into somebody else, since the audience was counted. */
  gone: 1,
  no_address: 2,
  not_subscribed: 3,
  bounced: 4,
  complained: 5,
  /** The whole installation writes to this address no more. */
  suppressed: 6,
  /** Asked for a pause, or for no mail of this topic, or for fewer than this. */
  pausing: 7,
  topic: 8,
  too_many: 9,
  /** By an audience the mailing leaves out. */
  excluded: 10,
  /** Beyond the number the mailing is limited to. */
  over_limit: 11,
  /** In a test down the list: their cohort did not get the winner. */
  cohort: 12,
  /** Another mailing of the day comes first for them (docs/decisions/0054). */
  ranked: 13,
  /** Has no row in the mailing's merge file, and the mailing is for those who have. */
  no_row: 14,
} as const;
export type LeftOutReason = keyof typeof leftOutReasons;

/** The same by name, in this order. */
export const leftOutNames = [
  "gone",
  "no_address",
  "not_subscribed",
  "bounced",
  "complained",
  "suppressed",
  "pausing",
  "topic",
  "too_many",
  "excluded",
  "over_limit",
  "cohort",
  "ranked",
  "no_row",
] as const satisfies readonly LeftOutReason[];

/** `mailing_recipients.reason` of a mail that failed. */
export const failureReasons = { refused: 31, gave_up: 32, not_rendered: 33, stopped: 34 } as const;
export type FailureReason = keyof typeof failureReasons;

export const VARIANTS_MAX = 8;
export const SUBJECT_MAX = 250;
export const PREVIEW_MAX = 250;
export const FROM_NAME_MAX = 100;
export const TITLE_MAX = 200;
export const NOTE_MAX = 2_000;
/** As stored: the blocks as JSON, Markdown or HTML. */
export const BODY_BYTES_MAX = 400_000;
/** Gmail shows no more of a mail than this; the rest hides behind a link. */
export const CLIPPED_BYTES = 102_400;

export const bodyForms = ["visual", "markdown", "html"] as const;
export type BodyForm = (typeof bodyForms)[number];

/** What a mailing may have alternates of; a subject brings its preview text. */
export const alternateParts = ["subject", "sender", "body"] as const;
export type AlternatePart = (typeof alternateParts)[number];
/**
 * Of a mailing with alternates. Each more leaves fewer people to each version, until nothing can be told; 24 is two of one part, three
 * and four of the others, and as many as letters name.
 */
export const COMBINATIONS_MAX = 24;
/** Which alternate of each part a version is made of: the number of its row, and its place among them, from 1. */
export type Combination = Record<AlternatePart, { row: number; nth: number }>;

/** One variant of a mailing in one language, as it is being written. */
export type MailingVersion = {
  variantNo: number;
  language: "en" | "fr" | "es";
  fromName: string;
  subject: string;
  /** What a mailbox shows after the subject. */
  preview: string;
  form: BodyForm;
  body: string;
  /** The plain-text part when somebody edited it; null while it follows the body. */
  plain: string | null;
  /** Source of the interactive part (AMP for Email); nothing, null and "" are none. */
  amp?: string | null;
  /** Raised by every save; a save names the one it started from. */
  revision: number;
  /** Of what is written: the one part it is an alternate of, the others being as in the first; nothing and null for a whole version. */
  part?: AlternatePart | null;
  /** Of what is sent, in a mailing with alternates (`combining.ts`). */
  combines?: Combination;
};

/** Whom a mailing is for. Subscription, suppression, topic and fatigue are not part of it: they hold for every mailing. */
export const targetSchema = z.object({
  audience: audienceSchema,
  /** The newest N of the audience, in its own order; null for all. Who is beyond is left out as `over_limit`. */
  most: z.int().min(1).max(100_000_000).nullable().default(null),
});
export type Target = z.infer<typeof targetSchema>;

/**
 * Down the list: people are told apart by when they were last active, each such cohort has a sample of its own, and the best variant
 * goes to the cohorts that perform (docs/decisions/0053).
 */
export const cohortPlanSchema = z.object({
  /** People in the sample of each cohort, about; a smaller cohort is in it whole. */
  size: z.int().min(1).max(1_000_000),
  /** Once a cohort fails, those who were active longer ago fail with it. */
  isInOrder: z.boolean(),
  /** Of what the best cohort did a cohort must do so much, in percent. */
  shareOfBestMin: z.int().min(1).max(100),
  /** More than this share of a cohort's sample may not unsubscribe, or complain; in hundredths of a percent, null for any. */
  unsubscribeShareMax: z.int().min(1).max(10_000).nullable().default(null),
  complaintShareMax: z.int().min(1).max(10_000).nullable().default(null),
});
export type CohortPlan = z.infer<typeof cohortPlanSchema>;

/** The cohorts, freshest first: active in the last so many days; null for longer ago. */
export const cohortDays = [30, 60, 180, 365, null] as const;

/** A/B/n: a share of the audience gets the variants, and the best of them goes to the rest. */
export const testPlanSchema = z.object({
  /** Of the recipients, in hundredths of a percent, all variants together. */
  share: z.int().min(1).max(10_000),
  measure: z.enum(["opens", "clicks", "actions", "donations"]),
  /** From the last mail of the sample to the verdict. */
  hours: z.int().min(1).max(168),
  /** False: an organiser chooses. */
  isAutomatic: z.boolean(),
  /** The winner is not sent by itself when more than this share of the sample unsubscribed, in hundredths of a percent; null for never. */
  unsubscribeShareMax: z.int().min(1).max(10_000).nullable().default(null),
  /** Down the list; `share` says nothing then, and one variant is enough. Null: one sample of everybody. */
  cohorts: cohortPlanSchema.nullable().default(null),
});
export type TestPlan = z.infer<typeof testPlanSchema>;

/** "#rrggbb" in lower case, or "" for what the wrapper or the group has. */
const colour = z
  .string()
  .regex(/^(#[0-9a-f]{6})?$/)
  .default("");

/** The colours of one mail, in all its variants and languages (docs/decisions/0057). */
export const mailingColours = z.object({ button: colour, buttonWords: colour, words: colour });
export type MailingColours = z.infer<typeof mailingColours>;

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

/** What an organiser decides of a mailing beside its words and its audience. Every field has a default, so old rows stay readable. */
export const mailingSettings = z.object({
  note: z.string().max(NOTE_MAX).default(""),
  /** A topic of the group's list; null: everybody on the list. */
  topicNo: z.int().nullable().default(null),
  wrapperNo: z.int().nullable().default(null),
  colours: mailingColours.prefault({}),
  /** The table of facts that `{{ merge.… }}` is filled from. */
  mergeFileNo: z.int().nullable().default(null),
  /** Whoever has no row in it gets the mail with what stands there instead, or is left out. */
  withoutRow: z.enum(["mailed", "left_out"]).default("mailed"),
  replyTo: z.string().max(254).default(""),
  tracksOpens: z.boolean().default(true),
  tracksClicks: z.boolean().default(true),
  /** What every link gets, such as "utm_campaign=spring"; "" for nothing. */
  linkQuery: z.string().max(500).default(""),
  /** Mails an hour at most; null: as fast as the sender may. */
  hourlyMax: z.int().min(60).max(10_000_000).nullable().default(null),
  /** Each person gets it when their clock shows this time, on the day of the schedule; null: everybody at once. */
  localTime: clockTime.nullable().default(null),
  /** When there are several variants; null: all variants go to equal shares of everybody. */
  test: testPlanSchema.nullable().default(null),
  /** The fatigue cap of the group does not hold for this one (a mail that must arrive). */
  ignoresFatigue: z.boolean().default(false),
  /** It can be read on the web by anybody, with stand-ins for what is personal. */
  isArchived: z.boolean().default(false),
  /** Whom that mailing's audience leaves out this one leaves out too, as that one stands when this one is frozen; null for none. */
  mirrorsNo: z.int().min(1).nullable().default(null),
  /** What its people are told apart by, for organisers alone; null: the group's default, 0: nothing. May change in any state. */
  breakdownNo: z.int().min(0).nullable().default(null),
});
export type MailingSettings = z.infer<typeof mailingSettings>;

/** The numbers of a frozen audience. `candidates` = `recipients` + every number of `leftOut`. */
export type Frozen = {
  candidates: number;
  recipients: number;
  leftOut: Partial<Record<LeftOutReason, number>>;
  /** By variant number and by language. */
  variants: Record<string, number>;
  languages: Record<string, number>;
  /** Of a test down the list: how many recipients each cohort has, in the order of `cohortDays`, and how many of them try. */
  cohorts?: { people: number; sample: number }[];
  frozenAt: number;
  /** The audience as it was asked, with what another mailing leaves out; absent where the target says it. */
  audience?: Audience;
};

/** How far a mailing is, as counted from its rows. */
export type MailingTotals = Record<RecipientStatus, number> & {
  leftOutBy: Partial<Record<LeftOutReason, number>>;
  failedBy: Partial<Record<FailureReason, number>>;
};

/** Why a mailing stands still though nobody paused it by hand, or that somebody did. */
export const pauseCauses = ["organiser", "health", "sender", "operator", "test", "transport"] as const;
export type PauseCause = (typeof pauseCauses)[number];

export type Mailing = {
  no: number;
  id: MailingId;
  /** Of the first variant in the group's language, for lists. */
  subject: string;
  internalTitle: string;
  status: MailingStatus;
  pauseCause: PauseCause | null;
  target: Target | null;
  settings: MailingSettings;
  /** When it is to begin; null while nobody has sent it. */
  startAt: number | null;
  frozen: Frozen | null;
  /** Which variant went to the rest. */
  winnerNo: number | null;
  /** The mailing it was copied from, whose recipients it may leave out. */
  copyOf: number | null;
  createdBy: number;
  createdAt: number;
  updatedAt: number;
  /** Who asked for it to be sent, and who agreed. */
  askedBy: number | null;
  approvedBy: number | null;
  /** To how many recipients they agreed; null: to as many as there are. */
  approvedTo?: number | null;
  /** What stands for the words they agreed to; null where nobody did. */
  approvedWords?: string | null;
  sentAt: number | null;
  finishedAt: number | null;
  tags: string[];
};

export type WrapperId = Id<"wrapper">;
export type TemplateId = Id<"template">;
export type SnippetId = Id<"snippet">;

export const KEPT_NAME_MAX = 100;
export const WRAPPER_BYTES_MAX = 200_000;
/** One or two sentences. */
export const FOOT_MAX = 500;
/** The source of an interactive part; the whole of it, as AMP for Email has it. */
export const AMP_BYTES_MAX = 200_000;
export const SNIPPET_BYTES_MAX = 50_000;
/** Of each: wrappers, templates and snippets of one group. */
export const KEPT_MAX = 500;
export const MAILING_TAGS_MAX = 10;
export const MAILING_TAG_MAX = 40;

/** Where the body of a mail goes in its wrapper, in HTML and in plain text alike; exactly once. */
export const WRAPPER_CONTENT = "{{ content }}";

/** What stands around the body of a mail, in one language. */
export type WrapperWords = {
  /** Liquid, with `WRAPPER_CONTENT` once. The platform's own foot (unsubscribe line, postal address) follows where it holds neither. */
  html: string;
  /** The same for the plain-text part; "" for what the platform makes of the HTML. */
  plain: string;
  /** Why somebody gets the mail, in the platform's foot, where that is there; "" for the platform's own words. */
  foot: string;
  /** The same as `html` for the interactive part, where a mail has one; "" for what the platform puts around it. */
  amp: string;
};

export type WrapperVersion = WrapperWords & { language: MailingVersion["language"] };

/** A wrapper with the words of its first language. */
export type KeptWrapper = WrapperWords & {
  no: number;
  id: WrapperId;
  name: string;
  /** Null where nobody said: the group's. */
  language: MailingVersion["language"] | null;
  /** Other languages it has words in. */
  others: MailingVersion["language"][];
  revision: number;
  updatedAt: number;
};

/** The same with its words in all its languages. */
export type Wrapper = KeptWrapper & { versions: WrapperVersion[] };

/** The words of a wrapper for a mail in some language: its own in that language, else those of its first. */
export function wrapperIn(wrapper: Wrapper, language: MailingVersion["language"]): WrapperWords {
  return wrapper.versions.find((each) => each.language === language) ?? wrapper;
}

/** What a mailing may begin from. */
export type Template = {
  no: number;
  id: TemplateId;
  name: string;
  subject: string;
  preview: string;
  form: BodyForm;
  body: string;
  wrapperNo: number | null;
  revision: number;
  updatedAt: number;
};

export type PictureId = Id<"picture">;
export const PICTURE_ALT_MAX = 500;

/** A picture of the group's library, to be shown in mails. */
export type Picture = {
  no: number;
  id: PictureId;
  /** Key in R2. */
  file: string;
  /** What it shows, in words; "" for decoration alone. */
  alt: string;
  width: number;
  height: number;
  bytes: number;
  createdAt: number;
};

export const snippetForms = ["markdown", "html"] as const;
export type SnippetForm = (typeof snippetForms)[number];
/** As it is named in a mail: `{% snippet "our-office" %}`. */
export const SNIPPET_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** Words kept in one place. Changed there, they are changed in whatever has not been frozen yet. */
export type Snippet = {
  no: number;
  id: SnippetId;
  name: string;
  form: SnippetForm;
  body: string;
  revision: number;
  updatedAt: number;
};

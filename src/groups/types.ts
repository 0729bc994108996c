import { z } from "zod";
import { oneLine } from "../accounts/types";
import { isCountry } from "../platform/countries";
import { isCurrency } from "../platform/currencies";
import { normaliseEmail } from "../platform/email-address";
import type { GroupId, InvitationId } from "../platform/ids";
import { isTimeZone } from "../platform/time-zones";
import { readSite } from "../platform/web-origins";
import { type Font, fontStacks } from "../ui/theme";

export const roles = ["owner", "administrator", "organiser"] as const;
export type Role = (typeof roles)[number];

export const GROUP_NAME_MAX = 80;
export const GROUP_SLUG_MAX = 40;

/** One DNS label (RFC 1035 §2.3.1), since the slug becomes a host name. */
export const groupSlug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/)
  .min(3)
  .max(GROUP_SLUG_MAX);

/** What the form for a new group holds. An empty slug asks for a suggestion. */
export const groupForm = z.object({
  name: oneLine.pipe(z.string().min(1, "missing").max(GROUP_NAME_MAX, "too_long")),
  slug: z
    .string()
    .trim()
    .toLowerCase()
    .pipe(z.union([z.literal(""), groupSlug], "slug")),
  locale: z.enum(["en", "fr", "es"], "choose"),
  country: z.string().refine(isCountry, "choose"),
  timeZone: z.string().refine(isTimeZone, "choose"),
  currency: z.string().refine(isCurrency, "choose"),
});
export type GroupForm = z.infer<typeof groupForm>;

export const optInModes = ["preticked", "unticked", "explicit"] as const;
export type OptInMode = (typeof optInModes)[number];

/** A greeting, a name, a role: some lines. */
export const SIGN_OFF_MAX = 500;

/** What a group decides about its mailings. Every field has a default, so old rows stay readable. */
export const mailSettings = z.object({
  /** Who its mailings are from unless somebody writes another name; "" for the group's own. */
  fromName: z.string().max(100).default(""),
  /** How its mails end, in some lines: what `{{ group.sign_off }}` is; "" for nothing. */
  signOff: z.string().max(SIGN_OFF_MAX).default(""),
  /** The mailings a person gets in seven days at most; 0 for any number. */
  weeklyMax: z.int().min(0).max(100).default(0),
  /** From so many recipients on a second person must agree; 0 for never. */
  approvalFrom: z.int().min(0).max(100_000_000).default(0),
  /** Between pressing "send" and the first mail, in minutes: time to take it back. */
  undoMinutes: z.int().min(0).max(60).default(1),
  /** What to do with answers: forward them to the group's address, or keep them in the inbox here. */
  replies: z.enum(["forward", "keep"]).default("forward"),
  tracksOpens: z.boolean().default(true),
  tracksClicks: z.boolean().default(true),
  /** New people confirm their address before they get mailings. */
  doubleOptIn: z.boolean().default(false),
  /** How often those who have not confirmed are reminded, two days apart. */
  confirmationReminders: z.int().min(0).max(3).default(0),
  wrapperNo: z.int().nullable().default(null),
  /** Saved audiences that new mailings are for, and leave out; null for the whole list, and for nobody. */
  includeNo: z.int().nullable().default(null),
  excludeNo: z.int().nullable().default(null),
});
export type MailSettings = z.infer<typeof mailSettings>;

/** What a group decides about itself beyond its columns. Every field has a default, so old rows stay readable. */
export const groupSettings = z.object({
  description: z.string().max(2_000).default(""),
  website: z.string().max(500).default(""),
  privacyUrl: z.string().max(500).default(""),
  /** Where answers to the group's mail go. */
  replyTo: z.string().max(254).default(""),
  /** "#rrggbb", or "" for the platform's own. */
  accent: z.string().max(7).default(""),
  font: z.string().transform(fontOf).default("system"),
  /** R2 key of the logo, or "". */
  logo: z.string().max(200).default(""),
  /** What the logo says to whoever does not see it. */
  logoAlt: z.string().max(200).default(""),
  /** In pixels of the file; 0 for a logo of before they were kept. */
  logoWidth: z.number().int().default(0),
  logoHeight: z.number().int().default(0),
  /** What stands above and below every page, sanitised, and the styles that go with it, scoped to the page. */
  headerHtml: z.string().default(""),
  footerHtml: z.string().default(""),
  css: z.string().default(""),
  optInMode: z.enum(optInModes).default("unticked"),
  /** The consent sentence; "" means the platform's standard wording in the page's language. */
  consentText: z.string().max(500).default(""),
  /** What supporters sent stays for some days where it was taken, in case the database must be set back. */
  keepsForRecovery: z.boolean().default(false),
  mail: mailSettings.prefault({}),
  /** The sites that may show the group's actions in their pages, one a line as `readSite` writes them; "" for any. */
  embedSites: z.string().max(20_000).default(""),
});
export type GroupSettings = z.infer<typeof groupSettings>;

function isFont(text: string): text is Font {
  return Object.hasOwn(fontStacks, text);
}

function fontOf(text: string): Font {
  return isFont(text) ? text : "system";
}

export const LOGO_ALT_MAX = 200;
/** Of the header and of the footer, each. */
export const WRAPPER_HTML_MAX = 10_000;
/** In bytes of UTF-8. A page promises 20 kB compressed for our part; this is the group's own. */
export const WRAPPER_CSS_MAX = 20_000;

/** What a group's organisers decide about the looks of its pages, as they wrote it. */
export const lookForm = z.object({
  accent: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^(#[0-9a-f]{6})?$/, "colour"),
  font: z.string().refine(isFont, "choose"),
  header: z.string().max(WRAPPER_HTML_MAX, "too_long"),
  footer: z.string().max(WRAPPER_HTML_MAX, "too_long"),
  css: z.string().max(WRAPPER_CSS_MAX, "too_long"),
});
export type Look = z.infer<typeof lookForm>;

export const DESCRIPTION_MAX = 2_000;
export const URL_MAX = 500;
export const CONSENT_TEXT_MAX = 500;
export const POSTAL_ADDRESS_MAX = 300;
/** Each stands in a header of every embedded page. */
const EMBED_SITES_MAX = 50;
export const EMBED_SITES_TEXT_MAX = 5_000;

/** Text of several lines: no control characters but the line break, trimmed, composed (NFC). */
const lines = z
  .string()
  .transform((text) => text.normalize("NFC").trim())
  .refine((text) => !/[^\P{Cc}\n]/u.test(text), "characters");

/** A web address a link may lead to, or "": `javascript:` and the like are no web addresses. */
const webAddress = z
  .string()
  .trim()
  .max(URL_MAX, "too_long")
  .refine((text) => text === "" || isWebAddress(text), "url")
  .transform((text) => (text === "" ? "" : new URL(text).href));

/** Sites, with spaces, commas or line breaks between them. */
const siteList = z
  .string()
  .max(EMBED_SITES_TEXT_MAX, "too_long")
  .transform((text, check) => {
    const sites = text
      .split(/[\s,]+/)
      .filter((word) => word !== "")
      .map(readSite);
    if (sites.includes(null)) check.addIssue({ code: "custom", message: "site" });
    if (sites.length > EMBED_SITES_MAX) check.addIssue({ code: "custom", message: "too_long" });
    return [...new Set(sites)].join("\n");
  });

function isWebAddress(text: string): boolean {
  return /^https?:\/\/[^/]/i.test(text) && URL.canParse(text);
}

/**
 * What the settings form holds: everything of a group its members may change, its looks apart. In the order of the page,
 * so that the summary of problems reads down it.
 */
export const settingsForm = z.object({
  name: groupForm.shape.name,
  description: lines.pipe(z.string().max(DESCRIPTION_MAX, "too_long")),
  website: webAddress,
  privacyUrl: webAddress,
  replyTo: z
    .string()
    .trim()
    .refine((text) => text === "" || normaliseEmail(text) !== null, "email"),
  optInMode: z.enum(optInModes, "choose"),
  consentText: oneLine.pipe(z.string().max(CONSENT_TEXT_MAX, "too_long")),
  postalAddress: lines.pipe(z.string().max(POSTAL_ADDRESS_MAX, "too_long")),
  locale: groupForm.shape.locale,
  country: groupForm.shape.country,
  timeZone: groupForm.shape.timeZone,
  currency: groupForm.shape.currency,
  /** A tick is sent as "yes"; without one nothing is sent. */
  keepsForRecovery: z.enum(["yes", ""], "choose").transform((tick) => tick === "yes"),
  embedSites: siteList,
});
export type SettingsForm = z.infer<typeof settingsForm>;

export const LOGO_BYTES_MAX = 1024 * 1024;
/** Room to read a logo that is too big and say so beside its field; what is bigger still is refused unread. */
export const LOGO_FORM_BYTES_MAX = 5 * LOGO_BYTES_MAX;
/** The settings form with every field full, percent-encoded. */
export const FORM_BYTES_MAX = 128 * 1024;

export type Group = {
  no: number;
  id: GroupId;
  slug: string;
  name: string;
  shard: string;
  jurisdiction: "" | "eu" | "us" | "fedramp";
  timeZone: string;
  currency: string;
  locale: "en" | "fr" | "es";
  country: string;
  postalAddress: string;
  status: "active" | "limited" | "suspended";
  settings: GroupSettings;
  createdAt: number;
};

/** One account's place in one group. */
export type Member = {
  accountNo: number;
  name: string;
  email: string;
  role: Role;
  joinedAt: number;
  lastSignInAt: number | null;
  /** How many people a mailing of theirs may go to; null: as many as their role allows, which for organisers is none. */
  mailCeiling: number | null;
};

/** No ceiling is higher. */
export const MAIL_CEILING_MAX = 100_000_000;

export type Invitation = {
  id: InvitationId;
  groupNo: number;
  email: string;
  emailKey: string;
  role: Role;
  createdAt: number;
  expiresAt: number;
};

/** Members of one group. Volunteers without a login are people, not members. */
export const MEMBERS_MAX = 500;
/** Invitations of one group that wait for an answer. */
export const INVITATIONS_MAX = 200;
/** Addresses in one invitation form, so that a typing slip does not mail a whole list. */
export const INVITED_AT_ONCE_MAX = 20;
export const INVITATION_MS = 30 * 86_400_000;
export const ACTS_PAGE_MAX = 50;

const DAY_MS = 86_400_000;
/** Groups one account may make, so that nobody collects names. */
export const groupsPerAccount = [{ max: 20, windowMs: DAY_MS }];
/** Invitations one account may mail. */
export const invitationsPerAccount = [{ max: 100, windowMs: DAY_MS }];

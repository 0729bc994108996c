import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { uuid } from "../platform/columns";
import type {
  BodyForm,
  Frozen,
  MailingId,
  MailingStatus,
  PauseCause,
  PictureId,
  SnippetForm,
  SnippetId,
  TemplateId,
  WrapperId,
} from "./types";

export const mailings = sqliteTable(
  "mailings",
  {
    groupNo: integer("group_no").notNull(),
    mailingNo: integer("mailing_no").notNull(),
    id: uuid<MailingId>("id").notNull(),
    subject: text("subject").notNull(),
    /** What organisers call it in lists; empty means the subject. */
    internalTitle: text("internal_title").notNull().default(""),
    status: text("status").$type<MailingStatus>().notNull(),
    createdBy: integer("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    /** When the first message of it left. */
    sentAt: integer("sent_at"),
    /** Validated by `targetSchema` and `mailingSettings` on every write and read. */
    target: text("target", { mode: "json" }).$type<unknown>(),
    settings: text("settings", { mode: "json" }).$type<unknown>().notNull().default({}),
    startAt: integer("start_at"),
    frozen: text("frozen", { mode: "json" }).$type<Frozen>(),
    pauseCause: text("pause_cause").$type<PauseCause>(),
    winnerNo: integer("winner_no"),
    copyOf: integer("copy_of"),
    askedBy: integer("asked_by"),
    approvedBy: integer("approved_by"),
    /** To so many recipients at most; null: to as many as there are. */
    approvedTo: integer("approved_to"),
    /** What stands for the words they agreed to (content/fingerprint.ts); null where nobody did. */
    approvedWords: text("approved_words"),
    finishedAt: integer("finished_at"),
    /** Out of the lists; what it sent stays. */
    hiddenAt: integer("hidden_at"),
    /** Says more than the cause, as a word of the locale files. */
    pauseNote: text("pause_note").notNull().default(""),
    /** When the sample of a test is judged, in ms; null before its last mail left. */
    testEndsAt: integer("test_ends_at"),
    /** What the test said, once. */
    verdict: text("verdict", { mode: "json" }).$type<unknown>(),
    /**
     * Of a test down the list, bits by number of the cohort: whose held people may be claimed, and who ends without the winner for
     * good; then whom an organiser has it sent to, or left out, whatever the test says. Null for none.
     */
    cohortsOpen: integer("cohorts_open"),
    cohortsShut: integer("cohorts_shut"),
    cohortsSend: integer("cohorts_send"),
    cohortsLeave: integer("cohorts_leave"),
    /** Words by which organisers find and group them; never shown to recipients. */
    tags: text("tags", { mode: "json" }).$type<string[]>().notNull().default([]),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.mailingNo] }),
    uniqueIndex("mailings_by_id").on(table.groupNo, table.id),
    // "Mailed lately" and a person's timeline begin with the mailings of some days.
    index("mailings_by_sent").on(table.groupNo, table.sentAt),
  ],
);

/** The words of a mailing, a row a variant and language, so that two who write in two languages do not meet. */
export const mailingVersions = sqliteTable(
  "mailing_versions",
  {
    groupNo: integer("group_no").notNull(),
    mailingNo: integer("mailing_no").notNull(),
    variantNo: integer("variant_no").notNull(),
    language: text("language", { enum: ["en", "fr", "es"] }).notNull(),
    fromName: text("from_name").notNull(),
    subject: text("subject").notNull(),
    preview: text("preview").notNull(),
    form: text("form").$type<BodyForm>().notNull(),
    body: text("body").notNull(),
    plain: text("plain"),
    /** Source of the interactive part; null for none. */
    amp: text("amp"),
    /** What it is an alternate of; its number then names this row and no version (docs/decisions/0056). Null: a whole version. */
    part: text("part", { enum: ["subject", "sender", "body"] }),
    revision: integer("revision").notNull(),
    updatedBy: integer("updated_by").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.mailingNo, table.variantNo, table.language] })],
);

/** The same made ready when the audience is frozen: templates whose links are numbers. What is edited later changes no mail. */
export const mailingBuilds = sqliteTable(
  "mailing_builds",
  {
    groupNo: integer("group_no").notNull(),
    mailingNo: integer("mailing_no").notNull(),
    variantNo: integer("variant_no").notNull(),
    language: text("language", { enum: ["en", "fr", "es"] }).notNull(),
    fromName: text("from_name").notNull(),
    subject: text("subject").notNull(),
    preview: text("preview").notNull(),
    html: text("html").notNull(),
    plain: text("plain").notNull(),
    /** The interactive part, a whole document; null for none. */
    amp: text("amp"),
    /** The group's sign-off as it was then; null for that of now. */
    signOff: text("sign_off"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.mailingNo, table.variantNo, table.language] })],
);

/** Where the numbered links of a mailing lead: a redirect goes nowhere else. */
export const mailingLinks = sqliteTable(
  "mailing_links",
  {
    groupNo: integer("group_no").notNull(),
    mailingNo: integer("mailing_no").notNull(),
    linkNo: integer("link_no").notNull(),
    /** May hold merge fields, which the redirect fills. */
    url: text("url").notNull(),
    /** The action it leads to, when it is one of the group's. */
    actionNo: integer("action_no"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.mailingNo, table.linkNo] })],
);

/**
 * Whom a mailing is for, one narrow row each. By mailing first: pages of a delivery, its numbers and "who got it" are ranges.
 * A person's mail is one look for each mailing of the group, of which there are some hundreds; an index by person would cost
 * as much again as the table.
 */
export const mailingRecipients = sqliteTable(
  "mailing_recipients",
  {
    groupNo: integer("group_no").notNull(),
    mailingNo: integer("mailing_no").notNull(),
    personNo: integer("person_no").notNull(),
    /** 1 waiting, 2 claimed, 3 sent, 4 left out, 5 failed, 6 unknown; `recipientStatus` names them. */
    status: integer("status").notNull(),
    /** Why somebody was left out or failed; of somebody waiting, how often their mail was refused for now; else null, which costs nothing. */
    reason: integer("reason"),
    /** Null: the first variant. 0: they wait for the winner of a test. */
    variantNo: integer("variant_no"),
    /** Not before, in s: by their own clock, after a refusal for the time being, or after a test; null: at once. */
    dueS: integer("due_s"),
    /** When the status came about, in s; null until the first claim. */
    atS: integer("at_s"),
    /** Of a test down the list: in which cohort they are, from 1; else null. */
    cohort: integer("cohort"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.mailingNo, table.personNo] })],
);

/**
 * What became of a mail that was opened or clicked: one row a person and mailing, of about 20 bytes. Moments are in seconds
 * (4 bytes; ms would be 6). Keyed as recipients are, and for the same reason.
 */
export const mailEvents = sqliteTable(
  "mail_events",
  {
    groupNo: integer("group_no").notNull(),
    mailingNo: integer("mailing_no").notNull(),
    personNo: integer("person_no").notNull(),
    /** When it was first opened by a person, in s; null when only a machine did, or it was clicked without. */
    openedS: integer("opened_s"),
    /** When a link of it was first clicked, in s. */
    clickedS: integer("clicked_s"),
    /** Bits: 1 a machine opened it, 2 unsubscribed by it, 4 bounced for good, 8 complained, 16 bounced for now, 32 delivered. Null, which costs nothing, for none. */
    flags: integer("flags"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.mailingNo, table.personNo] })],
);

/**
 * When somebody last opened or clicked any mail, in s: the highest moments of their rows of `mail_events`, written in the
 * batch that writes those. "Opened something in the last 90 days" reads this and not every mail of some years.
 */
export const mailReaders = sqliteTable(
  "mail_readers",
  {
    groupNo: integer("group_no").notNull(),
    personNo: integer("person_no").notNull(),
    openedS: integer("opened_s"),
    clickedS: integer("clicked_s"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.personNo] })],
);

/** What stands around the body of every mail that wears it: a head, a foot, the group's colours. Its words are of its first language. */
export const mailingWrappers = sqliteTable(
  "mailing_wrappers",
  {
    groupNo: integer("group_no").notNull(),
    wrapperNo: integer("wrapper_no").notNull(),
    id: uuid<WrapperId>("id").notNull(),
    name: text("name").notNull(),
    /** Null where nobody said: the group's. */
    language: text("language", { enum: ["en", "fr", "es"] }),
    html: text("html").notNull(),
    plain: text("plain").notNull(),
    /** Why somebody gets the mail, over the way to unsubscribe; "" for our own words. */
    foot: text("foot").notNull().default(""),
    /** Around the interactive part of a mail; "" for what we put there. */
    amp: text("amp").notNull().default(""),
    revision: integer("revision").notNull().default(1),
    createdAt: integer("created_at").notNull(),
    updatedBy: integer("updated_by").notNull(),
    updatedAt: integer("updated_at").notNull(),
    removedAt: integer("removed_at"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.wrapperNo] }),
    uniqueIndex("mailing_wrappers_by_id").on(table.groupNo, table.id),
  ],
);

/** The words of a wrapper in another language than its first. */
export const mailingWrapperVersions = sqliteTable(
  "mailing_wrapper_versions",
  {
    groupNo: integer("group_no").notNull(),
    wrapperNo: integer("wrapper_no").notNull(),
    language: text("language", { enum: ["en", "fr", "es"] }).notNull(),
    html: text("html").notNull(),
    plain: text("plain").notNull(),
    foot: text("foot").notNull(),
    amp: text("amp").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.wrapperNo, table.language] })],
);

/** A mailing to begin from. */
export const mailingTemplates = sqliteTable(
  "mailing_templates",
  {
    groupNo: integer("group_no").notNull(),
    templateNo: integer("template_no").notNull(),
    id: uuid<TemplateId>("id").notNull(),
    name: text("name").notNull(),
    subject: text("subject").notNull(),
    preview: text("preview").notNull(),
    form: text("form").$type<BodyForm>().notNull(),
    body: text("body").notNull(),
    wrapperNo: integer("wrapper_no"),
    revision: integer("revision").notNull().default(1),
    createdAt: integer("created_at").notNull(),
    updatedBy: integer("updated_by").notNull(),
    updatedAt: integer("updated_at").notNull(),
    removedAt: integer("removed_at"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.templateNo] }),
    uniqueIndex("mailing_templates_by_id").on(table.groupNo, table.id),
  ],
);

/** Words kept in one place and named in many mailings: `{% snippet "name" %}` or a block of the editor. */
export const mailingSnippets = sqliteTable(
  "mailing_snippets",
  {
    groupNo: integer("group_no").notNull(),
    snippetNo: integer("snippet_no").notNull(),
    id: uuid<SnippetId>("id").notNull(),
    name: text("name").notNull(),
    form: text("form").$type<SnippetForm>().notNull(),
    body: text("body").notNull(),
    revision: integer("revision").notNull().default(1),
    createdAt: integer("created_at").notNull(),
    updatedBy: integer("updated_by").notNull(),
    updatedAt: integer("updated_at").notNull(),
    removedAt: integer("removed_at"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.snippetNo] }),
    uniqueIndex("mailing_snippets_by_id").on(table.groupNo, table.id),
    uniqueIndex("mailing_snippets_by_name").on(table.groupNo, table.name).where(sql`removed_at IS NULL`),
  ],
);

/** The pictures a group keeps for its mailings; the files are in R2. */
export const mailPictures = sqliteTable(
  "mail_pictures",
  {
    groupNo: integer("group_no").notNull(),
    pictureNo: integer("picture_no").notNull(),
    id: uuid<PictureId>("id").notNull(),
    /** Key in R2, below which the group's host serves it. Never given to another picture. */
    file: text("file").notNull(),
    /** What it shows, in words; "" for one that is decoration alone. */
    alt: text("alt").notNull(),
    width: integer("width").notNull(),
    height: integer("height").notNull(),
    bytes: integer("bytes").notNull(),
    createdBy: integer("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
    /** Out of the library; what was sent goes on showing it. */
    removedAt: integer("removed_at"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.pictureNo] }),
    uniqueIndex("mail_pictures_by_id").on(table.groupNo, table.id),
  ],
);

/** Who has a mailing open, as their browser says every few seconds. */
export const mailingPresence = sqliteTable(
  "mailing_presence",
  {
    groupNo: integer("group_no").notNull(),
    mailingNo: integer("mailing_no").notNull(),
    accountNo: integer("account_no").notNull(),
    name: text("name").notNull(),
    at: integer("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.mailingNo, table.accountNo] })],
);

/** Tags of mailings that are out of the way of lists and choices; the mailings that have one keep it. */
export const hiddenMailingTags = sqliteTable(
  "hidden_mailing_tags",
  {
    groupNo: integer("group_no").notNull(),
    tag: text("tag").notNull(),
    hiddenBy: integer("hidden_by").notNull(),
    hiddenAt: integer("hidden_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.tag] })],
);

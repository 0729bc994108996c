import { dbFor, type GroupDb } from "../groups/shard";
import { type Group, mailSettings } from "../groups/types";
import type { Context } from "../platform/context";
import { newId } from "../platform/ids";
import * as store from "./store";
import { selectTemplate, selectWrapper } from "./store-kept";
import {
  type Mailing,
  type MailingId,
  type MailingVersion,
  type Target,
  type Template,
  TITLE_MAX,
  VARIANTS_MAX,
  type Wrapper,
} from "./types";

export type { MailingChange, MailingFilter } from "./store";

/** Who acts. */
export type By = { no: number };

export const languages = ["en", "fr", "es"] as const;
export const MAILINGS_PAGE = 50;
const TAGS_OFFERED = 100;
/** A browser says every 15 s that it is still there. */
const PRESENT_MS = 40_000;

/** The mailing of an id; null when the group has none. A hidden one is found too. */
export function mailingById(db: GroupDb, id: MailingId): Promise<Mailing | null> {
  return store.selectMailing(db, id);
}

export function mailingByNo(db: GroupDb, no: number): Promise<Mailing | null> {
  return store.selectMailingByNo(db, no);
}

/** A group's mailings, the newest first, by keyset. Hidden ones are not among them. */
export function listMailings(db: GroupDb, filter: store.MailingFilter): Promise<Mailing[]> {
  return store.selectMailings(db, filter);
}

/** The words of a mailing as they are sent, by variant and language: what a variant leaves open is as in the first. */
export async function versionsOf(db: GroupDb, no: number): Promise<MailingVersion[]> {
  const written = await store.selectVersions(db, no);
  return written.map((version) => asSent(version, written));
}

/** The same as it was written: a variant's empty subject, name, preview or body means the first variant's. */
export function draftVersionsOf(db: GroupDb, no: number): Promise<MailingVersion[]> {
  return store.selectVersions(db, no);
}

function asSent(version: MailingVersion, written: readonly MailingVersion[]): MailingVersion {
  const first = written.find(({ variantNo, language }) => variantNo === 1 && language === version.language);
  if (version.variantNo === 1 || !first) return version;
  const { form, body, plain } = version.body === "" ? first : version;
  return {
    ...version,
    ...{ form, body, plain },
    fromName: version.fromName || first.fromName,
    subject: version.subject || first.subject,
    preview: version.preview || first.preview,
  };
}

/** A wrapper by its number, also one that was removed: what names one goes on wearing it. Null for none. */
export async function wrapperOf(db: GroupDb, no: number | null): Promise<Wrapper | null> {
  return no === null ? null : selectWrapper(db, no);
}

/** A new draft in the group's language, with what the group decided about its mailings, or as a template has it. */
export async function createMailing(
  ctx: Context,
  group: Group,
  by: By,
  { templateNo = null }: { templateNo?: number | null } = {},
): Promise<Mailing> {
  const db = dbFor(ctx.env, group);
  const template = templateNo === null ? null : await selectTemplate(db, templateNo);
  const { fromName, tracksOpens, tracksClicks, wrapperNo } = mailSettings.parse(group.settings.mail);
  const made = {
    ...{ id: newId<MailingId>(), internalTitle: "", target: null, tags: [], copyOf: null },
    subject: template?.subject ?? "",
    settings: { tracksOpens, tracksClicks, wrapperNo: template?.wrapperNo ?? wrapperNo },
    versions: [{ ...emptyVersion(group, template), fromName: fromName || group.name }],
    ...{ by: by.no, now: ctx.now },
  };
  await store.insertMailing(db, made);
  return found(db, made.id);
}

function emptyVersion({ locale }: Group, template: Template | null): MailingVersion {
  const { subject = "", preview = "", form = "visual", body = "" } = template ?? {};
  return {
    ...{ variantNo: 1, language: locale, fromName: "" },
    ...{ subject, preview, form, body, plain: null, revision: 0 },
  };
}

async function found(db: GroupDb, id: MailingId): Promise<Mailing> {
  const mailing = await store.selectMailing(db, id);
  if (!mailing) throw new Error("a mailing that was just made is not there");
  return mailing;
}

export type SaveResult =
  | { is: "saved"; revision: number }
  /** Somebody saved since: who, and when; the version is as they left it. */
  | { is: "stale"; by: number; at: number; revision: number }
  | { is: "not_a_draft" };

/**
 * Saves one variant in one language from the revision somebody began with (0: it is new). Whoever saved first wins; the other is
 * told. Only a draft is written: what waits for approval is what was approved.
 */
export async function saveVersion(
  ctx: Context,
  group: Group,
  mailing: Pick<Mailing, "no">,
  by: By,
  version: MailingVersion,
): Promise<SaveResult> {
  if (version.variantNo < 1 || version.variantNo > VARIANTS_MAX) throw new Error("no such variant");
  const db = dbFor(ctx.env, group);
  const listed = version.variantNo === 1 && version.language === group.locale;
  if (await store.saveVersion(db, mailing.no, version, { by: by.no, now: ctx.now, listed }))
    return { is: "saved", revision: version.revision + 1 };
  const last = await store.selectLastSave(db, mailing.no, version);
  const now = await store.selectMailingByNo(db, mailing.no);
  if (now?.status !== "draft" || !last) return { is: "not_a_draft" };
  return { is: "stale", ...last };
}

/** Adds a variant that is as the first until something of it is written. Null: there are as many as there may be, or it is no draft. */
export async function addVariant(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  by: By,
): Promise<number | null> {
  const written = await store.selectVersions(dbFor(ctx.env, group), mailing.no);
  const taken = new Set(written.map(({ variantNo }) => variantNo));
  const variantNo = Array.from({ length: VARIANTS_MAX }, (_, index) => index + 1).find(
    (no) => !taken.has(no),
  );
  if (!variantNo) return null;
  const open = { fromName: "", subject: "", preview: "", body: "", plain: null, revision: 0 };
  for (const first of written.filter((each) => each.variantNo === 1)) {
    const added = await saveVersion(ctx, group, mailing, by, { ...first, ...open, variantNo });
    if (added.is === "not_a_draft") return null;
  }
  return variantNo;
}

/** Adds a language, to be translated from the group's. False when it is there, or it is no draft. */
export async function addLanguage(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  by: By,
  language: MailingVersion["language"],
): Promise<boolean> {
  const written = await store.selectVersions(dbFor(ctx.env, group), mailing.no);
  if (written.some((each) => each.language === language)) return false;
  for (const each of written.filter((version) => version.language === group.locale)) {
    const added = await saveVersion(ctx, group, mailing, by, { ...each, language, revision: 0 });
    if (added.is === "not_a_draft") return false;
  }
  return true;
}

/**
 * Takes away a variant, in all its languages, or a language, in all variants; the first variant stays in the group's language.
 * False when there was none, or it is no draft.
 */
export async function removeVersions(
  ctx: Context,
  group: Group,
  mailing: Pick<Mailing, "no">,
  which: { variantNo: number } | { language: MailingVersion["language"] },
): Promise<boolean> {
  if ("variantNo" in which ? which.variantNo === 1 : which.language === group.locale) return false;
  return store.deleteVersions(dbFor(ctx.env, group), mailing.no, {
    variantNo: "variantNo" in which ? which.variantNo : null,
    language: "language" in which ? which.language : null,
  });
}

/** Changes settings, target, title or tags of a draft, only those that are named. False when it is no draft any more. */
export function saveSettings(
  ctx: Context,
  group: Group,
  mailing: Pick<Mailing, "no">,
  change: store.MailingChange,
): Promise<boolean> {
  return store.updateDraft(dbFor(ctx.env, group), mailing.no, change, ctx.now);
}

/** Whom a copy leaves out or goes to: nobody of the first, or only those of them who did not open it. */
export type CopyFor = "same" | "others" | "non_openers";

/**
 * A new draft with the words, the audience and the settings of another. For "others" it goes to the same audience without those
 * who got the first, and without its limit; for "non_openers" to those who got the first and have not opened it.
 */
export async function duplicateMailing(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  by: By,
  { for: copyFor, title }: { for: CopyFor; title: string },
): Promise<Mailing> {
  const db = dbFor(ctx.env, group);
  const isRest = mailing.winnerNo !== null && copyFor !== "same";
  const versions = await (isRest ? versionsOf : draftVersionsOf)(db, mailing.no);
  const made = {
    ...{ id: newId<MailingId>(), subject: mailing.subject, internalTitle: title.slice(0, TITLE_MAX) },
    ...{
      target: targetOfCopy(mailing, copyFor),
      settings: { ...mailing.settings, ...(isRest ? { test: null } : {}) },
      tags: mailing.tags,
    },
    // What won goes to the rest, and only that.
    versions: isRest ? winnerOf(versions, mailing.winnerNo) : versions,
    ...{ copyOf: mailing.no, by: by.no, now: ctx.now },
  };
  await store.insertMailing(db, made);
  return found(db, made.id);
}

function winnerOf(versions: readonly MailingVersion[], winnerNo: number | null): MailingVersion[] {
  return versions
    .filter(({ variantNo }) => variantNo === winnerNo)
    .map((each) => ({ ...each, variantNo: 1 }));
}

function targetOfCopy({ no, target }: Mailing, copyFor: CopyFor): Target | null {
  const received = { is: "mail" as const, did: "received" as const, mailings: [no] };
  const opened = { is: "mail" as const, did: "opened" as const, mailings: [no] };
  const clicked = { is: "mail" as const, did: "clicked" as const, mailings: [no] };
  switch (copyFor) {
    case "same":
      return target;
    case "others": {
      const { include = { all: [] }, exclude } = target?.audience ?? {};
      return {
        audience: { include, exclude: exclude ? { any: [exclude, received] } : received },
        most: null,
      };
    }
    // Whoever clicked without the picture that counts opens has read it too.
    case "non_openers":
      return { audience: { include: { all: [received] }, exclude: { any: [opened, clicked] } }, most: null };
  }
}

/** Renames, tags or notes a mailing in any state. */
export function nameMailing(
  ctx: Context,
  group: Group,
  mailing: Pick<Mailing, "no">,
  names: { internalTitle: string; tags: readonly string[]; note: string },
): Promise<void> {
  return store.updateNames(dbFor(ctx.env, group), mailing.no, names);
}

/** Takes a mailing out of the lists or brings it back. False for one that waits or is on its way. */
export function hideMailing(
  ctx: Context,
  group: Group,
  mailing: Pick<Mailing, "no">,
  isHidden: boolean,
): Promise<boolean> {
  return store.updateHidden(dbFor(ctx.env, group), mailing.no, isHidden ? ctx.now : null);
}

/** How many of a group's mailings are in each status. */
export function mailingCounts(db: GroupDb): Promise<Map<Mailing["status"], number>> {
  return store.countByStatus(db);
}

/** The tags of a group's mailings, those used most first. */
export function mailingTags(db: GroupDb): Promise<string[]> {
  return store.selectTags(db, TAGS_OFFERED);
}

/** Notes that somebody has a mailing open, and tells the names of the others who do. */
export async function bePresent(
  ctx: Context,
  group: Group,
  mailing: Pick<Mailing, "no">,
  who: { no: number; name: string },
): Promise<string[]> {
  return store.notePresence(dbFor(ctx.env, group), mailing.no, who, {
    now: ctx.now,
    since: ctx.now - PRESENT_MS,
  });
}

import { everybody, listAudiences } from "../audiences/audience";
import { dbFor, type GroupDb } from "../groups/shard";
import { type Group, mailSettings } from "../groups/types";
import type { Context } from "../platform/context";
import { newId } from "../platform/ids";
import { hasAlternates, versionsAsSent } from "./combining";
import { isLocked, skeletonOf, withLock } from "./content/slots";
import * as store from "./store";
import { insertLanguage } from "./store-alternates";
import * as kept from "./store-kept";
import { showUnused } from "./tag";
import {
  type AlternatePart,
  leftStatuses,
  type Mailing,
  type MailingId,
  type MailingSettings,
  type MailingVersion,
  type Target,
  type Template,
  TITLE_MAX,
  VARIANTS_MAX,
} from "./types";

export type { MailingChange, MailingFilter } from "./store";
export { wrapperByNo as wrapperOf } from "./wrapper";

/** Who acts. */
export type By = { no: number };

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

/** The words of a mailing as they are sent, by variant and language: what a variant leaves open is as in the first, and alternates are combined. */
export async function versionsOf(db: GroupDb, no: number): Promise<MailingVersion[]> {
  return versionsAsSent(await store.selectVersions(db, no));
}

/** The same as it was written: a variant's empty subject, name, preview or body means the first variant's. */
export function draftVersionsOf(db: GroupDb, no: number): Promise<MailingVersion[]> {
  return store.selectVersions(db, no);
}

/** What a draft begins with that is made from something written elsewhere, such as news of a petition, and whom it is for. */
export type Beginning = BegunWords & {
  target: Target;
  /** The same in other languages, where somebody has written it. */
  others?: readonly BegunWords[];
};
type BegunWords = Pick<MailingVersion, "language" | "subject" | "preview" | "body">;

/** A new draft in the group's language, with what the group decided about its mailings, or as a template or something else has it. */
export async function createMailing(
  ctx: Context,
  group: Group,
  by: By,
  { templateNo = null, beginning = null }: { templateNo?: number | null; beginning?: Beginning | null } = {},
): Promise<Mailing> {
  const db = dbFor(ctx.env, group);
  const template = templateNo === null ? null : await kept.templates.byNo(db, templateNo);
  const { fromName, tracksOpens, tracksClicks, wrapperNo } = mailSettings.parse(group.settings.mail);
  const made = {
    ...{ id: newId<MailingId>(), internalTitle: "", tags: [], copyOf: null },
    target: beginning?.target ?? (await usualTarget(db, group)),
    subject: beginning?.subject ?? template?.subject ?? "",
    settings: { tracksOpens, tracksClicks, wrapperNo: template?.wrapperNo ?? wrapperNo },
    versions: firstVersions(group, template, beginning).map((version) => ({
      ...version,
      fromName: fromName || group.name,
    })),
    ...{ by: by.no, now: ctx.now },
  };
  await store.insertMailing(db, made);
  return found(db, made.id);
}

/** A draft that was written whole elsewhere, such as by a client of the API: it begins with this and with nothing the group usually writes. */
export type Written = {
  internalTitle: string;
  tags: readonly string[];
  target: Target | null;
  settings: Partial<Pick<MailingSettings, "replyTo" | "wrapperNo">>;
} & Pick<MailingVersion, "fromName" | "subject" | "form" | "body">;

/** A new draft in the group's language with the words it came with, made in one transaction. */
export async function createWritten(
  ctx: Context,
  group: Group,
  by: By,
  { internalTitle, tags, target, settings, ...words }: Written,
): Promise<Mailing> {
  const db = dbFor(ctx.env, group);
  const { tracksOpens, tracksClicks, wrapperNo } = mailSettings.parse(group.settings.mail);
  const id = newId<MailingId>();
  await store.insertMailing(db, {
    ...{ id, internalTitle, tags, target, subject: words.subject, copyOf: null },
    settings: { tracksOpens, tracksClicks, wrapperNo, ...settings },
    versions: [{ ...emptyVersion(group, null), ...words }],
    ...{ by: by.no, now: ctx.now },
  });
  return found(db, id);
}

/** Whom a group's mailings are for unless somebody chooses otherwise; null where it decided nothing. Audiences that are gone say nothing. */
async function usualTarget(db: GroupDb, group: Group): Promise<Target | null> {
  const { includeNo, excludeNo } = mailSettings.parse(group.settings.mail);
  if (includeNo === null && excludeNo === null) return null;
  const there = new Set(
    (await listAudiences(db)).filter(({ isShared }) => isShared).map((audience) => audience.no),
  );
  const saved = (no: number | null) =>
    no !== null && there.has(no) ? { any: [{ is: "saved" as const, audience: no }] } : null;
  const [include, exclude] = [saved(includeNo), saved(excludeNo)];
  if (!include && !exclude) return null;
  const audience = { include: include ?? everybody.include, ...(exclude ? { exclude } : {}) };
  return { audience, most: null };
}

function emptyVersion({ locale }: Group, template: Template | null): MailingVersion {
  const { subject = "", preview = "", form = "visual", body = "" } = template ?? {};
  return {
    ...{ variantNo: 1, language: locale, fromName: "" },
    ...{ subject, preview, form, body, plain: null, revision: 0 },
  };
}

/** Words in another language stand in the group's too: whoever reads neither gets those. */
function firstVersions(
  group: Group,
  template: Template | null,
  beginning: Beginning | null,
): MailingVersion[] {
  const empty = emptyVersion(group, template);
  if (!beginning) return [empty];
  const { target: _, others = [], ...words } = beginning;
  // The group's language always has words: those of another language until somebody translates them.
  const spoken = new Map(
    [{ ...words, language: group.locale }, words, ...others].map((one) => [one.language, one]),
  );
  return [...spoken.values()].map((one) => ({ ...empty, ...one, form: "visual" }));
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
  /** Its template allows changes in its slots alone, and something else was changed. */
  | { is: "locked" }
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
  if (!version.part && (version.variantNo < 1 || version.variantNo > VARIANTS_MAX))
    throw new Error("no such variant");
  const db = dbFor(ctx.env, group);
  const body = withinLock(version, await store.selectLockedBodies(db, mailing.no));
  if (body === null) return { is: "locked" };
  const listed = version.variantNo === 1 && version.language === group.locale;
  if (await store.saveVersion(db, mailing.no, { ...version, body }, { by: by.no, now: ctx.now, listed }))
    return { is: "saved", revision: version.revision === 0 ? ctx.now : version.revision + 1 };
  const last = await store.selectLastSave(db, mailing.no, version);
  const now = await store.selectMailingByNo(db, mailing.no);
  if (now?.status !== "draft" || !last) return { is: "not_a_draft" };
  return { is: "stale", ...last };
}

/** The body to be stored; null when it changes what is locked. A variant without a body of its own is as the first one. */
function withinLock({ form, body, plain, amp }: MailingVersion, locked: readonly string[]): string | null {
  if (locked.length === 0 || body === "") return body;
  const skeleton = form === "visual" && plain === null && !amp ? skeletonOf(body) : null;
  if (skeleton === null || !locked.some((each) => skeletonOf(each) === skeleton)) return null;
  // As our own writer writes it, which is how a lock is found.
  return withLock(body, true);
}

/** Takes the lock of its template off a mailing, so that all of it may be changed. False when there was none, or it is no draft. */
export async function unlockMailing(
  ctx: Context,
  group: Group,
  mailing: Pick<Mailing, "no">,
  by: By,
): Promise<boolean> {
  const db = dbFor(ctx.env, group);
  const written = await store.selectVersions(db, mailing.no);
  let isOpen = false;
  for (const version of written.filter(({ form, body }) => form === "visual" && isLocked(body))) {
    const body = withLock(version.body, false) ?? version.body;
    const saving = { by: by.no, now: ctx.now, listed: false };
    isOpen = (await store.saveVersion(db, mailing.no, { ...version, body }, saving)) || isOpen;
  }
  return isOpen;
}

/**
 * Adds a variant that is as the first until something of it is written. Null: there are as many as there may be, the mailing has
 * alternates instead, it is no draft, or somebody else added one at the same moment.
 */
export async function addVariant(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  by: By,
): Promise<number | null> {
  const written = await store.selectVersions(dbFor(ctx.env, group), mailing.no);
  if (hasAlternates(written)) return null;
  const taken = new Set(written.map(({ variantNo }) => variantNo));
  const variantNo = Array.from({ length: VARIANTS_MAX }, (_, index) => index + 1).find(
    (no) => !taken.has(no),
  );
  if (!variantNo) return null;
  const open = { fromName: "", subject: "", preview: "", body: "", plain: null, amp: null, revision: 0 };
  for (const first of written.filter((each) => each.variantNo === 1)) {
    const added = await saveVersion(ctx, group, mailing, by, { ...first, ...open, variantNo });
    if (added.is !== "saved") return null;
  }
  return variantNo;
}

/** Adds a language, to be translated from the group's. False when it is there, or it is no draft. */
export function addLanguage(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  by: By,
  language: MailingVersion["language"],
): Promise<boolean> {
  const adding = { language, from: group.locale };
  return insertLanguage(dbFor(ctx.env, group), mailing.no, adding, { by: by.no, now: ctx.now });
}

/** An alternate as somebody saw it: the sum of its revisions over its languages changes with each. */
export type AlternateShown = { variantNo: number; part: AlternatePart; revision: number };

/**
 * Takes away a variant or an alternate, in all its languages, or a language, in all of them; the first variant stays in the group's language.
 * False when there was none, or it is no draft, or an alternate is not as it was shown any more.
 */
export async function removeVersions(
  ctx: Context,
  group: Group,
  mailing: Pick<Mailing, "no">,
  which: { variantNo: number } | AlternateShown | { language: MailingVersion["language"] },
): Promise<boolean> {
  if ("variantNo" in which ? which.variantNo === 1 : which.language === group.locale) return false;
  const none = { variantNo: null, language: null, part: null, revision: null };
  return store.deleteVersions(dbFor(ctx.env, group), mailing.no, { ...none, ...which });
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
 * @param run the id it is to have and whom it is for, when it is the run of a series: nobody sees it before it is sent or held
 */
export async function duplicateMailing(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  by: By,
  {
    for: copyFor,
    title,
    run,
  }: { for: CopyFor; title: string; run?: { id: MailingId; target: Target | null } },
): Promise<Mailing> {
  const db = dbFor(ctx.env, group);
  const isRest = mailing.winnerNo !== null && copyFor !== "same";
  const versions = await (isRest ? versionsOf : draftVersionsOf)(db, mailing.no);
  const made = {
    ...(run ?? { id: newId<MailingId>(), target: targetOfCopy(mailing, copyFor) }),
    ...{ isHidden: run !== undefined, subject: mailing.subject, internalTitle: title.slice(0, TITLE_MAX) },
    ...{
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
export async function nameMailing(
  ctx: Context,
  group: Group,
  mailing: Pick<Mailing, "no">,
  names: { internalTitle: string; tags: readonly string[]; note: string },
): Promise<void> {
  const db = dbFor(ctx.env, group);
  await showUnused(db, names.tags);
  await store.updateNames(db, mailing.no, names);
}

/** Whether something of a mailing has left, or could have: before that nobody can tell what became of it. */
export function hasLeft({ status, sentAt }: Pick<Mailing, "status" | "sentAt">): boolean {
  return sentAt !== null || leftStatuses.includes(status);
}

/** Chooses what tells the people of a mailing apart, in any state; null: the group's default, 0: nothing. */
export function chooseBreakdown(
  ctx: Context,
  group: Group,
  mailing: Pick<Mailing, "no">,
  breakdownNo: number | null,
): Promise<void> {
  return store.updateBreakdown(dbFor(ctx.env, group), mailing.no, breakdownNo);
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

/** Groups several mailings by a tag, or takes it from them; their numbers are summed by tag. */
export async function tagMailings(
  ctx: Context,
  group: Group,
  nos: readonly number[],
  { tag, isGiven }: { tag: string; isGiven: boolean },
): Promise<void> {
  const db = dbFor(ctx.env, group);
  if (isGiven) await showUnused(db, [tag]);
  await store.updateTag(db, nos, tag, isGiven);
}

/** How many of a group's mailings are in each status. */
export function mailingCounts(db: GroupDb): Promise<Map<Mailing["status"], number>> {
  return store.countByStatus(db);
}

/** The tags of a group's mailings that are not hidden, those used most first. */
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

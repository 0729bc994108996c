import { Hono } from "hono";
import { memberNames } from "../actions/web";
import { listMembers } from "../groups/member";
import { can } from "../groups/roles";
import { type MemberEnv, memberCan } from "../groups/web";
import { versionShowing } from "../mailings/combining";
import { isLocked, slotWords, withSlotWords } from "../mailings/content/slots";
import { draftVersionsOf, saveVersion } from "../mailings/mailing";
import {
  AMP_BYTES_MAX,
  alternateParts,
  BODY_BYTES_MAX,
  bodyForms,
  FROM_NAME_MAX,
  type Mailing,
  type MailingVersion,
  PREVIEW_MAX,
  SUBJECT_MAX,
} from "../mailings/types";
import { listMergeFiles } from "../merging/merge-file";
import { cleanLine } from "../platform/clean-text";
import { AppError } from "../platform/errors";
import { type FormValues, readForm, single } from "../platform/forms";
import type { FieldErrors } from "../ui/form";
import { formatSaid } from "../ui/format";
import { isLocale } from "../ui/i18n";
import { inForm } from "./body-form";
import { mergeFieldsFor } from "./merge-fields";
import { hasField, isOpen, placeQuery } from "./parts";
import { presenceIn } from "./version-routes";
import {
  flashOf,
  hrefOf,
  type Language,
  MAILING_PATH,
  type MemberContext,
  mailingIn,
  pageOf,
  shardOf,
} from "./web";
import { type VersionForm, WritePage, type WriteProps } from "./write-views";

/** A body, its plain text and its interactive part, percent-encoded. */
const FORM_BYTES_MAX = 3_300_000;

/** The first step: the words of a mailing. */
export const writeRoutes = new Hono<MemberEnv>();

writeRoutes.get(MAILING_PATH, memberCan("mailings.view"), async (c) => {
  const mailing = await mailingIn(c);
  if (!isOpen(mailing)) return c.redirect(hrefOf(c, mailing, "progress"), 303);
  if (!can(c.var.role, "mailings.edit")) return c.redirect(hrefOf(c, mailing, "review"), 303);
  return c.html(<WritePage {...(await writing(c, mailing, {}))} />);
});

type Shown = Partial<Pick<WriteProps, "errors" | "conflict" | "colours">> & { shown?: VersionForm };

/** The page again, with what was refused of a form on it. */
export async function writePage(c: MemberContext, mailing: Mailing, state: Shown): Promise<Response> {
  return c.html(<WritePage {...(await writing(c, mailing, state))} />, 422);
}

async function writing(c: MemberContext, mailing: Mailing, state: Shown): Promise<WriteProps> {
  const db = shardOf(c);
  const [versions, page, presence, mergeFields] = await Promise.all([
    draftVersionsOf(db, mailing.no),
    pageOf(c),
    presenceIn(c, mailing),
    mergeFieldsFor(c.var.t, c.var.locale, db, mailing),
  ]);
  const mergeFiles = await listMergeFiles(db);
  const { language } = placeIn(c);
  const version = versionAt(placeIn(c), versions);
  const first = versions.find((each) => each.variantNo === 1 && each.language === language);
  if (!version || !first) throw new AppError("not_found");
  return {
    ...{ ...page, mailing, versions, first, presence, mergeFields, mergeFiles },
    href: hrefOf(c, mailing),
    shown: formOf(version),
    shownNo: version.part ? versionShowing(versions, version.variantNo) : version.variantNo,
    slots: lockedSlots(version.body || first.body),
    errors: {},
    colours: mailing.settings.colours,
    ...writeFlash(c),
    ...state,
  };
}

function writeFlash(c: MemberContext) {
  if (c.req.query("done") === "rows_hidden")
    return { flash: { kind: "warn" as const, text: c.var.t("merging.mailing.rowsHidden") } };
  return flashOf(c, {
    saved: "composer.done.saved",
    named: "composer.done.named",
    taken_back: "composer.done.takenBack",
  });
}

function lockedSlots(body: string): { name: string; words: string }[] {
  return isLocked(body) ? slotWords(body) : [];
}

type Place = { variantNo: number; language: Language; isAlternate: boolean };

/** Which version, or alternate of a part, an address means. */
function placeIn(c: MemberContext): Place {
  const language = c.req.query("language");
  const alternate = c.req.query("alternate");
  return {
    variantNo: Number(alternate ?? c.req.query("variant") ?? 1) || 1,
    language: isLocale(language) ? language : c.var.group.locale,
    isAlternate: alternate !== undefined,
  };
}

function versionAt({ variantNo, language, isAlternate }: Place, versions: readonly MailingVersion[]) {
  return versions.find(
    (each) => each.variantNo === variantNo && each.language === language && isAlternate === !!each.part,
  );
}

function formOf(version: MailingVersion): VersionForm {
  const isSame = version.variantNo > 1 && version.body === "" && version.part !== "body";
  return {
    ...version,
    form: isSame ? "same" : version.form,
    plain: version.plain ?? "",
    amp: version.amp ?? "",
  };
}

writeRoutes.post(MAILING_PATH, memberCan("mailings.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const mailing = await mailingIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const isScript = (c.req.header("Accept") ?? "").startsWith("application/json");
  // What saves itself while somebody writes is in the form of the box it stands in; changing the form takes a button.
  const asked = { ...values, ...(isScript ? { form: values.bodyForm ?? "" } : {}) };
  const written = versionAt(placeIn(c), await draftVersionsOf(shardOf(c), mailing.no));
  // Versions are made by their own buttons: saving one that is not there, or not any more, makes none.
  if (!written) throw new AppError("not_found");
  const typed = versionFrom(written, asked);
  const errors = errorsOf(c, typed);
  if (Object.keys(errors).length > 0) {
    if (isScript) return c.json({ error: { message: Object.values(errors)[0] } }, 422);
    return writePage(c, mailing, { shown: typed, errors });
  }
  const saved = await saveVersion(
    ctx,
    group,
    mailing,
    account,
    await versionOf(c, mailing, typed, single(values, "bodyForm")),
  );
  if (saved.is === "not_a_draft") {
    if (isScript) return c.json({ error: { message: c.var.t("composer.conflict.notADraft") } }, 409);
    return c.redirect(hrefOf(c, mailing, "progress"), 303);
  }
  if (saved.is === "locked") {
    const errors = { body: c.var.t("composer.locked.refused") };
    if (isScript) return c.json({ error: { message: errors.body } }, 422);
    return writePage(c, mailing, { shown: typed, errors });
  }
  if (saved.is === "stale") return answerStale(c, mailing, typed, saved, isScript);
  if (isScript) return c.json({ version: saved.revision, saved: savedWords(c) });
  if (single(values, "do") === "next") return c.redirect(hrefOf(c, mailing, "target"), 303);
  const done = single(values, "do") === "form" ? "" : "&done=saved";
  return c.redirect(`${hrefOf(c, mailing)}${placeQuery(typed)}${done}`, 303);
});

/** @returns what was typed, for the part that was shown: an alternate may be of another one by now, and saving it is refused */
function versionFrom(
  { variantNo, language }: Pick<MailingVersion, "variantNo" | "language">,
  values: FormValues,
): VersionForm {
  const part = alternateParts.find((each) => each === single(values, "part")) ?? null;
  const asked = bodyForms.find((each) => each === single(values, "form"));
  const isBodyOpen = part === null && variantNo > 1;
  const form = hasField(part, "body") ? (asked ?? (isBodyOpen ? "same" : "visual")) : "same";
  const line = (name: "fromName" | "subject" | "preview") =>
    hasField(part, name) ? cleanLine(single(values, name)) : "";
  return {
    ...{ variantNo, language, part, form },
    ...{ fromName: line("fromName"), subject: line("subject"), preview: line("preview") },
    body: form === "same" ? "" : bodyFrom(values),
    plain: form === "same" ? "" : single(values, "plain").toWellFormed(),
    amp: form === "same" ? "" : single(values, "amp").toWellFormed(),
    revision: Number(single(values, "version")) || 0,
  };
}

function bodyFrom(values: FormValues): string {
  const body = single(values, "body").toWellFormed();
  const slots = slotsFrom(values);
  return slots.size > 0 && isLocked(body) ? withSlotWords(body, slots) : body;
}

/** A draft may be unfinished; it is only refused what cannot be kept. */
function errorsOf(c: MemberContext, typed: VersionForm): FieldErrors {
  const { t } = c.var;
  const tooLong = (text: string, max: number) => text.length > max;
  const bytesOf = (text: string) => new TextEncoder().encode(text).byteLength;
  return {
    ...(tooLong(typed.fromName, FROM_NAME_MAX)
      ? { fromName: t("composer.problem.tooLong", { count: FROM_NAME_MAX }) }
      : {}),
    ...(tooLong(typed.subject, SUBJECT_MAX)
      ? { subject: t("composer.problem.tooLong", { count: SUBJECT_MAX }) }
      : {}),
    ...(tooLong(typed.preview, PREVIEW_MAX)
      ? { preview: t("composer.problem.tooLong", { count: PREVIEW_MAX }) }
      : {}),
    ...(bytesOf(typed.body) > BODY_BYTES_MAX ? { body: t("composer.problem.bodyTooLong") } : {}),
    ...(bytesOf(typed.amp) > AMP_BYTES_MAX ? { amp: t("composer.problem.ampTooLong") } : {}),
  };
}

/**
 * As it is stored. A variant that gets a body of its own begins with the first one's, and a body that changes its form keeps its words.
 * @param was the form of the box the body was typed in
 */
async function versionOf(
  c: MemberContext,
  mailing: Mailing,
  typed: VersionForm,
  was: string,
): Promise<MailingVersion> {
  const { form, plain, amp, ...words } = typed;
  const orNull = (text: string) => (text.trim() === "" ? null : text);
  const kept = { ...words, plain: orNull(plain), amp: orNull(amp) };
  // Without script the editor's box takes plain words.
  const isWords = was === "visual" && !kept.body.trimStart().startsWith("{");
  const from = isWords ? "markdown" : bodyForms.find((each) => each === was);
  if (form !== "same" && (from || typed.variantNo === 1))
    return { ...kept, form, body: from ? inForm(kept.body, from, form) : kept.body };
  const versions = await draftVersionsOf(shardOf(c), mailing.no);
  const first = versions.find((each) => each.variantNo === 1 && each.language === typed.language);
  if (form === "same") return { ...kept, form: first?.form ?? "visual", body: "", plain: null, amp: null };
  const { body = "", plain: text = null, amp: part = null } = first ?? {};
  return { ...kept, form: first?.form ?? form, body, plain: text, amp: part };
}

/** Without script the open parts of a locked mail are typed as words, each in a box of its own. */
function slotsFrom(values: FormValues): Map<number, string> {
  return new Map(
    Object.entries(values).flatMap(([name, words]) => {
      const at = /^slot\.(\d{1,4})$/.exec(name)?.[1];
      return at !== undefined && typeof words === "string" ? [[Number(at), words.toWellFormed()]] : [];
    }),
  );
}

async function answerStale(
  c: MemberContext,
  mailing: Mailing,
  typed: VersionForm,
  saved: { by: number; at: number; revision: number },
  isScript: boolean,
): Promise<Response> {
  const { ctx, t, group } = c.var;
  const by = memberNames(t, await listMembers(ctx, group))(saved.by);
  if (isScript) return c.json({ error: { message: t("composer.conflict.words", { name: by }) } }, 409);
  const versions = await draftVersionsOf(shardOf(c), mailing.no);
  const theirs = versions.find(
    ({ variantNo, language }) => variantNo === typed.variantNo && language === typed.language,
  );
  if (!theirs) throw new AppError("not_found");
  // Whoever lost the race has now seen the other's words, and saves over them if they press the button again.
  const shown = { ...typed, revision: saved.revision };
  const conflict = { by, at: saved.at, theirs };
  return c.html(<WritePage {...(await writing(c, mailing, { shown, conflict }))} />, 409);
}

function savedWords(c: MemberContext): string {
  const { t, ctx, locale, account } = c.var;
  return `${t("composer.write.savedAt")} ${formatSaid(ctx.now, locale, account.timeZone, ctx.now)}`;
}

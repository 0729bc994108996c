import { Hono } from "hono";
import { saveMailSettings } from "../groups/mail-settings";
import { can } from "../groups/roles";
import type { Group } from "../groups/types";
import { type MemberEnv, memberCan } from "../groups/web";
import { previewOf } from "../mailings/content";
import { isLocked, withLock } from "../mailings/content/slots";
import {
  BODY_BYTES_MAX,
  bodyForms,
  KEPT_NAME_MAX,
  type MailingVersion,
  mailingSettings,
  PREVIEW_MAX,
  SNIPPET_BYTES_MAX,
  SNIPPET_NAME,
  type SnippetId,
  SUBJECT_MAX,
  snippetForms,
  type TemplateId,
  type Wrapper,
  type WrapperId,
} from "../mailings/types";
import {
  type KeptResult,
  listSnippets,
  listTemplates,
  listWrappers,
  removeKept,
  removeWrapperLanguage,
  saveSnippet,
  saveTemplate,
  saveWrapper,
  snippetById,
  snippetUsage,
  templateById,
  wrapperById,
  wrapperUsage,
} from "../mailings/wrapper";
import { cleanLine } from "../platform/clean-text";
import { AppError } from "../platform/errors";
import { type FormValues, readForm, single } from "../platform/forms";
import { parseId } from "../platform/ids";
import type { FieldErrors } from "../ui/form";
import { isLocale, localeNames, type T } from "../ui/i18n";
import { KeptFormPage, type KeptKind, KeptListPage, type KeptValues, type ListedKept } from "./kept-views";
import { answerPreview } from "./preview";
import {
  flashOf,
  type Language,
  MAILINGS_PATH,
  type MemberContext,
  mailingsHref,
  pageOf,
  shardOf,
} from "./web";
import {
  languageAsked,
  languagesOf,
  liquidProblem,
  sampleOf,
  typedWrapper,
  wrapperErrors,
  wrapperValues,
} from "./wrapper-form";

/** A body, or what a wrapper says in one language, percent-encoded. */
const FORM_BYTES_MAX = 1_900_000;
const kinds = ["wrapper", "template", "snippet"] as const satisfies readonly KeptKind[];
const NEW_WRAPPER = "<h1>{{ group.name }}</h1>\n\n{{ content }}\n";

/** The wrappers, templates and snippets of a group: three lists of the same shape. */
export const keptRoutes = new Hono<MemberEnv>();

for (const kind of kinds) {
  const path = `${MAILINGS_PATH}/${kind}s`;
  const one = `${path}/:kept{[0-9a-fA-F-]{36}}`;

  keptRoutes.get(path, memberCan("mailings.view"), async (c) => {
    const [page, rows] = await Promise.all([pageOf(c), listed(c, kind)]);
    return c.html(<KeptListPage {...page} {...{ kind, rows }} {...flashIn(c, kind)} />);
  });

  keptRoutes.get(`${path}/new`, memberCan("mailings.edit"), (c) => {
    const values: KeptValues = kind === "wrapper" ? { html: NEW_WRAPPER } : {};
    return formPage(c, { kind, id: null, values, errors: {} });
  });

  keptRoutes.post(`${path}/new`, memberCan("mailings.edit"), (c) => receive(c, kind, null));

  keptRoutes.get(one, memberCan("mailings.view"), async (c) => {
    const { id, values, wrapper } = await keptIn(c, kind);
    return formPage(c, { kind, id, values, wrapper, errors: {} });
  });

  keptRoutes.post(one, memberCan("mailings.edit"), async (c) => receive(c, kind, await keptIn(c, kind)));

  /** How it looks in a mail, for a frame that may do nothing. */
  keptRoutes.get(`${one}/preview`, memberCan("mailings.view"), async (c) => {
    const { ctx, group } = c.var;
    const { values, wrapper = null } = await keptIn(c, kind);
    const mailing = { no: 0, settings: mailingSettings.parse({}) };
    const version =
      kind === "wrapper"
        ? sampleOf(wrapper, languageIn(c, wrapper), group)
        : sampleVersion(kind, values, group);
    return answerPreview(c, await previewOf(ctx, group, mailing, version, wrapper));
  });

  keptRoutes.post(`${one}/removal`, memberCan("mailings.edit"), async (c) => {
    const { id, values } = await keptIn(c, kind);
    mayChange(c, values);
    await removeKept(c.var.ctx, c.var.group, { kind, id }, true);
    return c.redirect(`${mailingsHref(c)}/${kind}s?done=removed&kept=${id}`, 303);
  });

  keptRoutes.post(`${one}/return`, memberCan("mailings.edit"), async (c) => {
    const id = idIn(c);
    await removeKept(c.var.ctx, c.var.group, { kind, id }, false);
    return c.redirect(`${mailingsHref(c)}/${kind}s`, 303);
  });
}

keptRoutes.post(
  `${MAILINGS_PATH}/wrappers/:kept{[0-9a-fA-F-]{36}}/default`,
  memberCan("settings.edit"),
  async (c) => {
    const { ctx, group, account } = c.var;
    const { no, id } = await keptIn(c, "wrapper");
    const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
    await saveMailSettings(ctx, group, account, { wrapperNo: single(values, "to") === "no" ? null : no });
    return c.redirect(`${mailingsHref(c)}/wrappers/${id}?done=saved`, 303);
  },
);

keptRoutes.post(
  `${MAILINGS_PATH}/wrappers/:kept{[0-9a-fA-F-]{36}}/languages/removal`,
  memberCan("mailings.edit"),
  async (c) => {
    const { ctx, group, account } = c.var;
    const { id } = await keptIn(c, "wrapper");
    const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
    const language = single(values, "language");
    const isGone =
      isLocale(language) && (await removeWrapperLanguage(ctx, group, account, idIn(c), language));
    return c.redirect(`${mailingsHref(c)}/wrappers/${id}${isGone ? "?done=languageRemoved" : ""}`, 303);
  },
);

function languageIn(c: MemberContext, wrapper: Wrapper | null): Language {
  return languageAsked(c.req.query("language"), wrapper, c.var.group);
}

function sampleVersion(
  kind: "template" | "snippet",
  values: KeptValues,
  { locale, name }: Group,
): MailingVersion {
  const { subject = "", preview = "", body = "" } = values;
  const form = bodyForms.find((each) => each === values.form) ?? "markdown";
  const words = {
    template: { form, body, subject, preview },
    snippet: { form, body, subject: "", preview: "" },
  }[kind];
  return { ...words, variantNo: 1, language: locale, fromName: name, plain: null, revision: 1 };
}

function flashIn(c: MemberContext, kind: KeptKind) {
  const { flash } = flashOf(c, { removed: "composer.done.removed", saved: "composer.done.saved" });
  const id = c.req.query("done") === "removed" ? parseId<WrapperId>(c.req.query("kept") ?? "") : null;
  if (!flash || !id) return flash ? { flash } : {};
  const undo = { action: `${mailingsHref(c)}/${kind}s/${id}/return`, label: c.var.t("composer.undo") };
  return { flash: { ...flash, undo } };
}

async function listed(c: MemberContext, kind: KeptKind): Promise<ListedKept[]> {
  const db = shardOf(c);
  const { t, group } = c.var;
  const row = { isDefault: false };
  switch (kind) {
    case "wrapper": {
      const [wrappers, usage] = await Promise.all([listWrappers(db), wrapperUsage(db)]);
      return wrappers.map(({ no, id, name, updatedAt, others }) => ({
        ...{ id, name, updatedAt },
        about: aboutWrapper(t, usage.get(no) ?? 0, others),
        isDefault: group.settings.mail.wrapperNo === no,
      }));
    }
    case "template":
      return (await listTemplates(db)).map(({ id, name, subject, body, updatedAt }) => ({
        ...{ ...row, id, name, updatedAt, about: subject, isLocked: isLocked(body) },
      }));
    case "snippet":
      return (await listSnippets(db)).map(({ id, name, body, updatedAt }) => ({
        ...{ ...row, id, name, updatedAt, about: beginningOf(body) },
      }));
  }
}

function aboutWrapper(t: T, count: number, others: readonly Language[]): string {
  const worn = t("composer.kept.wrapper.worn", { count });
  if (others.length === 0) return worn;
  const languages = others.map((each) => localeNames[each]).join(", ");
  return `${worn}. ${t("composer.kept.wrapper.speaks", { languages })}`;
}

/** Of a snippet so much is shown in the list. */
const BEGINNING_MAX = 120;

function beginningOf(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  if (line.length <= BEGINNING_MAX) return line;
  const cut = line.slice(0, BEGINNING_MAX).toWellFormed();
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), BEGINNING_MAX / 2))}…`;
}

function idIn(c: MemberContext): WrapperId & TemplateId & SnippetId {
  const id = parseId<WrapperId & TemplateId & SnippetId>(c.req.param("kept") ?? "");
  if (!id) throw new AppError("not_found");
  return id;
}

type Found = {
  no: number;
  id: WrapperId | TemplateId | SnippetId;
  values: KeptValues;
  /** Where it is one. */
  wrapper?: Wrapper;
};

/** The one of the address, as its form holds it; 404 for another group's. */
async function keptIn(c: MemberContext, kind: KeptKind): Promise<Found> {
  const db = shardOf(c);
  const id = idIn(c);
  if (kind === "wrapper") {
    const wrapper = await wrapperById(db, id);
    if (!wrapper) throw new AppError("not_found");
    const values = wrapperValues(wrapper, languageIn(c, wrapper));
    return { no: wrapper.no, id: wrapper.id, values, wrapper };
  }
  const found = await { template: templateById, snippet: snippetById }[kind](db, id);
  if (!found) throw new AppError("not_found");
  const { no, updatedAt: _, ...fields } = found;
  const values = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value === null ? "" : String(value)]),
  );
  if (values.form === "visual" && isLocked(values.body ?? "")) values.isLocked = "yes";
  return { no, id: found.id, values };
}

type FormState = {
  kind: KeptKind;
  id: string | null;
  values: KeptValues;
  errors: FieldErrors;
  wrapper?: Wrapper | undefined;
  /** What somebody else saved first. */
  theirs?: KeptValues;
};

async function formPage(c: MemberContext, state: FormState): Promise<Response> {
  const { kind, id, values, errors, wrapper, theirs } = state;
  const db = shardOf(c);
  const name = values.name ?? "";
  const { ctx, group } = c.var;
  const [page, languages, wrappers, usedIn] = await Promise.all([
    pageOf(c),
    wrapper ? languagesOf(ctx, group, wrapper, languageIn(c, wrapper)) : undefined,
    listWrappers(db),
    kind === "snippet" && id && SNIPPET_NAME.test(name) ? snippetUsage(db, name) : [],
  ]);
  const defaultNo = c.var.group.settings.mail.wrapperNo;
  const isDefault = kind === "wrapper" && wrappers.some((each) => each.id === id && each.no === defaultNo);
  const flash = flashOf(c, {
    saved: "composer.done.saved",
    languageRemoved: "composer.done.languageRemoved",
  });
  const status = theirs ? 409 : Object.keys(errors).length > 0 ? 422 : 200;
  return c.html(
    <KeptFormPage
      {...page}
      {...{ kind, id, values, errors, wrappers, usedIn, isDefault, languages, theirs }}
      {...flash}
    />,
    status,
  );
}

/** What locks the mails of others is changed by whoever may decide for the group. */
function mayChange(c: MemberContext, { isLocked: locked }: KeptValues): void {
  if (locked === "yes" && !can(c.var.role, "settings.edit")) throw new AppError("forbidden");
}

async function receive(c: MemberContext, kind: KeptKind, found: Found | null): Promise<Response> {
  if (found) mayChange(c, found.values);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const typed = typedIn(kind, values);
  mayChange(c, typed);
  const errors = errorsOf(c, kind, typed);
  const state = { kind, id: found?.id ?? null, values: typed, wrapper: found?.wrapper };
  if (Object.keys(errors).length > 0) return formPage(c, { ...state, errors });
  const saved = await save(c, kind, typed);
  const where = found?.wrapper ? `&language=${languageIn(c, found.wrapper)}` : "";
  if (saved.is === "saved")
    return c.redirect(`${mailingsHref(c)}/${kind}s/${saved.id}?done=saved${where}`, 303);
  if (saved.is !== "stale")
    return formPage(c, { ...state, errors: { name: c.var.t(`composer.kept.${saved.is}`) } });
  // Whoever lost the race saves over the other if they press the button again: the words are theirs to compare.
  const { values: theirs } = await keptIn(c, kind);
  return formPage(c, {
    ...{ ...state, theirs, errors: {} },
    values: { ...typed, revision: theirs.revision ?? "" },
  });
}

function typedIn(kind: KeptKind, values: FormValues): KeptValues {
  const text = (name: string) => single(values, name).toWellFormed();
  const line = (name: string) => cleanLine(single(values, name));
  const form = bodyForms.find((each) => each === single(values, "form")) ?? "markdown";
  const named = { revision: single(values, "revision"), name: line("name") };
  switch (kind) {
    case "wrapper":
      return typedWrapper(values);
    case "template":
      return {
        ...{ ...named, form, subject: line("subject"), preview: line("preview") },
        ...{
          body: text("body"),
          wrapperNo: single(values, "wrapperNo"),
          isLocked: single(values, "isLocked"),
        },
      };
    case "snippet":
      return { ...named, name: named.name.toLowerCase(), form, body: text("body") };
  }
}

function errorsOf(c: MemberContext, kind: KeptKind, typed: KeptValues): FieldErrors {
  const { t } = c.var;
  const { name = "", body = "", subject = "", preview = "" } = typed;
  const errors: FieldErrors = kind === "wrapper" ? wrapperErrors(t, typed) : {};
  if (kind === "snippet" && !SNIPPET_NAME.test(name)) errors.name = t("composer.kept.snippet.badName");
  else if (name === "") errors.name = t("composer.kept.noName");
  else if (name.length > KEPT_NAME_MAX) errors.name = t("composer.problem.tooLong", { count: KEPT_NAME_MAX });
  if (subject.length > SUBJECT_MAX) errors.subject = t("composer.problem.tooLong", { count: SUBJECT_MAX });
  if (preview.length > PREVIEW_MAX) errors.preview = t("composer.problem.tooLong", { count: PREVIEW_MAX });
  const bytes = (text: string) => new TextEncoder().encode(text).byteLength;
  if (kind === "snippet") {
    const wrong = liquidProblem(t, body, "html");
    if (bytes(body) > SNIPPET_BYTES_MAX) errors.body = t("composer.problem.bodyTooLong");
    else if (body.trim() === "") errors.body = t("composer.kept.snippet.noBody");
    else if (wrong) errors.body = wrong;
  }
  if (kind === "template" && bytes(body) > BODY_BYTES_MAX) errors.body = t("composer.problem.bodyTooLong");
  if (typed.isLocked === "yes" && (typed.form !== "visual" || withLock(body, true) === null))
    errors.isLocked = t("composer.kept.template.noSlot");
  return errors;
}

async function save(c: MemberContext, kind: KeptKind, typed: KeptValues): Promise<KeptResult<string>> {
  const { ctx, group, account } = c.var;
  const { name = "", subject = "", preview = "", body = "" } = typed;
  const id = c.req.param("kept") ? idIn(c) : null;
  const at = { id, name, revision: Number(typed.revision) || 0 };
  switch (kind) {
    case "wrapper": {
      const { html = "", plain = "", foot = "", amp = "" } = typed;
      const language = languageIn(c, id && (await wrapperById(shardOf(c), id)));
      return saveWrapper(ctx, group, account, { ...at, language, html, plain, foot, amp });
    }
    case "template": {
      const form = bodyForms.find((each) => each === typed.form) ?? "visual";
      const wrappers = await listWrappers(shardOf(c));
      const wrapperNo = wrappers.find(({ no }) => String(no) === typed.wrapperNo)?.no ?? null;
      const locked = typed.isLocked === "yes";
      const kept = form === "visual" && (locked || isLocked(body)) ? (withLock(body, locked) ?? body) : body;
      return saveTemplate(ctx, group, account, { ...at, subject, preview, form, body: kept, wrapperNo });
    }
    case "snippet": {
      const form = snippetForms.find((each) => each === typed.form) ?? "markdown";
      return saveSnippet(ctx, group, account, { ...at, form, body });
    }
  }
}

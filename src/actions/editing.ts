import { z } from "zod";
import type { Group } from "../groups/types";
import { normaliseEmail } from "../platform/email-address";
import { type FormValues, single } from "../platform/forms";
import { readShare } from "../sharing/reading";
import { type Key, locales } from "../ui/i18n";
import { cleanLine, cleanText } from "./answer-text";
import { withConsentText } from "./consent";
import { renderDescription } from "./description";
import { questionProblems } from "./question-problems";
import { questionDraft, readQuestions, withKeys } from "./questions";
import { ACTION_TITLE_MAX, type Action, actionSlug, type CommonSettings, type Kind } from "./types";

/** What is wrong with a field, by the editor's name of it. */
export type Problem = { key: Key; values?: Record<string, string | number> };
export type Problems = Record<string, Problem>;

/** What one save may change. */
export type Edited = Pick<Action, "title" | "internalTitle" | "locale" | "slug" | "settings">;
type Draft = {
  title: string;
  internalTitle: string;
  locale: string;
  slug: string;
  settings: Record<string, unknown>;
};

const heading = z.object({
  title: z.string().min(1).max(ACTION_TITLE_MAX),
  internalTitle: z.string().max(ACTION_TITLE_MAX),
  locale: z.enum(locales),
  slug: actionSlug,
});

export type Edit = { is: "valid"; edited: Edited; removed: string[] } | { is: "invalid"; problems: Problems };

/**
 * The posted editor, checked and cleaned. A field that was not sent keeps its value, so that a part of the editor can be
 * sent alone; fields nobody knows are left out.
 * @returns what to save and which HTML elements were taken out of the story, or what is wrong with each field
 */
export function readEdit(kind: Kind, group: Group, action: Action, form: FormValues, now = Date.now()): Edit {
  const draft = draftOf({ kind, group }, action, form);
  const description = renderDescription(String(draft.settings.descriptionSource));
  const top = heading.safeParse(draft);
  const settings = kind.settings.safeParse({ ...draft.settings, descriptionHtml: description?.html ?? "" });
  const problems = {
    ...storyProblems(description),
    ...zodProblems(top),
    ...zodProblems(settings),
    ...sentTwice(form),
  };
  if (!top.success || !settings.success || Object.keys(problems).length > 0) {
    return { is: "invalid", problems: inOrder(problems) };
  }
  const refused = { ...meaningProblems(settings.data), ...kind.problems?.(settings.data, now) };
  if (Object.keys(refused).length > 0) return { is: "invalid", problems: inOrder(refused) };
  const consent = withConsentText(settings.data.consent, group, top.data.locale, action.locale);
  return {
    is: "valid",
    edited: { ...top.data, settings: { ...settings.data, consent } },
    removed: description?.removed ?? [],
  };
}

/** The parts of the editor from top to bottom; a kind's own fields stand between the title and the story. */
const order = [
  "title",
  "",
  "descriptionSource",
  "image",
  "fields",
  "questions",
  "tags",
  "consent",
  "goal",
  "thanks",
  "share",
  "autoresponse",
  "slug",
  "locale",
  "internalTitle",
];

/** Problems in the order in which a reader meets them. */
function inOrder(problems: Problems): Problems {
  const place = (field: string) => {
    const at = order.indexOf(field.split(".")[0] ?? "");
    return at === -1 ? order.indexOf("") : at;
  };
  return Object.fromEntries(Object.entries(problems).sort(([one], [other]) => place(one) - place(other)));
}

function storyProblems(description: object | null): Problems {
  return description ? {} : { descriptionSource: { key: "actions.problems.description" } };
}

type DraftOf = { kind: Kind; group: Group };

function draftOf(of: DraftOf, action: Action, form: FormValues): Draft {
  const line = (name: string, current: string) => (name in form ? cleanLine(single(form, name)) : current);
  return {
    title: line("title", action.title),
    internalTitle: line("internalTitle", action.internalTitle),
    locale: line("locale", action.locale),
    slug: line("slug", action.slug),
    settings: { ...action.settings, ...commonDraft(action.settings, form, of), ...of.kind.readEditor(form) },
  };
}

/** `ticks` names the boxes that were shown, since one without its tick is not sent. */
function commonDraft(now: CommonSettings, form: FormValues, of: DraftOf): Record<string, unknown> {
  const shown = single(form, "ticks").split(" ");
  const line = (name: string, current: string) => (name in form ? cleanLine(single(form, name)) : current);
  const text = (name: string, current: string) => (name in form ? cleanText(single(form, name)) : current);
  const tick = (name: string, current: boolean) =>
    shown.includes(name) ? single(form, name) !== "" : current;
  return {
    descriptionSource: text("descriptionSource", now.descriptionSource),
    image: now.image && { ...now.image, alt: line("image.alt", now.image.alt) },
    goal: { mode: line("goal.mode", now.goal.mode), target: numberOf(form, "goal.target", now.goal.target) },
    fields: Object.fromEntries(
      Object.entries(now.fields).map(([name, use]) => [name, line(`fields.${name}`, use)]),
    ),
    questions: "questions.count" in form ? questionDrafts(form, of) : now.questions,
    consent: { mode: line("consent.mode", now.consent.mode), text: line("consent.text", now.consent.text) },
    comments: {
      isAsked: tick("comments.isAsked", now.comments.isAsked),
      isModerated: tick("comments.isModerated", now.comments.isModerated),
    },
    showCount: tick("showCount", now.showCount),
    showRecent: tick("showRecent", now.showRecent),
    thanks: {
      mode: line("thanks.mode", now.thanks.mode),
      headline: line("thanks.headline", now.thanks.headline),
      text: text("thanks.text", now.thanks.text),
      redirectUrl: line("thanks.redirectUrl", now.thanks.redirectUrl),
      nextId: line("thanks.nextId", now.thanks.nextId),
    },
    share: readShare(now.share, form),
    autoresponse: {
      isOn: tick("autoresponse.isOn", now.autoresponse.isOn),
      subject: line("autoresponse.subject", now.autoresponse.subject),
      body: text("autoresponse.body", now.autoresponse.body),
      replyTo: line("autoresponse.replyTo", now.autoresponse.replyTo),
    },
    tags: "tags" in form ? tagsOf(single(form, "tags")) : now.tags,
  };
}

/** A kind without pages has all its questions on the first. */
function questionDrafts(form: FormValues, { kind, group }: DraftOf): Record<string, unknown>[] {
  const place = `${group.locale}-${group.country}`;
  return withKeys(readQuestions(form)).map((row) =>
    questionDraft(kind.hasPages ? row : { ...row, page: 1 }, place),
  );
}

/** "1,000", "1 000", "1.000": as people write whole numbers. An empty box keeps the number there was. */
function numberOf(form: FormValues, name: string, current: number): number {
  const digits = single(form, name).replace(/[\s.,'’]/g, "");
  if (digits === "") return current;
  return /^\d{1,12}$/.test(digits) ? Number(digits) : Number.NaN;
}

function tagsOf(text: string): string[] {
  const names = text.split(/[,\n]/).map(cleanLine);
  return [...new Set(names.filter((name) => name !== ""))];
}

/** A field that has one value and came with several is no longer what anybody meant. */
function sentTwice(form: FormValues): Problems {
  const problems: Problems = {};
  for (const [name, value] of Object.entries(form)) {
    if (Array.isArray(value)) problems[name] = { key: "actions.problems.twice" };
  }
  return problems;
}

function meaningProblems(settings: CommonSettings): Problems {
  const problems: Problems = {};
  const { thanks, autoresponse } = settings;
  if (thanks.mode === "redirect" && !isWebAddress(thanks.redirectUrl)) {
    problems["thanks.redirectUrl"] = { key: "actions.problems.webAddress" };
  }
  if (thanks.mode === "next" && thanks.nextId === "") {
    problems["thanks.nextId"] = { key: "actions.problems.next" };
  }
  if (autoresponse.replyTo !== "" && normaliseEmail(autoresponse.replyTo) === null) {
    problems["autoresponse.replyTo"] = { key: "actions.problems.email" };
  }
  return { ...problems, ...questionProblems(settings.questions) };
}

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, hostname } = new URL(text);
  return (protocol === "https:" || protocol === "http:") && username === "" && hostname.includes(".");
}

function zodProblems(result: z.ZodSafeParseResult<unknown>): Problems {
  const problems: Problems = {};
  for (const issue of result.error?.issues ?? []) problems[fieldOf(issue.path)] ??= problemOf(issue);
  return problems;
}

/** Lists are one box of the form: what is wrong with one entry is said of the box. */
function fieldOf(path: PropertyKey[]): string {
  const [first, , third] = path;
  if (first === "tags") return "tags";
  return path.slice(0, third === "choices" || third === "showIf" ? 3 : undefined).join(".");
}

function problemOf(issue: z.core.$ZodIssue): Problem {
  switch (issue.code) {
    case "too_big": {
      const values = { count: Number(issue.maximum) };
      if (issue.origin === "string") return { key: "actions.problems.tooLong", values };
      return {
        key: issue.origin === "array" ? "actions.problems.tooMany" : "actions.problems.tooHigh",
        values,
      };
    }
    case "too_small":
      if (issue.origin === "number")
        return { key: "actions.problems.tooLow", values: { count: Number(issue.minimum) } };
      return { key: "actions.problems.missing" };
    case "invalid_type":
      if (issue.path[0] === "questions" && issue.expected === "number")
        return { key: "actions.problems.anyNumber" };
      return { key: issue.expected === "number" ? "actions.problems.number" : "actions.problems.missing" };
    case "invalid_value":
      return { key: "actions.problems.choose" };
    case "invalid_format":
      return { key: issue.path[0] === "slug" ? "actions.problems.slug" : "actions.problems.invalid" };
    default:
      return { key: "actions.problems.invalid" };
  }
}

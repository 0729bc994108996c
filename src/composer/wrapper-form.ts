import type { Group } from "../groups/types";
import { checkVersions } from "../mailings/content";
import { type LiquidKind, parseLiquid } from "../mailings/content/liquid";
import { RenderError } from "../mailings/content/render-error";
import { withoutSnippets } from "../mailings/content/tokens";
import type { Problem } from "../mailings/content/types";
import {
  AMP_BYTES_MAX,
  FOOT_MAX,
  type MailingVersion,
  mailingSettings,
  WRAPPER_BYTES_MAX,
  WRAPPER_CONTENT,
  type Wrapper,
  wrapperIn,
} from "../mailings/types";
import { firstLanguage } from "../mailings/wrapper";
import { cleanLine } from "../platform/clean-text";
import type { Context } from "../platform/context";
import { type FormValues, single } from "../platform/forms";
import type { FieldErrors } from "../ui/form";
import { isLocale, type T, translator } from "../ui/i18n";
import type { Language } from "./web";

/** A wrapper in the language that is shown, with what else there is of it. */
export type WrapperLanguages = {
  shown: Language;
  /** Whose words mails in other languages wear. */
  first: Language;
  /** In the order they were added to the product; `shown` may not be among them yet. */
  there: Language[];
  /** Of a mail in the shown language that wears it, as far as it is saved. */
  problems: Problem[];
};

/** What the form of a wrapper holds. */
export type WrapperValues = Record<"name" | "revision" | "html" | "plain" | "foot" | "amp", string>;

/** The language somebody asks for; that of the wrapper's own words else. */
export function languageAsked(asked: string | undefined, wrapper: Wrapper | null, group: Group): Language {
  if (isLocale(asked)) return asked;
  return wrapper ? firstLanguage(wrapper, group) : group.locale;
}

/** A wrapper as its form holds it in one language: in a new one it begins with the words of the first. */
export function wrapperValues(wrapper: Wrapper, language: Language): WrapperValues {
  const { html, plain, foot, amp } = wrapperIn(wrapper, language);
  return { name: wrapper.name, revision: String(wrapper.revision), html, plain, foot, amp };
}

/** The languages of a wrapper, and what its checks say of a mail in the one that is shown. */
export async function languagesOf(
  ctx: Context,
  group: Group,
  wrapper: Wrapper,
  shown: Language,
): Promise<WrapperLanguages> {
  const first = firstLanguage(wrapper, group);
  const there = [first, ...wrapper.others];
  const problems = there.includes(shown)
    ? await checkVersions(ctx, group, sampleMailing, [sampleOf(wrapper, shown, group)], wrapper)
    : [];
  const isAbout = ({ part, code }: Problem) =>
    part === "wrapper" || part === "amp" || part === "group" || code === "no_unsubscribe";
  return { shown, first, there, problems: problems.filter(isAbout) };
}

const sampleMailing = { no: 0, settings: mailingSettings.parse({}) };

/** A mail that has nothing but what a wrapper is seen by. */
export function sampleOf(wrapper: Wrapper | null, language: Language, { name }: Group): MailingVersion {
  const t = translator(language);
  const { amp = "" } = wrapper ? wrapperIn(wrapper, language) : {};
  return {
    ...{ variantNo: 1, language, fromName: name, subject: name, preview: "", revision: 1, plain: null },
    ...{ form: "markdown", body: t("composer.kept.wrapper.sample") },
    amp: amp.trim() === "" ? null : "<p>…</p>",
  };
}

export function typedWrapper(values: FormValues): WrapperValues {
  const text = (name: string) => single(values, name).toWellFormed();
  return {
    ...{ name: cleanLine(single(values, "name")), revision: single(values, "revision") },
    ...{
      html: text("html"),
      plain: text("plain"),
      foot: cleanLine(single(values, "foot")),
      amp: text("amp"),
    },
  };
}

/** What keeps a wrapper from being saved: what every mail that wears it would suffer from. */
export function wrapperErrors(t: T, typed: Partial<WrapperValues>): FieldErrors {
  const { html = "", plain = "", foot = "", amp = "" } = typed;
  const errors: FieldErrors = {};
  const slot = () => t("composer.kept.wrapper.slot", { slot: WRAPPER_CONTENT });
  const set = (name: string, error: string | null) => {
    if (error !== null && !(name in errors)) errors[name] = error;
  };
  set("html", isOver(html, WRAPPER_BYTES_MAX) ? t("composer.problem.bodyTooLong") : null);
  set("html", slotsIn(html) === 1 ? null : slot());
  set("html", liquidProblem(t, withoutSnippets(html), "html"));
  set("plain", isOver(plain, WRAPPER_BYTES_MAX) ? t("composer.problem.bodyTooLong") : null);
  set("plain", plain.trim() === "" || slotsIn(plain) === 1 ? null : slot());
  set("plain", liquidProblem(t, plain, "text"));
  set("foot", foot.length > FOOT_MAX ? t("composer.problem.tooLong", { count: FOOT_MAX }) : null);
  set("foot", liquidProblem(t, foot, "text"));
  set("amp", isOver(amp, AMP_BYTES_MAX) ? t("composer.problem.ampTooLong") : null);
  set("amp", amp.trim() === "" || slotsIn(amp) === 1 ? null : slot());
  set("amp", liquidProblem(t, amp, "html"));
  return errors;
}

function isOver(text: string, bytesMax: number): boolean {
  return new TextEncoder().encode(text).byteLength > bytesMax;
}

function slotsIn(text: string): number {
  return [...text.matchAll(/\{\{-?\s*content\s*-?\}\}/g)].length;
}

/** What is wrong with the Liquid of a text, in words; null when it can be read. */
export function liquidProblem(t: T, source: string, kind: LiquidKind): string | null {
  try {
    parseLiquid(source, kind);
    return null;
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    return t("composer.problem.liquid");
  }
}

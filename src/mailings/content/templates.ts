import type { Group } from "../../groups/types";
import { factWords } from "../../merging/fact";
import { targetWords } from "../../merging/targets";
import { oneLine } from "../../platform/mail/headers";
import { wholeText } from "../../platform/mail/mail-text";
import { isLocale, type Locale } from "../../ui/i18n";
import { FROM_NAME_MAX, SUBJECT_MAX } from "../types";
import { type Compiled, compileLiquid, compilePieces } from "./liquid";
import { groupScope } from "./merge-fields";
import type { Build, MailInPieces, MailTemplate, MergeValues } from "./types";

export type TemplateOptions = { group: Group };

/** Compiled versions of one mailing: the one of a variant in a language, else in the group's, else any there is. */
export function templatesOf(
  builds: readonly Build[],
  { group }: TemplateOptions,
): (variantNo: number, language: string | null) => MailTemplate | null {
  const made = new Map<Build, MailTemplate>();
  return (variantNo, language) => {
    const ofVariant = builds.filter((build) => build.variantNo === variantNo);
    const chosen =
      ofVariant.find((build) => build.language === language) ??
      ofVariant.find((build) => build.language === group.locale) ??
      ofVariant[0];
    if (!chosen) return null;
    const template = made.get(chosen) ?? templateOf(chosen, group);
    made.set(chosen, template);
    return template;
  };
}

function templateOf(build: Build, group: Group): MailTemplate {
  const { timeZone, currency } = group;
  const constants = { group: groupScope(group, build.signOff ?? group.settings.mail.signOff) };
  const language = localeOf(build.language);
  const fromName = header(build.fromName, FROM_NAME_MAX);
  const subject = header(build.subject, SUBJECT_MAX);
  const html = compilePieces(build.html, "html");
  const text = compilePieces(build.plain, "text");
  const amp = build.amp ? compilePieces(build.amp, "html") : null;
  const fill = (values: MergeValues, mailKey: string): MailInPieces => {
    const facts = values.facts && {
      facts: factWords(values.facts, { locale: language, timeZone, currency }),
    };
    const targets = values.targets && { targets: targetWords(values.targets, language) };
    const first = { ...values.fields, ...facts, ...targets, ...constants, mail_key: mailKey };
    const line = subject(first);
    const scope = { ...first, mailing: { subject: line } };
    const mail = { fromName: fromName(scope), subject: line, html: html(scope), text: text(scope) };
    return amp ? { ...mail, amp: amp(scope) } : mail;
  };
  return {
    variantNo: build.variantNo,
    language,
    fill,
    render: (values, mailKey) => {
      const { amp: interactive, ...mail } = fill(values, mailKey);
      const whole = { ...mail, html: wholeText(mail.html), text: wholeText(mail.text) };
      return interactive === undefined ? whole : { ...whole, amp: wholeText(interactive) };
    },
  };
}

function localeOf(language: string): Locale {
  return isLocale(language) ? language : "en";
}

/** One line, whatever the values hold. Without Liquid it is made once. */
function header(source: string, max: number): Compiled {
  const compiled = compileLiquid(source, "text");
  if (!/\{[{%]/.test(source)) {
    const line = oneLine(source, max);
    return () => line;
  }
  return (scope) => oneLine(compiled(scope), max);
}

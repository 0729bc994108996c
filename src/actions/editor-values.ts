import type { FormValues } from "../platform/forms";
import { shareFields } from "../sharing/reading";
import { type QuestionRow, readQuestions, rowOf } from "./questions";
import { type Action, standardFields } from "./types";

/** The editor's fields as an action has them, in the form in which the browser will send them back. */
export function editorValues({ title, internalTitle, locale, slug, settings }: Action): FormValues {
  const { goal, fields, consent, comments, thanks, share, autoresponse } = settings;
  const ticked = (isOn: boolean) => (isOn ? "yes" : "");
  return withQuestions(
    {
      title,
      internalTitle,
      locale,
      slug,
      descriptionSource: settings.descriptionSource,
      "image.alt": settings.image?.alt ?? "",
      "goal.mode": goal.mode,
      "goal.target": String(goal.target),
      ...Object.fromEntries(standardFields.map((name) => [`fields.${name}`, fields[name]])),
      "consent.mode": consent.mode,
      "consent.text": consent.text,
      "comments.isAsked": ticked(comments.isAsked),
      "comments.isModerated": ticked(comments.isModerated),
      showCount: ticked(settings.showCount),
      showRecent: ticked(settings.showRecent),
      "thanks.mode": thanks.mode,
      "thanks.headline": thanks.headline,
      "thanks.text": thanks.text,
      "thanks.redirectUrl": thanks.redirectUrl,
      "thanks.nextId": thanks.nextId,
      ...shareFields(share),
      "autoresponse.isOn": ticked(autoresponse.isOn),
      "autoresponse.subject": autoresponse.subject,
      "autoresponse.body": autoresponse.body,
      "autoresponse.replyTo": autoresponse.replyTo,
      tags: settings.tags.join(", "),
    },
    settings.questions.map(rowOf),
  );
}

/** The values with these rows of questions in place of those they held. */
export function withQuestions(values: FormValues, rows: readonly QuestionRow[]): FormValues {
  const others = Object.entries(values).filter(([name]) => !name.startsWith("questions."));
  const fields = rows.flatMap((row, at) => fieldsOf(row, `questions.${at}.`));
  return Object.fromEntries([...others, ...fields, ["questions.count", String(rows.length)]]);
}

function fieldsOf(row: QuestionRow, prefix: string): [string, string][] {
  const { choices, isRequired, page, anyOf, fieldNo, libraryNo, ...texts } = row;
  const fields: Record<string, string> = {
    ...texts,
    choices: choices.join("\n"),
    page: String(page),
    fieldNo: String(fieldNo ?? ""),
    libraryNo: String(libraryNo ?? ""),
    ...(isRequired ? { isRequired: "yes" } : {}),
    ...Object.fromEntries(anyOf.map((answer, nth) => [`showIf.${nth}`, answer])),
  };
  return Object.entries(fields).map(([name, value]) => [prefix + name, value]);
}

/** The rows of questions as they were sent, empty ones too. */
export function questionRows(values: FormValues): QuestionRow[] {
  return readQuestions(values, { keepsEmpty: true });
}

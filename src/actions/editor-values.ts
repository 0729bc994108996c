import type { FormValues } from "../platform/forms";
import { type QuestionRow, readQuestions } from "./questions";
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
      "share.title": share.title,
      "share.text": share.text,
      "autoresponse.isOn": ticked(autoresponse.isOn),
      "autoresponse.subject": autoresponse.subject,
      "autoresponse.body": autoresponse.body,
      "autoresponse.replyTo": autoresponse.replyTo,
      tags: settings.tags.join(", "),
    },
    settings.questions,
  );
}

/** The values with these rows of questions in place of those they held. */
export function withQuestions(values: FormValues, rows: readonly QuestionRow[]): FormValues {
  const others = Object.entries(values).filter(([name]) => !name.startsWith("questions."));
  const fields = rows.flatMap((row, at) => [
    [`questions.${at}.key`, row.key],
    [`questions.${at}.label`, row.label],
    [`questions.${at}.hint`, row.hint],
    [`questions.${at}.type`, row.type],
    [`questions.${at}.choices`, row.choices.join("\n")],
    ...(row.isRequired ? [[`questions.${at}.isRequired`, "yes"]] : []),
  ]);
  return Object.fromEntries([...others, ...fields, ["questions.count", String(rows.length)]]);
}

/** The rows of questions as they were sent, empty ones too. */
export function questionRows(values: FormValues): QuestionRow[] {
  return readQuestions(values, { keepsEmpty: true });
}

import type { Key, T } from "../ui/i18n";
import { type FieldUse, fieldUses, type Kind, type StandardField, standardFields } from "./types";

/** What the editor calls each part of an action, by the first word of a field's name. */
const parts: Record<string, Key> = {
  title: "actions.editor.title",
  internalTitle: "actions.editor.internalTitle",
  locale: "actions.editor.locale",
  slug: "actions.editor.slug",
  descriptionSource: "actions.editor.description",
  image: "actions.editor.parts.image",
  goal: "actions.editor.goalMode",
  questions: "actions.questions.title",
  consent: "actions.editor.parts.consent",
  comments: "actions.editor.commentsAsked",
  showCount: "actions.editor.showCount",
  showRecent: "actions.editor.showRecent",
  thanks: "actions.editor.parts.thanks",
  share: "sharing.editor.title",
  autoresponse: "actions.editor.parts.mail",
  tags: "actions.editor.tags",
  copyOf: "actions.history.copyOf",
};

/** What an organiser calls a field of the history; the field's own name where it has no other any more. */
export function fieldLabel(t: T, kind: Pick<Kind, "fieldLabels">, field: string): string {
  const [part = field, rest] = field.split(".");
  const standard = standardFields.find((name): name is StandardField => part === "fields" && name === rest);
  if (standard) return t(`actions.fields.${standard}`);
  const label = kind.fieldLabels[part] ?? parts[part];
  return label ? t(label) : field;
}

/** A value of the history in words: settings are stored as the names the code has for them. */
export function valueWords(t: T, text: string): string {
  if (text === "") return t("actions.history.nothing");
  if (text === "true") return t("common.form.yes");
  if (text === "false") return t("common.form.no");
  const use = fieldUses.find((name): name is FieldUse => name === text);
  return use ? t(`actions.uses.${use}`) : text;
}

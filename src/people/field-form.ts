import { cleanLine } from "../platform/clean-text";
import { type FormValues, single } from "../platform/forms";
import { readNumber } from "../platform/written-number";
import type { T } from "../ui/i18n";
import { locales } from "../ui/i18n";
import { type CustomField, FIELD_LABEL_MAX } from "./custom-field";
import type { FieldTyped } from "./field-views";
import { NOTE_MAX } from "./tag-keeping";
import { type FieldType, fieldTypes } from "./types";

/** Choices of one field. */
const FIELD_CHOICES_MAX = 50;
const CHOICE_MAX = 200;
const MASK_MAX = 50;

export const emptyField: FieldTyped = {
  ...{ label: "", type: "text", choices: "", min: "", max: "", mask: "", note: "" },
  ...{ isArchived: false, labels: {} },
};

/** A field as its form shows it. */
export function typedOf(field: CustomField): FieldTyped {
  const { label, type, choices, rules, note, isArchived, labels } = field;
  const shown = (value: number | null | undefined) =>
    value === null || value === undefined ? "" : `${value}`;
  return {
    ...{ label, type, note, isArchived, labels, choices: choices.join("\n") },
    ...{ min: shown(rules.min), max: shown(rules.max), mask: rules.mask ?? "" },
  };
}

export type FieldRead = Pick<CustomField, "label" | "type" | "choices" | "labels" | "rules" | "note">;

/** What was typed into a field's form: the field, or what is wrong with each part of it. */
export function readField(
  t: T,
  values: FormValues,
  place: string,
): { typed: FieldTyped; field: FieldRead; errors: Record<string, string> } {
  const text = (name: string, max: number) => cleanLine(single(values, name)).slice(0, max);
  const labels = Object.fromEntries(
    locales
      .map((locale) => [locale, text(`label.${locale}`, FIELD_LABEL_MAX)] as const)
      .filter(([, label]) => label !== ""),
  );
  const typed: FieldTyped = {
    label: text("label", FIELD_LABEL_MAX),
    type: single(values, "type"),
    choices: single(values, "choices"),
    min: text("min", 20),
    max: text("max", 20),
    mask: text("mask", MASK_MAX),
    note: text("note", NOTE_MAX),
    isArchived: single(values, "isArchived") === "yes",
    labels,
  };
  const type: FieldType = fieldTypes.find((name) => name === typed.type) ?? "text";
  const choices = readChoices(typed.choices);
  const [min, max] = [readNumber(typed.min, place), readNumber(typed.max, place)];
  const errors: Record<string, string> = {
    ...(typed.label === "" ? { label: t("fields.problems.label") } : {}),
    ...choiceErrors(t, type, choices),
    ...(typed.min !== "" && min === null ? { min: t("fields.problems.number") } : {}),
    ...(typed.max !== "" && max === null ? { max: t("fields.problems.number") } : {}),
    ...(min !== null && max !== null && max < min ? { max: t("fields.problems.range") } : {}),
  };
  const rules = { min, max, mask: typed.mask };
  return { typed, field: { label: typed.label, type, choices, labels, rules, note: typed.note }, errors };
}

function readChoices(text: string): string[] {
  const lines = text.split("\n").map((line) => cleanLine(line).slice(0, CHOICE_MAX));
  return [...new Set(lines.filter((line) => line !== ""))];
}

function choiceErrors(t: T, type: FieldType, choices: readonly string[]): Record<string, string> {
  if (type !== "choice" && type !== "several") return {};
  if (choices.length < 2) return { choices: t("fields.problems.choices") };
  if (choices.length <= FIELD_CHOICES_MAX) return {};
  return { choices: t("fields.problems.tooManyChoices", { count: FIELD_CHOICES_MAX }) };
}

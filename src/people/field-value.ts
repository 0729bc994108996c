import { cleanLine, cleanText } from "../platform/clean-text";
import { readDay } from "../platform/written-day";
import { readNumber } from "../platform/written-number";
import type { Key, Values } from "../ui/i18n";
import type { FieldRules, FieldType } from "./types";

/** Longest value of each type, in characters; what is longer was not typed into a form of ours. */
export const FIELD_TEXT_MAX = 500;
const FIELD_PARAGRAPH_MAX = 5_000;

export type Defined = { type: FieldType; choices: readonly string[]; rules: Partial<FieldRules> };
export type ParsedValue = { ok: true; value: string } | { ok: false; problem: { key: Key; values?: Values } };

const yes = new Set(["yes", "y", "true", "1", "x", "oui", "o", "vrai", "si", "sí", "s", "verdadero"]);
const no = new Set(["no", "n", "false", "0", "non", "faux", "falso"]);

/**
 * A value as it was typed, chosen or read from a file, brought to the form in which it is stored; or what is wrong with it.
 * A blank is no value and is not asked about here. What is stored already parses to itself.
 * @param place how numbers are written there, as language and country ("en-CA")
 */
export function parseFieldValue(field: Defined, text: string, place = "en-US"): ParsedValue {
  const line = cleanLine(text);
  switch (field.type) {
    case "text":
      return ofText(field, line, FIELD_TEXT_MAX);
    case "paragraph":
      return ofText(field, cleanText(text), FIELD_PARAGRAPH_MAX);
    case "number":
      return ofNumber(field.rules, line, place);
    case "date": {
      const day = readDay(line);
      return day === null ? wrong("fields.problems.date") : { ok: true, value: day };
    }
    case "choice": {
      const choice = chosen(field.choices, line);
      return choice === null ? wrong("fields.problems.choice") : { ok: true, value: choice };
    }
    case "several":
      return ofSeveral(field.choices, text);
    case "yesno": {
      const word = line.toLowerCase();
      if (yes.has(word)) return { ok: true, value: "yes" };
      return no.has(word) ? { ok: true, value: "no" } : wrong("fields.problems.yesno");
    }
  }
}

function wrong(key: Key, values?: Values): ParsedValue {
  return { ok: false, problem: values ? { key, values } : { key } };
}

function ofText({ rules }: Defined, text: string, longest: number): ParsedValue {
  const max = Math.min(rules.max ?? longest, longest);
  const length = [...text].length;
  if (length > max) return wrong("fields.problems.tooLong", { count: max });
  if (length < (rules.min ?? 0)) return wrong("fields.problems.tooShort", { count: rules.min ?? 0 });
  if (rules.mask && !fitsMask(rules.mask, text)) return wrong("fields.problems.mask", { mask: rules.mask });
  return { ok: true, value: text };
}

/**
 * Whether a text is written as a mask says, place by place: 9 a digit, A a letter, * either, all else itself whatever its
 * capitals. There is no repetition in it, so it takes as long as the text is, whoever wrote the mask.
 */
function fitsMask(mask: string, text: string): boolean {
  const places = [...mask];
  const characters = [...text];
  if (places.length !== characters.length) return false;
  return places.every((place, at) => {
    const character = characters[at] ?? "";
    if (place === "9") return /^\p{Nd}$/u.test(character);
    if (place === "A") return /^\p{L}$/u.test(character);
    if (place === "*") return /^[\p{L}\p{Nd}]$/u.test(character);
    return place.toLowerCase() === character.toLowerCase();
  });
}

function ofNumber({ min, max }: Partial<FieldRules>, text: string, place: string): ParsedValue {
  // What is stored has a point and nothing between thousands, wherever the group is.
  const number = /^-?\d+(?:\.\d+)?$/.test(text) ? readNumber(text, "en-US") : readNumber(text, place);
  if (number === null) return wrong("fields.problems.number");
  if (typeof min === "number" && number < min) return wrong("fields.problems.tooLow", { count: min });
  if (typeof max === "number" && number > max) return wrong("fields.problems.tooHigh", { count: max });
  return { ok: true, value: String(number) };
}

/** The choice meant, as it is written in the field: capitals and spaces around it are not what people mean by one. */
function chosen(choices: readonly string[], text: string): string | null {
  const wanted = text.toLowerCase();
  return choices.find((choice) => choice === text) ?? choices.find((c) => c.toLowerCase() === wanted) ?? null;
}

function ofSeveral(choices: readonly string[], text: string): ParsedValue {
  const found: string[] = [];
  for (const part of severalIn(text)) {
    const choice = choices.length === 0 ? part : chosen(choices, part);
    if (choice === null) return wrong("fields.problems.choiceNamed", { name: part });
    if (!found.includes(choice)) found.push(choice);
  }
  return found.length === 0 ? wrong("fields.problems.choice") : { ok: true, value: JSON.stringify(found) };
}

/** Several choices as they are stored, or written with commas, semicolons, bars or line breaks between them. */
export function severalIn(text: string): string[] {
  if (text.trimStart().startsWith("[")) {
    try {
      const read: unknown = JSON.parse(text);
      if (Array.isArray(read)) return read.filter((part) => typeof part === "string").map(cleanLine);
    } catch {
      // Somebody's own brackets; it is read as it stands.
    }
  }
  const parts = /[;|\n]/.test(text) ? text.split(/[;|\n]/) : text.split(",");
  return parts.map(cleanLine).filter((part) => part !== "");
}

/** A stored value as people read it. A type that has changed since shows it as it was said. */
export function fieldValueText(type: FieldType, value: string): string {
  return type === "several" ? severalIn(value).join(", ") : value;
}

import { cleanLine } from "../platform/clean-text";
import { normaliseEmail } from "../platform/email-address";
import { type FormValues, single } from "../platform/forms";
import type { Key } from "../ui/i18n";
import { builtinSets, PEOPLE_MAX, type TargetSource } from "./types";

const personFields = ["name", "title", "email", "phone", "language"] as const;
const fallbackFields = ["name", "title", "email", "phone"] as const;
export type PersonRow = Record<(typeof personFields)[number], string>;

export const noPerson: PersonRow = { name: "", title: "", email: "", phone: "", language: "" };

/** What the fields of the editor say about whom an action is addressed to; null when they were not sent. */
export function readSource(form: FormValues): Record<string, unknown> | null {
  if (!("source.from" in form)) return null;
  const people = readPeople(form).filter((person) => Object.values(person).some((text) => text !== ""));
  const fallback = fallbackFields.map((field) => [field, lineOf(form, `source.fallback.${field}`)]);
  return {
    from: lineOf(form, "source.from"),
    people,
    sets: builtinSets.filter((set) => single(form, `source.sets.${set}`) !== ""),
    listId: lineOf(form, "source.listId"),
    fallback: Object.fromEntries(fallback),
  };
}

/** One row more than there may be is read too, so that it is refused and not silently lost. */
export function readPeople(form: FormValues): PersonRow[] {
  const count = Math.min(Math.trunc(Number(single(form, "source.people.count"))) || 0, PEOPLE_MAX + 1);
  return Array.from({ length: Math.max(count, 0) }, (_, row) => {
    const at = (field: string) => lineOf(form, `source.people.${row}.${field}`);
    return {
      name: at("name"),
      title: at("title"),
      email: at("email"),
      phone: at("phone"),
      language: at("language"),
    };
  });
}

function lineOf(form: FormValues, name: string): string {
  return cleanLine(single(form, name));
}

/** Adds or removes a person; null for another button. */
export function pressSource(button: string, form: FormValues): FormValues | null {
  const [verb, at] = button.split(":");
  const rows = readPeople(form);
  if (verb === "add-person") return withPeople(form, [...rows, noPerson].slice(0, PEOPLE_MAX));
  if (verb === "remove-person") return withPeople(form, rows.toSpliced(Number(at), 1));
  return null;
}

function withPeople(form: FormValues, people: readonly PersonRow[]): FormValues {
  const others = Object.entries(form).filter(([name]) => !name.startsWith("source.people."));
  const rows = people.flatMap((person, row) =>
    personFields.map((field) => [`source.people.${row}.${field}`, person[field]]),
  );
  return Object.fromEntries([...others, ...rows, ["source.people.count", String(people.length)]]);
}

type Problem = { key: Key };

/** As people write a number in any country, without an extension: it is put into a link to be tapped. */
const DIALLED = /^\+?[\d\s().\-/]{3,40}$/;

/** Addresses that are none, by the editor's field. */
export function sourceProblems({ people, fallback }: TargetSource): Record<string, Problem> {
  const problems: Record<string, Problem> = {};
  const check = (field: string, { email, phone }: { email: string; phone: string }) => {
    if (email !== "" && normaliseEmail(email) === null)
      problems[`${field}.email`] = { key: "actions.problems.email" };
    if (phone !== "" && !DIALLED.test(phone)) problems[`${field}.phone`] = { key: "officials.errors.phone" };
  };
  for (const [row, person] of people.entries()) check(`source.people.${row}`, person);
  check("source.fallback", fallback);
  if (fallback.name === "" && (fallback.email !== "" || fallback.phone !== ""))
    problems["source.fallback.name"] = { key: "officials.errors.fallbackName" };
  return problems;
}

/** Where the editor asks for what such an action lacks. */
export const sourceReasonFields: Partial<Record<Key, string>> = {
  "officials.reasons.noPeople": "source.people.0.name",
  "officials.reasons.noSet": "source.sets",
  "officials.reasons.noList": "source.listId",
  "letters.reasons.postalCode": "fields.postalCode",
};

/** Why an action addressed so may not be published yet. */
export function reasonsNotToAddress(source: TargetSource): Key[] {
  switch (source.from) {
    case "fixed":
      return source.people.length === 0 ? ["officials.reasons.noPeople"] : [];
    case "builtin":
      return source.sets.length === 0 ? ["officials.reasons.noSet"] : [];
    case "list":
      return source.listId === "" ? ["officials.reasons.noList"] : [];
  }
}

import { fieldMax, readAnswer } from "../actions/answer";
import { wordingHash } from "../actions/consent";
import type { ActionSnapshot } from "../actions/types";
import type { Participation } from "../intake/types";
import type { FormValues } from "../platform/forms";
import type { T } from "../ui/i18n";
import { PAPER_MODE, paperSource, sheetFields } from "./types";

/** One line of a sheet as it was typed: by field, and `consent` ("yes" where the box was ticked). */
export type Row = { no: number; values: Record<string, string> };

export type TypedRow = { no: number; participation: Participation };

export type RowsRead = {
  valid: TypedRow[];
  /** What is wrong with which field of which line. */
  problems: { no: number; field: string; words: string }[];
};

/** The action as paper asks it: no questions, no comment, a box for consent, and only what a sheet can be held to. */
export async function onPaper(snapshot: ActionSnapshot): Promise<ActionSnapshot> {
  const { action, consentText } = snapshot;
  const { settings } = action;
  const asked = new Map(sheetFields(settings).map(({ name, isRequired }) => [name, isRequired]));
  const useOf = (name: keyof typeof settings.fields) =>
    asked.has(name) ? (asked.get(name) ? ("required" as const) : ("optional" as const)) : ("hidden" as const);
  return {
    ...snapshot,
    consentHash: await wordingHash(PAPER_MODE, action.locale, consentText),
    action: {
      ...action,
      settings: {
        ...settings,
        fields: {
          givenName: useOf("givenName"),
          familyName: useOf("familyName"),
          postalCode: useOf("postalCode"),
          locality: useOf("locality"),
          region: useOf("region"),
          street: useOf("street"),
          phone: useOf("phone"),
          country: settings.fields.country === "hidden" ? "hidden" : "optional",
        },
        questions: [],
        comments: { ...settings.comments, isAsked: false },
        showRecent: false,
        consent: { ...settings.consent, mode: "unticked" },
      },
    },
  };
}

/**
 * Reads the lines of a sheet, each as the page would. Blank ones are none. Of those with the same address the first is right
 * and the others are told apart: two people of one household cannot both be counted by it.
 * @param t speaks to whoever types, not to who signed
 * @param paper as `onPaper` gives it
 */
export function readRows(t: T, paper: ActionSnapshot, rows: readonly Row[], sheet: string): RowsRead {
  const valid: TypedRow[] = [];
  const problems: RowsRead["problems"] = [];
  const seen = new Map<string, number>();
  for (const { no, values } of rows) {
    if (isBlank(values)) continue;
    const answer = readAnswer(t, paper, asForm(paper, values), addressOf(sheet));
    if (answer.is === "invalid") {
      for (const [field, words] of Object.entries(answer.errors)) problems.push({ no, field, words });
      continue;
    }
    const { participation } = answer;
    const first = seen.get(participation.e);
    seen.set(participation.e, first ?? no);
    if (first === undefined) valid.push({ no, participation });
    else problems.push({ no, field: "email", words: t("paper.errors.repeated", { line: first }) });
  }
  return { valid, problems };
}

/** A line where nothing is written. A ticked box alone is a slip. */
export function isBlank(values: Record<string, string>): boolean {
  return Object.entries(values).every(([field, text]) => field === "consent" || text.trim() === "");
}

function asForm({ action, group }: ActionSnapshot, values: Record<string, string>): FormValues {
  return action.settings.fields.country === "hidden" ? values : { ...values, country: group.country };
}

/** Where the source code of an answer is read from. */
function addressOf(sheet: string): URL {
  return new URL(`https://paper.invalid/?${new URLSearchParams({ source: paperSource(sheet) })}`);
}

/** The longest answer of a field, which the boxes to type into stop at too. */
export function lengthMax(field: keyof typeof fieldMax): number {
  return fieldMax[field];
}

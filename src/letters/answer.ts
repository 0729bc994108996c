import type { OwnAnswer, OwnInput } from "../actions/kind";
import type { ActionSnapshot } from "../actions/types";
import { whereAnswer } from "../actions/where-answer";
import type { Target } from "../officials/types";
import { reach } from "../officials/whereabouts";
import { cleanLine, cleanText } from "../platform/clean-text";
import type { Context } from "../platform/context";
import { type FormValues, single } from "../platform/forms";
import type { T } from "../ui/i18n";
import { type StartingLetter, startingLetters, withFields } from "./starting";
import { ownWords, textHash } from "./text";
import {
  type Addressee,
  BODY_MAX,
  checkedLetter,
  type LetterLanguage,
  type LetterSettings,
  letterSettingsOf,
  type OwnLetter,
  type Said,
  SUBJECT_MAX,
} from "./types";

export function subjectField(language: string): string {
  return `letter.${language}.subject`;
}

export function bodyField(language: string): string {
  return `letter.${language}.body`;
}

/** Whom somebody's letters would go to. */
export function addresseesOf(ctx: Context, { group, action }: ActionSnapshot, values: FormValues) {
  const { source } = letterSettingsOf(action.settings);
  return reach(ctx, { owner: group, source, values, locale: action.locale, reachedBy: "email" });
}

/** Where somebody lives on the first page, what they write on the second. */
export async function readFields({ t, ctx, snapshot, values, isLast }: OwnInput): Promise<OwnAnswer> {
  const reached = await addresseesOf(ctx, snapshot, values);
  if (reached.is !== "found") return whereAnswer(t, reached, values);
  if (!isLast) return { is: "valid", own: {} };
  const settings = letterSettingsOf(snapshot.action.settings);
  const starting = startingLetters(t, snapshot, settings, { targets: reached.targets, values });
  return readLetters(t, settings, starting, { values, district: reached.district });
}

async function readLetters(
  t: T,
  settings: LetterSettings,
  starting: readonly StartingLetter[],
  { values, district }: { values: FormValues; district: string },
): Promise<OwnAnswer> {
  const errors: Record<string, string> = {};
  const own: OwnLetter = { to: [], d: district, text: {} };
  for (const letter of starting) {
    const said = await readLetter(t, settings, letter, values);
    if ("errors" in said) Object.assign(errors, said.errors);
    else own.text[letter.language] = said;
    own.to.push(...letter.targets.map((target) => addresseeFrom(target, letter.language)));
  }
  return Object.keys(errors).length > 0
    ? { is: "invalid", errors }
    : { is: "valid", own: checkedLetter.keep(own) };
}

function addresseeFrom(target: Target, language: LetterLanguage): Addressee {
  const { key, name, title, office, email, form, phone } = target;
  const byHand = email === "" ? { ...(form ? { f: form } : {}), ...(phone ? { p: phone } : {}) } : {};
  return { k: key, n: name, t: title, o: office, e: email, l: language, ...byHand };
}

async function readLetter(
  t: T,
  settings: LetterSettings,
  { language, variant, ...began }: StartingLetter,
  values: FormValues,
): Promise<Said | { errors: Record<string, string> }> {
  const names = { subject: subjectField(language), body: bodyField(language) };
  const isSent = settings.isEditable && names.body in values;
  const subject = isSent ? cleanLine(single(values, names.subject)) : began.subject;
  const body = isSent ? cleanText(single(values, names.body)) : began.body;
  const isUnchanged = !isSent || (subject === cleanLine(began.subject) && body === cleanText(began.body));
  const errors: Record<string, string> = {};
  if (subject === "") errors[names.subject] = t("letters.errors.subject");
  if (subject.length > SUBJECT_MAX)
    errors[names.subject] = t("public.errors.tooLong", {
      label: t("letters.form.subject"),
      max: SUBJECT_MAX,
    });
  if (body === "") errors[names.body] = t("letters.errors.body");
  else if (body.length > BODY_MAX)
    errors[names.body] = t("public.errors.tooLong", { label: t("letters.form.body"), max: BODY_MAX });
  else if (settings.isEditable && settings.ownWords > 0) {
    const have = isUnchanged ? 0 : ownWords(body, began.body);
    if (have < settings.ownWords)
      errors[names.body] = t("letters.errors.ownWords", { count: settings.ownWords, have });
  }
  if (Object.keys(errors).length > 0) return { errors };
  return isUnchanged ? { v: await textHash(variant) } : { s: withFields(t, subject), b: withFields(t, body) };
}

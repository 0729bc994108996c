import { z } from "zod";
import type { Participation, StoredAnswer } from "../intake/types";
import { isCountry } from "../platform/countries";
import { EMAIL_ADDRESS_MAX, normaliseEmail } from "../platform/email-address";
import { type FormValues, fieldErrors, several } from "../platform/forms";
import { normalisePhone, PHONE_TEXT_MAX } from "../platform/phone";
import { normalisePostalCode, POSTAL_CODE_MAX } from "../platform/postal-code";
import type { T } from "../ui/i18n";
import { line, required } from "./answer-line";
import { type Answered, type Place, questionSchema } from "./answer-question";
import { cleanLine, cleanText, hasLink, referrerOf, sourceOf } from "./answer-text";
import { questionField, questionsAsked, withHidden } from "./conditions";
import {
  type ActionSnapshot,
  COMMENT_MAX,
  type CommonSettings,
  type Question,
  type StandardField,
  standardFields,
} from "./types";

/** Longest answer of each standard field, in characters; the form stops there too. */
export const fieldMax: Record<StandardField | "email", number> = {
  email: EMAIL_ADDRESS_MAX,
  givenName: 100,
  familyName: 100,
  street: 200,
  locality: 100,
  region: 100,
  postalCode: POSTAL_CODE_MAX,
  country: 2,
  phone: PHONE_TEXT_MAX,
};

/** The order in which a person is asked, on the page and in the list of errors. */
const askedOrder = [
  "givenName",
  "familyName",
  "email",
  "phone",
  "street",
  "locality",
  "region",
  "postalCode",
  "country",
] as const satisfies readonly (StandardField | "email")[];

/** The standard fields an action asks for, in order, and whether each must be answered. Email always is. */
export function askedFields(
  settings: CommonSettings,
): { name: StandardField | "email"; isRequired: boolean }[] {
  return askedOrder
    .map((name) => ({ name, use: name === "email" ? ("required" as const) : settings.fields[name] }))
    .filter(({ use }) => use !== "hidden")
    .map(({ name, use }) => ({ name, isRequired: use === "required" }));
}

/** Whether there is anywhere a signer's name could be shown, and so a reason to ask whether it may be. */
export function asksForName(settings: CommonSettings): boolean {
  return settings.showRecent || settings.comments.isAsked;
}

export type Answer =
  | { is: "valid"; participation: Participation }
  | { is: "invalid"; errors: Record<string, string> };

/**
 * What a supporter sent, checked against what the action asks. Fields it does not ask are ignored, whatever they hold.
 * @param address the page's own, for `?source=` and for telling the referring page from ours
 * @returns the participation in the form intake keeps, or what is wrong with each field, in the page's language
 */
export function readAnswer(t: T, snapshot: ActionSnapshot, values: FormValues, address: URL): Answer {
  const { settings, locale } = snapshot.action;
  const said = withHidden(settings.questions, values, address);
  const parsed = schemaOf(t, snapshot).safeParse(inputOf(settings, said));
  if (!parsed.success)
    return { is: "invalid", errors: { ...fieldErrors(parsed.error), ...placeErrors(t, snapshot, values) } };
  const errors = placeErrors(t, snapshot, values);
  if (Object.keys(errors).length > 0) return { is: "invalid", errors };
  const given = parsed.data;
  const comment = textOf(given.comment);
  return {
    is: "valid",
    participation: {
      e: textOf(given.email),
      o: storedAnswer(snapshot, given),
      la: locale,
      co: given.consent === "yes" ? saysYes(snapshot) : 2,
      w: snapshot.consentHash,
      ...(comment ? { cm: comment, cs: settings.comments.isModerated ? 1 : 2 } : {}),
      nm: given.isNamed === "yes" ? 1 : 0,
      ...present({ s: sourceOf(address), rf: referrerOf(values.referrer, address) }),
      ...fieldAnswers(settings.questions, given),
    },
  };
}

/** Yes; or a yes that puts nobody on the list before they have confirmed it. */
function saysYes({ group }: ActionSnapshot): 1 | 3 {
  return group.settings.mail.doubleOptIn ? 3 : 1;
}

type Given = Record<string, Answered | undefined>;

const schemas = new WeakMap<ActionSnapshot["action"], z.ZodType<Given>>();

/** Kept with the snapshot it was made from: making a schema costs many times what using it costs. */
function schemaOf(t: T, { action, group }: ActionSnapshot): z.ZodType<Given> {
  const kept = schemas.get(action);
  if (kept) return kept;
  const schema = answerSchema(t, action.settings, { locale: action.locale, country: group.country });
  schemas.set(action, schema);
  return schema;
}

/**
 * Only what the action asks for, each field as one string or, where several answers are meant, as a list; a question that
 * the other answers do not lead to is left out.
 */
function inputOf(settings: CommonSettings, values: FormValues): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  const names = [...askedFields(settings).map(({ name }) => name), "comment", "isNamed", "consent"];
  for (const name of names) input[name] = values[name] ?? "";
  for (const question of questionsAsked(settings.questions, values)) {
    const name = questionField(question.key);
    input[name] = question.type === "checkboxes" ? several(values, name) : (values[name] ?? "");
  }
  return input;
}

function answerSchema(t: T, settings: CommonSettings, place: Place): z.ZodType<Given> {
  const shape: Record<string, z.ZodType<Answered | undefined>> = {};
  for (const { name, isRequired } of askedFields(settings)) shape[name] = standardSchema(t, name, isRequired);
  for (const question of settings.questions)
    shape[questionField(question.key)] = questionSchema(t, place, question);
  if (settings.comments.isAsked) shape.comment = line(t, t("public.comment.label"), COMMENT_MAX, cleanText);
  if (asksForName(settings)) shape.isNamed = ticked(t);
  shape.consent = settings.consent.mode === "explicit" ? yesOrNo(t) : ticked(t);
  return z.object(shape);
}

function standardSchema(t: T, name: StandardField | "email", isRequired: boolean): z.ZodType<string> {
  const label = t(`public.fields.${name}`);
  const whole = required(
    line(t, label, fieldMax[name], cleanLine),
    isRequired,
    t(`public.errors.required.${name}`),
  );
  switch (name) {
    case "email":
      return whole.transform((text, check) => {
        const email = normaliseEmail(text);
        if (email === null) check.addIssue({ code: "custom", message: t("public.errors.email") });
        return email ?? z.NEVER;
      });
    case "givenName":
    case "familyName":
      return whole.refine((text) => !hasLink(text), { error: t("public.errors.nameLink") });
    case "country":
      return whole.refine((text) => text === "" || isCountry(text), { error: t("public.errors.country") });
    default:
      return whole;
  }
}

/** A box is "yes" when ticked and absent when not; anything else did not come from our form. */
function ticked(t: T) {
  return z.enum(["yes", ""], { error: t("public.errors.tick") });
}

function yesOrNo(t: T) {
  return z.enum(["yes", "no"], { error: t("public.errors.required.consent") });
}

/** What can only be told wrong knowing the country: phone and postal code. Asked apart so that all errors show at once. */
function placeErrors(t: T, snapshot: ActionSnapshot, values: FormValues): Record<string, string> {
  const country = countryOf(snapshot, values.country);
  const asked = new Set(askedFields(snapshot.action.settings).map(({ name }) => name));
  const phone = cleanLine(textOf(values.phone));
  const postalCode = cleanLine(textOf(values.postalCode));
  const isPhoneWrong = asked.has("phone") && phone !== "" && normalisePhone(phone, country) === null;
  const isCodeWrong =
    asked.has("postalCode") && postalCode !== "" && normalisePostalCode(postalCode, country) === null;
  return {
    ...(isPhoneWrong ? { phone: t("public.errors.phone") } : {}),
    ...(isCodeWrong ? { postalCode: t("public.errors.postalCode") } : {}),
  };
}

/** Where the person lives for reading a phone number or a postal code: as said, else where the group is. */
function countryOf({ group }: ActionSnapshot, given: string | string[] | undefined): string {
  return textOf(given) || group.country;
}

function storedAnswer(snapshot: ActionSnapshot, given: Given): StoredAnswer {
  const country = countryOf(snapshot, given.country);
  const fields = Object.fromEntries(standardFields.map((name) => [name, textOf(given[name])]));
  const answers = Object.fromEntries(
    snapshot.action.settings.questions
      .map(({ key }) => [key, given[questionField(key)] ?? ""] as const)
      .filter(([, answer]) => answer.length > 0),
  );
  return {
    ...present({
      ...fields,
      phone: fields.phone ? (normalisePhone(fields.phone, country) ?? "") : "",
      postalCode: fields.postalCode ? (normalisePostalCode(fields.postalCode, country) ?? "") : "",
    }),
    ...(Object.keys(answers).length > 0 ? { answers } : {}),
  };
}

/** What the custom fields of the person shall say from now on. */
function fieldAnswers(questions: readonly Question[], given: Given): Pick<Participation, "f"> {
  const answers = questions.flatMap(({ key, fieldNo }): [number, string][] => {
    const answer = given[questionField(key)] ?? "";
    if (fieldNo === null || answer.length === 0) return [];
    return [[fieldNo, typeof answer === "string" ? answer : JSON.stringify(answer)]];
  });
  return answers.length > 0 ? { f: answers } : {};
}

function textOf(value: string | string[] | undefined): string {
  return typeof value === "string" ? value : "";
}

/** Without what was left blank: a blank is not an answer and must not overwrite one. */
function present(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ""));
}

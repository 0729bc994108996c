import { Hono } from "hono";
import { type MemberEnv, memberCan } from "../groups/web";
import {
  type AddressKind,
  type AddressOutcome,
  addAddress,
  leaveAddress,
  letGoAddress,
  makePrimary,
} from "../people/address";
import {
  type CustomField,
  fieldLabel,
  fieldsOf,
  fieldValueText,
  parseFieldValue,
  setFieldValues,
  valuesOf,
} from "../people/custom-field";
import { noteEdit, type PersonRow, peopleByNumber } from "../people/edit";
import { changeSubscription } from "../people/person";
import { pointOf, setPoint } from "../people/point-person";
import { ensureTags, tagNames, tagPeople, tagsOf, untagPeople } from "../people/tag";
import { type EditChange, subscriptionStatus } from "../people/types";
import { cleanLine } from "../platform/clean-text";
import { normaliseEmail } from "../platform/email-address";
import { AppError } from "../platform/errors";
import { type FormValues, readForm, several, single } from "../platform/forms";
import { normalisePhone } from "../platform/phone";
import { personPage } from "./person-page";
import {
  BYTES_MAX,
  type C,
  groupDb,
  nameOf,
  nameOfMembers,
  PERSON_PATH,
  personHref,
  personIn,
  pointsOf,
  survivorOf,
} from "./web";

const REASON_MAX = 300;
/** Tags one form gives; more are pasted by mistake. */
const TAGS_AT_ONCE_MAX = 20;

/** What reaches a person, what they are subscribed to, their tags and fields. */
export const contactRoutes = new Hono<MemberEnv>()
  .post(`${PERSON_PATH}/addresses`, memberCan("people.edit"), async (c) => {
    const person = await personIn(c);
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const outcome = await changeAddress(c, person, values);
    if ("error" in outcome)
      return personPage(c, person, {
        values: { address: single(values, "address") },
        errors: { address: outcome.error },
      });
    return done(c, person, "addresses", "addresses");
  })
  .post(`${PERSON_PATH}/point`, memberCan("people.edit"), async (c) => {
    const { ctx, account } = c.var;
    const person = await personIn(c);
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const chosen = single(values, "point");
    const member = (await pointsOf(c)).find(({ accountNo }) => String(accountNo) === chosen);
    // Whoever has left the team meanwhile, or sees no people, looks after nobody.
    if (!member && chosen !== "") throw new AppError("bad_request");
    const memberName = await nameOfMembers(c);
    const pointTo = (accountNo: number | null) => ({
      accountNo,
      name: accountNo === null ? "" : memberName(accountNo),
    });
    const was = pointTo(await pointOf(groupDb(c), person.no));
    await setPoint(ctx, groupDb(c), person.no, {
      was,
      is: pointTo(member?.accountNo ?? null),
      by: account.no,
    });
    return done(c, person, "edited", "point");
  })
  .post(`${PERSON_PATH}/subscriptions`, memberCan("people.edit"), async (c) => {
    const { ctx, t, account } = c.var;
    const person = await personIn(c);
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const channel = single(values, "channel") === "mobile" ? "mobile" : "email";
    const isOn = single(values, "do") === "on";
    const name = `reason.${channel}`;
    const reason = cleanLine(single(values, name));
    const refuse = (error: string) =>
      personPage(c, person, { values: { [name]: reason }, errors: { [name]: error } });
    if (isOn && reason === "") return refuse(t("profiles.problems.reason"));
    if (reason.length > REASON_MAX) return refuse(t("profiles.problems.long", { max: REASON_MAX }));
    const { email, phone, emailStatus, mobileStatus } = person;
    if (isOn && (channel === "email" ? email : phone) === null)
      return refuse(t("profiles.problems.noAddress"));
    const status = channel === "email" ? emailStatus : mobileStatus;
    // Whoever complained comes back by their own word alone.
    if (isOn && status === subscriptionStatus.complained) return refuse(t("profiles.problems.complained"));
    const isChanged = await changeSubscription(groupDb(c), person.no, {
      ...{ channel, reason, by: account.no, at: ctx.now, cause: "organiser" },
      status: isOn ? "subscribed" : "unsubscribed",
    });
    return done(c, person, isChanged ? (isOn ? "subscribed" : "unsubscribed") : "newer", "subscriptions");
  })
  .post(`${PERSON_PATH}/tags`, memberCan("people.edit"), async (c) => {
    const { t } = c.var;
    const person = await personIn(c);
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const isGiven =
      single(values, "remove") === ""
        ? await giveTags(c, person, single(values, "tag"))
        : await takeTag(c, person, Number(single(values, "remove")));
    if (!isGiven)
      return personPage(c, person, {
        values: { tag: single(values, "tag") },
        errors: { tag: t("profiles.problems.tag", { max: TAGS_AT_ONCE_MAX }) },
      });
    return done(c, person, "tagged", "tags");
  })
  .post(`${PERSON_PATH}/fields`, memberCan("people.edit"), async (c) => {
    const person = await personIn(c);
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const refused = await saveFields(c, person, values);
    return refused ?? done(c, person, "fields", "fields");
  });

function done(c: C, person: PersonRow, what: string, place: string) {
  return c.redirect(personHref(c.var.group, person, `?done=${what}#${place}`), 303);
}

async function changeAddress(
  c: C,
  person: PersonRow,
  values: FormValues,
): Promise<{ error: string } | { ok: true }> {
  const { ctx, t, group, account } = c.var;
  const db = groupDb(c);
  const wanted = single(values, "do");
  const given = readAddress(values, person.country || group.country);
  if (!given) return { error: t("profiles.problems.emailOrPhone") };
  const about = { ...given, by: account.no };
  switch (wanted) {
    case "add":
      return answer(c, await addAddress(ctx, db, person, about));
    case "primary":
      return answer(c, await makePrimary(ctx, db, person, about));
    case "leave":
      return answer(c, await leaveAddress(ctx, db, person, about));
    case "letGo":
      return answer(c, await letGoAddress(ctx, db, person, about));
    default:
      throw new AppError("bad_request");
  }
}

/** The address of a row of the list, or one that was typed. */
function readAddress(values: FormValues, country: string): { kind: AddressKind; value: string } | null {
  const value = single(values, "value");
  const kind = single(values, "kind");
  if (value !== "" && (kind === "email" || kind === "phone")) return { kind, value };
  const text = single(values, "address").trim();
  const email = text.includes("@") ? normaliseEmail(text) : null;
  if (email) return { kind: "email", value: email };
  const phone = text.includes("@") ? null : normalisePhone(text, country);
  return phone ? { kind: "phone", value: phone } : null;
}

async function answer(c: C, outcome: AddressOutcome): Promise<{ error: string } | { ok: true }> {
  const { t } = c.var;
  if (outcome.outcome === "tooMany") return { error: t("profiles.problems.tooManyAddresses") };
  if (outcome.outcome !== "taken") return { ok: true };
  const [owner] = await peopleByNumber(groupDb(c), [outcome.personNo]);
  const now = owner && (await survivorOf(groupDb(c), owner));
  return { error: t("profiles.problems.taken", { name: now ? nameOf(now) || (now.email ?? "") : "" }) };
}

async function giveTags(c: C, person: PersonRow, text: string): Promise<boolean> {
  const { ctx, account } = c.var;
  const db = groupDb(c);
  const names = tagNames(text);
  if (names.length === 0 || names.length > TAGS_AT_ONCE_MAX) return false;
  const changes: EditChange[] = [];
  const numbers = await ensureTags(db, names, ctx.now);
  const given: number[] = [];
  for (const no of numbers) if ((await tagPeople(db, no, [person.no], ctx.now)) > 0) given.push(no);
  for (const { no, name } of await tagsOf(db, person.no))
    if (given.includes(no)) changes.push({ name: "tag", from: "", to: name });
  if (changes.length > 0) await noteEdit(ctx, db, person.no, { act: "tag", changes, by: account.no });
  return true;
}

async function takeTag(c: C, person: PersonRow, no: number): Promise<boolean> {
  const { ctx, account } = c.var;
  const db = groupDb(c);
  const tag = (await tagsOf(db, person.no)).find((each) => each.no === no);
  if (tag && (await untagPeople(db, no, [person.no])) > 0)
    await noteEdit(ctx, db, person.no, {
      act: "tag",
      changes: [{ name: "tag", from: tag.name, to: "" }],
      by: account.no,
    });
  return true;
}

async function saveFields(c: C, person: PersonRow, values: FormValues): Promise<Response | null> {
  const { ctx, t, locale, group, account } = c.var;
  const db = groupDb(c);
  const [all, said] = await Promise.all([fieldsOf(db), valuesOf(db, person.no)]);
  // A field made since the form was shown was not left blank in it.
  const shown = single(values, "shown").split(",");
  const fields = all.filter(({ no }) => shown.includes(String(no)));
  const before = new Map(said.map(({ fieldNo, value }) => [fieldNo, value]));
  const errors: Record<string, string> = {};
  const set: [number, string][] = [];
  const changes: EditChange[] = [];
  for (const field of fields) {
    const name = `field.${field.no}`;
    const text = typedIn(field, values);
    const was = before.get(field.no) ?? "";
    if (text === was) continue;
    const parsed =
      text === ""
        ? ({ ok: true, value: "" } as const)
        : parseFieldValue(field, text, `${locale}-${group.country}`);
    if (!parsed.ok) errors[name] = t(parsed.problem.key, parsed.problem.values);
    else if (parsed.value !== was) {
      set.push([field.no, parsed.value]);
      const words = (value: string) => (value === "" ? "" : fieldValueText(field.type, value));
      changes.push({ name: fieldLabel(field, locale), from: words(was), to: words(parsed.value) });
    }
  }
  if (Object.keys(errors).length > 0) {
    const sent = Object.fromEntries(fields.map((field) => [`field.${field.no}`, typedIn(field, values)]));
    return personPage(c, person, { values: sent, errors });
  }
  await setFieldValues(db, person.no, set, ctx.now);
  if (changes.length > 0) await noteEdit(ctx, db, person.no, { act: "field", changes, by: account.no });
  return null;
}

function typedIn(field: CustomField, values: FormValues): string {
  const name = `field.${field.no}`;
  if (field.type !== "several") return single(values, name).trim();
  const chosen = several(values, name).filter((each) => each !== "");
  return chosen.length === 0 ? "" : JSON.stringify(chosen);
}

import { actionByNo } from "../actions/action";
import { recordAct } from "../groups/audit";
import { mergePeople } from "../intake/erasure";
import { identityHash } from "../intake/participation";
import { targetOf } from "../intake/removal";
import { type CustomField, FIELD_TEXT_MAX, listFields, makeField, valuesOf } from "../people/custom-field";
import { findPerson, ownerOf, type PersonRow } from "../people/edit";
import { sharedActions } from "../people/merge";
import { type EditChange, subscriptionStatus } from "../people/types";
import { look, Overtaken, type Seen, type Upload, upload } from "../people/upload";
import { toHex } from "../platform/crypto";
import { newId, type PersonId, parseId } from "../platform/ids";
import { claimStatement, findByIdentifier, refuseTaken } from "./foreign";
import { valueText } from "./people";
import { fieldNamed, newFieldName, readPerson, type Said, valueFor, wireNames } from "./people-reading";
import type { PersonBody } from "./people-schema";
import { ApiError } from "./problem";
import { forgotten } from "./seen-by";
import type { ApiContext } from "./web";

/** Somebody else may write the same person between the look and the writing, and then the look is repeated. */
const TRIES_MAX = 8;

type Tags = { add: readonly string[]; remove: readonly string[] };

/**
 * The person signup helper (osdi-api.md §4.2): finds the person by email, phone or another system's name, or makes them, and writes
 * what is said in one batch.
 * @returns the person's id, to be read back at once
 */
export async function signUp(c: ApiContext, body: PersonBody, tags: Tags): Promise<PersonId> {
  const read = readPerson(body, c.var.caller.group);
  return again(async () => {
    const said = await withPhoneMeant(c, read);
    const [seen, named] = await Promise.all([
      lookAt(c, said, tags),
      findByIdentifier<PersonId>(c.var.caller.db, "person", said.identifiers),
    ]);
    const person = await matched(c, said, seen, named);
    if (named !== null && person?.id !== named)
      throw new ApiError(400, "identifiers: one of them belongs to another person");
    if (!person && said.email === null && said.phone === null)
      throw new ApiError(400, "A person needs an email address or a phone number");
    if (seen.isForgotten) throw forgotten();
    return write(c, person, person ? withPhoneOf(person, said) : said, { seen, tags, isWhole: false });
  });
}

/** Changes one person by what a body says, key by key; what it does not say stays (osdi-api.md §4.2). */
export async function changePerson(c: ApiContext, person: PersonRow, body: PersonBody): Promise<PersonId> {
  const { db, group } = c.var.caller;
  const said = readPerson(body, group);
  const none: Tags = { add: [], remove: [] };
  await refuseTaken(db, "person", person.id, said.identifiers);
  return again(async () => {
    const [seen, now] = await Promise.all([lookAt(c, said, none), findPerson(db, person.id)]);
    if (!now || now.mergedInto !== null)
      throw new ApiError(404, `Couldn't find person with id = ${person.id}`);
    // An address that is somebody else's is dropped and the rest is done (osdi-api.md §9.14).
    const isTaken = seen.isForgotten || (seen.emailOwner !== null && seen.emailOwner !== now.no);
    const own = isTaken ? { ...said, email: null } : said;
    return write(c, now, withPhoneOf(now, own), { seen, tags: none, isWhole: true });
  });
}

async function again(work: () => Promise<PersonId | "again">): Promise<PersonId> {
  for (let nth = 0; nth < TRIES_MAX; nth += 1) {
    try {
      const done = await work();
      if (done !== "again") return done;
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
    }
  }
  throw new ApiError(503, "Others are changing this person, please try again", 1);
}

async function lookAt({ var: { ctx, caller } }: ApiContext, said: Said, tags: Tags): Promise<Seen> {
  const { email, phone } = said;
  const hash =
    email === null ? null : toHex(await identityHash(ctx.config.IDENTITY_PEPPER, caller.group.id, email));
  return look(caller.db, { email, phone, hash, tags: [...tags.add, ...tags.remove] });
}

/** Of two numbers that the same digits may mean, the one that somebody has. */
async function withPhoneMeant({ var: { caller } }: ApiContext, said: Said): Promise<Said> {
  const { phone, phoneElse } = said;
  if (phone === null || phoneElse === null || (await ownerOf(caller.db, 2, phone)) !== null) return said;
  return (await ownerOf(caller.db, 2, phoneElse)) === null ? said : { ...said, phone: phoneElse };
}

/** Digits that are the person's number as their document shows it are that number. */
function withPhoneOf(person: PersonRow, said: Said): Said {
  return person.phone !== null && said.phoneElse === person.phone ? { ...said, phone: person.phone } : said;
}

/** By email first; by phone where no other email speaks against it; else by another system's name. */
async function matched(
  c: ApiContext,
  said: Said,
  seen: Seen,
  named: PersonId | null,
): Promise<PersonRow | null> {
  const byEmail = seen.people.find(({ no }) => no === seen.emailOwner);
  if (byEmail) return byEmail;
  const byName = named && (await findPerson(c.var.caller.db, named));
  if (byName) return byName;
  const byPhone = seen.people.find(({ no }) => no === seen.phoneOwner);
  return byPhone && (said.email === null || byPhone.email === null) ? byPhone : null;
}

type Writing = { seen: Seen; tags: Tags; isWhole: boolean };

async function write(
  c: ApiContext,
  person: PersonRow | null,
  said: Said,
  { seen, tags, isWhole }: Writing,
): Promise<PersonId | "again"> {
  const { ctx, caller } = c.var;
  const phone = await phoneOf(c, person, said, seen);
  if (phone === "again") return "again";
  const id = person?.id ?? parseId<PersonId>(c.var.makes ?? "") ?? newId<PersonId>();
  const email = said.email !== null && person?.email !== said.email ? said.email : null;
  const details = detailChanges(c, person, said, isWhole);
  const values = await valueChanges(c, person, said);
  const numbers = (from: number, count: number) =>
    seen.tagNos.slice(from, from + count).flatMap((no) => (no === null ? [] : [no]));
  const changes = [
    ...(email === null ? [] : [{ name: "email", from: person?.email ?? "", to: email }]),
    ...(phone.phone === null ? [] : [{ name: "phone", from: person?.phone ?? "", to: phone.phone }]),
    ...details,
    ...values.changes,
  ];
  await upload(ctx, caller.db, {
    person: { no: person?.no ?? seen.last + 1, id, isNew: person === null },
    ...{ email, ...phone, details, values: values.values, changes, at: ctx.now },
    subscriptions: subscriptionsOf(person, said, { hasEmail: email !== null, isWhole, by: caller.key.name }),
    addTags: numbers(0, tags.add.length),
    removeTags: numbers(tags.add.length, tags.remove.length),
    more:
      said.identifiers.length > 0 ? [claimStatement(caller.db, "person", id, said.identifiers, ctx.now)] : [],
  } satisfies Upload);
  return id;
}

/** Two people who would share a phone: it moves to whoever is written, unless one of them is known by it alone; they become one. */
async function phoneOf(
  c: ApiContext,
  person: PersonRow | null,
  said: Said,
  seen: Seen,
): Promise<{ phone: string | null; phoneFrom: number | null } | "again"> {
  const { phone } = said;
  if (phone === null || person?.phone === phone) return { phone: null, phoneFrom: null };
  const owner = seen.people.find(({ no }) => no === seen.phoneOwner);
  if (!owner || owner.no === person?.no) return { phone, phoneFrom: null };
  const hasEmail = (person?.email ?? said.email) !== null;
  if (owner.email !== null && hasEmail) return { phone, phoneFrom: owner.no };
  if (!person) return { phone, phoneFrom: owner.no };
  await becomeOne(c, person, owner);
  return "again";
}

async function becomeOne(c: ApiContext, kept: PersonRow, lost: PersonRow): Promise<void> {
  const { ctx, caller } = c.var;
  const { group, db } = caller;
  const people = { kept: kept.no, lost: lost.no };
  const { actionNos } = await sharedActions(db, people);
  const actions = await Promise.all(actionNos.map((no) => actionByNo(db, no)));
  const targets = actions.flatMap((action) => (action ? [targetOf(group, action)] : []));
  if ((await mergePeople(ctx, group, people, targets)) === null) return;
  await recordAct(ctx, {
    ...{ groupNo: group.no, accountNo: null, act: "person.merged", subject: kept.id },
    detail: { kept: kept.id, lost: lost.id, key: caller.key.name },
  });
}

/**
 * What differs from what is known. Of a whole document that is sent back, what we say of somebody of whom we know nothing (their
 * language, their country) is no news either.
 */
function detailChanges(
  c: ApiContext,
  person: PersonRow | null,
  { details }: Said,
  isWhole: boolean,
): (EditChange & { name: keyof Said["details"] })[] {
  const assumed: Said["details"] = isWhole ? { language: "en", country: c.var.caller.group.country } : {};
  return detailNames.flatMap((name) => {
    const to = details[name];
    const from = person?.[name] ?? "";
    if (to === undefined || to === from) return [];
    return from === "" && to === assumed[name] ? [] : [{ name, from, to }];
  });
}

const detailNames = [
  ...(["givenName", "familyName", "street", "locality", "region"] as const),
  ...(["postalCode", "country", "language"] as const),
];

function subscriptionsOf(
  person: PersonRow | null,
  said: Said,
  { hasEmail, isWhole, by }: { hasEmail: boolean; isWhole: boolean; by: string },
): Upload["subscriptions"] {
  const { none, complained } = subscriptionStatus;
  // Whoever said nothing is shown as unsubscribed: sent back beside the address it was shown with, it is no news.
  const isSame = (status: "subscribed" | "unsubscribed", known: number, isSentBack: boolean) =>
    known === subscriptionStatus[status] || (isSentBack && status === "unsubscribed" && known === none);
  const isEmailBack = isWhole && said.email !== null && said.email === person?.email;
  const isPhoneBack = isWhole && said.phone !== null && said.phone === person?.phone;
  const email = said.emailStatus ?? (person === null && hasEmail ? "subscribed" : null);
  const emailKnown = person?.emailStatus ?? none;
  // A complaint is undone by the person's own word alone, and no weaker word takes its place.
  const mayEmail = email !== null && (hasEmail || person?.email != null) && emailKnown !== complained;
  const mobile = said.mobileStatus;
  const mayMobile = mobile !== null && (said.phone !== null || person?.phone != null);
  return [
    ...(mayEmail && !isSame(email, emailKnown, isEmailBack)
      ? [{ channel: "email" as const, status: email, reason: by }]
      : []),
    ...(mayMobile && !isSame(mobile, person?.mobileStatus ?? none, isPhoneBack)
      ? [{ channel: "mobile" as const, status: mobile, reason: by }]
      : []),
  ];
}

/** Fields by the names clients use; those nobody has made yet are made. */
async function valueChanges(
  c: ApiContext,
  person: PersonRow | null,
  said: Said,
): Promise<{ values: [number, string][]; changes: EditChange[] }> {
  if (said.fields.length === 0) return { values: [], changes: [] };
  const { db } = c.var.caller;
  const [{ fields, made }, known] = await Promise.all([
    fieldsFor(c, said),
    person ? valuesOf(db, person.no) : [],
  ]);
  const names = wireNames(fields);
  const values = new Map<number, { from: string; to: string; label: string }>();
  for (const [name, text] of said.fields) {
    const field = fields.find(({ no }) => no === made.get(name)) ?? fieldNamed(fields, names, name);
    if (!field) continue;
    const from = known.find(({ fieldNo }) => fieldNo === field.no)?.value ?? "";
    // What a field held before its type or its rules changed is shown still, and may be sent back.
    if (from !== "" && text === valueText(field.type, from)) continue;
    const to = valueFor(field, name, text);
    if (to !== from) values.set(field.no, { from, to, label: field.label });
  }
  return {
    values: [...values].map(([no, { to }]) => [no, to]),
    changes: [...values.values()].map(({ label, from, to }) => ({ name: label, from, to })),
  };
}

/** The group's fields, and which one each name has that none was called by. */
async function fieldsFor(
  c: ApiContext,
  said: Said,
): Promise<{ fields: CustomField[]; made: ReadonlyMap<string, number> }> {
  const made = new Map<string, number>();
  const { ctx, caller } = c.var;
  const fields = await listFields(caller.db);
  const names = wireNames(fields);
  const missing = said.fields.filter(([name, text]) => text !== "" && !fieldNamed(fields, names, name));
  if (missing.length === 0) return { fields, made };
  for (const [name, text] of missing) {
    const type = text.length > FIELD_TEXT_MAX ? "paragraph" : "text";
    const no = await makeField(caller.db, { label: newFieldName(name), type }, ctx.now);
    if (no === null)
      throw new ApiError(400, `custom_fields.${name}: this group has as many fields as it may have`);
    made.set(name, no);
  }
  return { fields: await listFields(caller.db), made };
}

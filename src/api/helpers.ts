import { z } from "zod";
import { cleanText, referrerOf, sourceOf } from "../actions/answer-text";
import { consentHash } from "../actions/consent";
import { type Action, type ActionSnapshot, COMMENT_MAX, type Kind } from "../actions/types";
import { placesOf } from "../events/reply";
import { eventSettings } from "../events/types";
import { intakeTarget, takeAction, takeAndStore } from "../intake/participation";
import type { IntakeTarget, Participation } from "../intake/types";
import { findPerson, type PersonRow, peopleByNumber } from "../people/edit";
import { aliasOf } from "../people/person";
import { tagNosOf, tagPeople, untagPeople } from "../people/tag";
import { type ActionId, newId, type ParticipationId, parseId } from "../platform/ids";
import { LruCache } from "../platform/lru";
import type { ActionType, ItemType } from "./action-types";
import { currencyOf } from "./actions";
import { checked, readBody } from "./body";
import { saidGift } from "./donations";
import { claimIdentifiers, findByIdentifier, foreignIn } from "./foreign";
import { answerItem, idInLink, isRecord } from "./hal";
import { answerOf, asksForMore, type Who, whoSays } from "./helpers-person";
import { momentIn } from "./moment";
import { saidOutreach } from "./outreaches";
import { participationItems } from "./participations";
import { changesOf } from "./participations-change";
import { readPerson } from "./people-reading";
import { type PersonBody, personBody } from "./people-schema";
import { signUp } from "./people-write";
import { ApiError, notFound } from "./problem";
import { findOne } from "./store-actions";
import * as store from "./store-participations";
import type { ApiContext, Caller } from "./web";

/** A type of action that people take, with what they make by it. */
export type Taken = ActionType & { item: ItemType };

/** An action as far as taking part in it needs it. */
export type Subject = { type: Taken; action: Action; snapshot: ActionSnapshot; target: IntakeTarget };

const subjects = new LruCache<Subject>(1_000);
/** A title or a tag changed a moment ago may not count yet: so it is with a page, which is kept for longer. */
const SUBJECT_KEPT_MS = 5_000;

/**
 * The action that is taken. Refuses what cannot be: 404 for another group's, for a draft and for none, 400 for what is over or is
 * taken on its page alone.
 */
export async function subjectOf(
  { ctx, group, db }: { ctx: ApiContext["var"]["ctx"] } & Pick<Caller, "group" | "db">,
  kinds: readonly Kind[],
  type: Taken,
  text: string,
): Promise<Subject> {
  const id = parseId<ActionId>(text);
  if (!id) throw notFound(type.noun, text);
  const key = `${group.no}/${id}`;
  const subject = subjects.get(key, ctx.now) ?? (await lookUp({ group, db }, kinds, type, id));
  if (!subject || subject.type.path !== type.path) throw notFound(type.noun, text);
  subjects.set(key, subject, ctx.now + SUBJECT_KEPT_MS);
  const { action } = subject;
  if (group.status !== "active") throw new ApiError(400, "This group takes no more actions");
  if (action.status !== "published" || action.limitedAt !== null)
    throw new ApiError(400, `This ${type.noun} is closed`);
  if (!type.item.isOnce && !action.api)
    throw new ApiError(
      400,
      `This ${type.noun} is taken on its own page: only those made by the API take ${type.item.path}`,
    );
  return subject;
}

/** Forgets what is kept of actions, as a new isolate starts. */
export function forgetSubjects(): void {
  subjects.clear();
}

async function lookUp(
  { group, db }: Pick<Caller, "group" | "db">,
  kinds: readonly Kind[],
  type: Taken,
  id: ActionId,
): Promise<Subject | null> {
  const found = await findOne(db, { kinds: type.kinds }, id);
  const kind = kinds.find(({ name }) => name === found?.kind);
  if (!found || !kind) return null;
  const action = { ...found, settings: kind.settings.parse(found.settings) };
  const { tags } = action.settings;
  const snapshot: ActionSnapshot = {
    version: action.pageVersion,
    group,
    action: { ...action, isLimited: action.limitedAt !== null },
    tagNos: tags.length > 0 ? await tagNosOf(db, tags) : [],
    consentHash: await consentHash(action),
    consentText: action.settings.consent.text,
    comments: [],
  };
  // Nothing follows what a client made: no letter leaves, and nobody is thanked.
  const taking = action.api ? { isOnce: kind.isOnce, capacities: kind.capacities } : kind;
  return { type, action, snapshot, target: intakeTarget(snapshot, present(taking)) };
}

function present(
  kind: Pick<Kind, "isOnce"> & {
    capacities?: Kind["capacities"] | undefined;
    afterwards?: Kind["afterwards"] | undefined;
  },
) {
  const { isOnce, capacities, afterwards } = kind;
  return { isOnce, ...(capacities ? { capacities } : {}), ...(afterwards ? { afterwards } : {}) };
}

const tags = z.array(z.string().max(200)).max(100).nullish();
const line = z.string().max(2_000).nullish();

/** What a client may say of what somebody did, whatever it was. */
export const common = z.object({
  identifiers: z.array(z.string()).nullish(),
  comments: z.string().max(COMMENT_MAX).nullish(),
  created_date: z.string().max(40).nullish(),
  add_tags: tags,
  remove_tags: tags,
  triggers: z.object({ autoresponse: z.object({ enabled: z.boolean().nullish() }).nullish() }).nullish(),
  "action_network:referrer_data": z.object({ source: line, website: line }).nullish(),
});

/** What a body says of what somebody did, whoever they are. */
export type Said = z.infer<typeof common>;

/** Takes what a client with a key says, and answers with what is stored of it (osdi-api.md §4.6, 4.25). */
export async function takeFromClient(c: ApiContext, kinds: readonly Kind[], type: Taken): Promise<Response> {
  const { ctx, caller } = c.var;
  const body = await readBody(c);
  const subject = await subjectOf({ ctx, ...caller }, kinds, type, c.req.param("id") ?? "");
  const row = await take(c, subject, body);
  const [item] = await participationItems(c, type.item.path, [row]);
  if (!item) throw new Error("a participation that cannot be shown");
  return answerItem(c, item);
}

async function take(c: ApiContext, subject: Subject, body: Record<string, unknown>): Promise<store.Row> {
  const { ctx, caller } = c.var;
  const said = checked(common, body);
  const identifiers = foreignIn(body.identifiers);
  const known = await knownBy(c, subject, identifiers);
  if (known) return (await change(c, subject, known, body, said)) ?? known;
  const row = await takeOne(c, subject, body, said);
  await Promise.all([
    claimIdentifiers(caller.db, "participation", row.id, identifiers, ctx.now),
    tag(caller, row.personNo, subject, said, ctx.now),
  ]);
  return row;
}

/** What the names in a body lead to; of another action is refused. */
async function knownBy(
  { var: { caller } }: ApiContext,
  { action }: Subject,
  identifiers: string[],
): Promise<store.Row | null> {
  const id = await findByIdentifier<ParticipationId>(caller.db, "participation", identifiers);
  if (!id) return null;
  const row = await store.participation(caller.db, action.no, id);
  if (!row) throw new ApiError(400, "identifiers: belongs to another resource");
  return row;
}

/** What is there already takes what a second POST says of it, and is as new as that. */
async function change(
  c: ApiContext,
  { type, action }: Subject,
  row: store.Row,
  body: Record<string, unknown>,
  { comments }: Said,
): Promise<store.Row | null> {
  const { ctx, caller } = c.var;
  const changes = changesOf(c, type.item, action, row, { body, comments }) ?? {};
  await store.updateParticipation(caller.db, row, changes, ctx.now);
  return store.participation(caller.db, action.no, row.id);
}

async function takeOne(
  c: ApiContext,
  subject: Subject,
  body: Record<string, unknown>,
  said: Said,
): Promise<store.Row> {
  const who = await whoActs(c, subject, body);
  if (who.personNo !== null && subject.type.item.isOnce) {
    const row = await store.onceOf(c.var.caller.db, subject.action.no, who.personNo);
    if (row && row.standing !== CANCELLED) return (await change(c, subject, row, body, said)) ?? row;
  }
  const asked = participationOf(c.var.caller, subject, who, body, said, c.var.makes);
  const reply = await takeAndStore(
    c.var.ctx,
    subject.target,
    asked,
    placeOf(c.req.raw),
    signedAt(said, c.var.ctx.now),
  );
  if (reply.outcome === "closed") throw new ApiError(400, `This ${subject.type.noun} is closed`);
  const { isOnce } = subject.type.item;
  const row = await store.storedOf(c.var.caller.db, subject.action.no, {
    email: asked.e,
    id: reply.id,
    isOnce,
  });
  if (!row) throw new ApiError(400, "This person asked to be forgotten");
  return row;
}

const CANCELLED = 3;

async function whoActs(c: ApiContext, { type }: Subject, body: Record<string, unknown>): Promise<Who> {
  // Said in both ways, what is written out counts (osdi-api.md §9.27).
  if (!isRecord(body.person)) return whoIs(c, await linkedPerson(c, body));
  const { person } = checked(withPerson, body);
  const said = readPerson(person, c.var.caller.group);
  if (said.email !== null && type.path !== "events" && !asksForMore(said)) return whoSays(said, said.email);
  const id = await signUp(c, { ...person, email_addresses: withoutLeaving(person) }, { add: [], remove: [] });
  const written = await findPerson(c.var.caller.db, id);
  if (!written) throw new ApiError(503, "Others are changing this person, please try again", 1);
  return { ...(await whoIs(c, written)), answer: answerOf(said.details) };
}

/** Nobody leaves a list by acting (osdi-api.md §9.28). */
function withoutLeaving({ email_addresses: list }: PersonBody): PersonBody["email_addresses"] {
  return list?.map(({ status, ...rest }) =>
    status?.trim().toLowerCase() === "subscribed" ? { ...rest, status } : rest,
  );
}

const withPerson = z.object({ person: personBody });

async function linkedPerson(c: ApiContext, body: Record<string, unknown>): Promise<PersonRow> {
  const { db } = c.var.caller;
  const found = await findPerson(db, idInLink(body._links, "osdi:person") ?? "");
  const [merged] = found?.mergedInto ? await peopleByNumber(db, [found.mergedInto]) : [];
  const person = merged ?? found;
  if (!person || person.erasedAt !== null) throw new ApiError(400, "You must specify a valid person id");
  return person;
}

/** Somebody known acts as they are known: what they did keeps their name and place of then. */
async function whoIs(c: ApiContext, person: PersonRow): Promise<Who> {
  const { ctx, caller } = c.var;
  const identity = person.email ?? aliasOf(person.id);
  if (person.email === null) await store.insertAlias(caller.db, person.no, identity, ctx.now);
  return { identity, personNo: person.no, answer: answerOf(person), language: null };
}

/** What an object is given to keep. */
function participationOf(
  { group }: Pick<Caller, "group">,
  { type, action, snapshot }: Subject,
  who: Who,
  body: Record<string, unknown>,
  said: Said,
  makes: string | null,
): Participation {
  const gift =
    type.path === "fundraising_pages" ? saidGift(body, currencyOf(action) || group.currency) : null;
  const own = gift?.own ?? ownOf(type, action, body);
  const comment = cleanText(said.comments ?? "");
  const asksForMail = said.triggers?.autoresponse?.enabled === true && !action.api;
  return {
    e: who.identity,
    o: { ...who.answer, ...(own ? { own } : {}), api: asksForMail ? 2 : 1 },
    la: who.language,
    co: 0,
    w: "",
    ...(who.personNo === null ? { su: 1 } : {}),
    ...(comment === "" ? {} : { cm: comment, cs: snapshot.action.settings.comments.isModerated ? 1 : 2 }),
    nm: 0,
    ...referrer(said["action_network:referrer_data"]),
    ...(type.path === "events" ? { pl: placesAsked(action) } : {}),
    // What adds counts by an id of its own: a request that is worked on again makes the same.
    ...(type.item.isOnce ? {} : { k: makes ?? newId() }),
    ...(gift ? { am: gift.amount, cu: gift.currency } : {}),
  };
}

function ownOf(type: Taken, action: Action, body: Record<string, unknown>): Record<string, unknown> | null {
  if (type.path === "events") return { guests: 0, shifts: shiftsOf(action) };
  if (type.path !== "advocacy_campaigns") return null;
  const said = Object.entries(saidOutreach(body)).filter(
    ([, value]) => value !== undefined && value !== null && value !== "",
  );
  const outreach = Object.fromEntries(said);
  if (!isRecord(body.person) && !Array.isArray(outreach.targets))
    throw new ApiError(400, "targets: is required");
  return { outreach };
}

/** The API knows no shifts: whoever comes by it comes to the first. */
function shiftsOf(action: Action): string[] {
  const [first] = eventSettings.parse(action.settings).shifts;
  return first ? [first.key] : [];
}

function placesAsked(action: Action): NonNullable<Participation["pl"]> {
  const { slots, count } = placesOf({ shifts: shiftsOf(action) });
  return [slots, count];
}

function referrer(said: Said["action_network:referrer_data"]): Pick<Participation, "s" | "rf"> {
  const address = new URL("https://api.invalid/");
  address.searchParams.set("source", said?.source ?? "");
  const s = sourceOf(address);
  const rf = referrerOf(said?.website ?? "", address);
  return { ...(s && s !== "none" ? { s } : {}), ...(rf ? { rf } : {}) };
}

/** A day in the past counts: clients bring what happened elsewhere. Any other is not heard (osdi-api.md §9.29). */
function signedAt({ created_date: text }: Said, now: number): number | undefined {
  const at = text ? momentIn(text) : null;
  return at !== null && at > 0 && at < now ? at : undefined;
}

/** Tags are given and taken by name; a name that none has is passed over. A gift takes none away (osdi-api.md §2.7). */
export async function tag(
  { db }: Pick<Caller, "db">,
  personNo: number,
  { type }: Pick<Subject, "type">,
  { add_tags: add, remove_tags: remove }: Pick<Said, "add_tags" | "remove_tags">,
  now: number,
): Promise<void> {
  const taken = type.item.path === "donations" ? [] : (remove ?? []);
  if (taken.length > 0) for (const no of await tagNosOf(db, taken)) await untagPeople(db, no, [personNo]);
  if (add && add.length > 0)
    for (const no of await tagNosOf(db, add)) await tagPeople(db, no, [personNo], now);
}

/** Where the platform thinks a caller is. */
function placeOf(request: Request) {
  const { cf } = request;
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  return { continent: text(cf?.continent), country: text(cf?.country), longitude: text(cf?.longitude) };
}

/**
 * Takes what somebody says in a browser, without a key, about themselves: as a form of ours would. Nothing is read back, so that
 * nobody learns who is known. Names of other systems, days of the past and tags to be taken away are a client's to say.
 */
export async function takeFromBrowser(
  c: ApiContext,
  { group, db }: Pick<Caller, "group" | "db">,
  subject: Subject,
  body: Record<string, unknown>,
): Promise<void> {
  const { ctx } = c.var;
  const said = checked(common, body);
  if (!isRecord(body.person)) throw new ApiError(400, "person: is required without an API key");
  const whom = readPerson(checked(withPerson, body).person, group);
  const { email } = whom;
  if (email === null)
    throw new ApiError(400, "person.email_addresses: an email address is required without an API key");
  const asked = participationOf({ group }, subject, whoSays(whom, email), body, said, null);
  const { su, ...rest } = asked;
  // Where people confirm their address first, nobody is put on the list by a form that anybody can fill in.
  const isConfirmed = group.settings.mail.doubleOptIn && su !== undefined;
  const given: Participation = isConfirmed ? { ...rest, co: 3, w: subject.snapshot.consentHash } : asked;
  const wantsTags = (said.add_tags ?? []).length > 0;
  const take = wantsTags ? takeAndStore : takeAction;
  const reply = await take(ctx, subject.target, given, placeOf(c.req.raw));
  if (reply.outcome === "closed") throw new ApiError(400, `This ${subject.type.noun} is closed`);
  if (!wantsTags) return;
  const row = await store.storedOf(db, subject.action.no, {
    email,
    id: reply.id,
    isOnce: subject.type.item.isOnce,
  });
  if (row) await tag({ db }, row.personNo, subject, { add_tags: said.add_tags }, ctx.now);
}

import { z } from "zod";
import { cleanText, referrerOf, sourceOf } from "../actions/answer-text";
import { consentHash } from "../actions/consent";
import { type Action, type ActionSnapshot, COMMENT_MAX, type Kind } from "../actions/types";
import { placesOf } from "../events/reply";
import { shiftsOffered } from "../events/shifts";
import { eventSettingsOf } from "../events/types";
import { identityHash, intakeTarget, takeAction, takeAndStore } from "../intake/participation";
import type { IntakeTarget, Participation } from "../intake/types";
import { findPerson, ownerOf, type PersonRow } from "../people/edit";
import { aliasOf } from "../people/person";
import { tagNosOf, tagPeople, untagPeople } from "../people/tag";
import { look } from "../people/upload";
import type { Context } from "../platform/context";
import { toHex } from "../platform/crypto";
import { type ActionId, newId, type ParticipationId, type PersonId, parseId } from "../platform/ids";
import { LruCache } from "../platform/lru";
import type { ActionType, ItemType } from "./action-types";
import { currencyOf } from "./actions";
import { checked, readBody } from "./body";
import { saidGift } from "./donations";
import { claimIdentifiers, claimStatement, findByIdentifier, foreignIn } from "./foreign";
import { answerItem, idInLink, isRecord } from "./hal";
import { answerOf, asksForMore, knownValues, type Who, whoSays, whoTheyAre } from "./helpers-person";
import { momentIn } from "./moment";
import { saidOutreach } from "./outreaches";
import { participationItem, participationItems, type ShownRow } from "./participations";
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
export type Subject = {
  type: Taken;
  action: Action;
  snapshot: ActionSnapshot;
  target: IntakeTarget;
  /** Whether nobody can take part any more although it is not closed: a date has passed. */
  isOver(now: number): boolean;
};

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
  if (action.status !== "published" || action.limitedAt !== null) throw closed(type);
  if (!type.item.isOnce && !action.api)
    throw new ApiError(
      400,
      `This ${type.noun} is taken on its own page: only those made by the API take ${type.item.path}`,
    );
  return subject;
}

function closed({ noun }: Taken): ApiError {
  return new ApiError(400, `This ${noun} is closed`);
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
  const isOver = (now: number) => kind.isOver?.(snapshot, now) ?? false;
  return { type, action, snapshot, target: intakeTarget(snapshot, present(taking)), isOver };
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
  const { row, said } = await take(c, subject, body);
  if (row === null) return answerItem(c, participationItem(c, type.item.path, said, []));
  const [item] = await participationItems(c, type.item.path, [row]);
  if (!item) throw new Error("a participation that cannot be shown");
  return answerItem(c, item);
}

/** What is stored; or what was said, of what an object has taken and the database does not have yet. */
type TakenOne = { row: store.Row; said?: undefined } | { row: null; said: ShownRow };

async function take(c: ApiContext, subject: Subject, body: Record<string, unknown>): Promise<TakenOne> {
  const { ctx, caller } = c.var;
  const said = checked(common, body);
  const identifiers = foreignIn(body.identifiers);
  const known = await knownBy(c, subject, identifiers);
  if (known?.row)
    return { row: known.isRemoved ? known.row : await repeat(c, subject, known.row, body, said) };
  const taken = await takeOne(c, subject, body, said, { identifiers, known: known?.id ?? null });
  if (taken.row)
    await Promise.all([
      claimIdentifiers(caller.db, "participation", taken.row.id, identifiers, ctx.now),
      tag(caller, taken.row.personNo, subject, said, ctx.now),
    ]);
  return taken;
}

type Known = { id: ParticipationId; row: store.Row | null; isRemoved: boolean };

/**
 * What the names in a body lead to; of another action is refused. Without a row it is what was about to be taken when something was
 * away: it is taken under that id now.
 */
async function knownBy(
  { var: { caller } }: ApiContext,
  { action }: Subject,
  identifiers: string[],
): Promise<Known | null> {
  const id = await findByIdentifier<ParticipationId>(caller.db, "participation", identifiers);
  if (!id) return null;
  const row = await store.participation(caller.db, action.no, id);
  if (row) return { id, row, isRemoved: false };
  const found = await store.anywhere(caller.db, id);
  if (!found) return { id, row: null, isRemoved: false };
  if (found.row.actionNo !== action.no) throw new ApiError(400, "identifiers: belongs to another resource");
  if (!(await findPerson(caller.db, found.row.personId))) throw forgotten();
  return { id, ...found };
}

/** A second POST under the same name: what it says of what was done, of its person where it is them, and their tags. */
async function repeat(
  c: ApiContext,
  subject: Subject,
  row: store.Row,
  body: Record<string, unknown>,
  said: Said,
): Promise<store.Row> {
  const { ctx, caller } = c.var;
  if (isRecord(body.person)) {
    const { person } = checked(withPerson, body);
    const { email } = readPerson(person, caller.group);
    if (email !== null && (await ownerOf(caller.db, 1, email)) === row.personNo) await writePerson(c, person);
  }
  const changed = await change(c, subject, row, body, said);
  await tag(caller, row.personNo, subject, said, ctx.now);
  return changed ?? row;
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
  { identifiers, known }: { identifiers: string[]; known: ParticipationId | null },
): Promise<TakenOne> {
  const { ctx, caller, makes } = c.var;
  const { type, action, target } = subject;
  const { isOnce } = type.item;
  const at = signedAt(said, ctx.now);
  if (at === undefined && subject.isOver(ctx.now)) throw closed(type);
  const who = await whoActs(c, subject, body);
  if (who.personNo !== null && isOnce) {
    const row = await store.onceOf(caller.db, action.no, who.personNo);
    if (row && row.standing !== CANCELLED) return { row: (await change(c, subject, row, body, said)) ?? row };
  }
  const own = participationOf(caller, subject, who, body, said, ctx.now);
  const asked = isOnce ? own : { ...own, k: await idFor(c, identifiers, known) };
  const taken = await takeAndStore(ctx, target, asked, placeOf(c.req.raw), at);
  const { reply, isStored } = taken;
  if (reply.outcome === "closed") throw closed(type);
  const find = () => store.storedOf(caller.db, action.no, { email: asked.e, id: reply.id, isOnce });
  const row = isStored ? await find() : null;
  if (row) return { row };
  if (isStored && (await seenBy(ctx, caller, asked.e)).isForgotten) throw forgotten();
  // Said again it is the same: of what a person does once, under a name, and of a request that is worked on later.
  if (isOnce || identifiers.length > 0 || makes !== null)
    throw new ApiError(503, "The database is busy, please send this again", 5);
  // Said again it would count twice: an object has it, and it will be stored.
  if ([...(said.add_tags ?? []), ...(said.remove_tags ?? [])].length > 0)
    ctx.later(tagLater(taken, async () => tagFound(caller, await find(), subject, said, ctx.now)));
  return { row: null, said: shownOf(subject, who, asked, { id: reply.id, at, now: ctx.now }) };
}

async function tagLater({ store }: { store: () => Promise<boolean> }, give: () => Promise<void>) {
  if (!(await store())) throw new Error("the database is away still, and somebody misses their tags");
  await give();
}

async function tagFound(
  caller: Pick<Caller, "db">,
  row: store.Row | null,
  subject: Subject,
  said: Pick<Said, "add_tags" | "remove_tags">,
  now: number,
): Promise<void> {
  if (row) await tag(caller, row.personNo, subject, said, now);
}

/**
 * The id under which something that adds is kept, and by which it counts once: a request that is worked on again makes the same, and
 * one that is sent again under the same name too. The name is taken first, so that it leads to what is about to be there.
 */
async function idFor(
  { var: { ctx, caller, makes } }: ApiContext,
  identifiers: string[],
  known: ParticipationId | null,
): Promise<ParticipationId> {
  const id = known ?? parseId<ParticipationId>(makes ?? "") ?? newId<ParticipationId>();
  if (identifiers.length === 0) return id;
  await claimStatement(caller.db, "participation", id, identifiers, ctx.now).run();
  return (await findByIdentifier<ParticipationId>(caller.db, "participation", identifiers)) ?? id;
}

/** What was said as it will be stored. */
function shownOf(
  { action }: Subject,
  { personId }: Who,
  { o, cm, s, rf, am, cu }: Participation,
  { id, at, now }: { id: ParticipationId; at: number | undefined; now: number },
): ShownRow {
  return {
    ...{ id, personId, actionNo: action.no, actionId: action.id, kind: action.kind, isOfClient: true },
    ...{ nth: 0, actedAt: at ?? now, modifiedAt: at ?? now, answer: o, comment: cm ?? null, standing: 0 },
    ...{ source: s ?? null, referrer: rf ?? null, amount: am ?? null, currency: cu ?? null },
  };
}

function forgotten(): ApiError {
  return new ApiError(
    400,
    "This person asked this group to forget them, and can only come back by themselves",
  );
}

/** Whose an address is; and of one that is nobody's, whether they asked to be forgotten. */
async function seenBy(
  ctx: Context,
  { group, db }: Pick<Caller, "group" | "db">,
  email: string,
): Promise<{ owner: number | null; isForgotten: boolean }> {
  const hash = toHex(await identityHash(ctx.config.IDENTITY_PEPPER, group.id, email));
  const { emailOwner: owner, isForgotten } = await look(db, { email, phone: null, hash, tags: [] });
  return { owner, isForgotten: owner === null && isForgotten };
}

const CANCELLED = 3;

async function whoActs(c: ApiContext, { type }: Subject, body: Record<string, unknown>): Promise<Who> {
  // Said in both ways, what is written out counts (osdi-api.md §9.27).
  if (!isRecord(body.person)) return whoIs(c, await linkedPerson(c, body));
  const { person } = checked(withPerson, body);
  const said = readPerson(person, c.var.caller.group);
  if (said.email !== null && type.path !== "events" && !asksForMore(said)) {
    if ((await seenBy(c.var.ctx, c.var.caller, said.email)).isForgotten) throw forgotten();
    return whoSays(said, said.email);
  }
  const written = await findPerson(c.var.caller.db, await writePerson(c, person));
  if (!written) throw new ApiError(503, "Others are changing this person, please try again", 1);
  return { ...(await whoIs(c, written)), answer: answerOf(said.details) };
}

function writePerson(c: ApiContext, person: PersonBody): Promise<PersonId> {
  return signUp(c, { ...person, email_addresses: withoutLeaving(person) }, { add: [], remove: [] });
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
  const person = await whoTheyAre(db, await findPerson(db, idInLink(body._links, "osdi:person") ?? ""));
  if (!person) throw new ApiError(400, "You must specify a valid person id");
  return person;
}

/** Somebody known acts as they are known: what they did keeps their name and place of then. */
async function whoIs(c: ApiContext, person: PersonRow): Promise<Who> {
  const { ctx, caller } = c.var;
  const identity = person.email ?? aliasOf(person.id);
  if (person.email === null) await store.insertAlias(caller.db, person.no, identity, ctx.now);
  return { identity, personNo: person.no, personId: person.id, answer: answerOf(person), language: null };
}

/** What an object is given to keep; what adds needs an id besides. */
function participationOf(
  { group }: Pick<Caller, "group">,
  { type, action, snapshot }: Subject,
  who: Who,
  body: Record<string, unknown>,
  said: Said,
  now: number,
): Participation {
  const gift =
    type.path === "fundraising_pages" ? saidGift(body, currencyOf(action) || group.currency) : null;
  const own = gift?.own ?? ownOf(type, action, body, now);
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
    ...(type.path === "events" ? { pl: placesAsked(action, now) } : {}),
    ...(gift ? { am: gift.amount, cu: gift.currency } : {}),
  };
}

function ownOf(
  type: Taken,
  action: Action,
  body: Record<string, unknown>,
  now: number,
): Record<string, unknown> | null {
  if (type.path === "events") return { guests: 0, shifts: shiftsOf(action, now) };
  if (type.path !== "advocacy_campaigns") return null;
  const said = Object.entries(saidOutreach(body)).filter(
    ([, value]) => value !== undefined && value !== null && value !== "",
  );
  const outreach = Object.fromEntries(said);
  if (!isRecord(body.person) && !Array.isArray(outreach.targets))
    throw new ApiError(400, "targets: is required");
  return { outreach };
}

/** The API knows no shifts: whoever comes by it comes to the first that is not over. */
function shiftsOf(action: Action, now: number): string[] {
  const [first] = shiftsOffered(eventSettingsOf(action.settings), now, []);
  return first ? [first.key] : [];
}

function placesAsked(action: Action, now: number): NonNullable<Participation["pl"]> {
  const { slots, count } = placesOf({ shifts: shiftsOf(action, now) });
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
  const { type, action, target } = subject;
  const { isOnce } = type.item;
  if (subject.isOver(ctx.now)) throw closed(type);
  const { su: _brought, ...own } = participationOf(
    { group },
    subject,
    whoSays(whom, email),
    body,
    said,
    ctx.now,
  );
  const seen = await seenBy(ctx, { group, db }, email);
  const tags = { add_tags: said.add_tags };
  const coming = type.path === "events" && seen.owner ? await countedOf(db, action.no, seen.owner) : null;
  // Nobody takes away by another's address the guests and shifts they have.
  if (coming) return tagFound({ db }, coming, subject, tags, ctx.now);
  const f = await knownValues(db, whom.fields);
  const given: Participation = {
    ...own,
    o: { ...own.o, ...(whom.phone === null ? {} : { phone: whom.phone }) },
    ...(f.length > 0 ? { f } : {}),
    ...entryOf(group, seen),
    ...(isOnce ? {} : { k: newId() }),
  };
  if ((said.add_tags ?? []).length === 0) {
    const { outcome } = await takeAction(ctx, target, given, placeOf(c.req.raw));
    if (outcome === "closed") throw closed(type);
    return;
  }
  const taken = await takeAndStore(ctx, target, given, placeOf(c.req.raw));
  const { id, outcome } = taken.reply;
  if (outcome === "closed") throw closed(type);
  const give = async () =>
    tagFound({ db }, await store.storedOf(db, action.no, { email, id, isOnce }), subject, tags, ctx.now);
  if (taken.isStored) await give();
  else ctx.later(tagLater(taken, give));
}

/** What one person did where they do it once, if it counts. */
async function countedOf(db: Caller["db"], actionNo: number, personNo: number): Promise<store.Row | null> {
  const row = await store.onceOf(db, actionNo, personNo);
  return row && row.standing !== CANCELLED ? store.participation(db, actionNo, row.id) : null;
}

/**
 * Whether somebody comes on the list by what anybody could have sent in their name: not after they asked to be forgotten; and where
 * people confirm their address first, a stranger is asked, which no wording of ours is evidence for, and nobody else is.
 */
function entryOf(
  { settings }: Pick<Caller["group"], "settings">,
  { owner, isForgotten }: { owner: number | null; isForgotten: boolean },
): Partial<Pick<Participation, "co" | "w" | "su">> {
  if (isForgotten) return {};
  if (!settings.mail.doubleOptIn) return { su: 1 };
  return owner === null ? { co: 3, w: "" } : {};
}

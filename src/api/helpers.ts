import { standings } from "../actions/kind";
import type { Kind } from "../actions/types";
import { takeAndStore } from "../intake/participation";
import { findPerson, ownerOf, type PersonRow } from "../people/edit";
import { aliasOf } from "../people/person";
import { newId, type ParticipationId, type PersonId, parseId } from "../platform/ids";
import { checked, readBody } from "./body";
import { claimIdentifiers, claimStatement, findByIdentifier, foreignIn } from "./foreign";
import { answerItem, idInLink, isRecord } from "./hal";
import { answerOf, asksForMore, type Who, whoSays, whoTheyAre } from "./helpers-person";
import {
  common,
  participationOf,
  placeOf,
  type Said,
  shownOf,
  signedAt,
  withPerson,
} from "./participation-body";
import { participationItem, participationItems, type ShownRow } from "./participations";
import { changesOf } from "./participations-change";
import { readPerson } from "./people-reading";
import type { PersonBody } from "./people-schema";
import { signUp } from "./people-write";
import { ApiError } from "./problem";
import { giveTags, giveTagsLater, tagsOf } from "./said-tags";
import { forgotten, seenBy } from "./seen-by";
import * as store from "./store-participation";
import { closed, type Subject, subjectOf, type Taken } from "./subject";
import type { ApiContext } from "./web";

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
      giveTags(caller, taken.row.personNo, tagsOf(subject, said), ctx.now),
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
  await giveTags(caller, row.personNo, tagsOf(subject, said), ctx.now);
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
    if (row && row.standing !== standings.cancelled)
      return { row: (await change(c, subject, row, body, said)) ?? row };
  }
  const own = participationOf(caller, subject, who, body, said, ctx.now);
  const asked = isOnce ? own : { ...own, k: await idFor(c, identifiers, known) };
  const { reply, isStored } = await takeAndStore(ctx, target, asked, placeOf(c.req.raw), at);
  if (reply.outcome === "closed") throw closed(type);
  const stored = { email: asked.e, id: reply.id, isOnce };
  const row = isStored ? await store.storedOf(caller.db, action.no, stored) : null;
  if (row) return { row };
  if (isStored && (await seenBy(ctx, caller, asked.e)).isForgotten) throw forgotten();
  // Said again it is the same: of what a person does once, under a name, and of a request that is worked on later.
  if (isOnce || identifiers.length > 0 || makes !== null)
    throw new ApiError(503, "The database is busy, please send this again", 5);
  // Said again it would count twice: an object has it, and it will be stored.
  await giveTagsLater(ctx, subject, { email: asked.e, id: reply.id }, tagsOf(subject, said));
  return { row: null, said: shownOf(subject, who, asked, { id: reply.id, at, now: ctx.now }) };
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

import type { GroupDb } from "../groups/shard";
import type { Context } from "../platform/context";
import { newId, type PersonId, parseId } from "../platform/ids";
import { indexNow } from "./search-index";
import * as store from "./store-edit";
import {
  type DetailField,
  type Details,
  detailFields,
  type EditAct,
  type EditChange,
  type EditId,
} from "./types";

export { type EditRow, isForgotten, type PersonRow } from "./store-edit";

/** How many characters each detail may have; what forms of actions take is no longer. */
export const DETAIL_MAX: Record<DetailField, number> = {
  givenName: 100,
  preferredName: 100,
  familyName: 100,
  street: 200,
  locality: 100,
  region: 100,
  postalCode: 12,
  country: 2,
  language: 2,
  timeZone: 64,
};

/**
 * The group's person of that id. Null for another group's, for none, for one who was forgotten, and for what is no id. Of one
 * who was merged into somebody else, `mergedInto` says into whom.
 */
export async function findPerson(group: GroupDb, id: string): Promise<store.PersonRow | null> {
  const personId = parseId<PersonId>(id);
  const person = personId && (await store.selectPerson(group, personId));
  return person && person.erasedAt === null ? person : null;
}

/** People by their numbers inside the group, in no order; those merged or forgotten too. */
export function peopleByNumber(group: GroupDb, numbers: number[]): Promise<store.PersonRow[]> {
  return numbers.length > 0 ? store.selectPeople(group, numbers) : Promise.resolve([]);
}

const PEOPLE_PAGE_SIZE = 50;

/** So many people of the group below a number, the newest first. */
export function newestPeople(group: GroupDb, before: number, limit: number): Promise<store.PersonRow[]> {
  return store.selectNewest(group, { before, limit });
}

/** People of the group, the newest first; `next` is the `before` of the page after. */
export async function listPeople(
  group: GroupDb,
  before: number | undefined,
): Promise<{ people: store.PersonRow[]; next: number | null }> {
  const limit = PEOPLE_PAGE_SIZE + 1;
  const found = await newestPeople(group, before ?? Number.MAX_SAFE_INTEGER, limit);
  const people = found.slice(0, PEOPLE_PAGE_SIZE);
  return { people, next: found.length > people.length ? (people.at(-1)?.no ?? null) : null };
}

export type Adding = {
  email: string | null;
  phone: string | null;
  details: Partial<Details>;
  /** The identity hash (32 hex digits) of the email: whoever asked to be forgotten is not added by somebody else. */
  hash: string | null;
  by: number;
};

export type Added =
  | { outcome: "added"; person: store.PersonRow }
  /** Somebody has the address; nothing was changed. */
  | { outcome: "known"; personNo: number }
  | { outcome: "forgotten" };

/** Adds one person by hand. @param adding email and phone normalised, one of them at least */
export async function addPerson(ctx: Pick<Context, "now">, group: GroupDb, adding: Adding): Promise<Added> {
  const { email, phone, details, hash, by } = adding;
  const known =
    (email && (await store.selectOwner(group, 1, email))) ||
    (phone && (await store.selectOwner(group, 2, phone)));
  if (known) return { outcome: "known", personNo: known };
  if (email && hash && (await store.isForgotten(group, email, hash))) return { outcome: "forgotten" };
  const id = newId<PersonId>();
  await group.d1.batch(store.insertPersonStatements(group, { id, email, phone, createdAt: ctx.now }));
  const person = await store.selectPerson(group, id);
  // Somebody of that address came between the look and the writing.
  if (!person) return addPerson(ctx, group, adding);
  const changes = detailFields.flatMap((name) =>
    details[name] ? [{ name, from: "", to: details[name] }] : [],
  );
  const edit = { id: newId<EditId>(), at: ctx.now, by, act: "added" as const, changes: [] };
  await group.d1.batch([
    ...store.editStatements(group, person.no, changes, ctx.now),
    store.noteEditStatement(group, person.no, edit),
  ]);
  return {
    outcome: "added",
    person: { ...person, ...Object.fromEntries(changes.map(({ name, to }) => [name, to])) },
  };
}

/**
 * What an edit changes: whoever's postal code changes has moved, so street and town that are not said anew go with it.
 * @param was the values the editor saw; what they left as it was is not in the result
 */
export function changesOf(was: Details, said: Details): EditChange[] {
  const changes = detailFields
    .filter((name) => said[name] !== was[name])
    .map((name) => ({ name, from: was[name], to: said[name] }));
  const hasMoved = was.postalCode !== "" && bare(said.postalCode) !== bare(was.postalCode);
  if (!hasMoved) return changes;
  const left = (["street", "locality"] as const).filter(
    (name) => was[name] !== "" && said[name] === was[name],
  );
  return [...changes, ...left.map((name) => ({ name, from: was[name], to: "" }))];
}

const bare = (code: string) => code.replace(/[\s-]/g, "").toUpperCase();

/** Changes a person's details as of now, and notes who did. What was said of them later than now stays. */
export async function editPerson(
  ctx: Pick<Context, "now">,
  group: GroupDb,
  personNo: number,
  changes: EditChange[],
  by: number | null,
): Promise<EditId | null> {
  const details = detailsIn(changes);
  if (details.length === 0) return null;
  const id = newId<EditId>();
  await group.d1.batch([
    ...store.editStatements(group, personNo, details, ctx.now),
    store.noteEditStatement(group, personNo, { id, at: ctx.now, by, act: "details", changes }),
  ]);
  await indexNow(group, [personNo], ctx.now);
  return id;
}

/** Notes what was done to a record elsewhere: a tag given, a field filled, an address added. */
export async function noteEdit(
  ctx: Pick<Context, "now">,
  group: GroupDb,
  personNo: number,
  edit: { act: EditAct; changes: EditChange[]; by: number | null },
): Promise<void> {
  await store.noteEditStatement(group, personNo, { id: newId<EditId>(), at: ctx.now, ...edit }).run();
}

/**
 * Takes an edit of details back, each value unless it was changed since.
 * @returns how many values are as they were before; null when there is no such edit, or it was taken back before
 */
export async function undoEdit(
  ctx: Pick<Context, "now">,
  group: GroupDb,
  person: store.PersonRow,
  id: string,
  by: number,
): Promise<number | null> {
  const editId = parseId<EditId>(id);
  const edit = editId && (await store.selectEdit(group, person.no, editId));
  if (!edit || edit.undoneAt !== null || edit.act !== "details") return null;
  const back = detailsIn(edit.changes).filter(({ name, after }) => (person[name] ?? "") === after);
  await group.d1.batch([
    store.markUndoneStatement(group, person.no, edit.id, by, ctx.now),
    ...store.editStatements(
      group,
      person.no,
      back.map(({ name, from }) => ({ name, to: from })),
      ctx.now,
    ),
  ]);
  await indexNow(group, [person.no], ctx.now);
  return back.length;
}

function detailsIn(changes: readonly EditChange[]) {
  return changes.flatMap(({ name, from, to }) => {
    const field = detailFields.find((each) => each === name);
    return field ? [{ name: field, from, to, after: to }] : [];
  });
}

/** Of whom an email (1) or a phone (2) is, by its normalised form. */
export function ownerOf(group: GroupDb, kind: 1 | 2, value: string): Promise<number | null> {
  return store.selectOwner(group, kind, value);
}

import type { GroupDb } from "../groups/shard";
import { type Id, idFromHex, idToHex, parseId } from "../platform/ids";
import type { Condition } from "./filter";
import { ApiError } from "./problem";
import type { Clause } from "./store-filter";
import * as store from "./store-foreign";

/** What can be named by other systems, as `foreign_ids.what` has it. */
const whats = { person: 1, action: 2, participation: 3, tag: 4, message: 5, unique_id_list: 6 } as const;
export type Named = keyof typeof whats;

const OWN = "action_network:";
const IDENTIFIER_LENGTH_MAX = 200;
const IDENTIFIERS_MAX = 20;

/**
 * The foreign names in the `identifiers` of a body: those with another system's prefix. Ours is system generated and not looked at;
 * what is no `system:id` is passed over as upstream does. Refuses with 400 what is too long or too many.
 */
export function foreignIn(value: unknown): string[] {
  const all = Array.isArray(value) ? value : [];
  const foreign = all
    .filter((each) => typeof each === "string")
    .map((each) => each.trim())
    .filter((each) => /^[^:\s][^:]*:.+/.test(each) && !each.startsWith(OWN));
  if (foreign.some((each) => each.length > IDENTIFIER_LENGTH_MAX))
    throw new ApiError(400, `identifiers: each has at most ${IDENTIFIER_LENGTH_MAX} characters`);
  const distinct = [...new Set(foreign)];
  if (distinct.length > IDENTIFIERS_MAX)
    throw new ApiError(400, `identifiers: at most ${IDENTIFIERS_MAX} at once`);
  return distinct;
}

/** Other systems' names of some things, by our id, in the order in which they were given. */
export async function identifiersOf(
  db: GroupDb,
  what: Named,
  ids: readonly Id<string>[],
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  if (ids.length === 0) return found;
  for (const { id, identifier } of await store.selectIdentifiers(db, whats[what], ids.map(idToHex))) {
    const key = idFromHex(id);
    found.set(key, [...(found.get(key) ?? []), identifier]);
  }
  return found;
}

/** The thing of this kind that one of the names leads to, the first of them that leads anywhere; null for none. */
export async function findByIdentifier<T extends Id<string>>(
  db: GroupDb,
  what: Named,
  identifiers: readonly string[],
): Promise<T | null> {
  if (identifiers.length === 0) return null;
  const owners = await store.selectOwners(db, whats[what], identifiers);
  for (const identifier of identifiers) {
    const owner = owners.find((each) => each.identifier === identifier);
    if (owner) return idFromHex<T>(owner.id);
  }
  return null;
}

/**
 * Gives a thing the names it does not have yet. Names cannot be taken back; one that another thing of the kind has stays where it
 * is and is refused with 400, before anything else is changed where this is asked first.
 */
export async function claimIdentifiers(
  db: GroupDb,
  what: Named,
  id: Id<string>,
  identifiers: readonly string[],
  now: number,
): Promise<void> {
  if (identifiers.length === 0) return;
  await claimStatement(db, what, id, identifiers, now).run();
  await refuseTaken(db, what, id, identifiers);
}

/** Refuses with 400 when one of the names is another thing's. @param id whose they may be; null for something new */
export async function refuseTaken(
  db: GroupDb,
  what: Named,
  id: Id<string> | null,
  identifiers: readonly string[],
): Promise<void> {
  if (identifiers.length === 0) return;
  const owners = await store.selectOwners(db, whats[what], identifiers);
  const taken = owners.find((owner) => id === null || idFromHex(owner.id) !== id);
  if (taken) throw new ApiError(400, `identifiers: ${taken.identifier} belongs to another resource`);
}

/** The same claim as a statement for a batch; names that are another's stay there. */
export function claimStatement(
  db: GroupDb,
  what: Named,
  id: Id<string>,
  identifiers: readonly string[],
  now: number,
): D1PreparedStatement {
  return store.claimStatement(db, whats[what], id, identifiers, now);
}

/**
 * The condition of a filter `identifier eq 'system:id'`; null when nothing can have that name.
 * @param column with the id (16 bytes) of what is filtered
 */
export function identifierClause(
  { groupNo }: GroupDb,
  what: Named,
  column: string,
  { op, value }: Condition,
): Clause | null {
  if (op !== "eq") return null;
  if (!value.startsWith(OWN)) return store.ownerClause(groupNo, whats[what], column, value);
  const id = parseId<Id<string>>(value.slice(OWN.length));
  return id && { sql: `${column} = unhex(?)`, values: [idToHex(id)] };
}

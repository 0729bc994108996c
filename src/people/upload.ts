import type { GroupDb } from "../groups/shard";
import type { Context } from "../platform/context";
import { newId, type PersonId } from "../platform/ids";
import { indexNow } from "./search-index";
import * as addresses from "./store-address";
import * as edits from "./store-edit";
import * as fields from "./store-fields";
import { changeStatements } from "./store-subscriptions";
import * as tags from "./store-tags";
import * as store from "./store-upload";
import { tagKey } from "./tag-name";
import type { Channel, DetailField, EditChange, EditId } from "./types";

export { Overtaken, type Seen } from "./store-upload";

/** Whose addresses these are, which of the named tags there are, and whether the person asked to be forgotten: in one turn. */
export function look(
  group: GroupDb,
  asked: { email: string | null; phone: string | null; hash: string | null; tags: readonly string[] },
): Promise<store.Seen> {
  const { email, phone, hash } = asked;
  return store.selectSeen(group, { email, phone, hash, tagKeys: asked.tags.map(tagKey) });
}

export type Upload = {
  /** Whom it is of; for somebody new the number they will have if nobody comes before. */
  person: { no: number; id: PersonId; isNew: boolean };
  /** New for the person and nobody's; of somebody new the addresses they come with. */
  email: string | null;
  phone: string | null;
  /** Who had the phone until now: it goes from them (osdi-api.md §4.2, rule 4). */
  phoneFrom: number | null;
  details: readonly { name: DetailField; to: string }[];
  subscriptions: readonly { channel: Channel; status: "subscribed" | "unsubscribed"; reason: string }[];
  /** As `parseFieldValue` gives them; "" takes a value away. */
  values: readonly [fieldNo: number, value: string][];
  addTags: readonly number[];
  removeTags: readonly number[];
  /** What the record's history will say; nothing is noted when it is empty and nobody is new. */
  changes: readonly EditChange[];
  /** Statements of others that belong into the same batch. */
  more: readonly D1PreparedStatement[];
  /** When it was said, in ms: later than a signature that is being drained it wins, earlier it loses. */
  at: number;
};

/**
 * Writes what another program says of one person: all of it or nothing, in one batch.
 * @throws Overtaken when somebody new came, or the person was merged or erased, since the look: look again
 */
export async function upload(ctx: Pick<Context, "later">, group: GroupDb, said: Upload): Promise<void> {
  const { person, email, phone, at } = said;
  const ownPhone = said.phoneFrom === null ? phone : null;
  const arrival = { id: person.id, email, phone: ownPhone, createdAt: at };
  await store.runGuarded(group, [
    ...(person.isNew ? edits.insertPersonStatements(group, arrival) : []),
    store.guardStatement(group, person),
    ...(person.isNew || email === null ? [] : addressStatements(group, person.no, 1, email, at)),
    ...phoneStatements(group, said),
    ...edits.editStatements(group, person.no, said.details, at),
    ...said.subscriptions.flatMap((change) =>
      changeStatements(group, person.no, { ...change, cause: "api", by: null, at }),
    ),
    ...(said.values.length > 0 ? fields.setStatements(group, person.no, said.values, at) : []),
    ...(said.addTags.length > 0 ? [tags.insertTaggingsStatement(group, said.addTags, [person.no], at)] : []),
    ...(said.removeTags.length > 0
      ? [tags.deleteTaggingsStatement(group, said.removeTags, [person.no])]
      : []),
    ...said.more,
    ...(said.changes.length > 0 || person.isNew ? [noteStatement(group, said)] : []),
  ]);
  ctx.later(indexNow(group, [person.no], at));
}

function noteStatement(group: GroupDb, { person, changes, at }: Upload): D1PreparedStatement {
  return edits.noteEditStatement(group, person.no, {
    ...{ id: newId<EditId>(), at, by: null, act: "api" },
    changes,
  });
}

function phoneStatements(group: GroupDb, { person, phone, phoneFrom, at }: Upload): D1PreparedStatement[] {
  if (phone === null || (person.isNew && phoneFrom === null)) return [];
  return [
    ...(phoneFrom === null ? [] : addresses.letGoStatements(group, phoneFrom, { kind: 2, value: phone }, at)),
    ...addressStatements(group, person.no, 2, phone, at),
  ];
}

/** The address becomes the primary one; the one before stays beside it. */
function addressStatements(
  group: GroupDb,
  personNo: number,
  kind: 1 | 2,
  value: string,
  at: number,
): D1PreparedStatement[] {
  return [
    ...addresses.addStatements(group, personNo, { kind, value }, at),
    ...addresses.makePrimaryStatements(group, personNo, { kind, value }, at),
  ];
}

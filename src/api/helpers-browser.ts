import { standings } from "../actions/kind";
import { takeAction, takeAndStore } from "../intake/participation";
import type { Participation } from "../intake/types";
import { newId } from "../platform/ids";
import { checked } from "./body";
import { isRecord } from "./hal";
import { knownValues, whoSays } from "./helpers-person";
import { common, participationOf, placeOf, withPerson } from "./participation-body";
import { readPerson } from "./people-reading";
import { ApiError } from "./problem";
import { giveTags, giveTagsLater } from "./said-tags";
import { seenBy } from "./seen-by";
import * as store from "./store-participation";
import { closed, type Subject } from "./subject";
import type { ApiContext, Caller } from "./web";

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
  const tags = { add: said.add_tags ?? [], remove: [] };
  const coming = type.path === "events" && seen.owner ? await countedOf(db, action.no, seen.owner) : null;
  // Nobody takes away by another's address the guests and shifts they have.
  if (coming) return giveTags({ db }, coming.personNo, tags, ctx.now);
  const f = await knownValues(db, whom.fields);
  const given: Participation = {
    ...own,
    o: { ...own.o, ...(whom.phone === null ? {} : { phone: whom.phone }) },
    ...(f.length > 0 ? { f } : {}),
    ...entryOf(group, seen),
    ...(isOnce ? {} : { k: newId() }),
  };
  if (tags.add.length === 0) {
    const { outcome } = await takeAction(ctx, target, given, placeOf(c.req.raw));
    if (outcome === "closed") throw closed(type);
    return;
  }
  const { reply, isStored } = await takeAndStore(ctx, target, given, placeOf(c.req.raw));
  if (reply.outcome === "closed") throw closed(type);
  const row = isStored ? await store.storedOf(db, action.no, { email, id: reply.id, isOnce }) : null;
  if (row) await giveTags({ db }, row.personNo, tags, ctx.now);
  else if (!isStored) await giveTagsLater(ctx, subject, { email, id: reply.id }, tags);
}

/** What one person did where they do it once, if it counts. */
async function countedOf(db: Caller["db"], actionNo: number, personNo: number): Promise<store.Row | null> {
  const row = await store.onceOf(db, actionNo, personNo);
  return row && row.standing !== standings.cancelled ? store.participation(db, actionNo, row.id) : null;
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

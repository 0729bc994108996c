import { z } from "zod";
import { groupByNo } from "../groups/group";
import { dbFor } from "../groups/shard";
import { tagNosOf, tagPeople, untagPeople } from "../people/tag";
import type { Context } from "../platform/context";
import { type ParticipationId, parseId } from "../platform/ids";
import { sendAll } from "../platform/queues";
import type { Said } from "./participation-body";
import { seenBy } from "./seen-by";
import * as store from "./store-participation";
import type { Subject } from "./subject";
import type { Caller } from "./web";

/** Tags somebody is given and loses by what they do, by name; a name that none has is passed over. */
export type SaidTags = { add: string[]; remove: string[] };

/** A gift takes none away (osdi-api.md §2.7). */
export function tagsOf(
  { type }: Pick<Subject, "type">,
  said: Pick<Said, "add_tags" | "remove_tags">,
): SaidTags {
  return { add: said.add_tags ?? [], remove: type.item.path === "donations" ? [] : (said.remove_tags ?? []) };
}

/** Gives and takes them now. @param now in ms, when they were said */
export async function giveTags(
  { db }: Pick<Caller, "db">,
  personNo: number,
  { add, remove }: SaidTags,
  now: number,
): Promise<void> {
  if (remove.length > 0) for (const no of await tagNosOf(db, remove)) await untagPeople(db, no, [personNo]);
  if (add.length > 0) for (const no of await tagNosOf(db, add)) await tagPeople(db, no, [personNo], now);
}

/** So many names of each list fit a message (128 kB), whatever they are written in. */
const NAMES_MAX = 50;

/** "Somebody did something that the database does not have yet, and these are their tags." */
export const tagsSaid = z.object({
  type: z.literal("api.tags"),
  groupNo: z.number(),
  actionNo: z.number(),
  email: z.string(),
  id: z.uuid(),
  isOnce: z.boolean(),
  add: z.array(z.string()),
  remove: z.array(z.string()),
  /** In ms. */
  at: z.number(),
});

/**
 * Has tags given as soon as the database has what somebody did, which counts already: nothing fails here, or it would be sent again.
 * @param whose the identity and the id it was taken under
 */
export async function giveTagsLater(
  ctx: Context,
  { target, type }: Subject,
  whose: { email: string; id: ParticipationId },
  tags: SaidTags,
): Promise<void> {
  const said = { type: "api.tags" as const, groupNo: target.groupNo, actionNo: target.actionNo, ...whose };
  const messages: z.infer<typeof tagsSaid>[] = [];
  for (let from = 0; from < Math.max(tags.add.length, tags.remove.length); from += NAMES_MAX) {
    const [add, remove] = [tags.add, tags.remove].map((names) => names.slice(from, from + NAMES_MAX));
    messages.push({ ...said, isOnce: type.item.isOnce, add: add ?? [], remove: remove ?? [], at: ctx.now });
  }
  await sendAll(ctx.env.EVENTS, messages).catch((error: unknown) =>
    ctx.log.error("api.tags_not_kept", error),
  );
}

/** Gives the tags that waited. @throws when the database still lacks what was done: the message comes again */
export async function giveSaidTags(ctx: Context, said: z.infer<typeof tagsSaid>): Promise<void> {
  const group = await groupByNo(ctx.directory, said.groupNo);
  const id = parseId<ParticipationId>(said.id);
  if (!group || !id) return;
  const db = dbFor(ctx.env, group);
  const row = await store.storedOf(db, said.actionNo, { ...said, id });
  if (row) return giveTags({ db }, row.personNo, said, said.at);
  // What somebody did who asked to be forgotten is not stored.
  if ((await seenBy(ctx, { group, db }, said.email)).isForgotten) return;
  throw new Error("what was taken is not stored yet, and its person waits for tags");
}

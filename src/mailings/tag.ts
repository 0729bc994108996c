import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { cleanLine } from "../platform/clean-text";
import type { Context } from "../platform/context";
import * as store from "./store-tags";
import { MAILING_TAG_MAX, MAILING_TAGS_MAX } from "./types";

export type { MailingTag } from "./store-tags";

/** Tags on one page: a group has some dozens, and each is a line. */
export const MAILING_TAGS_LISTED = 500;

/** The tags of a group's mailings by name, those hidden too. */
export function listMailingTags(db: GroupDb): Promise<store.MailingTag[]> {
  return store.selectTagList(db, MAILING_TAGS_LISTED);
}

/** One tag of the group's mailings, hidden or not; null when none of them has it. */
export function mailingTag(db: GroupDb, tag: string): Promise<store.MailingTag | null> {
  return store.selectTag(db, tag);
}

/** Takes a tag out of lists and choices. Its mailings keep it. */
export function hideTag(ctx: Context, group: Group, tag: string, by: number): Promise<void> {
  return store.insertHiddenTag(dbFor(ctx.env, group), { tag, by, now: ctx.now });
}

/** Brings a hidden tag back, also one that no mailing has by now. False when it was not hidden. */
export function showTag(ctx: Context, group: Group, tag: string): Promise<boolean> {
  return store.deleteHiddenTag(dbFor(ctx.env, group), tag);
}

/** Tags are about to be given: one that no mailing had until now is not hidden, whatever was called so before. */
export function showUnused(db: GroupDb, tags: readonly string[]): Promise<void> {
  return store.deleteUnusedHidden(db, tags);
}

/** What somebody made of the tags a form was drawn with, of those a mailing has by now: one renamed meanwhile does not come back. */
export function changedTags(
  now: readonly string[],
  { had, typed }: { had: readonly string[]; typed: readonly string[] },
): string[] {
  if (JSON.stringify(now) === JSON.stringify(had)) return [...typed];
  const kept = now.filter((tag) => typed.includes(tag) || !had.includes(tag));
  const added = typed.filter((tag) => !had.includes(tag) && !kept.includes(tag));
  return [...kept, ...added].slice(0, MAILING_TAGS_MAX);
}

export type Renamed =
  | { is: "renamed"; name: string }
  /** Nothing was written; more than a tag may have; a comma, which stands between tags; another tag is called so. */
  | { is: "refused"; reason: "empty" | "too_long" | "comma" | "taken" };

/** Gives a tag another name on every mailing that has it. The same name again is no change. */
export async function renameTag(ctx: Context, group: Group, tag: string, typed: string): Promise<Renamed> {
  const db = dbFor(ctx.env, group);
  const name = cleanLine(typed);
  if (name === "") return { is: "refused", reason: "empty" };
  if (name.length > MAILING_TAG_MAX) return { is: "refused", reason: "too_long" };
  if (name.includes(",")) return { is: "refused", reason: "comma" };
  if (name === tag) return { is: "renamed", name };
  if (await store.isTagGiven(db, name)) return { is: "refused", reason: "taken" };
  await store.updateTagName(db, { tag, name });
  return { is: "renamed", name };
}

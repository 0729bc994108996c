import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { alternatesOf, combinationsOf, hasRoomFor } from "./combining";
import { insertAlternate, selectRows } from "./store-alternates";
import type { Combination, Mailing } from "./types";

export type NewAlternate =
  | { part: "subject"; subject: string; preview: string }
  | { part: "sender"; fromName: string }
  | { part: "body" };

export type AddResult =
  /** The number of its row. */
  | { is: "added"; row: number }
  /** One more would make more versions than there may be. */
  | { is: "full" }
  /** The mailing has whole versions to be tested, which are not mixed with alternates. */
  | { is: "whole_versions" }
  | { is: "not_a_draft" };

/**
 * Adds an alternate of a subject, a sender or a body to a draft, in all its languages; its words are in the group's. Every combination
 * of alternates is a version from then on.
 */
export async function addAlternate(
  ctx: Context,
  group: Group,
  mailing: Pick<Mailing, "no">,
  by: { no: number },
  added: NewAlternate,
): Promise<AddResult> {
  const db = dbFor(ctx.env, group);
  const words = { fromName: "", subject: "", preview: "", ...added, language: group.locale };
  const row = await insertAlternate(db, mailing.no, words, { by: by.no, now: ctx.now });
  if (row !== null) return { is: "added", row };
  const rows = await selectRows(db, mailing.no);
  if (rows.some(({ variantNo, part }) => variantNo > 1 && part === null)) return { is: "whole_versions" };
  return hasRoomFor(alternatesOf(rows), added.part) ? { is: "not_a_draft" } : { is: "full" };
}

/** Which alternates each version of a mailing is made of, by its number; none of a mailing without alternates. */
export async function combinationsIn(db: GroupDb, no: number): Promise<Map<number, Combination>> {
  return combinationsOf(await selectRows(db, no));
}

import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { isComparable, wordsFingerprint } from "../mailings/content";
import { versionsOf, wrapperOf } from "../mailings/mailing";
import type { Mailing } from "../mailings/types";
import type { Context } from "../platform/context";

/** Stands for the words that a mailing would leave with if it were prepared now (see `fingerprintOf`). */
export async function fingerprintNow(ctx: Context, group: Group, mailing: Mailing): Promise<string> {
  const db = dbFor(ctx.env, group);
  const [versions, wrapper] = await Promise.all([
    versionsOf(db, mailing.no),
    wrapperOf(db, mailing.settings.wrapperNo),
  ]);
  return wordsFingerprint(ctx, group, mailing, versions, wrapper);
}

/** Whether a second person agreed to a mailing, and to other words than those a fingerprint stands for. Fails open where nobody noted to which, or in a former way. */
export function isOtherThanAgreed(
  { approvedBy, approvedWords = null }: Pick<Mailing, "approvedBy" | "approvedWords">,
  fingerprint: string,
): boolean {
  if (approvedBy === null || approvedWords === null || !isComparable(approvedWords)) return false;
  return approvedWords !== fingerprint;
}

import { and, desc, eq, sql } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import { participations } from "../intake/tables";
import { idTime } from "../platform/ids";
import { publicSigner } from "./public-signer";
import { COMMENTS_SHOWN_MAX, type PublicSigner } from "./types";

const COMMENT_SHOWN = 2;

/**
 * Approved comments of counted participations, newest first, with no more of their authors than the public may see.
 * `comment_status > 0` is what lets SQLite use the partial index.
 */
export async function shownComments({ groupNo, db }: GroupDb, actionNo: number): Promise<PublicSigner[]> {
  const rows = await db
    .select({
      id: participations.id,
      answer: participations.answer,
      comment: participations.comment,
      isNamed: participations.isNamed,
    })
    .from(participations)
    .where(
      and(
        eq(participations.groupNo, groupNo),
        eq(participations.actionNo, actionNo),
        eq(participations.commentStatus, COMMENT_SHOWN),
        sql`comment_status > 0`,
        eq(participations.removalNo, 0),
      ),
    )
    .orderBy(desc(participations.id))
    .limit(COMMENTS_SHOWN_MAX);
  return rows.map(({ id, answer, comment, isNamed }) =>
    publicSigner(answer, { isNamed: isNamed === 1, at: idTime(id), comment: comment ?? "" }),
  );
}

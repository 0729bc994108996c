import type { GroupDb } from "../groups/shard";

/** More than this is shown as "many": counting on would say nothing more about what to do. */
const WAITING_MAX = 999;

/**
 * How many comments of each action wait to be read. One short look into the partial index an action, which holds only rows
 * with a comment; `comment_status > 0` is what lets SQLite see that it may use it.
 */
export async function waitingComments(
  { d1, groupNo }: GroupDb,
  actionNos: readonly number[],
): Promise<Map<number, number>> {
  if (actionNos.length === 0) return new Map();
  const results = await d1.batch<{ n: number }>(
    actionNos.map((actionNo) =>
      d1
        .prepare(
          `SELECT count(*) AS n FROM (SELECT 1 FROM participations
           WHERE group_no = ?1 AND action_no = ?2 AND comment_status = 1 AND comment_status > 0 AND removal_no = 0 LIMIT ?3)`,
        )
        .bind(groupNo, actionNo, WAITING_MAX),
    ),
  );
  return new Map(actionNos.map((actionNo, index) => [actionNo, results[index]?.results[0]?.n ?? 0]));
}

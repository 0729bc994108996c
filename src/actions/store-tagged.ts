import type { GroupDb } from "../groups/shard";
import { ownChanges } from "../platform/own-changes";

/** The lists of tags of every action that has some, as they are stored. */
export async function selectTagLists({
  groupNo,
  d1,
}: GroupDb): Promise<{ actionNo: number; tags: string }[]> {
  const { results } = await d1
    .prepare(
      `SELECT action_no AS actionNo, settings -> '$.tags' AS tags FROM actions
       WHERE group_no = ?1 AND settings ->> '$.tags[0]' IS NOT NULL`,
    )
    .bind(groupNo)
    .all<{ actionNo: number; tags: string }>();
  return results;
}

/** Writes lists of tags; one that somebody changed since it was read stays as it is. */
export async function updateTagLists(
  { groupNo, d1 }: GroupDb,
  lists: readonly { actionNo: number; before: string; after: string }[],
): Promise<number> {
  return ownChanges(
    d1,
    d1
      .prepare(
        `UPDATE actions SET settings = json_set(settings, '$.tags', json(j.value ->> 'after'))
       FROM json_each(?2) j
       WHERE actions.group_no = ?1 AND actions.action_no = j.value ->> 'actionNo' AND actions.settings -> '$.tags' = j.value ->> 'before'`,
      )
      .bind(groupNo, JSON.stringify(lists)),
  );
}

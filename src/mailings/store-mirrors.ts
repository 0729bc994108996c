import type { GroupDb } from "../groups/shard";

/** A mailing that leaves out whom another one leaves out. */
export type Follower = { no: number; name: string };

/** Statuses in which a mailing still follows the other's changes. */
const FOLLOWS = "('draft', 'waiting', 'scheduled', 'preparing')";

/** True in SQL when the mailing ?2 is mirrored by one that was not frozen yet, so that taking it away would change whom that one mails. */
export const IS_MIRRORED = `EXISTS (SELECT 1 FROM mailings f WHERE f.group_no = ?1 AND f.settings ->> 'mirrorsNo' = ?2
  AND f.hidden_at IS NULL AND f.status IN ${FOLLOWS})`;

/** How many mailings follow one after another, the last of which mirrors the one asked for; no more than `most` are counted. */
export async function countFollowing({ d1, groupNo }: GroupDb, no: number, most: number): Promise<number> {
  const row = await d1
    .prepare(
      `WITH RECURSIVE following(no, depth) AS (SELECT ?2, 0 UNION
         SELECT f.mailing_no, depth + 1 FROM following CROSS JOIN mailings f ON f.group_no = ?1 AND f.settings ->> 'mirrorsNo' = following.no
         WHERE depth < ?3 AND f.hidden_at IS NULL AND f.status IN ${FOLLOWS})
       SELECT max(depth) AS depth FROM following`,
    )
    .bind(groupNo, no, most)
    .first<{ depth: number }>();
  return row?.depth ?? 0;
}

const FOLLOWERS_MAX = 10;

/** The mailings that mirror one, as far as they were not frozen yet; the newest first. A group has some hundreds to look through. */
export async function selectFollowers({ d1, groupNo }: GroupDb, no: number): Promise<Follower[]> {
  const { results } = await d1
    .prepare(
      `SELECT f.mailing_no AS no, coalesce(nullif(f.internal_title, ''), f.subject) AS name FROM mailings f
       WHERE f.group_no = ?1 AND f.settings ->> 'mirrorsNo' = ?2 AND f.hidden_at IS NULL AND f.status IN ${FOLLOWS}
       ORDER BY f.mailing_no DESC LIMIT ${FOLLOWERS_MAX}`,
    )
    .bind(groupNo, no)
    .run<Follower>();
  return results;
}

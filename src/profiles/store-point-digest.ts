import type { GroupDb } from "../groups/shard";
import { idFromHex, type PersonId } from "../platform/ids";

/** Of the people of some news, since when there is something to tell whom: the first of what they did, by who looks after them. */
export async function selectConcerned(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  people: readonly number[],
): Promise<{ accountNo: number; since: number }[]> {
  const { results } = await d1
    .prepare(
      `SELECT l.account_no AS accountNo, min(x.acted_at) AS since FROM json_each(?2) j
       CROSS JOIN point_people l ON l.group_no = ?1 AND l.person_no = j.value
       CROSS JOIN participations x ON x.group_no = ?1 AND x.person_no = l.person_no AND x.action_no = ?3
       WHERE x.removal_no = 0 GROUP BY l.account_no`,
    )
    .bind(groupNo, JSON.stringify(people), actionNo)
    .all<{ accountNo: number; since: number }>();
  return results;
}

/**
 * Notes that somebody is to be told. True when a mail has to be asked for: none is under way, or the one that was is late by so
 * much that it was lost.
 */
export async function noteDigest(
  { d1, groupNo }: GroupDb,
  {
    accountNo,
    since,
    dueAt,
    lostBefore,
  }: { accountNo: number; since: number; dueAt: number; lostBefore: number },
): Promise<boolean> {
  const [begun] = await d1.batch([
    d1
      .prepare(
        `INSERT INTO point_digests (group_no, account_no, since, due_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (group_no, account_no) DO UPDATE SET due_at = excluded.due_at WHERE point_digests.due_at < ?5`,
      )
      .bind(groupNo, accountNo, since, dueAt, lostBefore),
    d1
      .prepare("UPDATE point_digests SET since = ?3 WHERE group_no = ?1 AND account_no = ?2 AND since > ?3")
      .bind(groupNo, accountNo, since),
  ]);
  return (begun?.meta.changes ?? 0) > 0;
}

/** Takes what is to be told, once: whoever comes second, or too early, gets null. */
export async function claimDigest(
  { d1, groupNo }: GroupDb,
  accountNo: number,
  now: number,
): Promise<number | null> {
  return d1
    .prepare(
      "DELETE FROM point_digests WHERE group_no = ?1 AND account_no = ?2 AND due_at <= ?3 RETURNING since",
    )
    .bind(groupNo, accountNo, now)
    .first<number>("since");
}

export type Act = { personNo: number; personId: PersonId; name: string; title: string; actedAt: number };

/** What those whom somebody looks after did since a moment, the newest first. */
export async function selectActs(
  { d1, groupNo }: GroupDb,
  accountNo: number,
  since: number,
  limit: number,
): Promise<Act[]> {
  const { results } = await d1
    .prepare(
      `SELECT l.person_no AS personNo, hex(p.id) AS personId, x.acted_at AS actedAt,
         coalesce(nullif(trim(coalesce(p.given_name, '') || ' ' || coalesce(p.family_name, '')), ''), p.email, p.phone, '–') AS name,
         coalesce(nullif(a.internal_title, ''), a.title) AS title
       FROM point_people l INDEXED BY point_people_by_account
       CROSS JOIN participations x ON x.group_no = ?1 AND x.person_no = l.person_no AND x.acted_at >= ?3 AND x.removal_no = 0
       CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = l.person_no AND p.erased_at IS NULL AND p.merged_into IS NULL
       CROSS JOIN actions a ON a.group_no = ?1 AND a.action_no = x.action_no
       WHERE l.group_no = ?1 AND l.account_no = ?2 ORDER BY x.acted_at DESC, x.person_no LIMIT ?4`,
    )
    .bind(groupNo, accountNo, since, limit)
    .all<Omit<Act, "personId"> & { personId: string }>();
  return results.map((row) => ({ ...row, personId: idFromHex<PersonId>(row.personId) }));
}

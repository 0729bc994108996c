import type { GroupDb } from "../groups/shard";

/** Who of the team looks after a person; null for nobody. */
export async function selectPoint({ d1, groupNo }: GroupDb, personNo: number): Promise<number | null> {
  return d1
    .prepare("SELECT account_no AS no FROM point_people WHERE group_no = ?1 AND person_no = ?2")
    .bind(groupNo, personNo)
    .first<number>("no");
}

/** False: it was so already, or the person was forgotten or merged a moment ago. */
export async function setPoint(
  { d1, groupNo }: GroupDb,
  personNo: number,
  accountNo: number | null,
  since: number,
): Promise<boolean> {
  const statement =
    accountNo === null
      ? d1.prepare("DELETE FROM point_people WHERE group_no = ?1 AND person_no = ?2").bind(groupNo, personNo)
      : d1
          .prepare(
            `INSERT INTO point_people (group_no, person_no, account_no, since)
             SELECT ?1, ?2, ?3, ?4 FROM people WHERE group_no = ?1 AND person_no = ?2 AND erased_at IS NULL AND merged_into IS NULL
             ON CONFLICT (group_no, person_no) DO UPDATE SET account_no = excluded.account_no, since = excluded.since
             WHERE account_no <> excluded.account_no`,
          )
          .bind(groupNo, personNo, accountNo, since);
  return (await statement.run()).meta.changes > 0;
}

export type Looked = { no: number; actedAt: number | null };

/** Those whom a member looks after, who acted last first, and when that was. */
export async function selectLookedAfter(
  { d1, groupNo }: GroupDb,
  accountNo: number,
  limit: number,
): Promise<Looked[]> {
  const { results } = await d1
    .prepare(
      `SELECT l.person_no AS no, (SELECT max(a.acted_at) FROM participations a
           WHERE a.group_no = ?1 AND a.person_no = l.person_no AND a.removal_no = 0) AS actedAt
       FROM point_people l INDEXED BY point_people_by_account WHERE l.group_no = ?1 AND l.account_no = ?2
       ORDER BY actedAt DESC, no DESC LIMIT ?3`,
    )
    .bind(groupNo, accountNo, limit)
    .all<Looked>();
  return results;
}

/** Whether anybody is looked after, so that the list need not offer what would be empty. */
export async function hasPoints({ d1, groupNo }: GroupDb): Promise<boolean> {
  const has = await d1
    .prepare("SELECT EXISTS (SELECT 1 FROM point_people WHERE group_no = ?1) AS has")
    .bind(groupNo)
    .first<number>("has");
  return has === 1;
}

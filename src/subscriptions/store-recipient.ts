import type { GroupDb } from "../groups/shard";

/** A person who was merged again and again is followed so far. */
export const MERGES_MAX = 10;

/** Whoever holds a mail, as the pages it leads to know them. */
export type Recipient = {
  personNo: number;
  email: string | null;
  givenName: string | null;
  language: string | null;
  emailStatus: number;
  emailStatusAt: number | null;
  pausedUntil: number | null;
  weeklyMax: number | null;
};

/** What somebody on the list wishes of its mail, for whoever looks at their record. */
export type MailWishes = {
  pausedUntil: number | null;
  weeklyMax: number | null;
  /** Names of the topics they left, in the order of the group's list. */
  topicsLeft: string[];
  /** They said yes and were asked to confirm it, and have not answered. */
  isAsked: boolean;
};

export async function selectWishes({ d1, groupNo }: GroupDb, personNo: number): Promise<MailWishes> {
  const row = await d1
    .prepare(
      `SELECT w.paused_until AS pausedUntil, w.weekly_max AS weeklyMax,
         EXISTS (SELECT 1 FROM confirmations c WHERE c.group_no = ?1 AND c.person_no = ?2 AND c.answer IS NULL) AS isAsked,
         (SELECT json_group_array(name) FROM (SELECT t.name FROM topics t
           CROSS JOIN topic_refusals r ON r.group_no = ?1 AND r.topic_no = t.topic_no AND r.person_no = ?2
           WHERE t.group_no = ?1 ORDER BY t.position)) AS topicsLeft
       FROM (SELECT 1) LEFT JOIN mail_wishes w ON w.group_no = ?1 AND w.person_no = ?2`,
    )
    .bind(groupNo, personNo)
    .first<{ pausedUntil: number | null; weeklyMax: number | null; topicsLeft: string; isAsked: number }>();
  const { pausedUntil = null, weeklyMax = null, topicsLeft = "[]", isAsked = 0 } = row ?? {};
  return { pausedUntil, weeklyMax, topicsLeft: JSON.parse(topicsLeft), isAsked: isAsked === 1 };
}

/** Who got a copy, as they are now: of somebody who was merged, whom they turned out to be. Null once they were forgotten. */
export async function selectRecipient({ d1, groupNo }: GroupDb, personNo: number): Promise<Recipient | null> {
  return d1
    .prepare(
      `WITH RECURSIVE same (no, depth) AS (
         SELECT ?2, 0 UNION ALL
         SELECT p.merged_into, depth + 1 FROM same CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = same.no
         WHERE p.merged_into IS NOT NULL AND depth < ${MERGES_MAX})
       SELECT p.person_no AS personNo, p.email, p.given_name AS givenName, p.language, p.email_status AS emailStatus,
         p.email_status_at AS emailStatusAt, w.paused_until AS pausedUntil, w.weekly_max AS weeklyMax
       FROM (SELECT no FROM same ORDER BY depth DESC LIMIT 1) CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = no
       LEFT JOIN mail_wishes w ON w.group_no = ?1 AND w.person_no = p.person_no
       WHERE p.erased_at IS NULL`,
    )
    .bind(groupNo, personNo)
    .first<Recipient>();
}

import type { GroupDb } from "../groups/shard";
import type { StoredAnswer } from "../intake/types";
import { consentsOf } from "../people/consent";
import { idToHex, type ParticipationId } from "../platform/ids";

export type Sent = {
  personNo: number;
  email: string | null;
  answer: StoredAnswer;
  comment: string | null;
  commentStatus: number;
  isNamed: number;
  source: string | null;
  referrer: string | null;
  removalNo: number;
  consent: number | null;
  wording: string | null;
  /** Whether this is all they ever did here. */
  isAlone: number;
};

const newestConsent = (value: string) =>
  `(SELECT ${value} FROM ${consentsOf("p.person_no")} c WHERE c.action_no = ?2 ORDER BY c.acted_at DESC LIMIT 1)`;

/** What was recorded under an id, all of it, to be said again by somebody else. */
export async function selectSent(
  { groupNo, d1 }: GroupDb,
  actionNo: number,
  id: ParticipationId,
): Promise<Sent | null> {
  const row = await d1
    .prepare(
      `SELECT p.person_no AS personNo, e.email, p.answer, p.comment, p.comment_status AS commentStatus, p.is_named AS isNamed,
         p.source, p.referrer, p.removal_no AS removalNo,
         ${newestConsent("c.answer")} AS consent, ${newestConsent("lower(hex(c.wording_hash))")} AS wording,
         (SELECT count(*) FROM participations o WHERE o.group_no = ?1 AND o.person_no = p.person_no) = 1
           AND e.first_action_no = ?2 AND e.created_at = p.acted_at AS isAlone
       FROM participations p CROSS JOIN people e ON e.group_no = ?1 AND e.person_no = p.person_no
       WHERE p.group_no = ?1 AND p.action_no = ?2 AND p.id = unhex(?3)`,
    )
    .bind(groupNo, actionNo, idToHex(id))
    .first<Omit<Sent, "answer"> & { answer: string }>();
  return row && { ...row, answer: JSON.parse(row.answer) };
}

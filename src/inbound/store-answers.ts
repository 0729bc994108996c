import type { GroupDb } from "../groups/shard";
import { idToHex } from "../platform/ids";
import type { AnswerId } from "./types";

export type Answer = { text: string; accountNo: number; at: number; sentAt: number | null };

/** Keeps what somebody of the group writes back, before it leaves. False when the same form was sent before. */
export async function insertAnswer(
  { groupNo, d1 }: GroupDb,
  replyNo: number,
  answer: { id: AnswerId; text: string; accountNo: number; at: number },
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `INSERT INTO mail_answers (group_no, reply_no, id, text, account_no, at) VALUES (?1, ?2, unhex(?3), ?4, ?5, ?6)
       ON CONFLICT DO NOTHING`,
    )
    .bind(groupNo, replyNo, idToHex(answer.id), answer.text, answer.accountNo, answer.at)
    .run();
  return meta.changes > 0;
}

/** It is on its way. */
export async function markAnswerSent(
  { groupNo, d1 }: GroupDb,
  replyNo: number,
  id: AnswerId,
  now: number,
): Promise<void> {
  await d1
    .prepare("UPDATE mail_answers SET sent_at = ?4 WHERE group_no = ?1 AND reply_no = ?2 AND id = unhex(?3)")
    .bind(groupNo, replyNo, idToHex(id), now)
    .run();
}

/** What the group wrote back, the first first: their ids tell the order in which their forms were opened. */
export async function selectAnswers(
  { groupNo, d1 }: GroupDb,
  replyNo: number,
  limit: number,
): Promise<Answer[]> {
  const { results } = await d1
    .prepare(
      `SELECT text, account_no AS accountNo, at, sent_at AS sentAt FROM mail_answers
       WHERE group_no = ?1 AND reply_no = ?2 ORDER BY at LIMIT ?3`,
    )
    .bind(groupNo, replyNo, limit)
    .all<Answer>();
  return results;
}

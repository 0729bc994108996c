import type { GroupDb } from "../groups/shard";
import { consentsOf } from "../people/consent";

/** Whom to ask now: somebody who said yes, and is not on the list yet. */
export type ToAsk = {
  personNo: number;
  email: string;
  language: string | null;
  actionNo: number;
  /** Of the action where they said so; "" when it is gone. */
  title: string;
  /** Mails they had before this one. */
  mailCount: number;
};

// Somebody whose newest word on an action was yes, after anything else that is known of their subscription, and who is not on
// the list. Whoever bounced or complained is asked nothing.
const IS_WAITING = `person.email IS NOT NULL AND person.erased_at IS NULL AND person.merged_into IS NULL AND person.email_status IN (0, 2)
  AND EXISTS (SELECT 1 FROM ${consentsOf("person.person_no")} said WHERE said.action_no = ?2
    AND said.answer = 1 AND said.acted_at > coalesce(person.email_status_at, -1)
    AND said.acted_at > coalesce((SELECT answered_at FROM confirmations k WHERE k.group_no = ?1 AND k.person_no = person.person_no), -1))`;

/** Whoever left the list after they were asked has answered by that: they are not reminded, and asked anew once they say yes again. */
const HAS_LEFT_SINCE = (person: string, asked: string) =>
  `(${person}.email_status = 2 AND coalesce(${person}.email_status_at, 0) > ${asked}.asked_at)`;

/**
 * Claims some people of an action, each once, in one statement. A claim whose mail never left, which `mail_count` tells, is
 * taken again after a while.
 */
export async function claimConfirmations(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  people: readonly number[],
  { now, againBefore }: { now: number; againBefore: number },
): Promise<number[]> {
  const { results } = await d1
    .prepare(
      `INSERT INTO confirmations (group_no, person_no, action_no, asked_at, mail_count)
       SELECT ?1, person.person_no, ?2, ?4, 0 FROM json_each(?3) wanted
       CROSS JOIN people person ON person.group_no = ?1 AND person.person_no = wanted.value
       WHERE ${IS_WAITING}
       ON CONFLICT (group_no, person_no) DO UPDATE SET action_no = excluded.action_no, asked_at = excluded.asked_at, mail_count = 0,
         next_at = NULL, answer = NULL, answered_at = NULL
       WHERE confirmations.answer IS NOT NULL OR (confirmations.mail_count = 0 AND confirmations.asked_at < ?5)
         OR EXISTS (SELECT 1 FROM people p WHERE p.group_no = ?1 AND p.person_no = confirmations.person_no AND ${HAS_LEFT_SINCE("p", "confirmations")})
       RETURNING person_no`,
    )
    .bind(groupNo, actionNo, JSON.stringify([...new Set(people)]), now, againBefore)
    .run<{ person_no: number }>();
  return results.map(({ person_no }) => person_no);
}

/** What a mail to some people says. */
export async function selectToAsk({ d1, groupNo }: GroupDb, people: readonly number[]): Promise<ToAsk[]> {
  const { results } = await d1
    .prepare(
      `SELECT p.person_no AS personNo, p.email, p.language, k.action_no AS actionNo, coalesce(a.title, '') AS title, k.mail_count AS mailCount
       FROM json_each(?2) j
       CROSS JOIN confirmations k ON k.group_no = ?1 AND k.person_no = j.value
       CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = k.person_no
       LEFT JOIN actions a ON a.group_no = ?1 AND a.action_no = k.action_no
       WHERE p.email IS NOT NULL AND p.erased_at IS NULL AND p.merged_into IS NULL AND p.email_status IN (0, 2) AND k.answer IS NULL
         AND NOT ${HAS_LEFT_SINCE("p", "k")}`,
    )
    .bind(groupNo, JSON.stringify(people))
    .run<ToAsk>();
  return results;
}

/** The mail is on its way. @param nextAt when to remind them, in ms; null for never */
export async function noteAsked(
  { d1, groupNo }: GroupDb,
  personNo: number,
  nextAt: number | null,
): Promise<void> {
  await d1
    .prepare(
      "UPDATE confirmations SET mail_count = mail_count + 1, next_at = ?3 WHERE group_no = ?1 AND person_no = ?2",
    )
    .bind(groupNo, personNo, nextAt)
    .run();
}

/** Takes the reminders of a shard that are due, of every group: the clock asks for no one group. */
export async function takeDue(
  d1: D1Database,
  now: number,
  limit: number,
): Promise<{ groupNo: number; personNo: number }[]> {
  const { results } = await d1
    .prepare(
      `UPDATE confirmations SET next_at = NULL WHERE (group_no, person_no) IN
         (SELECT group_no, person_no FROM confirmations WHERE next_at <= ?1 ORDER BY next_at LIMIT ?2)
       RETURNING group_no AS groupNo, person_no AS personNo`,
    )
    .bind(now, limit)
    .run<{ groupNo: number; personNo: number }>();
  return results;
}

/**
 * Keeps an answer and its proof: a word of consent, to the wording they had said yes to. First, since what follows may be asked
 * for again. Gives whether there was something to answer.
 */
export async function answerConfirmation(
  { d1, groupNo }: GroupDb,
  personNo: number,
  answer: 1 | 2,
  now: number,
): Promise<boolean> {
  const [, answered] = await d1.batch([
    d1
      .prepare(
        `INSERT INTO consent_events (group_no, person_no, acted_at, action_no, wording_hash, answer)
         SELECT ?1, ?2, ?4, k.action_no, said.wording_hash, ?3 FROM confirmations k
         CROSS JOIN ${consentsOf("?2")} said ON said.action_no = k.action_no AND said.answer = 1
         WHERE k.group_no = ?1 AND k.person_no = ?2 AND k.answer IS NULL
         ORDER BY said.acted_at DESC LIMIT 1
         ON CONFLICT DO NOTHING`,
      )
      .bind(groupNo, personNo, answer, now),
    d1
      .prepare(
        `UPDATE confirmations SET answer = ?3, answered_at = ?4, next_at = NULL
         WHERE group_no = ?1 AND person_no = ?2 AND coalesce(answer, 0) <> ?3`,
      )
      .bind(groupNo, personNo, answer, now),
  ]);
  return (answered?.meta.changes ?? 0) > 0;
}

export function selectConfirmation(
  { d1, groupNo }: GroupDb,
  personNo: number,
): Promise<{ answer: number | null } | null> {
  return d1
    .prepare("SELECT answer FROM confirmations WHERE group_no = ?1 AND person_no = ?2")
    .bind(groupNo, personNo)
    .first<{ answer: number | null }>();
}

/** People of a range of an action's participations who should have been asked and were not. */
export async function selectForgotten(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  {
    fromHex,
    untilHex,
    againBefore,
    limit,
  }: { fromHex: string; untilHex: string; againBefore: number; limit: number },
): Promise<number[]> {
  const { results } = await d1
    .prepare(
      `SELECT DISTINCT person.person_no AS no FROM participations AS taken
       CROSS JOIN people person ON person.group_no = ?1 AND person.person_no = taken.person_no
       LEFT JOIN confirmations c ON c.group_no = ?1 AND c.person_no = person.person_no
       WHERE taken.group_no = ?1 AND taken.action_no = ?2 AND taken.id > unhex(?3) AND taken.id <= unhex(?4) AND taken.removal_no = 0
         AND (c.person_no IS NULL OR c.answer IS NOT NULL OR (c.mail_count = 0 AND c.asked_at < ?5) OR ${HAS_LEFT_SINCE("person", "c")})
         AND ${IS_WAITING}
       LIMIT ?6`,
    )
    .bind(groupNo, actionNo, fromHex, untilHex, againBefore, limit)
    .run<{ no: number }>();
  return results.map(({ no }) => no);
}

/** People who were asked, and what they said. */
export async function countConfirmations({
  d1,
  groupNo,
}: GroupDb): Promise<Record<"waiting" | "yes" | "no", number>> {
  const { results } = await d1
    .prepare(
      "SELECT coalesce(answer, 0) AS answer, count(*) AS n FROM confirmations WHERE group_no = ?1 GROUP BY 1",
    )
    .bind(groupNo)
    .run<{ answer: number; n: number }>();
  const of = (answer: number) => results.find((row) => row.answer === answer)?.n ?? 0;
  return { waiting: of(0), yes: of(1), no: of(2) };
}

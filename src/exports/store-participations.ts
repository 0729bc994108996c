import type { GroupDb } from "../groups/shard";
import { consentsOf } from "../people/consent";

/** Rows of one statement, and the characters after which it is cut all the same: answers may be long. */
const ROWS_MAX = 500;
const CHARACTERS_MAX = 1_500_000;

export type StoredParticipation = {
  id: string;
  personNo: number;
  person: string;
  actedAt: number;
  revisedAt: number;
  answer: string;
  comment: string | null;
  commentStatus: number;
  isNamed: number;
  source: string | null;
  referrer: string | null;
  standing: number;
  slots: string | null;
  amount: number | null;
  currency: string | null;
  removalNo: number;
  email: string | null;
  phone: string | null;
  emailStatus: number;
  isNew: number;
  /** 1 yes, 2 no; null when they were not asked. */
  consent: number | null;
  consentAt: number | null;
  wording: string | null;
};

// One look into the person's own consent events, of which there are few.
const consent = (value: string, join = "") => `
  (SELECT ${value} FROM ${consentsOf("p.person_no")} c ${join}
   WHERE c.action_no = ?2 ORDER BY c.acted_at DESC LIMIT 1)`;
const CONSENT = `
  ${consent("c.answer")} AS consent, ${consent("c.acted_at")} AS consentAt,
  ${consent("w.wording", "LEFT JOIN consent_wordings w ON w.group_no = ?1 AND w.hash = c.wording_hash")} AS wording`;

// `size` adds up what was read so far, without the row's own: the first row is always among those given.
const PAGE = `
  SELECT id, person_no, acted_at, revised_at, answer, comment, comment_status, is_named, source, referrer, standing, slots, amount, currency,
    removal_no, sum(length(answer) + coalesce(length(comment), 0)) OVER (ORDER BY id) - length(answer) - coalesce(length(comment), 0) AS size
  FROM participations INDEXED BY participations_by_action
  WHERE group_no = ?1 AND action_no = ?2 AND id > unhex(?3) AND id <= unhex(?4) ORDER BY id LIMIT ${ROWS_MAX}`;

/** Participations of an action between two ids (the first not among them), in the order people came; the removed too. */
export async function participationsIn(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  { after, upTo, withConsent }: { after: string; upTo: string; withConsent: boolean },
): Promise<StoredParticipation[]> {
  const { results } = await d1
    .prepare(
      `SELECT hex(p.id) AS id, p.person_no AS personNo, hex(e.id) AS person, p.acted_at AS actedAt, max(p.acted_at, p.revised_at) AS revisedAt, p.answer,
         p.comment, p.comment_status AS commentStatus, p.is_named AS isNamed, p.source, p.referrer, p.standing, p.slots, p.amount, p.currency,
         p.removal_no AS removalNo, e.email, e.phone, e.email_status AS emailStatus, e.first_action_no = ?2 AS isNew,
         ${withConsent ? CONSENT : "NULL AS consent, NULL AS consentAt, NULL AS wording"}
       FROM (${PAGE}) p CROSS JOIN people e ON e.group_no = ?1 AND e.person_no = p.person_no
       WHERE p.size <= ${CHARACTERS_MAX} ORDER BY p.id`,
    )
    .bind(groupNo, actionNo, after, upTo)
    .all<StoredParticipation>();
  return results;
}

/** The newest id an action's participations have, in hexadecimal digits; null without any. */
export async function lastParticipation({ d1, groupNo }: GroupDb, actionNo: number): Promise<string | null> {
  return d1
    .prepare(
      "SELECT hex(max(id)) AS last FROM participations INDEXED BY participations_by_action WHERE group_no = ?1 AND action_no = ?2",
    )
    .bind(groupNo, actionNo)
    .first<string>("last")
    .then((last) => last || null);
}

/** How many participations an action has, counted no further than `most`: reads the index alone. */
export async function countParticipations(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  most: number,
): Promise<number> {
  const count = await d1
    .prepare(
      `SELECT count(*) AS n FROM (SELECT 1 FROM participations INDEXED BY participations_by_action
       WHERE group_no = ?1 AND action_no = ?2 LIMIT ?3)`,
    )
    .bind(groupNo, actionNo, most)
    .first<number>("n");
  return count ?? 0;
}

import type { GroupDb } from "../groups/shard";
import { numbersOf, rootOf } from "../people/merge";
import { idToHex, type ParticipationId } from "../platform/ids";
import { letterStates } from "./types";

/*
 * Letters as rows, and what each is written from. How they leave is in `store-claims.ts`. A letter stays under the number its writer
 * had, whoever they turn out to be; their participation moves (docs/decisions/0039).
 */

export type LetterKey = { personNo: number; nth: number; target: string };

const { waiting, byHand } = letterStates;

/** Keeps the organiser's texts as they are now; those that stand already stay. */
export async function keepTexts(
  { d1, groupNo }: GroupDb,
  texts: readonly { hash: string; subject: string; body: string }[],
): Promise<void> {
  if (texts.length === 0) return;
  await d1
    .prepare(
      `INSERT INTO letter_texts (group_no, hash, subject, body)
       SELECT ?1, j.value ->> 'hash', j.value ->> 'subject', j.value ->> 'body' FROM json_each(?2) j WHERE true
       ON CONFLICT (group_no, hash) DO NOTHING`,
    )
    .bind(groupNo, JSON.stringify(texts))
    .run();
}

/** The organiser's texts by their hashes. */
export async function textsOf(
  { d1, groupNo }: GroupDb,
  hashes: readonly string[],
): Promise<Map<string, { subject: string; body: string }>> {
  const { results } = await d1
    .prepare(
      `SELECT t.hash, t.subject, t.body FROM json_each(?2) w
       CROSS JOIN letter_texts t ON t.group_no = ?1 AND t.hash = w.value`,
    )
    .bind(groupNo, JSON.stringify(hashes))
    .run<{ hash: string; subject: string; body: string }>();
  return new Map(results.map(({ hash, ...text }) => [hash, text]));
}

// The joins are forced (CROSS) to start at the few participations asked for.
const ADDRESSED = `
  FROM json_each(?3) w
  CROSS JOIN participations p ON p.group_no = ?1 AND p.action_no = ?2 AND p.id = unhex(w.value ->> 1) AND p.removal_no = 0 AND p.restored_at IS NULL
  CROSS JOIN json_each(p.answer, '$.own.to') t`;

const KEEP_TARGETS = `
  INSERT INTO letter_targets (group_no, action_no, target, name, title, office, email)
  SELECT DISTINCT ?1, ?2, t.value ->> 'k', t.value ->> 'n', t.value ->> 't', t.value ->> 'o', t.value ->> 'e' ${ADDRESSED}
  WHERE true
  ON CONFLICT (group_no, action_no, target) DO UPDATE
    SET name = excluded.name, title = excluded.title, office = excluded.office, email = excluded.email,
      bounced_at = NULL, bounces = 0, bounce_reason = NULL
    WHERE email <> excluded.email`;

const KEEP_LETTERS = `
  INSERT INTO letters (group_no, action_no, person_no, nth, target, state, due_at)
  SELECT ?1, ?2, p.person_no, p.nth, t.value ->> 'k', iif(t.value ->> 'e' = '', ${byHand}, ${waiting}), ?4 ${ADDRESSED}
  WHERE NOT EXISTS (SELECT 1 FROM merged_people was CROSS JOIN letters l ON l.group_no = ?1 AND l.action_no = ?2
    AND l.person_no = was.person_no AND l.nth = p.nth WHERE was.group_no = ?1 AND was.root_no = p.person_no)
  ON CONFLICT (group_no, action_no, person_no, nth, target) DO NOTHING`;

/** Makes a row for each letter of these participations, in one transaction; those that stand already stay as they are. */
export async function makeLetters(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  people: readonly (readonly [personNo: number, id: ParticipationId])[],
  dueAt: number,
): Promise<void> {
  const page = JSON.stringify(people.map(([personNo, id]) => [personNo, idToHex(id)]));
  await d1.batch([
    d1.prepare(KEEP_TARGETS).bind(groupNo, actionNo, page),
    d1.prepare(KEEP_LETTERS).bind(groupNo, actionNo, page, dueAt),
  ]);
}

/** Participations of a window of ids that should have letters and have none. */
export async function withoutLetters(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  { fromHex, untilHex, limit }: { fromHex: string; untilHex: string; limit: number },
): Promise<[personNo: number, idHex: string][]> {
  const { results } = await d1
    .prepare(
      `SELECT p.person_no, lower(hex(p.id)) AS id FROM participations p
       WHERE p.group_no = ?1 AND p.action_no = ?2 AND p.id > unhex(?3) AND p.id <= unhex(?4) AND p.removal_no = 0 AND p.restored_at IS NULL
         AND json_array_length(p.answer, '$.own.to') > 0
         AND NOT EXISTS (SELECT 1 FROM letters l
           WHERE l.group_no = ?1 AND l.action_no = ?2 AND l.person_no IN (${numbersOf("p.person_no")}) AND l.nth = p.nth)
       ORDER BY p.id LIMIT ?5`,
    )
    .bind(groupNo, actionNo, fromHex, untilHex, limit)
    .run<{ person_no: number; id: string }>();
  return results.map(({ person_no, id }) => [person_no, id]);
}

/** All that a claimed letter is written from. */
export type LetterParts = LetterKey & {
  answer: string;
  email: string | null;
  isGone: boolean;
  name: string;
  title: string;
  office: string;
  address: string;
};

const PARTS = `
  SELECT w.value ->> 0 AS person_no, p.nth, w.value ->> 2 AS target, p.answer, person.email,
    (p.removal_no > 0 OR person.erased_at IS NOT NULL OR person.email IS NULL) AS is_gone,
    t.name, t.title, t.office, t.email AS address
  FROM json_each(?3) w
  CROSS JOIN participations p ON p.group_no = ?1 AND p.person_no = ${rootOf("w.value ->> 0")} AND p.action_no = ?2 AND p.nth = w.value ->> 1
  CROSS JOIN people person ON person.group_no = ?1 AND person.person_no = p.person_no
  CROSS JOIN letter_targets t ON t.group_no = ?1 AND t.action_no = ?2 AND t.target = w.value ->> 2`;

/** What claimed letters say and to whom. */
export async function partsOf(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  keys: readonly LetterKey[],
): Promise<LetterParts[]> {
  const page = JSON.stringify(keys.map(({ personNo, nth, target }) => [personNo, nth, target]));
  const { results } = await d1.prepare(PARTS).bind(groupNo, actionNo, page).run<{
    person_no: number;
    nth: number;
    target: string;
    answer: string;
    email: string | null;
    is_gone: number;
    name: string;
    title: string;
    office: string;
    address: string;
  }>();
  return results.map(({ person_no, is_gone, ...row }) => ({
    ...row,
    personNo: person_no,
    isGone: is_gone === 1,
  }));
}

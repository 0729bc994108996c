import type { GroupDb } from "../groups/shard";
import { ARRIVED, arrivalFields, receivePeople } from "../people/arrival";
import { idFromHex, type ParticipationId } from "../platform/ids";
import type { DrainedParticipation } from "./types";

/**
 * What D1 says of a drained row. mine: the id sent is stored, whether or not it was removed since. other: the person had
 * acted through another object, whose id is stored. removed: the person was erased after they acted.
 */
export type DrainOutcome =
  | { state: "mine" | "other"; id: ParticipationId; personNo: number; isRemoved: boolean }
  | { state: "removed" };

/**
 * Stores a page of participations with their people, consents and tags in one transaction, and says what became of each
 * row. May run again with the same rows, whole or in parts, in any order.
 */
export async function storeParticipations(
  group: GroupDb,
  actionNo: number,
  tagNos: number[],
  rows: string[],
): Promise<DrainOutcome[]> {
  const page = `[${rows.join(",")}]`;
  const results = await group.d1.batch<OutcomeRow>([
    ...receivePeople(group, actionNo, page, {
      hasPhones: page.includes('"phone":'),
      tagNos,
      fields: arrivalFields
        .filter(([, path]) => page.includes(`"${path.split(".").at(-1)}":`))
        .map(([column]) => column),
    }),
    group.d1.prepare(UPSERT_PARTICIPATIONS).bind(group.groupNo, page, actionNo),
    group.d1.prepare(OUTCOMES).bind(group.groupNo, page, actionNo),
  ]);
  const outcomes: DrainOutcome[] = rows.map(() => ({ state: "removed" }));
  for (const row of results.at(-1)?.results ?? []) {
    outcomes[row.position] = {
      state: row.mine === "" ? "other" : "mine",
      id: idFromHex(row.mine || row.other),
      personNo: row.person_no,
      isRemoved: row.removal_no > 0,
    };
  }
  return outcomes;
}

/** `hex()` of NULL is an empty text. */
type OutcomeRow = { position: number; mine: string; other: string; person_no: number; removal_no: number };

/**
 * Whether a row of `participations` takes newer answers: a counted one does, and one an organiser took out, since that may
 * be undone. An erased or merged one does not. `?1` is the group.
 */
export const TAKES_ANSWERS = `(participations.removal_no = 0 OR EXISTS (
    SELECT 1 FROM removals r WHERE r.group_no = ?1 AND r.action_no = participations.action_no
      AND r.removal_no = participations.removal_no AND r.cause = 'organiser'))`;

// Only a newer answer replaces what is stored, and nothing brings back what was removed.
const KEEP_NEWER = `DO UPDATE SET
    revised_at = excluded.revised_at, answer = excluded.answer, is_named = excluded.is_named,
    comment = excluded.comment,
    comment_status = CASE WHEN excluded.comment IS participations.comment THEN participations.comment_status ELSE excluded.comment_status END
  WHERE excluded.revised_at > participations.revised_at AND ${TAKES_ANSWERS}`;

// Whoever acted before keeps the participation's id they had: it may differ from the row's when they acted through another
// object or were merged since. So both unique keys, if met, are met in the same row.
const UPSERT_PARTICIPATIONS = `
  INSERT INTO participations
    (group_no, person_no, action_no, nth, id, acted_at, revised_at, answer, comment, comment_status, is_named, source, referrer)
  SELECT ?1, i.person_no, ?3, j.value ->> 'n',
    coalesce((SELECT k.id FROM participations k WHERE k.group_no = ?1 AND k.person_no = i.person_no AND k.action_no = ?3 AND k.nth = j.value ->> 'n'),
      unhex(j.value ->> 'i')), j.value ->> 't', j.value ->> 't', j.value -> 'o',
    j.value ->> 'cm', coalesce(j.value ->> 'cs', 0), j.value ->> 'nm', j.value ->> 's', j.value ->> 'rf'
  FROM ${ARRIVED}
  WHERE true
  ON CONFLICT (group_no, action_no, id) ${KEEP_NEWER}
  ON CONFLICT (group_no, person_no, action_no, nth) ${KEEP_NEWER}`;

// Which id is stored decides whose count the person is in, so the row's own id is looked up first.
const OUTCOMES = `
  SELECT j.key AS position, hex(m.id) AS mine, hex(o.id) AS other,
    coalesce(m.person_no, o.person_no) AS person_no, coalesce(m.removal_no, o.removal_no) AS removal_no
  FROM jsonb_each(?2) j
  LEFT JOIN participations m ON m.group_no = ?1 AND m.action_no = ?3 AND m.id = unhex(j.value ->> 'i')
  LEFT JOIN identities i ON m.id IS NULL AND i.group_no = ?1 AND i.kind = 1 AND i.value = j.value ->> 'e'
  LEFT JOIN participations o ON o.group_no = ?1 AND o.person_no = i.person_no AND o.action_no = ?3 AND o.nth = j.value ->> 'n'
  WHERE coalesce(m.person_no, o.person_no) IS NOT NULL`;

/** How many participations of an action are stored, removed ones included; index only. */
export async function countStored({ d1, groupNo }: GroupDb, actionNo: number): Promise<number> {
  const row = await d1
    .prepare("SELECT count(*) AS n FROM participations WHERE group_no = ?1 AND action_no = ?2")
    .bind(groupNo, actionNo)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** How many of them were removed and not put back: absolute, so it can be asked at any time. */
export async function countRemoved({ d1, groupNo }: GroupDb, actionNo: number): Promise<number> {
  const row = await d1
    .prepare(
      "SELECT coalesce(sum(participation_count), 0) AS n FROM removals WHERE group_no = ?1 AND action_no = ?2 AND undone_at IS NULL",
    )
    .bind(groupNo, actionNo)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** Of a page's rows, those a reader would want named: parsed late, since most are never shown. */
export function parseRow(body: string): DrainedParticipation {
  return JSON.parse(body);
}

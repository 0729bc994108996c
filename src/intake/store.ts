import type { GroupDb } from "../groups/shard";
import { ARRIVED, arrivalFields, receivePeople } from "../people/arrival";
import { idFromHex, type ParticipationId } from "../platform/ids";
import type { DrainedParticipation } from "./types";

/**
 * What D1 says of a drained row. mine: the id sent is stored, whether or not it was removed since. other: the person had
 * acted through another object, whose id is stored. again: the id sent is an erased participation's, and the person, who
 * has acted since, is stored anew under the id given here. removed: the person was erased after they acted.
 */
export type DrainOutcome =
  | {
      state: "mine" | "other" | "again";
      id: ParticipationId;
      personNo: number;
      isRemoved: boolean;
      /** Whether this very row made the participation; the others revised it. */
      isFirst: boolean;
    }
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
      state: stateOf(row),
      id: idFromHex(row.id),
      personNo: row.person_no,
      isRemoved: row.removal_no > 0,
      isFirst: row.is_first === 1,
    };
  }
  return outcomes;
}

function stateOf({ sent, id, is_stored }: OutcomeRow): "mine" | "other" | "again" {
  if (is_stored === 0) return "other";
  return sent !== id && sent.slice(ID_TIME_DIGITS) === id.slice(ID_TIME_DIGITS) ? "again" : "mine";
}

type OutcomeRow = {
  position: number;
  sent: string;
  is_stored: number;
  id: string;
  person_no: number;
  removal_no: number;
  is_first: number;
};

/** Hexadecimal digits of an id (UUIDv7) that tell when it was made; what follows is random. */
const ID_TIME_DIGITS = 12;

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
// object or were merged since. So both unique keys, if met, are met in the same row. An object that never heard of an
// erasure sends a new answer under the erased participation's id: it gets that id with its own time, the same at each try.
const UPSERT_PARTICIPATIONS = `
  INSERT INTO participations
    (group_no, person_no, action_no, nth, id, acted_at, revised_at, answer, comment, comment_status, is_named, source, referrer)
  SELECT ?1, i.person_no, ?3, j.value ->> 'n',
    coalesce((SELECT k.id FROM participations k WHERE k.group_no = ?1 AND k.person_no = i.person_no AND k.action_no = ?3 AND k.nth = j.value ->> 'n'),
      iif(j.value ->> 'u' IS NOT NULL AND EXISTS (SELECT 1 FROM participations x WHERE x.group_no = ?1 AND x.action_no = ?3 AND x.id = unhex(j.value ->> 'i')),
        unhex(printf('%0${ID_TIME_DIGITS}x', j.value ->> 't') || substr(j.value ->> 'i', ${ID_TIME_DIGITS + 1})), unhex(j.value ->> 'i'))),
    j.value ->> 't', j.value ->> 't', j.value -> 'o',
    j.value ->> 'cm', coalesce(j.value ->> 'cs', 0), j.value ->> 'nm', j.value ->> 's', j.value ->> 'rf'
  FROM ${ARRIVED}
  WHERE true
  ON CONFLICT (group_no, action_no, id) ${KEEP_NEWER}
  ON CONFLICT (group_no, person_no, action_no, nth) ${KEEP_NEWER}`;

// Which id is stored decides whose count the person is in, so the row's own id is looked up first. One that left the count
// may be an erased person's who has acted again.
const OUTCOMES = `
  SELECT j.key AS position, j.value ->> 'i' AS sent, m.id IS NOT NULL AS is_stored,
    lower(hex(coalesce(o.id, m.id))) AS id, coalesce(o.person_no, m.person_no) AS person_no, coalesce(o.removal_no, m.removal_no) AS removal_no,
    coalesce(o.acted_at, m.acted_at) = j.value ->> 't' AS is_first
  FROM jsonb_each(?2) j
  LEFT JOIN participations m ON m.group_no = ?1 AND m.action_no = ?3 AND m.id = unhex(j.value ->> 'i')
  LEFT JOIN identities i ON (m.id IS NULL OR m.removal_no > 0) AND i.group_no = ?1 AND i.kind = 1 AND i.value = j.value ->> 'e'
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

import { MARK, marked } from "../changes/mark";
import type { GroupDb } from "../groups/shard";
import {
  ARRIVED,
  arrivalFields,
  arrivingPage,
  CONSENT_SAID,
  consentStatement,
  NOT_ERASED,
  PAGE_ROWS,
  receivePeople,
  WORDING_SAID,
} from "../people/arrival";
import { receiveValues } from "../people/custom-field";
import { idFromHex, idToHex, type ParticipationId } from "../platform/ids";
import { recordStatement } from "./store-changes";
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
      /** Whether the person asked to be forgotten since they said this. */
      isErased: boolean;
    }
  | { state: "removed" };

/**
 * Stores a page of participations with their people, consents and tags in one transaction, and says what became of each
 * row. May run again with the same rows, whole or in parts, in any order.
 * @param restoredAt for rows that were stored before and lost by the database since
 */
export async function storeParticipations(
  group: GroupDb,
  actionNo: number,
  tagNos: number[],
  rows: string[],
  restoredAt: number | null = null,
): Promise<DrainOutcome[]> {
  const page = pageOf(rows);
  const { bound, first, last } = arrivingPage(group, page, rows.length);
  const results = await group.d1.batch<OutcomePage>([
    ...first,
    ...receivePeople(group, actionNo, bound, {
      hasPhones: page.includes('"phone":'),
      hasClients: page.includes('"su":'),
      tagNos,
      fields: arrivalFields
        .filter(([, path]) => page.includes(`"${path.split(".").at(-1)}":`))
        .map(([column]) => column),
    }),
    ...(page.includes('"f":') ? [receiveValues(group, bound)] : []),
    group.d1.prepare(UPSERT_PARTICIPATIONS).bind(group.groupNo, bound, actionNo, restoredAt),
    recordStatement(group, actionNo, tagNos, bound, restoredAt),
    consentStatement(group, actionNo, bound),
    group.d1.prepare(OUTCOMES).bind(group.groupNo, bound, actionNo),
    ...last,
  ]);
  return outcomesOf(rows, results.at(-1 - last.length)?.results[0]);
}

/** What D1 says now of rows that were sent to it before. Reads only. */
export async function readOutcomes(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  rows: string[],
): Promise<DrainOutcome[]> {
  const found = await d1.prepare(OUTCOMES).bind(groupNo, pageOf(rows), actionNo).first<OutcomePage>();
  return outcomesOf(rows, found ?? undefined);
}

function outcomesOf(rows: string[], page: OutcomePage | undefined): DrainOutcome[] {
  const outcomes: DrainOutcome[] = rows.map(() => ({ state: "removed" }));
  const found: OutcomeRow[] = JSON.parse(page?.outcomes ?? "[]");
  for (const [position, sent, isStored, id, personNo, removalNo, isFirst, isErased] of found) {
    outcomes[position] = {
      state: stateOf(sent, id, isStored === 1),
      id: idFromHex(id),
      personNo,
      isRemoved: removalNo > 0,
      isFirst: isFirst === 1,
      isErased: isErased === 1,
    };
  }
  return outcomes;
}

/** Rows are JSON texts, joined as they are: nothing is parsed on the way (docs/decisions/0003). */
function pageOf(rows: string[]): string {
  return `[${rows.join(",")}]`;
}

function stateOf(sent: string, id: string, isStored: boolean): "mine" | "other" | "again" {
  if (!isStored) return "other";
  return sent !== id && sent.slice(ID_TIME_DIGITS) === id.slice(ID_TIME_DIGITS) ? "again" : "mine";
}

/** One text for a whole page: D1 makes an object of each row it gives, which takes longer than finding it. */
type OutcomePage = { outcomes: string };
type OutcomeRow = [
  position: number,
  sent: string,
  isStored: number,
  id: string,
  personNo: number,
  removalNo: number,
  isFirst: number,
  isErased: number,
];

/** Hexadecimal digits of an id (UUIDv7) that tell when it was made; what follows is random. */
const ID_TIME_DIGITS = 12;

/**
 * Whether a row of `participations` takes newer answers: a counted one does, and one an organiser took out, since that may
 * be undone. An erased or merged one does not. `?1` is the group.
 */
export const TAKES_ANSWERS = `(participations.removal_no = 0 OR EXISTS (
    SELECT 1 FROM removals r WHERE r.group_no = ?1 AND r.action_no = participations.action_no
      AND r.removal_no = participations.removal_no AND r.cause = 'organiser'))`;

// Only a newer answer replaces what is stored, and nothing brings back what was removed. A standing has a clock of its own:
// whoever moves up from the waiting list has said nothing new.
const NEWER = "excluded.revised_at > participations.revised_at";
const STANDS_NEWER = "excluded.standing_at > participations.standing_at";
const newer = (column: string) => `${column} = iif(${NEWER}, excluded.${column}, participations.${column})`;
// A form says all that there is to say; what a client of the API leaves out stays as it was.
const KEEP_NEWER = `DO UPDATE SET
    ${newer("revised_at")},
    is_named = iif(${NEWER} AND excluded.answer ->> '$.api' IS NULL, excluded.is_named, participations.is_named),
    answer = iif(${NEWER}, iif(excluded.answer ->> '$.api' IS NULL, excluded.answer, json_patch(json_remove(participations.answer, '$.import'), json_remove(excluded.answer, '$.api'))), participations.answer),
    comment = iif(${NEWER} AND (excluded.comment IS NOT NULL OR excluded.answer ->> '$.api' IS NULL), excluded.comment, participations.comment),
    comment_status = iif(${NEWER} AND (excluded.comment IS NOT NULL OR excluded.answer ->> '$.api' IS NULL) AND excluded.comment IS NOT participations.comment, excluded.comment_status, participations.comment_status),
    standing = iif(${STANDS_NEWER}, excluded.standing, participations.standing),
    standing_at = max(excluded.standing_at, participations.standing_at),
    slots = iif(${STANDS_NEWER}, excluded.slots, participations.slots),
    promoted_at = coalesce(excluded.promoted_at, participations.promoted_at),
    ${marked("participations")}
  WHERE (${NEWER} OR ${STANDS_NEWER}) AND ${TAKES_ANSWERS}`;

// Whoever acted before keeps the participation's id they had: it may differ from the row's when they acted through another
// object or were merged since. So both unique keys, if met, are met in the same row. An object that never heard of an
// erasure sends a new answer under the erased participation's id: it gets that id with its own time, the same at each try.
const UPSERT_PARTICIPATIONS = `
  INSERT INTO participations
    (group_no, person_no, action_no, nth, id, acted_at, revised_at, answer, comment, comment_status, is_named, source, referrer, amount, currency, restored_at,
     consent, wording_hash, standing, standing_at, promoted_at, slots, mark)
  SELECT ?1, i.person_no, ?3, j.value ->> 'n',
    coalesce((SELECT k.id FROM participations k WHERE k.group_no = ?1 AND k.person_no = i.person_no AND k.action_no = ?3 AND k.nth = j.value ->> 'n'),
      iif(j.value ->> 'u' IS NOT NULL AND EXISTS (SELECT 1 FROM participations x WHERE x.group_no = ?1 AND x.action_no = ?3 AND x.id = unhex(j.value ->> 'i')),
        unhex(printf('%0${ID_TIME_DIGITS}x', j.value ->> 't') || substr(j.value ->> 'i', ${ID_TIME_DIGITS + 1})), unhex(j.value ->> 'i'))),
    j.value ->> 't', j.value ->> 't', j.value -> 'o',
    j.value ->> 'cm', coalesce(j.value ->> 'cs', 0), j.value ->> 'nm', j.value ->> 's', j.value ->> 'rf', j.value ->> 'am', j.value ->> 'cu', ?4,
    ${CONSENT_SAID}, iif(j.value ->> 'co' > 0, ${WORDING_SAID}, NULL), coalesce(j.value ->> 'st', 0),
    iif(EXISTS (SELECT 1 FROM participations k WHERE k.group_no = ?1 AND k.person_no = i.person_no AND k.action_no = ?3
      AND k.nth = j.value ->> 'n' AND k.id <> unhex(j.value ->> 'i')), 0, coalesce(j.value ->> 'sa', 0)),
    j.value ->> 'pa', j.value -> 'ss', ${MARK}
  FROM ${ARRIVED}
  WHERE true
  ON CONFLICT (group_no, action_no, id) ${KEEP_NEWER}
  ON CONFLICT (group_no, person_no, action_no, nth) ${KEEP_NEWER}`;

// Which id is stored decides whose count the person is in, so the row's own id is looked up first. One that left the count
// may be an erased person's who has acted again.
const OUTCOMES = `
  SELECT json_group_array(json_array(
    j.key, j.value ->> 'i', m.id IS NOT NULL, lower(hex(coalesce(o.id, m.id))), coalesce(o.person_no, m.person_no), coalesce(o.removal_no, m.removal_no),
    coalesce(o.acted_at, m.acted_at) = j.value ->> 't' AND j.value ->> 'pa' IS NULL, NOT ${NOT_ERASED})) AS outcomes
  FROM ${PAGE_ROWS} j
  LEFT JOIN participations m ON m.group_no = ?1 AND m.action_no = ?3 AND m.id = unhex(j.value ->> 'i')
  LEFT JOIN identities i ON (m.id IS NULL OR m.removal_no > 0) AND i.group_no = ?1 AND i.kind = 1 AND i.value = j.value ->> 'e'
  LEFT JOIN participations o ON o.group_no = ?1 AND o.person_no = i.person_no AND o.action_no = ?3 AND o.nth = j.value ->> 'n'
  WHERE coalesce(m.person_no, o.person_no) IS NOT NULL`;

// A row is there when its person is, the participation has this answer or a newer one, and its standing, and what was
// consented to is written down. It may be there under its own id alone, when its person was erased or merged; or, when it
// never had a row of its own, under the id it was known by, of a person who was merged.
const LOST = `
  SELECT j.key AS position FROM jsonb_each(?2) j
  LEFT JOIN identities i ON i.group_no = ?1 AND i.kind = 1 AND i.value = j.value ->> 'e'
  LEFT JOIN people person ON person.group_no = ?1 AND person.person_no = i.person_no
  LEFT JOIN participations o ON o.group_no = ?1 AND o.person_no = i.person_no AND o.action_no = ?3 AND o.nth = j.value ->> 'n'
  LEFT JOIN participations m ON m.group_no = ?1 AND m.action_no = ?3 AND m.id = unhex(j.value ->> 'i')
  LEFT JOIN participations known ON known.group_no = ?1 AND known.action_no = ?3 AND known.id = unhex(j.value ->> 'k') AND known.nth = j.value ->> 'n'
  LEFT JOIN people merged ON merged.group_no = ?1 AND merged.person_no = known.person_no AND merged.merged_into IS NOT NULL
  WHERE ${NOT_ERASED} AND (
    person.person_no IS NULL
    OR max(coalesce(o.revised_at, 0), coalesce(m.revised_at, 0), iif(merged.person_no IS NULL, 0, known.revised_at)) < j.value ->> 't'
    OR (o.id = unhex(j.value ->> 'i') AND o.standing_at < coalesce(j.value ->> 'sa', 0))
    OR (j.value ->> 'co' > 0 AND NOT (o.consent > 0 AND o.acted_at = j.value ->> 't') AND NOT EXISTS (SELECT 1 FROM consent_events c
      WHERE c.group_no = ?1 AND c.person_no = i.person_no AND c.acted_at = j.value ->> 't' AND c.action_no = ?3)))
  ORDER BY position`;

/**
 * Which of a page's rows the database does not have, although they were stored. Reads only.
 * @param knownAs the id each row's participant is known under, which is another's where somebody acted elsewhere before
 */
export async function findLost(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  rows: { body: string; knownAs: ParticipationId | null }[],
): Promise<number[]> {
  const page = rows.map(({ body, knownAs }) =>
    knownAs === null ? body : `{"k":"${idToHex(knownAs)}",${body.slice(1)}`,
  );
  const { results } = await d1
    .prepare(LOST)
    .bind(groupNo, pageOf(page), actionNo)
    .all<{ position: number }>();
  return results.map(({ position }) => position);
}

/** How many participations of an action are stored, removed ones included; index only. */
export async function countStored({ d1, groupNo }: GroupDb, actionNo: number): Promise<number> {
  const row = await d1
    .prepare("SELECT count(*) AS n FROM participations WHERE group_no = ?1 AND action_no = ?2")
    .bind(groupNo, actionNo)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** So many can be named to an object at once: under 1 MB, where 2 MB is what a parameter may have. */
const REMOVED_MAX = 20_000;

/**
 * A page of the participations that are removed now, in the order of their ids.
 * @param after the last id of the page before; null for the first
 */
export async function removedIds(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  after: ParticipationId | null,
): Promise<RemovedPage> {
  const { results } = await d1
    .prepare(
      `SELECT hex(id) AS id FROM participations INDEXED BY participations_by_action
       WHERE group_no = ?1 AND action_no = ?2 AND id > unhex(?3) AND removal_no > 0 ORDER BY id LIMIT ${REMOVED_MAX}`,
    )
    .bind(groupNo, actionNo, after === null ? "" : idToHex(after))
    .run<{ id: string }>();
  const ids = results.map(({ id }) => idFromHex<ParticipationId>(id));
  return { after, ids, upTo: ids.length < REMOVED_MAX ? null : (ids.at(-1) ?? null) };
}

/** Of the participations whose ids come after one and up to another, those that are removed; null: from the first, to the last. */
export type RemovedPage = {
  after: ParticipationId | null;
  upTo: ParticipationId | null;
  ids: ParticipationId[];
};

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

/** Whether D1 answers at all. */
export async function answers({ d1 }: GroupDb): Promise<boolean> {
  try {
    await d1.prepare("SELECT 1").run();
    return true;
  } catch {
    return false;
  }
}

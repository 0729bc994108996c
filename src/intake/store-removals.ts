import type { GroupDb } from "../groups/shard";
import { unfoldConsents } from "../people/consent";
import { idToHex, type ParticipationId } from "../platform/ids";
import { ownChanges } from "../platform/own-changes";
import { REMOVAL_IDS_MAX, type Removal } from "./removal";
import type { SignerFilter } from "./signers";
import { TAKES_ANSWERS } from "./store";
import { signerCondition } from "./store-signers";

const REMOVALS_SHOWN_MAX = 100;

const TAKE_NUMBER =
  "INSERT INTO numbers (group_no, noun, last) VALUES (?1, 'removals', 1) ON CONFLICT (group_no, noun) DO UPDATE SET last = last + 1";
const THAT_NUMBER = "(SELECT last FROM numbers WHERE group_no = ?1 AND noun = 'removals')";

/** Numbers the removal, marks its rows and counts them in one transaction, so that the three cannot disagree. */
export async function insertRemoval(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  what: { by: number; filter: SignerFilter } | { by: number; ids: ParticipationId[] },
  now: number,
): Promise<{ removalNo: number; count: number } | null> {
  const chosen = "ids" in what ? chosenByIds(what.ids) : chosenByFilter(what.filter);
  const criteria = "ids" in what ? { ids: what.ids.slice(0, REMOVAL_IDS_MAX) } : what.filter;
  const results = await d1.batch<{ removalNo: number; count: number }>([
    d1.prepare(TAKE_NUMBER).bind(groupNo),
    d1
      .prepare(
        `UPDATE participations SET removal_no = ${THAT_NUMBER}
         WHERE group_no = ?1 AND action_no = ?2 AND removal_no = 0 AND id IN (${chosen.sql})`,
      )
      .bind(groupNo, actionNo, ...chosen.values),
    // changes() is of the statement before: what was marked is what is counted.
    d1
      .prepare(
        `INSERT INTO removals (group_no, action_no, removal_no, cause, criteria, participation_count, removed_by, removed_at)
         SELECT ?1, ?2, ${THAT_NUMBER}, 'organiser', ?3, changes(), ?4, ?5 WHERE changes() > 0
         RETURNING removal_no AS removalNo, participation_count AS count`,
      )
      .bind(groupNo, actionNo, JSON.stringify(criteria), what.by, now),
  ]);
  return results[2]?.results[0] ?? null;
}

function chosenByIds(ids: ParticipationId[]) {
  return {
    sql: "SELECT unhex(value) FROM json_each(?3)",
    values: [JSON.stringify(ids.slice(0, REMOVAL_IDS_MAX).map(idToHex))],
  };
}

function chosenByFilter(filter: SignerFilter) {
  const { sql, values } = signerCondition({ ...filter, state: "counted" });
  return {
    sql: `SELECT p.id FROM participations p CROSS JOIN people person ON person.group_no = p.group_no AND person.person_no = p.person_no
      WHERE p.group_no = ?1 AND p.action_no = ?2 AND ${sql}`,
    values,
  };
}

export async function undoRemoval(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  removalNo: number,
  by: number,
  now: number,
): Promise<number> {
  const results = await d1.batch<{ count: number }>([
    d1
      .prepare(
        `UPDATE removals SET undone_by = ?4, undone_at = ?5
         WHERE group_no = ?1 AND action_no = ?2 AND removal_no = ?3 AND cause = 'organiser' AND undone_at IS NULL
         RETURNING participation_count AS count`,
      )
      .bind(groupNo, actionNo, removalNo, by, now),
    d1
      .prepare(
        `UPDATE participations SET removal_no = 0 WHERE group_no = ?1 AND action_no = ?2 AND removal_no = ?3
         AND EXISTS (SELECT 1 FROM removals r WHERE r.group_no = ?1 AND r.action_no = ?2 AND r.removal_no = ?3 AND r.undone_at = ?4)`,
      )
      .bind(groupNo, actionNo, removalNo, now),
  ]);
  return results[0]?.results[0]?.count ?? 0;
}

export async function selectRemovals({ d1, groupNo }: GroupDb, actionNo: number): Promise<Removal[]> {
  const { results } = await d1
    .prepare(
      `SELECT removal_no AS no, cause, criteria, participation_count AS count, removed_by AS removedBy, removed_at AS removedAt, undone_at AS undoneAt
       FROM removals WHERE group_no = ?1 AND action_no = ?2 ORDER BY removal_no DESC LIMIT ${REMOVALS_SHOWN_MAX}`,
    )
    .bind(groupNo, actionNo)
    .all<Omit<Removal, "criteria"> & { criteria: string }>();
  return results.map((row) => ({ ...row, criteria: JSON.parse(row.criteria) }));
}

// One removal an action, of what was marked under the number just taken.
const RECORD_REMOVALS = `
  INSERT INTO removals (group_no, action_no, removal_no, cause, criteria, participation_count, removed_at)
  SELECT ?1, action_no, ${THAT_NUMBER}, ?3, '{}', count(*), ?4 FROM participations
  WHERE group_no = ?1 AND person_no = ?2 AND removal_no = ${THAT_NUMBER} GROUP BY action_no`;

// What leaves for good leaves the organiser's removal it was in, whose undoing would bring it back.
const leaveRemovals = (rows: string) => `
  UPDATE removals SET participation_count = participation_count - (
    SELECT count(*) FROM participations WHERE ${rows} AND action_no = removals.action_no AND removal_no = removals.removal_no)
  WHERE group_no = ?1 AND (action_no, removal_no) IN (SELECT action_no, removal_no FROM participations WHERE ${rows} AND removal_no > 0)`;

const EMPTY =
  "answer = '{}', comment = NULL, comment_status = 0, is_named = 0, source = NULL, referrer = NULL, slots = NULL";

/** Whether a participation is a person's and in the count. */
export async function isCounted(
  { d1, groupNo }: GroupDb,
  personNo: number,
  of: { actionNo: number; id: ParticipationId },
): Promise<boolean> {
  const row = await d1
    .prepare(
      "SELECT 1 FROM participations WHERE group_no = ?1 AND person_no = ?2 AND action_no = ?3 AND id = unhex(?4) AND removal_no = 0",
    )
    .bind(groupNo, personNo, of.actionNo, idToHex(of.id))
    .first();
  return row !== null;
}

/**
 * Takes one participation of a person out of the count for good and empties it, at their own word. It leaves its place under
 * the person and action (`nth`), which is below zero for none other, to whatever they may do again. Gives how many: 0 or 1.
 */
export async function insertOwnRemoval(
  { d1, groupNo }: GroupDb,
  personNo: number,
  of: { actionNo: number; id: ParticipationId },
  now: number,
): Promise<number> {
  return ownChanges(
    d1,
    ...unfoldConsents({ d1, groupNo }, [personNo]),
    d1.prepare(TAKE_NUMBER).bind(groupNo),
    d1
      .prepare(
        `UPDATE participations SET removal_no = ${THAT_NUMBER}, nth = -${THAT_NUMBER}, ${EMPTY}
         WHERE group_no = ?1 AND person_no = ?2 AND action_no = ?3 AND id = unhex(?4) AND removal_no = 0`,
      )
      .bind(groupNo, personNo, of.actionNo, idToHex(of.id)),
    d1
      .prepare(
        `INSERT INTO removals (group_no, action_no, removal_no, cause, criteria, participation_count, removed_at)
         SELECT ?1, ?2, ${THAT_NUMBER}, 'person', '{}', changes(), ?3 WHERE changes() > 0`,
      )
      .bind(groupNo, of.actionNo, now),
  );
}

/** Takes all a person did out of the counts and empties it: nothing of what they said stays. */
export function eraseParticipations(
  { d1, groupNo }: GroupDb,
  personNo: number,
  now: number,
): D1PreparedStatement[] {
  const rows = "group_no = ?1 AND person_no = ?2";
  return [
    d1.prepare(TAKE_NUMBER).bind(groupNo),
    d1.prepare(leaveRemovals(rows)).bind(groupNo, personNo),
    d1
      .prepare(
        `UPDATE participations SET removal_no = ${THAT_NUMBER}, ${EMPTY}, consent = 0, wording_hash = NULL WHERE ${rows}`,
      )
      .bind(groupNo, personNo),
    d1.prepare(RECORD_REMOVALS).bind(groupNo, personNo, "erasure", now),
  ];
}

/**
 * Gives what `lost` did to `kept`. Where both took a once-only action, the newest answer of the two that is not removed
 * stays, under the participation of `kept` and counted or removed as that is; the other is emptied and leaves for good.
 */
export function mergeParticipations(
  { d1, groupNo }: GroupDb,
  kept: number,
  lost: number,
  now: number,
): D1PreparedStatement[] {
  const bind = (sql: string) => d1.prepare(sql).bind(groupNo, kept, lost);
  const doubled = `group_no = ?1 AND person_no = ?3 AND EXISTS (SELECT 1 FROM participations k
    WHERE k.group_no = ?1 AND k.person_no = ?2 AND k.action_no = participations.action_no AND k.nth = participations.nth)`;
  return [
    d1.prepare(TAKE_NUMBER).bind(groupNo),
    bind(
      `UPDATE participations SET revised_at = l.revised_at, answer = l.answer, comment = l.comment, comment_status = l.comment_status, is_named = l.is_named
       FROM participations l
       WHERE participations.group_no = ?1 AND participations.person_no = ?2
         AND l.group_no = ?1 AND l.person_no = ?3 AND l.action_no = participations.action_no AND l.nth = participations.nth
         AND l.revised_at > participations.revised_at AND l.removal_no = 0 AND ${TAKES_ANSWERS}`,
    ),
    bind(leaveRemovals(doubled)),
    bind(`UPDATE participations SET removal_no = ${THAT_NUMBER}, ${EMPTY} WHERE ${doubled}`),
    d1.prepare(RECORD_REMOVALS).bind(groupNo, lost, "merge", now),
    bind(
      `UPDATE participations SET person_no = ?2 WHERE group_no = ?1 AND person_no = ?3 AND NOT (${doubled})`,
    ),
  ];
}

/** Whether people are there and neither erased nor merged into others. */
export async function areWhole({ d1, groupNo }: GroupDb, people: number[]): Promise<boolean> {
  const row = await d1
    .prepare(
      `SELECT count(*) AS n FROM json_each(?2) j CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = j.value
       WHERE p.erased_at IS NULL AND p.merged_into IS NULL`,
    )
    .bind(groupNo, JSON.stringify(people))
    .first<{ n: number }>();
  return row?.n === people.length;
}

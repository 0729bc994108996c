import type { GroupDb } from "../groups/shard";
import type { StoredAnswer } from "../intake/types";
import { type ActionId, idFromHex, idToHex, type ParticipationId, type PersonId } from "../platform/ids";

/* One participation, found by what it is known by, and changed; lists of them are in `store-participations.ts`. */

/** One participation with its person and its action, as the API shows it. */
export type Row = {
  id: ParticipationId;
  personNo: number;
  personId: PersonId;
  actionNo: number;
  actionId: ActionId;
  kind: string;
  isOfClient: boolean;
  nth: number;
  actedAt: number;
  modifiedAt: number;
  answer: StoredAnswer;
  comment: string | null;
  source: string | null;
  referrer: string | null;
  standing: number;
  amount: number | null;
  currency: string | null;
};

export type Stored = Omit<Row, "id" | "personId" | "actionId" | "isOfClient" | "answer"> & {
  id: string;
  personId: string;
  actionId: string;
  isOfClient: number;
  answer: string;
};

export const MODIFIED = "max(p.acted_at, p.revised_at, p.standing_at)";

export const COLUMNS = `lower(hex(p.id)) AS id, p.person_no AS personNo, lower(hex(person.id)) AS personId, p.action_no AS actionNo,
  lower(hex(a.id)) AS actionId, a.kind, a.api IS NOT NULL AS isOfClient, p.nth, p.acted_at AS actedAt, ${MODIFIED} AS modifiedAt,
  p.answer, p.comment, p.source, p.referrer, p.standing, p.amount, p.currency`;

export const JOINS = `CROSS JOIN people person ON person.group_no = p.group_no AND person.person_no = p.person_no
  CROSS JOIN actions a ON a.group_no = p.group_no AND a.action_no = p.action_no`;

export const rowOf = ({ id, personId, actionId, isOfClient, answer, ...row }: Stored): Row => ({
  ...row,
  id: idFromHex(id),
  personId: idFromHex(personId),
  actionId: idFromHex(actionId),
  isOfClient: isOfClient === 1,
  answer: JSON.parse(answer),
});

export const IN_ACTION = "p.group_no = ?1 AND p.action_no = ?2";

/** One of an action's participations that count; null for a removed one and for none. */
export async function participation(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  id: ParticipationId,
): Promise<Row | null> {
  const row = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM participations p INDEXED BY participations_by_action ${JOINS}
       WHERE ${IN_ACTION} AND p.id = unhex(?3) AND p.removal_no = 0`,
    )
    .bind(groupNo, actionNo, idToHex(id))
    .first<Stored>();
  return row ? rowOf(row) : null;
}

/** A gift of the group, whatever it was given to. */
export async function gift({ d1, groupNo }: GroupDb, id: ParticipationId): Promise<Row | null> {
  const row = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM actions f CROSS JOIN participations p INDEXED BY participations_by_action
         ON p.group_no = ?1 AND p.action_no = f.action_no AND p.id = unhex(?2) ${JOINS}
       WHERE f.group_no = ?1 AND f.kind = 'fundraiser' AND f.published_at IS NOT NULL AND p.amount IS NOT NULL AND p.removal_no = 0`,
    )
    .bind(groupNo, idToHex(id))
    .first<Stored>();
  return row ? rowOf(row) : null;
}

/** One thing a person did in actions of some kinds. */
export async function oneOfPerson(
  { d1, groupNo }: GroupDb,
  personNo: number,
  kinds: readonly string[],
  id: ParticipationId,
): Promise<Row | null> {
  const row = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM participations p ${JOINS}
       WHERE p.group_no = ?1 AND p.person_no = ?2 AND p.removal_no = 0 AND p.id = unhex(?4)
         AND a.kind IN (SELECT value FROM json_each(?3)) AND a.published_at IS NOT NULL`,
    )
    .bind(groupNo, personNo, JSON.stringify(kinds), idToHex(id))
    .first<Stored>();
  return row ? rowOf(row) : null;
}

/**
 * What has just been stored of one person: where a person acts once, theirs, whichever object it came by, and else the one of
 * that id. One that an organiser took out is given too.
 */
export async function storedOf(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  { email, id, isOnce }: { email: string; id: ParticipationId; isOnce: boolean },
): Promise<Row | null> {
  const whose = isOnce
    ? `FROM identities i CROSS JOIN participations p ON p.group_no = ?1 AND p.person_no = i.person_no AND p.action_no = ?2 AND p.nth = 0
       ${JOINS} WHERE i.group_no = ?1 AND i.kind = 1 AND i.value = ?3`
    : `FROM participations p INDEXED BY participations_by_action ${JOINS} WHERE ${IN_ACTION} AND p.id = unhex(?3)`;
  const row = await d1
    .prepare(`SELECT ${COLUMNS} ${whose}`)
    .bind(groupNo, actionNo, isOnce ? email : idToHex(id))
    .first<Stored>();
  return row ? rowOf(row) : null;
}

/** What has an id, in whichever of the group's actions, and whether it counts. */
export async function anywhere(
  { d1, groupNo }: GroupDb,
  id: ParticipationId,
): Promise<{ row: Row; isRemoved: boolean } | null> {
  const found = await d1
    .prepare(
      `SELECT ${COLUMNS}, p.removal_no AS removalNo FROM actions f CROSS JOIN participations p INDEXED BY participations_by_action
         ON p.group_no = ?1 AND p.action_no = f.action_no AND p.id = unhex(?2) ${JOINS}
       WHERE f.group_no = ?1`,
    )
    .bind(groupNo, idToHex(id))
    .first<Stored & { removalNo: number }>();
  if (!found) return null;
  const { removalNo, ...stored } = found;
  return { row: rowOf(stored), isRemoved: removalNo > 0 };
}

/** What one person did in one action where they do it once; one that was taken out is given too. */
export async function onceOf(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  personNo: number,
): Promise<Row | null> {
  const row = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM participations p ${JOINS}
       WHERE p.group_no = ?1 AND p.person_no = ?2 AND p.action_no = ?3 AND p.nth = 0`,
    )
    .bind(groupNo, personNo, actionNo)
    .first<Stored>();
  return row ? rowOf(row) : null;
}

/**
 * Lets somebody without an address act: objects know people by their address, and this one is the person's and nobody's mailbox. It
 * is an identity like any other, so that merging, erasing and counting treat it as one.
 */
export async function insertAlias(
  { d1, groupNo }: GroupDb,
  personNo: number,
  alias: string,
  at: number,
): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO identities (group_no, kind, value, person_no, acted_at) SELECT ?1, 1, ?3, ?2, ?4
       FROM people WHERE group_no = ?1 AND person_no = ?2 AND erased_at IS NULL AND merged_into IS NULL ON CONFLICT DO NOTHING`,
    )
    .bind(groupNo, personNo, alias, at)
    .run();
}

/** Changes of a participation that a client asked for. */
export type Changes = { comment?: string | null; commentStatus?: number; own?: unknown; amount?: number };

/** Changes what is stored of a participation, as of now. Whatever is not named stays. */
export async function updateParticipation(
  { d1, groupNo }: GroupDb,
  { personNo, actionNo, nth }: Pick<Row, "personNo" | "actionNo" | "nth">,
  { comment, commentStatus = 0, own, amount }: Changes,
  at: number,
): Promise<void> {
  await d1
    .prepare(
      `UPDATE participations SET revised_at = max(revised_at + 1, ?5),
         comment = iif(?6, ?7, comment), comment_status = iif(?6, ?8, comment_status),
         answer = iif(?9 IS NULL, answer, json_set(answer, '$.own', json(?9))), amount = coalesce(?10, amount)
       WHERE group_no = ?1 AND person_no = ?2 AND action_no = ?3 AND nth = ?4 AND removal_no = 0`,
    )
    .bind(
      ...[groupNo, personNo, actionNo, nth, at],
      ...[comment === undefined ? 0 : 1, comment ?? null, comment ? commentStatus : 0],
      ...[own === undefined ? null : JSON.stringify(own), amount ?? null],
    )
    .run();
}

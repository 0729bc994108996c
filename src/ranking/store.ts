import type { GroupDb } from "../groups/shard";
import type { MailingId, MailingStatus } from "../mailings/types";
import { idFromHex } from "../platform/ids";
import type { Bounds, Day, DayMailing } from "./types";

/** A group sends some dozens of mailings a day at the very most; whoever sends more looks at the first of them. */
const DAY_MAX = 100;
const NOTICED_MAX = 500;

export type Ranking = { ranking: number[]; version: number };

/** The order of a day; null when each of its mailings is for itself. */
export async function selectRanking({ d1, groupNo }: GroupDb, day: Day): Promise<Ranking | null> {
  const row = await d1
    .prepare("SELECT ranking, version FROM ranked_days WHERE group_no = ?1 AND day = ?2")
    .bind(groupNo, day)
    .first<{ ranking: string; version: number }>();
  return row && { ranking: JSON.parse(row.ranking), version: row.version };
}

const FROZEN = "('sending', 'paused', 'sent', 'stopped')";

/** The mailings that begin or began on a day, in no order. A group has some hundreds of mailings to look through. */
export async function selectMailingsOfDay(
  { d1, groupNo }: GroupDb,
  { from, to }: Bounds,
): Promise<DayMailing[]> {
  const { results } = await d1
    .prepare(
      `SELECT mailing_no AS no, hex(id) AS id, coalesce(nullif(internal_title, ''), subject) AS name, status, start_at AS startAt,
         status IN ${FROZEN} AS isFrozen, frozen ->> 'recipients' AS recipients,
         coalesce(frozen -> 'leftOut' ->> 'ranked', 0) AS rankedOut
       FROM mailings WHERE group_no = ?1 AND start_at >= ?2 AND start_at < ?3 AND status <> 'draft' ORDER BY start_at LIMIT ${DAY_MAX}`,
    )
    .bind(groupNo, from, to)
    .run<Omit<DayMailing, "id" | "isFrozen"> & { id: string; isFrozen: number }>();
  return results.map((row) => ({ ...row, id: idFromHex<MailingId>(row.id), isFrozen: row.isFrozen === 1 }));
}

/** Those of a day that were not frozen yet, with all that says where they stand. */
export async function selectComing(
  { d1, groupNo }: GroupDb,
  { from, to }: Bounds,
): Promise<{ no: number; startAt: number }[]> {
  const { results } = await d1
    .prepare(
      `SELECT mailing_no AS no, start_at AS startAt FROM mailings
       WHERE group_no = ?1 AND start_at >= ?2 AND start_at < ?3 AND status IN ('waiting', 'scheduled', 'preparing') ORDER BY start_at`,
    )
    .bind(groupNo, from, to)
    .run<{ no: number; startAt: number }>();
  return results;
}

/** When the group's mailings begin or began, from a moment on. */
export async function selectStarts(
  { d1, groupNo }: GroupDb,
  from: number,
): Promise<{ startAt: number; status: MailingStatus }[]> {
  const { results } = await d1
    .prepare(
      `SELECT start_at AS startAt, status FROM mailings WHERE group_no = ?1 AND start_at >= ?2 AND status <> 'draft'
       ORDER BY start_at LIMIT ${NOTICED_MAX}`,
    )
    .bind(groupNo, from)
    .run<{ startAt: number; status: MailingStatus }>();
  return results;
}

/** The ranked days from one on. */
export async function selectRankedDays({ d1, groupNo }: GroupDb, from: Day): Promise<Day[]> {
  const { results } = await d1
    .prepare(
      `SELECT day FROM ranked_days WHERE group_no = ?1 AND day >= ?2 ORDER BY day LIMIT ${NOTICED_MAX}`,
    )
    .bind(groupNo, from)
    .run<{ day: Day }>();
  return results.map(({ day }) => day);
}

type Change = { ranking: readonly number[]; by: number; now: number };

/** Ranks a day. False when it was already. */
export async function insertDay(
  { d1, groupNo }: GroupDb,
  day: Day,
  { ranking, by, now }: Change,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `INSERT INTO ranked_days (group_no, day, ranking, version, changed_by, changed_at) VALUES (?1, ?2, ?3, 1, ?4, ?5)
       ON CONFLICT DO NOTHING`,
    )
    .bind(groupNo, day, JSON.stringify(ranking), by, now)
    .run();
  return meta.changes > 0;
}

/** Ranks it no more. False when it was not. */
export async function deleteDay({ d1, groupNo }: GroupDb, day: Day): Promise<boolean> {
  const { meta } = await d1
    .prepare("DELETE FROM ranked_days WHERE group_no = ?1 AND day = ?2")
    .bind(groupNo, day)
    .run();
  return meta.changes > 0;
}

/** Another order, made from the one of a version. False when somebody changed it since, or the day is not ranked. */
export async function updateRanking(
  { d1, groupNo }: GroupDb,
  day: Day,
  { ranking, version, by, now }: Change & { version: number },
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE ranked_days SET ranking = ?3, version = version + 1, changed_by = ?5, changed_at = ?6
       WHERE group_no = ?1 AND day = ?2 AND version = ?4`,
    )
    .bind(groupNo, day, JSON.stringify(ranking), version, by, now)
    .run();
  return meta.changes > 0;
}

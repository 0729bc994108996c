import { type SlotStandings, type Standing, slotStandings, standingOf, standings } from "../actions/kind";
import type { GroupDb } from "../groups/shard";
import type { StoredAnswer } from "../intake/types";
import { numbersOf } from "../people/merge";
import { idFromHex, idToHex, type ParticipationId } from "../platform/ids";
import { type OwnReply, ownAnswer, type Sibling } from "./types";

/** Somebody's reply to an event, as its row in D1 has it. */
export type Reply = {
  personNo: number;
  id: ParticipationId;
  email: string;
  answer: StoredAnswer;
  own: OwnReply;
  isNamed: boolean;
  standing: Standing | null;
  /** The same of each shift. */
  slots: SlotStandings;
  actedAt: number;
  /** When they came, by shift; by "" where there are none. */
  arrivals: Readonly<Record<string, number>>;
};

/** Replies on one page of the list at the door. */
export const REPLIES_PAGE = 200;

type ReplyRow = {
  person_no: number;
  id: string;
  email: string | null;
  answer: string;
  is_named: number;
  standing: number;
  slots: string | null;
  acted_at: number;
  arrivals: string;
};

const HERE = `event_attendances here WHERE here.group_no = ?1 AND here.action_no = ?2 AND here.person_no IN (${numbersOf("p.person_no")})`;
const COLUMNS = `p.person_no, hex(p.id) AS id, person.email, p.answer, p.is_named, p.standing, p.slots, p.acted_at,
  (SELECT json_group_object(shift, at) FROM (SELECT here.shift, min(here.arrived_at) AS at FROM ${HERE} GROUP BY 1)) AS arrivals`;
const FROM = `participations p
  CROSS JOIN people person ON person.group_no = p.group_no AND person.person_no = p.person_no`;

/** One reply by its id, unless it was removed or erased. */
export async function replyById(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  id: ParticipationId,
): Promise<Reply | null> {
  const row = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM ${FROM} WHERE p.group_no = ?1 AND p.action_no = ?2 AND p.id = unhex(?3) AND p.removal_no = 0`,
    )
    .bind(groupNo, actionNo, idToHex(id))
    .first<ReplyRow>();
  return row ? replyOf(row) : null;
}

/**
 * Replies in the order people came, those with a place and those who wait.
 * @param options.after the last id already read
 * @param options.text part of a name or an email
 * @param options.shift the key of the shift they have a place in or wait for
 */
export async function listReplies(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  options: {
    after?: ParticipationId | undefined;
    text?: string;
    shift?: string;
    limit?: number;
    /** For whoever is not to learn of an address by searching for it. */
    isByNameAlone?: boolean;
  } = {},
): Promise<Reply[]> {
  // instr instead of LIKE: the text may hold % and _.
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM ${FROM.replace("participations p", "participations p INDEXED BY participations_by_action")}
       WHERE p.group_no = ?1 AND p.action_no = ?2 AND p.id > unhex(?3) AND p.removal_no = 0
         AND p.standing <> ${standings.cancelled}
         AND (?7 = '' OR p.slots ->> ?7 IS NOT NULL)
         AND (?5 = '' OR instr(lower(coalesce(p.answer ->> '$.givenName', '') || ' ' || coalesce(p.answer ->> '$.familyName', '')
           || ' ' || iif(?6, '', coalesce(person.email, ''))), ?5) > 0)
       ORDER BY p.id LIMIT ?4`,
    )
    .bind(
      groupNo,
      actionNo,
      options.after ? idToHex(options.after) : "",
      options.limit ?? REPLIES_PAGE,
      (options.text ?? "").trim().toLowerCase(),
      options.isByNameAlone ? 1 : 0,
      options.shift ?? "",
    )
    .run<ReplyRow>();
  return results.map(replyOf);
}

/** The replies of some people. */
export async function repliesOf(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  people: readonly number[],
): Promise<Reply[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM json_each(?3) AS wanted
       CROSS JOIN ${FROM.replace("participations p", "participations p ON p.group_no = ?1 AND p.person_no = wanted.value AND p.action_no = ?2")}
       WHERE p.removal_no = 0`,
    )
    .bind(groupNo, actionNo, JSON.stringify(people))
    .run<ReplyRow>();
  return results.map(replyOf);
}

function replyOf(row: ReplyRow): Reply {
  const answer: StoredAnswer = JSON.parse(row.answer);
  return {
    personNo: row.person_no,
    id: idFromHex(row.id),
    email: row.email ?? "",
    answer,
    own: ownAnswer.parse(answer.own ?? {}),
    isNamed: row.is_named === 1,
    standing: standingOf(row.standing),
    slots: slotStandings(row.slots),
    actedAt: row.acted_at,
    arrivals: JSON.parse(row.arrivals),
  };
}

export type Heads = { replies: number; heads: number; waiting: number; arrived: number };

/** How many have a place, with how many guests, wait, and have come. */
export async function countHeads({ d1, groupNo }: GroupDb, actionNo: number): Promise<Heads> {
  const row = await d1
    .prepare(
      `SELECT coalesce(sum(p.standing = ${standings.confirmed}), 0) AS replies,
         coalesce(sum(iif(p.standing = ${standings.confirmed}, 1 + coalesce(p.answer ->> '$.own.guests', 0), 0)), 0) AS heads,
         coalesce(sum(p.standing = ${standings.waiting}), 0) AS waiting, coalesce(sum(EXISTS (SELECT 1 FROM ${HERE})), 0) AS arrived
       FROM participations p INDEXED BY participations_by_action
       WHERE p.group_no = ?1 AND p.action_no = ?2 AND p.removal_no = 0`,
    )
    .bind(groupNo, actionNo)
    .first<Heads>();
  return row ?? { replies: 0, heads: 0, waiting: 0, arrived: 0 };
}

export type ShiftHeads = { shift: string; heads: number; waiting: number; arrived: number };

/** The same of each shift that anybody has asked for. */
export async function countShifts({ d1, groupNo }: GroupDb, actionNo: number): Promise<ShiftHeads[]> {
  const { results } = await d1
    .prepare(
      `SELECT slot.key AS shift,
         sum(iif(slot.value = ${standings.confirmed}, 1 + coalesce(p.answer ->> '$.own.guests', 0), 0)) AS heads,
         sum(slot.value = ${standings.waiting}) AS waiting,
         sum(EXISTS (SELECT 1 FROM ${HERE} AND here.shift = slot.key)) AS arrived
       FROM participations p INDEXED BY participations_by_action
       CROSS JOIN json_each(p.slots) AS slot
       WHERE p.group_no = ?1 AND p.action_no = ?2 AND p.removal_no = 0
       GROUP BY slot.key`,
    )
    .bind(groupNo, actionNo)
    .run<ShiftHeads>();
  return results;
}

/** Takes a date of a series. Gives false when another request has taken it. */
export async function claimDate(
  { d1, groupNo }: GroupDb,
  series: string,
  startsAt: string,
  now: number,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `INSERT INTO event_series (group_no, series, starts_at, claimed_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING`,
    )
    .bind(groupNo, series, startsAt, now)
    .run();
  return meta.changes > 0;
}

/** Says which event a date of a series has become. */
export async function settleDate(
  { d1, groupNo }: GroupDb,
  series: string,
  startsAt: string,
  actionNo: number,
): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO event_series (group_no, series, starts_at, action_no, claimed_at) VALUES (?1, ?2, ?3, ?4, 0)
       ON CONFLICT (group_no, series, starts_at) DO UPDATE SET action_no = excluded.action_no`,
    )
    .bind(groupNo, series, startsAt, actionNo)
    .run();
}

export type SeriesDate = Pick<Sibling, "slug" | "title"> & {
  actionNo: number;
  id: string;
  status: string;
  settings: string;
};

/** The events of a series, in the order of their dates as first made. */
export async function datesOf({ d1, groupNo }: GroupDb, series: string): Promise<SeriesDate[]> {
  const { results } = await d1
    .prepare(
      `SELECT a.action_no AS actionNo, hex(a.id) AS id, a.slug, a.title, a.status, a.settings
       FROM event_series s CROSS JOIN actions a ON a.group_no = s.group_no AND a.action_no = s.action_no
       WHERE s.group_no = ?1 AND s.series = ?2 ORDER BY s.starts_at LIMIT 200`,
    )
    .bind(groupNo, series)
    .run<SeriesDate>();
  return results.map((row) => ({ ...row, id: idFromHex(row.id) }));
}

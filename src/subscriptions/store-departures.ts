import type { GroupDb } from "../groups/shard";
import { numbersOf } from "../people/merge";
import { MERGES_MAX } from "./store-recipient";
import { type LeaveChoice, type LeaveReason, type LeaveWay, leaveChoices, leaveWays } from "./types";

export type Departure = {
  mailingNo: number;
  /** Whom the mail went to, which may be somebody who was merged since. */
  personNo: number;
  way: LeaveWay;
  choice: LeaveChoice;
  reason: LeaveReason | null;
  comment: string;
  /** ms */
  at: number;
};

/** Who a number stands for now: ?2, or whoever they turned out to be. ?1 is the group. */
const NOW_IS = `(WITH RECURSIVE same (no, depth) AS (
    SELECT ?2, 0 UNION ALL
    SELECT p.merged_into, depth + 1 FROM same CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = same.no
    WHERE p.merged_into IS NOT NULL AND depth < ${MERGES_MAX})
  SELECT no FROM same ORDER BY depth DESC LIMIT 1)`;

/**
 * Notes that somebody wants less, and why. Again with the same moment changes nothing; a newer word replaces an older one. A
 * reason that was given stays when a mail program, which gives none, says it once more.
 */
export function departureStatements({ d1, groupNo }: GroupDb, said: Departure): D1PreparedStatement[] {
  const atS = Math.floor(said.at / 1_000);
  const noted = d1
    .prepare(
      `INSERT INTO departures (group_no, mailing_no, person_no, at_s, way, choice, reason, comment, variant_no)
       SELECT ?1, ?3, ?2, ?4, ?5, ?6, ?7, ?8,
         (SELECT variant_no FROM mailing_recipients WHERE group_no = ?1 AND mailing_no = ?3 AND person_no = ?2)
       FROM people WHERE group_no = ?1 AND person_no = ?2 AND erased_at IS NULL
       ON CONFLICT (group_no, mailing_no, person_no) DO UPDATE SET at_s = excluded.at_s, way = excluded.way, choice = excluded.choice,
         reason = coalesce(excluded.reason, reason), comment = coalesce(excluded.comment, comment), back_s = NULL
       WHERE excluded.at_s >= departures.at_s`,
    )
    .bind(
      ...[groupNo, said.personNo, said.mailingNo, atS, leaveWays[said.way], leaveChoices[said.choice]],
      ...[said.reason, said.comment === "" ? null : said.comment],
    );
  if (said.choice !== "all" || said.mailingNo === 0) return [noted];
  return [noted, flagStatement(d1, groupNo, said)];
}

/** Bit 2 of `mail_events.flags`: unsubscribed by it. Only of a mail they were to get. */
function flagStatement(
  d1: D1Database,
  groupNo: number,
  { mailingNo, personNo }: Departure,
): D1PreparedStatement {
  return d1
    .prepare(
      `INSERT INTO mail_events (group_no, mailing_no, person_no, flags)
       SELECT ?1, ?2, ?3, 2 FROM mailing_recipients WHERE group_no = ?1 AND mailing_no = ?2 AND person_no = ?3
       ON CONFLICT (group_no, mailing_no, person_no) DO UPDATE SET flags = coalesce(flags, 0) | 2`,
    )
    .bind(groupNo, mailingNo, personNo);
}

/** No mail of the mailing's topic from here on; nothing for a mailing of none. */
export function refuseTopicOfStatement(
  { d1, groupNo }: GroupDb,
  { mailingNo, personNo, at }: Departure,
): D1PreparedStatement {
  return d1
    .prepare(
      `INSERT INTO topic_refusals (group_no, topic_no, person_no, at)
       SELECT ?1, t.topic_no, ${NOW_IS}, ?4 FROM mailings m
       CROSS JOIN topics t ON t.group_no = ?1 AND t.topic_no = m.settings ->> '$.topicNo'
       WHERE m.group_no = ?1 AND m.mailing_no = ?3
       ON CONFLICT DO NOTHING`,
    )
    .bind(groupNo, personNo, mailingNo, at);
}

export function acceptTopicOfStatement(
  { d1, groupNo }: GroupDb,
  { mailingNo, personNo }: Pick<Departure, "mailingNo" | "personNo">,
): D1PreparedStatement {
  return d1
    .prepare(
      `DELETE FROM topic_refusals WHERE group_no = ?1 AND person_no = ${NOW_IS} AND topic_no =
         (SELECT settings ->> '$.topicNo' FROM mailings WHERE group_no = ?1 AND mailing_no = ?3)`,
    )
    .bind(groupNo, personNo, mailingNo);
}

/** What somebody wishes of their mail: a value left out stays as it was. What was wished later stays. */
export function wishStatement(
  { d1, groupNo }: GroupDb,
  personNo: number,
  wish: { pausedUntil?: number | null; weeklyMax?: number | null },
  at: number,
): D1PreparedStatement {
  const set = [
    ...(wish.pausedUntil === undefined ? [] : ["paused_until = excluded.paused_until"]),
    ...(wish.weeklyMax === undefined ? [] : ["weekly_max = excluded.weekly_max"]),
    "at = excluded.at",
  ];
  return d1
    .prepare(
      `INSERT INTO mail_wishes (group_no, person_no, paused_until, weekly_max, at)
       SELECT ?1, ${NOW_IS}, ?3, ?4, ?5 FROM people WHERE group_no = ?1 AND person_no = ?2 AND erased_at IS NULL
       ON CONFLICT (group_no, person_no) DO UPDATE SET ${set.join(", ")} WHERE excluded.at >= mail_wishes.at`,
    )
    .bind(groupNo, personNo, wish.pausedUntil ?? null, wish.weeklyMax ?? null, at);
}

/** Whether somebody left all mail at or after a moment (ms), under any of their numbers, and did not come back. By mailing first, as the rows are. */
export async function selectHasLeft(
  { d1, groupNo }: GroupDb,
  personNo: number,
  since: number,
): Promise<boolean> {
  const row = await d1
    .prepare(
      `SELECT 1 AS n FROM (SELECT 0 AS no UNION ALL SELECT mailing_no FROM mailings WHERE group_no = ?1) m
       CROSS JOIN (${numbersOf("?2")}) own
       CROSS JOIN departures d ON d.group_no = ?1 AND d.mailing_no = m.no AND d.person_no = own.no
       WHERE d.choice = ${leaveChoices.all} AND d.back_s IS NULL AND d.at_s >= ?3 LIMIT 1`,
    )
    .bind(groupNo, personNo, Math.floor(since / 1_000))
    .first();
  return row !== null;
}

export type DepartureRow = {
  atS: number;
  way: number;
  choice: number;
  reason: LeaveReason | null;
  backS: number | null;
};

export function selectDeparture(
  { d1, groupNo }: GroupDb,
  { mailingNo, personNo }: Pick<Departure, "mailingNo" | "personNo">,
): Promise<DepartureRow | null> {
  return d1
    .prepare(
      `SELECT at_s AS atS, way, choice, reason, back_s AS backS FROM departures
       WHERE group_no = ?1 AND mailing_no = ?2 AND person_no = ?3`,
    )
    .bind(groupNo, mailingNo, personNo)
    .first<DepartureRow>();
}

/** They did not mean to: the mailing has not lost them. */
export function returnStatements(
  { d1, groupNo }: GroupDb,
  { mailingNo, personNo }: Pick<Departure, "mailingNo" | "personNo">,
  now: number,
): D1PreparedStatement[] {
  return [
    d1
      .prepare(
        "UPDATE departures SET back_s = ?4 WHERE group_no = ?1 AND mailing_no = ?2 AND person_no = ?3 AND back_s IS NULL",
      )
      .bind(groupNo, mailingNo, personNo, Math.floor(now / 1_000)),
    d1
      .prepare(
        `UPDATE mail_events SET flags = nullif(flags & ~2, 0)
         WHERE group_no = ?1 AND mailing_no = ?2 AND person_no = ?3 AND flags & 2 <> 0`,
      )
      .bind(groupNo, mailingNo, personNo),
  ];
}

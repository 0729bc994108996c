import { peopleSql } from "../audiences/audience";
import type { GroupDb } from "../groups/shard";
import { leftOutReasons, recipientStatus } from "../mailings/types";
import { refusalSql } from "../subscriptions/refusal";
import type { Judged, Rival, RivalQuestions } from "./rivals";

const { waiting, claimed, sent, left_out: leftOut, unknown } = recipientStatus;
const WEEK_MS = 7 * 86_400_000;
/** D1 takes 100 kB of SQL. */
const SQL_MAX = 95_000;
/** And so many parameters, of which an estimate has some without its rivals. */
const PARAMETERS_MAX = 100;
const OWN_PARAMETERS = 8;

/*
 * On a ranked day each person gets one mailing. Who is frozen for another one of the day has been taken, whatever its rank; who is of
 * one that comes first and is still to be frozen is left to it. The statements run in the transaction that writes a range, so that of
 * two mailings which are frozen at the same time the later statement sees what the earlier one took, and whom it left out: where the
 * order changes in between, neither leaves somebody to the other who has left them to it.
 */

/** The mailings of the day that have people, ?5 apart; `from` and `to` name the parameters of the day's bounds. */
function takenSql(from: string, to: string): string {
  return `taken(no, is_stopped) AS MATERIALIZED (SELECT m.mailing_no, m.status = 'stopped' FROM mailings m
    WHERE m.group_no = ?1 AND m.mailing_no <> ?5 AND m.start_at >= ${from} AND m.start_at < ${to}
      AND m.status IN ('preparing', 'sending', 'paused', 'sent', 'stopped'))`;
}

/** True of somebody whom another mailing of the day has mailed or may still mail, also under a number they had before. */
function isTakenSql(person: string): string {
  const has = `(had.status IN (${claimed}, ${sent}, ${unknown}) OR (had.status = ${waiting} AND NOT taken.is_stopped))`;
  const rows = "mailing_recipients AS had ON had.group_no = ?1 AND had.mailing_no = taken.no";
  // Before anything of the day has begun there is nobody to look for.
  return `(EXISTS (SELECT 1 FROM taken) AND (EXISTS (SELECT 1 FROM taken CROSS JOIN ${rows} AND had.person_no = ${person} WHERE ${has})
    OR EXISTS (SELECT 1 FROM merged_people AS was CROSS JOIN taken CROSS JOIN ${rows} AND had.person_no = was.person_no
      WHERE was.group_no = ?1 AND was.root_no = ${person} AND ${has})))`;
}

/** SQL that is null of `p` when a mailing with that topic and that cap would mail them. */
function judgedSql({ topicNo, weeklyMax }: Judged): string {
  return refusalSql("p", {
    ...{ group: "?1", now: "?6", topic: topicNo === null ? "NULL" : String(topicNo) },
    weekly: {
      ...{ mailings: "(SELECT list FROM recent)", max: String(weeklyMax) },
      since: `(?6 - ${WEEK_MS}) / 1000`,
    },
  });
}

/** True of a recipient's row whose person a rival has left out already. */
function isLeftOutSql({ no }: Rival): string {
  return `EXISTS (SELECT 1 FROM mailing_recipients AS its WHERE its.group_no = ?1 AND its.mailing_no = ${no}
    AND its.person_no = mailing_recipients.person_no AND its.status = ${leftOut})`;
}

/** Whether any of some mailings is being frozen now. */
export async function isAnyPreparing({ d1, groupNo }: GroupDb, nos: readonly number[]): Promise<boolean> {
  const row = await d1
    .prepare(
      `SELECT 1 FROM json_each(?2) AS j CROSS JOIN mailings AS m ON m.group_no = ?1 AND m.mailing_no = j.value
       WHERE m.status = 'preparing' LIMIT 1`,
    )
    .bind(groupNo, JSON.stringify(nos))
    .first();
  return row !== null;
}

/** SQL for the numbers of those whom a rival would mail, in a range. */
function rivalSql({ question, beyond, judging }: Rival, parameter: string): string {
  const also = [
    ...(beyond === null ? [] : [`NOT coalesce(${beyond}, 0)`]),
    ...(judging === null ? [] : [`(${judgedSql(judging)}) IS NULL`]),
  ];
  return peopleSql(question, parameter, also.length === 0 ? "1" : also.join(" AND "));
}

/**
 * Leaves to others of the day whom they have or come first for, of a range whose rows were just written: a statement for those who were
 * taken and one for each rival, so that their audiences need not fit one.
 * @param recent the CTE of the group's mailings of the last week, which binds ?1, ?5 and ?6
 */
export function rivalStatements(
  { d1, groupNo }: Pick<GroupDb, "d1" | "groupNo">,
  {
    mailingNo,
    startAt,
    now,
    rivals,
  }: { mailingNo: number; startAt: number; now: number; rivals: RivalQuestions | null },
  { after, upTo, recent }: { after: number; upTo: number; recent: string },
): D1PreparedStatement[] {
  if (!rivals) return [];
  const { from, to, above } = rivals;
  const update = `UPDATE mailing_recipients SET status = ${leftOut}, reason = ${leftOutReasons.ranked}, variant_no = NULL, due_s = NULL, cohort = NULL
    WHERE group_no = ?1 AND mailing_no = ?5 AND person_no > ?2 AND person_no <= ?3 AND status = ${waiting} AND ?4 IS NOT NULL
      AND ?6 IS NOT NULL AND EXISTS (SELECT 1 FROM mailings WHERE group_no = ?1 AND mailing_no = ?5 AND status = 'preparing' AND start_at = ?7)`;
  const range = (json: string) => [groupNo, after, upTo, json, mailingNo, now, startAt];
  return [
    d1
      .prepare(`WITH ${takenSql("?8", "?9")} ${update} AND ${isTakenSql("mailing_recipients.person_no")}`)
      .bind(...range("[]"), from, to),
    ...above.map((rival) =>
      d1
        .prepare(
          `WITH ${recent} ${update} AND person_no IN (${rivalSql(rival, "?4")}) AND NOT ${isLeftOutSql(rival)}`,
        )
        .bind(...range(rival.question.json)),
    ),
  ];
}

/** For a statement that writes nothing: what is true of `p` whom others of the day have or come first for, and what it needs. */
export type Asked = {
  /** Stands before SELECT, after another CTE. */
  cte: string;
  condition: string;
  /** Bound from ?9 on. */
  values: (string | number)[];
};

/**
 * The same for an estimate, in one statement. Where the rivals are more, or their conditions longer, than a statement takes, those that come last are
 * not asked, and the estimate is too high by whoever is theirs alone: freezing asks them all.
 * @param used how long the statement is without it
 */
export function rivalsAsked(rivals: RivalQuestions, used: number): Asked {
  const values: (string | number)[] = [rivals.from, rivals.to];
  const parts = [isTakenSql("p.person_no")];
  // As cases side by side: an OR of so many is a deeper tree than SQLite takes (100).
  let left = SQL_MAX - used - parts.join("").length;
  for (const rival of rivals.above) {
    const part = `p.person_no IN (${rivalSql(rival, `?${OWN_PARAMETERS + 1 + values.length}`)})`;
    left -= part.length;
    if (left < 0 || OWN_PARAMETERS + values.length >= PARAMETERS_MAX) break;
    parts.push(part);
    values.push(rival.question.json);
  }
  return {
    cte: `, ${takenSql("?9", "?10")}`,
    condition: `CASE ${parts.map((part) => `WHEN ${part} THEN 1`).join(" ")} END`,
    values,
  };
}

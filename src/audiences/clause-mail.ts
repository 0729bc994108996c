import { CANCELLED } from "./clause-acts";
import {
  and,
  GROUP,
  grouped,
  inSeconds,
  inTime,
  isOnce,
  isOpenEnded,
  type Lookup,
  nums,
  type SetOf,
  type Way,
  who,
} from "./clause-sql";
import { joined } from "./sql";
import type { ClauseOf } from "./types";

const SENT = 3;
/**
 * Whose copy waits, is being handed over, has left, or nobody knows whether it did; also whose mail could not be delivered, which another
 * run would only try in vain. Not who was left out, and whose copy somebody stopped.
 */
const GOES_TO = `(x.status IN (1, 2, ${SENT}, 6) OR (x.status = 5 AND x.reason IN (31, 32, 33)))`;
/** So many looks for a person are quicker than reading what all of the range got. */
const MAILINGS_EACH_MAX = 4;

/** Who took part in something, or opened or clicked a mail. */
export function active({ when, times }: ClauseOf<"active">, { now, hasMerged }: Lookup): SetOf {
  const actedThen = (way: Way) =>
    `SELECT pa.person_no FROM participations pa WHERE pa.${GROUP} AND ${who("pa.person_no", way)} AND pa.removal_no = 0 AND pa.standing <> ${CANCELLED} ${and(inTime("pa.acted_at", when, now))}`;
  const readThen = (prefix: string) =>
    joined(
      ["opened_s", "clicked_s"].map((column) => joined(inSeconds(`${prefix}${column}`, when, now), "AND")),
      "OR",
    );
  if (isOnce(times) && isOpenEnded(when))
    return {
      rows: (way) => `${actedThen(way)} UNION ALL ${both(readersOf(readThen("x."), way, hasMerged))}`,
    };
  return {
    rows: (way) =>
      grouped(
        `SELECT person_no FROM (${actedThen(way)} UNION ALL ${both(mailsOf("mail_events", undefined, readThen("x."), way, hasMerged))}) WHERE 1`,
        "person_no",
        times,
      ),
    isForRanges: true,
  };
}

/** People under whose own number something is kept, and those under whose number it was before they were merged into another. */
type Kept = { own: string; before: string | null };

/** Who has rows of a table kept by mailing and person. */
function mailsOf(
  table: string,
  mailings: readonly number[] | undefined,
  condition: string,
  way: Way,
  hasMerged: boolean,
): Kept {
  const among = mailings ? `AND x.mailing_no IN (${nums(mailings)})` : "AND x.mailing_no = m.mailing_no";
  const each = mailings ? "" : `(SELECT mailing_no FROM mailings m WHERE m.${GROUP}) m CROSS JOIN `;
  const own = mailings
    ? `SELECT x.person_no FROM (SELECT * FROM ${table} y WHERE y.${GROUP} AND y.mailing_no IN (${nums(mailings)}) AND ${who("y.person_no", way)}) x WHERE ${condition}`
    : `SELECT x.person_no FROM ${each}${table} x ON x.${GROUP} ${among} AND ${who("x.person_no", way)} WHERE ${condition}`;
  const before = `SELECT was.root_no AS person_no FROM merged_people was CROSS JOIN ${each}${table} x
    ON x.${GROUP} ${among} AND x.person_no = was.person_no WHERE was.${GROUP} AND ${who("was.root_no", way)} AND ${condition}`;
  return { own, before: hasMerged ? before : null };
}

/** Who has ever read, in the same way. */
function readersOf(condition: string, way: Way, hasMerged: boolean): Kept {
  const own = `SELECT x.person_no FROM mail_readers x WHERE x.${GROUP} AND ${who("x.person_no", way)} AND ${condition}`;
  const before = `SELECT was.root_no AS person_no FROM merged_people was CROSS JOIN mail_readers x
    ON x.${GROUP} AND x.person_no = was.person_no WHERE was.${GROUP} AND ${who("was.root_no", way)} AND ${condition}`;
  return { own, before: hasMerged ? before : null };
}

/** One after the other, in no order. */
function both({ own, before }: Kept): string {
  return before ? `${own} UNION ALL ${before}` : own;
}

/** With an order asked of the whole SQLite reads both side by side, and the set stays in the order of people, each once. */
function inOrder({ own, before }: Kept): string {
  return before ? `SELECT person_no FROM (${own} UNION ${before} ORDER BY person_no)` : own;
}

/** Who was sent, opened or clicked mails. */
export function mail({ did, mailings, when, times }: ClauseOf<"mail">, lookup: Lookup): SetOf {
  const { now, mailingsSent, hasMerged } = lookup;
  const among = (table: string, which: readonly number[] | undefined, condition: string): SetOf => {
    const isOrdered = which?.length === 1 && (isOnce(times) || !hasMerged);
    return {
      rows: (way) => {
        const kept = mailsOf(table, which, condition, way, hasMerged);
        if (isOnce(times)) return isOrdered && way === "driver" ? inOrder(kept) : both(kept);
        return grouped(
          hasMerged ? `SELECT person_no FROM (${both(kept)}) WHERE 1` : kept.own,
          "person_no",
          times,
        );
      },
      isOrdered,
      isForRanges: which === undefined || which.length > MAILINGS_EACH_MAX,
    };
  };
  if (did === "received") {
    const sent = when ? mailingsSent(when).filter((no) => !mailings || mailings.includes(no)) : mailings;
    return among("mailing_recipients", sent, `x.status = ${SENT}`);
  }
  const column = did === "opened" ? "opened_s" : "clicked_s";
  const happened = joined(when ? inSeconds(`x.${column}`, when, now) : [`x.${column} IS NOT NULL`], "AND");
  if (isOnce(times) && isOpenEnded(when) && !mailings)
    return {
      rows: (way) => {
        const kept = readersOf(happened, way, hasMerged);
        return way === "driver" ? inOrder(kept) : both(kept);
      },
      isOrdered: true,
    };
  return among("mail_events", mailings, happened);
}

/** Who is among the recipients of a run of a series. */
export function series({ series: nos }: ClauseOf<"series">, { runsOf, hasMerged }: Lookup): SetOf {
  const runs = runsOf(nos);
  return {
    rows: (way) => both(mailsOf("mailing_recipients", runs, GOES_TO, way, hasMerged)),
    isForRanges: runs.length > MAILINGS_EACH_MAX,
  };
}

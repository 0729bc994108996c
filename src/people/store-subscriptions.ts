import type { GroupDb } from "../groups/shard";
import { idToHex, newId } from "../platform/ids";
import { type Channel, channels, subscriptionStatus } from "./types";

const columns: Record<Channel, "email_status" | "mobile_status"> = {
  email: "email_status",
  mobile: "mobile_status",
};

/** The change, then the line of its history, which is written when the change was. Over a complaint no program has a say. */
export function changeStatements(
  { d1, groupNo }: GroupDb,
  personNo: number,
  change: {
    channel: Channel;
    status: keyof typeof subscriptionStatus;
    cause: string;
    reason: string;
    by: number | null;
    at: number;
  },
): D1PreparedStatement[] {
  const column = columns[change.channel];
  const status = subscriptionStatus[change.status];
  return [
    d1
      .prepare(
        `UPDATE people SET ${column} = ?3, ${column}_at = ?4, ${column}_cause = ?5
         WHERE group_no = ?1 AND person_no = ?2 AND ?4 >= coalesce(${column}_at, -1) AND erased_at IS NULL AND merged_into IS NULL
           AND (?5 <> 'api' OR ${column} <> ${subscriptionStatus.complained})`,
      )
      .bind(groupNo, personNo, status, change.at, change.cause),
    d1
      .prepare(
        `INSERT INTO subscription_changes (group_no, person_no, id, changed_at, channel, status, cause, reason, account_no)
         SELECT ?1, ?2, unhex(?3), ?4, ?5, ?6, ?7, ?8, ?9 WHERE changes() > 0`,
      )
      .bind(
        ...[groupNo, personNo, idToHex(newId()), change.at, channels[change.channel], status],
        ...[change.cause, change.reason, change.by],
      ),
  ];
}

/**
 * What a mail system says of an address, and the line of its history. A dead address ends a subscription only while there is
 * one, and only of whoever still has that address; a complaint stands over everything. Said again it changes nothing.
 */
export function returnStatements(
  { d1, groupNo }: GroupDb,
  personNo: number,
  {
    status,
    email,
    reason,
    at,
  }: { status: "bounced" | "complained"; email: string; reason: string; at: number },
): D1PreparedStatement[] {
  const { none, subscribed, complained } = subscriptionStatus;
  const mayChange =
    status === "bounced"
      ? `email_status IN (${none}, ${subscribed}) AND email = ?6`
      : `email_status <> ${complained} AND ?6 IS NOT NULL`;
  return [
    d1
      .prepare(
        `UPDATE people SET email_status = ?3, email_status_at = ?4, email_status_cause = ?5
         WHERE group_no = ?1 AND person_no = ?2 AND ${mayChange} AND erased_at IS NULL AND merged_into IS NULL
           AND ?4 >= coalesce(email_status_at, -1)`,
      )
      .bind(groupNo, personNo, subscriptionStatus[status], at, status, email),
    d1
      .prepare(
        `INSERT INTO subscription_changes (group_no, person_no, id, changed_at, channel, status, cause, reason, account_no)
         SELECT ?1, ?2, unhex(?3), ?4, ${channels.email}, ?5, ?6, ?7, NULL WHERE changes() > 0`,
      )
      .bind(groupNo, personNo, idToHex(newId()), at, subscriptionStatus[status], status, reason),
  ];
}

// An id made of the moment, the channel and the cause, so that the same change noted again is the same line.
export function noteStatement(
  { d1, groupNo }: GroupDb,
  page: string,
  { cause, by }: { cause: string; by: number | null },
): D1PreparedStatement {
  return d1
    .prepare(
      `INSERT INTO subscription_changes (group_no, person_no, id, changed_at, channel, status, cause, reason, account_no)
       SELECT ?1, j.value ->> 'p', unhex(printf('%012x', j.value ->> 't') || '7' || printf('%03x', j.value ->> 's') || '8' || printf('%015x', j.value ->> 'c')),
         j.value ->> 't', j.value ->> 'c', j.value ->> 's', ?3, coalesce(j.value ->> 'r', ''), ?4
       FROM json_each(?2) j WHERE true ON CONFLICT DO NOTHING`,
    )
    .bind(groupNo, page, cause, by);
}

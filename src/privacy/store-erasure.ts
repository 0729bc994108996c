import type { GroupDb } from "../groups/shard";
import type { PaymentId } from "../payments/types";
import { subscriptionStates } from "../payments/types";
import { numbersOf } from "../people/merge";
import { type ActionId, idFromBytes, idFromHex, type PersonId } from "../platform/ids";

export type PersonHead = {
  no: number;
  id: PersonId;
  email: string | null;
  givenName: string | null;
  familyName: string | null;
  language: string | null;
  erasedAt: number | null;
  mergedInto: number | null;
};

type Stored = Omit<PersonHead, "id"> & { id: string };

const HEAD = `SELECT person_no AS no, hex(id) AS id, email, given_name AS givenName, family_name AS familyName, language,
  erased_at AS erasedAt, merged_into AS mergedInto FROM people WHERE group_no = ?1`;

const headOf = (row: Stored | null) => row && { ...row, id: idFromHex<PersonId>(row.id) };

export async function selectPerson({ groupNo, d1 }: GroupDb, no: number): Promise<PersonHead | null> {
  return headOf(await d1.prepare(`${HEAD} AND person_no = ?2`).bind(groupNo, no).first<Stored>());
}

/** Whose an address is or was. */
export async function selectPersonByEmail(
  { groupNo, d1 }: GroupDb,
  email: string,
): Promise<PersonHead | null> {
  const row = await d1
    .prepare(
      `${HEAD} AND person_no = (SELECT person_no FROM identities WHERE group_no = ?1 AND kind = 1 AND value = ?2)`,
    )
    .bind(groupNo, email)
    .first<Stored>();
  return headOf(row);
}

/** What a person did, by action: those in which a comment of theirs is shown are told apart, since their page holds it. */
export async function selectActionsTaken(
  { groupNo, d1 }: GroupDb,
  personNo: number,
): Promise<{ actionNo: number; isShown: boolean }[]> {
  const { results } = await d1
    .prepare(
      `SELECT action_no AS actionNo, max(comment_status = 2) AS isShown FROM participations
       WHERE group_no = ?1 AND person_no = ?2 GROUP BY action_no ORDER BY action_no`,
    )
    .bind(groupNo, personNo)
    .all<{ actionNo: number; isShown: number }>();
  return results.map(({ actionNo, isShown }) => ({ actionNo, isShown: isShown === 1 }));
}

export type ActionHead = { no: number; id: ActionId; kind: string };

/** A page of the actions that were ever published: any may hold something of a person that D1 has not seen. */
export async function selectActionPage(
  { groupNo, d1 }: GroupDb,
  after: number,
  limit: number,
): Promise<ActionHead[]> {
  const { results } = await d1
    .prepare(
      `SELECT action_no AS no, id, kind FROM actions WHERE group_no = ?1 AND action_no > ?2 AND published_at IS NOT NULL
       ORDER BY action_no LIMIT ?3`,
    )
    .bind(groupNo, after, limit)
    .all<{ no: number; id: ArrayBuffer; kind: string }>();
  return results.map((row) => ({ ...row, id: idFromBytes<ActionId>(row.id) }));
}

/** The regular gifts of a person that money is still taken of. */
export async function selectGiftsOn({ groupNo, d1 }: GroupDb, personNo: number): Promise<PaymentId[]> {
  const { results } = await d1
    .prepare(
      `SELECT s.id FROM participations p CROSS JOIN subscriptions s ON s.group_no = ?1 AND s.id = p.id
       WHERE p.group_no = ?1 AND p.person_no = ?2 AND p.amount IS NOT NULL AND s.state <> ${subscriptionStates.ended}`,
    )
    .bind(groupNo, personNo)
    .all<{ id: ArrayBuffer }>();
  return results.map(({ id }) => idFromBytes<PaymentId>(id));
}

/**
 * What else holds something a person said: answers of payments that were never finished, found by the address in them, and of
 * regular gifts, whose later charges would record it again; dedications; what an import found before it changed them. The
 * lines of the ledger stay: they name nobody. Run before the participations are emptied.
 */
export function forgetElsewhere({ groupNo, d1 }: GroupDb, personNo: number): D1PreparedStatement[] {
  const bind = (sql: string) => d1.prepare(sql).bind(groupNo, personNo);
  const theirs = (column: string) =>
    `(${column} IN (SELECT p.id FROM participations p WHERE p.group_no = ?1 AND p.person_no = ?2 AND p.amount IS NOT NULL))`;
  const said = "SELECT value FROM identities WHERE group_no = ?1 AND kind = 1 AND person_no = ?2";
  return [
    bind(
      `UPDATE payments SET participation = NULL, "order" = json_set("order", '$.details', json('{}'), '$.place', NULL)
       WHERE group_no = ?1 AND (${theirs("id")} OR (participation IS NOT NULL AND participation ->> '$.e' IN (${said})))`,
    ),
    bind(
      `UPDATE subscriptions SET participation = 'null', "order" = json_set("order", '$.details', json('{}'), '$.place', NULL)
       WHERE group_no = ?1 AND (${theirs("id")} OR participation ->> '$.e' IN (${said}))`,
    ),
    bind(
      `UPDATE import_people SET before = NULL WHERE group_no = ?1 AND person_no = ?2
         AND import_no IN (SELECT import_no FROM imports WHERE group_no = ?1)`,
    ),
    bind(`DELETE FROM mail_readers WHERE group_no = ?1 AND person_no IN (${numbersOf("?2")})`),
    // What forms elsewhere sent of them, or of somebody who named them, and is kept for some days.
    bind(
      `DELETE FROM hook_payloads WHERE group_no = ?1 AND (email IN (${said})
         OR EXISTS (SELECT 1 FROM (${said}) own WHERE instr(lower(hook_payloads.body), own.value) > 0))`,
    ),
    // Of the group's own tables, those whose rows are found by an address.
    bind(
      `DELETE FROM merge_rows WHERE group_no = ?1 AND (file_no, version_no) IN (SELECT file_no, version_no FROM merge_versions
         WHERE group_no = ?1 AND (kind = 'email' OR taken_at IS NULL)) AND key IN (${said})`,
    ),
    bind("DELETE FROM mail_wishes WHERE group_no = ?1 AND person_no = ?2"),
    bind("DELETE FROM confirmations WHERE group_no = ?1 AND person_no = ?2"),
    bind(`DELETE FROM mail_returns WHERE group_no = ?1 AND person_no IN (${numbersOf("?2")})`),
    bind(
      "DELETE FROM mail_answers WHERE group_no = ?1 AND reply_no IN (SELECT reply_no FROM mail_replies WHERE group_no = ?1 AND person_no = ?2)",
    ),
    bind("DELETE FROM mail_replies WHERE group_no = ?1 AND person_no = ?2"),
    bind(
      `DELETE FROM topic_refusals WHERE group_no = ?1 AND person_no = ?2
         AND topic_no IN (SELECT topic_no FROM topics WHERE group_no = ?1)`,
    ),
    // That somebody left is counted with the mailing; what they said of it goes.
    bind(
      `UPDATE departures SET reason = NULL, comment = NULL WHERE group_no = ?1 AND person_no IN (${numbersOf("?2")})
         AND (mailing_no = 0 OR mailing_no IN (SELECT mailing_no FROM mailings WHERE group_no = ?1))`,
    ),
    bind(`DELETE FROM webhook_deliveries WHERE group_no = ?1 AND person_no IN (${numbersOf("?2")})`),
    bind("DELETE FROM people_scores WHERE group_no = ?1 AND person_no = ?2"),
  ];
}

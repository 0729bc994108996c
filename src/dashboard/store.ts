import type { GroupDb } from "../groups/shard";
import { type ActionId, idFromHex } from "../platform/ids";

/** More than this is shown as "many": counting on would say nothing more about what to do. */
const WAITING_MAX = 999;

/**
 * How many comments of each action wait to be read. One short look into the partial index an action, which holds only rows
 * with a comment; `comment_status > 0` is what lets SQLite see that it may use it.
 */
export async function waitingComments(
  { d1, groupNo }: GroupDb,
  actionNos: readonly number[],
): Promise<Map<number, number>> {
  if (actionNos.length === 0) return new Map();
  const results = await d1.batch<{ n: number }>(
    actionNos.map((actionNo) =>
      d1
        .prepare(
          `SELECT count(*) AS n FROM (SELECT 1 FROM participations
           WHERE group_no = ?1 AND action_no = ?2 AND comment_status = 1 AND comment_status > 0 AND removal_no = 0 LIMIT ?3)`,
        )
        .bind(groupNo, actionNo, WAITING_MAX),
    ),
  );
  return new Map(actionNos.map((actionNo, index) => [actionNo, results[index]?.results[0]?.n ?? 0]));
}

export type PersonRow = {
  personNo: number;
  email: string | null;
  givenName: string | null;
  familyName: string | null;
  locality: string | null;
  country: string | null;
  emailStatus: number;
  createdAt: number;
  erasedAt: number | null;
  /** What the action that brought them is called, and its id. */
  actionTitle: string | null;
  actionId: ActionId | null;
};

const OF_ADDRESS =
  "AND p.person_no = (SELECT i.person_no FROM identities i WHERE i.group_no = ?1 AND i.kind = 1 AND i.value = ?4)";

/** People of a group, the newest first, by keyset; with an address, the one person who has or had it. */
export async function listPeople(
  { d1, groupNo }: GroupDb,
  { email, before, limit }: { email?: string | undefined; before?: number | undefined; limit: number },
): Promise<PersonRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT p.person_no AS personNo, p.email, p.given_name AS givenName, p.family_name AS familyName, p.locality, p.country,
         p.email_status AS emailStatus, p.created_at AS createdAt, p.erased_at AS erasedAt,
         coalesce(nullif(a.internal_title, ''), a.title) AS actionTitle, hex(a.id) AS actionId
       FROM people p LEFT JOIN actions a ON a.group_no = p.group_no AND a.action_no = p.first_action_no
       WHERE p.group_no = ?1 AND p.person_no < ?2 AND p.erased_at IS NULL
         ${email ? OF_ADDRESS : ""}
       ORDER BY p.person_no DESC LIMIT ?3`,
    )
    .bind(groupNo, before ?? Number.MAX_SAFE_INTEGER, limit, ...(email ? [email] : []))
    .all<Omit<PersonRow, "actionId"> & { actionId: string | null }>();
  return results.map((row) => ({
    ...row,
    actionId: row.actionId ? idFromHex<ActionId>(row.actionId) : null,
  }));
}

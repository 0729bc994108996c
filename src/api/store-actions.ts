import { and, desc, eq, inArray, isNotNull, lt, type SQL, sql } from "drizzle-orm";
import { toAction } from "../actions/action";
import { actions } from "../actions/tables";
import type { Action } from "../actions/types";
import type { GroupDb } from "../groups/shard";
import { type ActionId, idToHex } from "../platform/ids";
import type { Asked, Found } from "./collection";
import { identifierClause } from "./foreign";
import { momentIn } from "./moment";
import {
  type Clause,
  type FieldClause,
  filterClause,
  secondsClause,
  sqlOperators,
  textClause,
} from "./store-filter";

/** How actions of the product itself say where they come from. */
export const OWN_ORIGIN = "Groundswell";

const text =
  (column: string): FieldClause =>
  (condition) =>
    textClause(column, condition);
const moment =
  (column: string): FieldClause =>
  ({ op, value }) =>
    secondsClause(column, op, momentIn(value));

/** A wall clock's time as it is stored, "2026-03-12T19:00", compares as text with one that is asked for. */
const wallClock =
  (name: "startsAt" | "endsAt", said: "start_date" | "end_date"): FieldClause =>
  ({ op, value }) => {
    const at = momentIn(value);
    if (at === null) return null;
    const column = `coalesce(nullif(settings ->> '$.${name}', '') || ':00Z', api ->> '$.${said}')`;
    return {
      sql: `${column} ${sqlOperators[op]} ?`,
      values: [`${new Date(at).toISOString().slice(0, 19)}Z`],
    };
  };

const fields: Record<string, FieldClause> = {
  title: text("title"),
  origin_system: text(`coalesce(api ->> '$.origin_system', '${OWN_ORIGIN}')`),
  created_date: moment("created_at"),
  modified_date: moment("max(updated_at, created_at)"),
  start_date: wallClock("startsAt", "start_date"),
  end_date: wallClock("endsAt", "end_date"),
};

/** A clause as Drizzle takes it. */
function bound({ sql: statement, values }: Clause): SQL {
  const [first = "", ...rest] = statement.split("?");
  const chunks = rest.flatMap((part, index) => [sql`${values[index] ?? null}`, sql.raw(part)]);
  return sql.join([sql.raw(first), ...chunks]);
}

export type Which = { kinds: readonly string[]; campaignNo?: number | undefined };

function wanted(db: GroupDb, { kinds, campaignNo }: Which, filter: Asked["filter"]): SQL | undefined {
  const { groupNo } = db;
  const identifier: FieldClause = (condition) => identifierClause(db, "action", "id", condition);
  return and(
    eq(actions.groupNo, groupNo),
    inArray(actions.kind, [...kinds]),
    isNotNull(actions.publishedAt),
    campaignNo === undefined ? undefined : sql`${actions.settings} ->> '$.campaignNo' = ${campaignNo}`,
    filter === null ? undefined : bound(filterClause(filter, { ...fields, identifier })),
  );
}

/** A page of the group's actions of some kinds, the newest first: those that were ever published, and those of API clients. */
export async function findActions(
  group: GroupDb,
  which: Which,
  { filter, after, skip, limit }: Asked,
): Promise<Found<Action>> {
  const { db } = group;
  const where = wanted(group, which, filter);
  const [rows, [counted]] = await Promise.all([
    db
      .select()
      .from(actions)
      .where(and(where, after === null ? undefined : lt(actions.actionNo, Number.parseInt(after, 10) || 0)))
      .orderBy(desc(actions.actionNo))
      .limit(limit + 1)
      .offset(skip),
    db.select({ total: sql<number>`count(*)` }).from(actions).where(where),
  ]);
  const page = rows.slice(0, limit).map(toAction);
  return {
    rows: page,
    cursor: page.at(-1)?.no.toString() ?? null,
    total: counted?.total ?? 0,
    hasMore: rows.length > limit,
  };
}

/** One of them; null for another group's, for a draft, and for none. */
export async function findOne(group: GroupDb, which: Which, id: ActionId): Promise<Action | null> {
  const [row] = await group.db
    .select()
    .from(actions)
    .where(and(wanted(group, which, null), eq(actions.id, id)))
    .limit(1);
  return row ? toAction(row) : null;
}

/** The actions of those numbers. */
export async function actionsByNo({ db, groupNo }: GroupDb, nos: readonly number[]): Promise<Action[]> {
  if (nos.length === 0) return [];
  const rows = await db
    .select()
    .from(actions)
    .where(and(eq(actions.groupNo, groupNo), inArray(actions.actionNo, [...nos])));
  return rows.map(toAction);
}

/** How many events each of some campaigns has. */
export async function eventCounts(
  { d1, groupNo }: GroupDb,
  campaignNos: readonly number[],
): Promise<Map<number, number>> {
  if (campaignNos.length === 0) return new Map();
  const { results } = await d1
    .prepare(
      `SELECT settings ->> '$.campaignNo' AS campaignNo, count(*) AS n FROM actions INDEXED BY actions_by_kind
       WHERE group_no = ?1 AND kind = 'event' AND published_at IS NOT NULL
         AND settings ->> '$.campaignNo' IN (SELECT value FROM json_each(?2)) GROUP BY 1`,
    )
    .bind(groupNo, JSON.stringify(campaignNos))
    .all<{ campaignNo: number; n: number }>();
  return new Map(results.map(({ campaignNo, n }) => [campaignNo, n]));
}

/** How many came to the events of each campaign, by their rows. */
export async function rsvpsOf(
  { d1, groupNo }: GroupDb,
  campaignNos: readonly number[],
): Promise<Map<number, number>> {
  if (campaignNos.length === 0) return new Map();
  const { results } = await d1
    .prepare(
      `SELECT e.campaign_no AS campaignNo, count(*) AS n
       FROM (SELECT action_no, settings ->> '$.campaignNo' AS campaign_no FROM actions INDEXED BY actions_by_kind
         WHERE group_no = ?1 AND kind = 'event' AND published_at IS NOT NULL
           AND settings ->> '$.campaignNo' IN (SELECT value FROM json_each(?2))) e
       CROSS JOIN participations p INDEXED BY participations_by_action ON p.group_no = ?1 AND p.action_no = e.action_no
       WHERE p.removal_no = 0 AND p.standing < 2 GROUP BY 1`,
    )
    .bind(groupNo, JSON.stringify(campaignNos))
    .all<{ campaignNo: number; n: number }>();
  return new Map(results.map(({ campaignNo, n }) => [campaignNo, n]));
}

/** The group whose action this is: the number of the group, in one shard. */
export async function groupNoOfAction(shard: D1Database, id: ActionId): Promise<number | null> {
  const row = await shard
    .prepare("SELECT group_no FROM actions INDEXED BY actions_by_uuid WHERE id = unhex(?1)")
    .bind(idToHex(id))
    .first<{ group_no: number }>();
  return row?.group_no ?? null;
}

/** What was given to some actions, by what is stored: money that clients wrote down, which no ledger of ours knows. */
export async function givenTo(
  { d1, groupNo }: GroupDb,
  actionNos: readonly number[],
): Promise<Map<number, { currency: string; amount: number }[]>> {
  const given = new Map<number, { currency: string; amount: number }[]>();
  if (actionNos.length === 0) return given;
  const { results } = await d1
    .prepare(
      `SELECT p.action_no AS actionNo, p.currency, sum(p.amount) AS amount
       FROM json_each(?2) j CROSS JOIN participations p INDEXED BY participations_by_action
         ON p.group_no = ?1 AND p.action_no = j.value
       WHERE p.amount IS NOT NULL AND p.removal_no = 0 GROUP BY 1, 2`,
    )
    .bind(groupNo, JSON.stringify(actionNos))
    .all<{ actionNo: number; currency: string; amount: number }>();
  for (const { actionNo, ...sum } of results) given.set(actionNo, [...(given.get(actionNo) ?? []), sum]);
  return given;
}

export type NewAction = Pick<
  Action,
  "id" | "kind" | "title" | "internalTitle" | "locale" | "settings" | "createdAt"
> & {
  api: Record<string, unknown>;
};

/** Stores an action that an API client made: public at once, and at no address of ours. @returns its number */
export async function insertAction({ d1, groupNo }: GroupDb, action: NewAction): Promise<number> {
  const results = await d1.batch<{ last: number }>([
    d1
      .prepare(
        `INSERT INTO numbers (group_no, noun, last) VALUES (?1, 'actions', 1)
         ON CONFLICT (group_no, noun) DO UPDATE SET last = last + 1 RETURNING last`,
      )
      .bind(groupNo),
    d1
      .prepare(
        `INSERT INTO actions (group_no, action_no, id, kind, slug, status, title, internal_title, locale, settings, version,
           created_by, created_at, updated_at, published_at, api)
         VALUES (?1, (SELECT last FROM numbers WHERE group_no = ?1 AND noun = 'actions'), unhex(?2), ?3, ?4, 'published', ?5, ?6, ?7, ?8, 1,
           0, ?9, ?9, ?9, ?10)`,
      )
      .bind(
        ...[groupNo, idToHex(action.id), action.kind, action.id, action.title, action.internalTitle],
        ...[action.locale, JSON.stringify(action.settings), action.createdAt, JSON.stringify(action.api)],
      ),
  ]);
  const no = results[0]?.results[0]?.last;
  if (no === undefined) throw new Error("an action without a number");
  return no;
}

/** Changes an action that an API client made. */
export async function updateAction(
  { d1, groupNo }: GroupDb,
  {
    no,
    title,
    internalTitle,
    settings,
    api,
  }: Pick<Action, "no" | "title" | "internalTitle" | "settings" | "api">,
  at: number,
): Promise<void> {
  await d1
    .prepare(
      `UPDATE actions SET title = ?3, internal_title = ?4, settings = ?5, api = ?6, updated_at = ?7,
         version = version + 1, page_version = page_version + 1
       WHERE group_no = ?1 AND action_no = ?2 AND api IS NOT NULL`,
    )
    .bind(groupNo, no, title, internalTitle, JSON.stringify(settings), JSON.stringify(api), at)
    .run();
}

/** Somebody of the group's list who is also one of its organisers. */
export type KnownCreator = { email: string; personNo: number };

/** Which of some addresses are people of the group, by the address. */
export async function peopleByEmail(
  { d1, groupNo }: GroupDb,
  emails: readonly string[],
): Promise<KnownCreator[]> {
  if (emails.length === 0) return [];
  const { results } = await d1
    .prepare(
      `SELECT i.value AS email, coalesce(p.merged_into, p.person_no) AS personNo FROM json_each(?2) j
       CROSS JOIN identities i ON i.group_no = ?1 AND i.kind = 1 AND i.value = j.value
       CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = i.person_no AND p.erased_at IS NULL`,
    )
    .bind(groupNo, JSON.stringify(emails))
    .all<KnownCreator>();
  return results;
}

/** The numbers of the accounts that made the group's actions. */
export async function makersOf({ d1, groupNo }: GroupDb): Promise<number[]> {
  const { results } = await d1
    .prepare("SELECT DISTINCT created_by AS no FROM actions WHERE group_no = ?1 AND created_by > 0")
    .bind(groupNo)
    .all<{ no: number }>();
  return results.map(({ no }) => no);
}

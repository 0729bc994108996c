import { standings } from "../actions/kind";
import type { GroupDb } from "../groups/shard";
import { idToHex } from "../platform/ids";
import type { Asked, Found } from "./collection";
import type { Filter } from "./filter";
import { identifierClause } from "./foreign";
import { momentIn } from "./moment";
import { type Clause, type FieldClause, filterClause, secondsClause } from "./store-filter";
import { COLUMNS, IN_ACTION, JOINS, MODIFIED, type Row, rowOf, type Stored } from "./store-participation";

const fieldsOf = (db: GroupDb): Record<string, FieldClause> => ({
  identifier: (condition) => identifierClause(db, "participation", "p.id", condition),
  created_date: ({ op, value }) => secondsClause("p.acted_at", op, momentIn(value)),
  modified_date: ({ op, value }) => secondsClause(MODIFIED, op, momentIn(value)),
});

/** Rows that one statement goes through when dates are asked for, which no index knows. */
const SCANNED_ROWS = 10_000;
/** So long one request goes on looking, statement after statement. */
const SCAN_MS = 1_500;
/** And so long while it has found nothing: clients take an empty page for the end. */
const SCAN_EMPTY_MS = 10_000;

/**
 * A page of an action's participations, the newest first, read along the index from where the page before ended. A filter by date
 * goes through ranges of that index: it gives what it found in a second and a half, and where to look on.
 * @param total how many there are without a filter
 */
export async function ofAction(
  db: GroupDb,
  actionNo: number,
  asked: Asked,
  total: () => Promise<number>,
): Promise<Found<Row>> {
  const cursor = readCursor(asked.after);
  if (asked.filter === null) {
    const [rows, count] = await Promise.all([
      select(db, actionNo, { before: cursor.before, limit: asked.limit + 1, skip: asked.skip }),
      cursor.total ?? total(),
    ]);
    return pageOf(rows, asked.limit, count);
  }
  return asksOne(asked.filter) ? named(db, actionNo, asked) : scan(db, actionNo, asked, cursor);
}

type Cursor = { before: string | null; total: number | null };

/** `<32 digits of the last id>` and, where it was counted, `-<total>`: a walk counts once, on its first page. */
function readCursor(text: string | null): Cursor {
  const [, before = null, total] = /^([0-9a-f]{32})(?:-(\d{1,12}))?$/.exec(text ?? "") ?? [];
  return { before, total: total === undefined ? null : Number(total) };
}

function pageOf(rows: Row[], limit: number, total: number): Found<Row> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const cursor = last ? `${idToHex(last.id)}-${total}` : null;
  return { rows: page, cursor, total, hasMore: rows.length > limit };
}

/** Whether a filter names one participation, which the index finds. */
function asksOne(filter: Filter): boolean {
  return "field" in filter && filter.field === "identifier" && filter.op === "eq";
}

async function named(
  db: GroupDb,
  actionNo: number,
  { filter, after, skip, limit }: Asked,
): Promise<Found<Row>> {
  const { sql, values } = filterClause(filter, fieldsOf(db));
  const { results } = await db.d1
    .prepare(
      `SELECT ${COLUMNS} FROM participations p INDEXED BY participations_by_action ${JOINS}
       WHERE ${IN_ACTION} AND p.removal_no = 0 AND ${sql}`,
    )
    .bind(db.groupNo, actionNo, ...values)
    .all<Stored>();
  return pageOf(skip > 0 || after !== null ? [] : results.map(rowOf), limit, results.length);
}

async function select(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  { before, limit, skip }: { before: string | null; limit: number; skip: number },
): Promise<Row[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM participations p INDEXED BY participations_by_action ${JOINS}
       WHERE ${IN_ACTION} AND p.removal_no = 0 ${before ? `AND p.id < unhex('${before}')` : ""}
       ORDER BY p.id DESC LIMIT ?3 OFFSET ?4`,
    )
    .bind(groupNo, actionNo, limit, skip)
    .all<Stored>();
  return results.map(rowOf);
}

async function scan(db: GroupDb, actionNo: number, asked: Asked, cursor: Cursor): Promise<Found<Row>> {
  const startedAt = Date.now();
  const clause = filterClause(asked.filter, fieldsOf(db));
  const wanted = asked.skip + asked.limit + 1;
  const found: Row[] = [];
  let at: string | null = cursor.before;
  let isEnd = false;
  const mayGoOn = () => Date.now() - startedAt < (found.length > asked.skip ? SCAN_MS : SCAN_EMPTY_MS);
  while (found.length < wanted && !isEnd && mayGoOn()) {
    const step = await scanStep(db, actionNo, clause, { before: at, limit: wanted - found.length });
    found.push(...step.rows);
    at = step.next;
    isEnd = at === null;
  }
  const total = cursor.total ?? (await countMatches(db, actionNo, clause, Date.now() + SCAN_MS));
  const rows = found.slice(asked.skip, asked.skip + asked.limit);
  const last = rows.at(-1);
  const isFull = found.length >= wanted;
  const goOnFrom = isFull && last ? idToHex(last.id) : at;
  return {
    rows,
    cursor: goOnFrom === null ? null : `${goOnFrom}-${total}`,
    total,
    hasMore: isFull || !isEnd,
  };
}

const RANGE = (before: string | null) =>
  `SELECT id FROM participations INDEXED BY participations_by_action
   WHERE group_no = ?1 AND action_no = ?2 ${before ? `AND id < unhex('${before}')` : ""}
   ORDER BY id DESC LIMIT ${SCANNED_ROWS}`;

const MATCHES = (before: string | null, condition: string) =>
  `FROM (${RANGE(before)}) s CROSS JOIN participations p INDEXED BY participations_by_action ON ${IN_ACTION} AND p.id = s.id
   ${JOINS} WHERE p.removal_no = 0 AND ${condition}`;

/** Those among the next rows that match, and where to go on; null at the end. */
async function scanStep(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  { sql, values }: Clause,
  { before, limit }: { before: string | null; limit: number },
): Promise<{ rows: Row[]; next: string | null }> {
  const { results } = await d1
    .prepare(`SELECT ${COLUMNS} ${MATCHES(before, sql)} LIMIT ${Math.trunc(limit)}`)
    .bind(groupNo, actionNo, ...values)
    .all<Stored>();
  const last = results.at(-1);
  if (results.length >= limit && last) return { rows: results.map(rowOf), next: last.id };
  return { rows: results.map(rowOf), next: await endOfRange(d1, groupNo, actionNo, before) };
}

/** The last id of a range; null where the action has no more than it. */
async function endOfRange(
  d1: D1Database,
  groupNo: number,
  actionNo: number,
  before: string | null,
): Promise<string | null> {
  const end = await d1
    .prepare(`SELECT lower(hex(min(id))) AS last, count(*) AS n FROM (${RANGE(before)})`)
    .bind(groupNo, actionNo)
    .first<{ last: string | null; n: number }>();
  return end && end.n >= SCANNED_ROWS ? end.last : null;
}

/** How many match, or as many as were found in the time there is. */
async function countMatches(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  { sql, values }: Clause,
  stopAt: number,
): Promise<number> {
  let total = 0;
  let before: string | null = null;
  do {
    const row: { n: number } | null = await d1
      .prepare(`SELECT count(*) AS n ${MATCHES(before, sql)}`)
      .bind(groupNo, actionNo, ...values)
      .first<{ n: number }>();
    total += row?.n ?? 0;
    before = await endOfRange(d1, groupNo, actionNo, before);
  } while (before !== null && Date.now() < stopAt);
  return total;
}

/** How many of an action's participations count, by its rows; for those whose home does not say. */
export async function countOfAction({ d1, groupNo }: GroupDb, actionNo: number): Promise<number> {
  const row = await d1
    .prepare(
      `SELECT (SELECT count(*) FROM participations INDEXED BY participations_by_action WHERE group_no = ?1 AND action_no = ?2)
         - (SELECT count(*) FROM participations INDEXED BY participations_out WHERE group_no = ?1 AND action_no = ?2
              AND (removal_no <> 0 OR standing = ${standings.cancelled}) AND removal_no <> 0) AS n`,
    )
    .bind(groupNo, actionNo)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** What one person did in actions of some kinds, the newest first: a handful of rows of the primary key. */
export async function ofPerson(
  db: GroupDb,
  personNo: number,
  kinds: readonly string[],
  { filter, after, skip, limit }: Asked,
): Promise<Found<Row>> {
  const { d1, groupNo } = db;
  const { sql, values } = filterClause(filter, fieldsOf(db));
  const { before } = readCursor(after);
  const from = `FROM participations p ${JOINS}
    WHERE p.group_no = ?1 AND p.person_no = ?2 AND p.removal_no = 0 AND a.kind IN (SELECT value FROM json_each(?3)) AND a.published_at IS NOT NULL`;
  const bound = [groupNo, personNo, JSON.stringify(kinds)];
  const [rows, counted] = await d1.batch<Stored | { n: number }>([
    d1
      .prepare(
        `SELECT ${COLUMNS} ${from} AND ${sql} ${before ? `AND p.id < unhex('${before}')` : ""}
         ORDER BY p.id DESC LIMIT ${Math.trunc(limit) + 1} OFFSET ${Math.trunc(skip)}`,
      )
      .bind(...bound, ...values),
    d1.prepare(`SELECT count(*) AS n ${from} AND ${sql}`).bind(...bound, ...values),
  ]);
  const count = counted?.results[0];
  return pageOf(
    (rows?.results ?? []).flatMap((row) => ("answer" in row ? [rowOf(row)] : [])),
    limit,
    count && "n" in count ? count.n : 0,
  );
}

const GIFT_CURSOR = /^(\d{1,15})-(\d{1,15})-([0-9a-f]{32})(?:-(\d{1,12}))?$/;

/** The group's gifts, along the index of gifts: by person and moment, the last ones first. */
export async function gifts(db: GroupDb, { filter, after, skip, limit }: Asked): Promise<Found<Row>> {
  const { d1, groupNo } = db;
  const { sql, values } = filterClause(filter, fieldsOf(db));
  const [, personNo, actedAt, id, known] = GIFT_CURSOR.exec(after ?? "") ?? [];
  const where = `p.group_no = ?1 AND p.amount IS NOT NULL AND p.removal_no = 0`;
  const from = "FROM participations p INDEXED BY participations_with_gift";
  const beyond = id ? `AND (p.person_no, p.acted_at, p.id) < (${personNo}, ${actedAt}, unhex('${id}'))` : "";
  const [rows, counted] = await d1.batch<Stored | { n: number }>([
    d1
      .prepare(
        `SELECT ${COLUMNS} ${from} ${JOINS} WHERE ${where} AND ${sql} ${beyond}
         ORDER BY p.person_no DESC, p.acted_at DESC, p.id DESC LIMIT ${Math.trunc(limit) + 1} OFFSET ${Math.trunc(skip)}`,
      )
      .bind(groupNo, ...values),
    ...(known === undefined
      ? [d1.prepare(`SELECT count(*) AS n ${from} WHERE ${where} AND ${sql}`).bind(groupNo, ...values)]
      : []),
  ]);
  const count = counted?.results[0];
  const page = pageOf(
    (rows?.results ?? []).flatMap((row) => ("answer" in row ? [rowOf(row)] : [])),
    limit,
    count && "n" in count ? count.n : Number(known ?? 0),
  );
  const last = page.rows.at(-1);
  const at = last && `${last.personNo}-${last.actedAt}-${idToHex(last.id)}-${page.total}`;
  return { ...page, cursor: at ?? null };
}

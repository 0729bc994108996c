import { standings } from "../actions/kind";
import type { GroupDb } from "../groups/shard";
import type { StoredAnswer } from "../intake/types";
import { type ActionId, idFromHex, idToHex, type ParticipationId, type PersonId } from "../platform/ids";
import type { Asked, Found } from "./collection";
import type { Filter } from "./filter";
import { identifierClause } from "./foreign";
import { momentIn } from "./moment";
import { type Clause, type FieldClause, filterClause, secondsClause } from "./store-filter";

/** One participation with its person and its action, as the API shows it. */
export type Row = {
  id: ParticipationId;
  personNo: number;
  personId: PersonId;
  actionNo: number;
  actionId: ActionId;
  kind: string;
  isOfClient: boolean;
  nth: number;
  actedAt: number;
  modifiedAt: number;
  answer: StoredAnswer;
  comment: string | null;
  source: string | null;
  referrer: string | null;
  standing: number;
  amount: number | null;
  currency: string | null;
};

type Stored = Omit<Row, "id" | "personId" | "actionId" | "isOfClient" | "answer"> & {
  id: string;
  personId: string;
  actionId: string;
  isOfClient: number;
  answer: string;
};

const MODIFIED = "max(p.acted_at, p.revised_at, p.standing_at)";

const COLUMNS = `lower(hex(p.id)) AS id, p.person_no AS personNo, lower(hex(person.id)) AS personId, p.action_no AS actionNo,
  lower(hex(a.id)) AS actionId, a.kind, a.api IS NOT NULL AS isOfClient, p.nth, p.acted_at AS actedAt, ${MODIFIED} AS modifiedAt,
  p.answer, p.comment, p.source, p.referrer, p.standing, p.amount, p.currency`;

const JOINS = `CROSS JOIN people person ON person.group_no = p.group_no AND person.person_no = p.person_no
  CROSS JOIN actions a ON a.group_no = p.group_no AND a.action_no = p.action_no`;

const rowOf = ({ id, personId, actionId, isOfClient, answer, ...row }: Stored): Row => ({
  ...row,
  id: idFromHex(id),
  personId: idFromHex(personId),
  actionId: idFromHex(actionId),
  isOfClient: isOfClient === 1,
  answer: JSON.parse(answer),
});

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

const IN_ACTION = "p.group_no = ?1 AND p.action_no = ?2";

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

/** One of an action's participations that count; null for a removed one and for none. */
export async function participation(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  id: ParticipationId,
): Promise<Row | null> {
  const row = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM participations p INDEXED BY participations_by_action ${JOINS}
       WHERE ${IN_ACTION} AND p.id = unhex(?3) AND p.removal_no = 0`,
    )
    .bind(groupNo, actionNo, idToHex(id))
    .first<Stored>();
  return row ? rowOf(row) : null;
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

/** A gift of the group, whatever it was given to. */
export async function gift({ d1, groupNo }: GroupDb, id: ParticipationId): Promise<Row | null> {
  const row = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM actions f CROSS JOIN participations p INDEXED BY participations_by_action
         ON p.group_no = ?1 AND p.action_no = f.action_no AND p.id = unhex(?2) ${JOINS}
       WHERE f.group_no = ?1 AND f.kind = 'fundraiser' AND f.published_at IS NOT NULL AND p.amount IS NOT NULL AND p.removal_no = 0`,
    )
    .bind(groupNo, idToHex(id))
    .first<Stored>();
  return row ? rowOf(row) : null;
}

/** One thing a person did in actions of some kinds. */
export async function oneOfPerson(
  { d1, groupNo }: GroupDb,
  personNo: number,
  kinds: readonly string[],
  id: ParticipationId,
): Promise<Row | null> {
  const row = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM participations p ${JOINS}
       WHERE p.group_no = ?1 AND p.person_no = ?2 AND p.removal_no = 0 AND p.id = unhex(?4)
         AND a.kind IN (SELECT value FROM json_each(?3)) AND a.published_at IS NOT NULL`,
    )
    .bind(groupNo, personNo, JSON.stringify(kinds), idToHex(id))
    .first<Stored>();
  return row ? rowOf(row) : null;
}

/**
 * What has just been stored of one person: where a person acts once, theirs, whichever object it came by, and else the one of
 * that id. One that an organiser took out is given too.
 */
export async function storedOf(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  { email, id, isOnce }: { email: string; id: ParticipationId; isOnce: boolean },
): Promise<Row | null> {
  const whose = isOnce
    ? `FROM identities i CROSS JOIN participations p ON p.group_no = ?1 AND p.person_no = i.person_no AND p.action_no = ?2 AND p.nth = 0
       ${JOINS} WHERE i.group_no = ?1 AND i.kind = 1 AND i.value = ?3`
    : `FROM participations p INDEXED BY participations_by_action ${JOINS} WHERE ${IN_ACTION} AND p.id = unhex(?3)`;
  const row = await d1
    .prepare(`SELECT ${COLUMNS} ${whose}`)
    .bind(groupNo, actionNo, isOnce ? email : idToHex(id))
    .first<Stored>();
  return row ? rowOf(row) : null;
}

/** What has an id, in whichever of the group's actions, and whether it counts. */
export async function anywhere(
  { d1, groupNo }: GroupDb,
  id: ParticipationId,
): Promise<{ row: Row; isRemoved: boolean } | null> {
  const found = await d1
    .prepare(
      `SELECT ${COLUMNS}, p.removal_no AS removalNo FROM actions f CROSS JOIN participations p INDEXED BY participations_by_action
         ON p.group_no = ?1 AND p.action_no = f.action_no AND p.id = unhex(?2) ${JOINS}
       WHERE f.group_no = ?1`,
    )
    .bind(groupNo, idToHex(id))
    .first<Stored & { removalNo: number }>();
  if (!found) return null;
  const { removalNo, ...stored } = found;
  return { row: rowOf(stored), isRemoved: removalNo > 0 };
}

/** What one person did in one action where they do it once; one that was taken out is given too. */
export async function onceOf(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  personNo: number,
): Promise<Row | null> {
  const row = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM participations p ${JOINS}
       WHERE p.group_no = ?1 AND p.person_no = ?2 AND p.action_no = ?3 AND p.nth = 0`,
    )
    .bind(groupNo, personNo, actionNo)
    .first<Stored>();
  return row ? rowOf(row) : null;
}

/**
 * Lets somebody without an address act: objects know people by their address, and this one is the person's and nobody's mailbox. It
 * is an identity like any other, so that merging, erasing and counting treat it as one.
 */
export async function insertAlias(
  { d1, groupNo }: GroupDb,
  personNo: number,
  alias: string,
  at: number,
): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO identities (group_no, kind, value, person_no, acted_at) SELECT ?1, 1, ?3, ?2, ?4
       FROM people WHERE group_no = ?1 AND person_no = ?2 AND erased_at IS NULL AND merged_into IS NULL ON CONFLICT DO NOTHING`,
    )
    .bind(groupNo, personNo, alias, at)
    .run();
}

/** Changes of a participation that a client asked for. */
export type Changes = { comment?: string | null; commentStatus?: number; own?: unknown; amount?: number };

/** Changes what is stored of a participation, as of now. Whatever is not named stays. */
export async function updateParticipation(
  { d1, groupNo }: GroupDb,
  { personNo, actionNo, nth }: Pick<Row, "personNo" | "actionNo" | "nth">,
  { comment, commentStatus = 0, own, amount }: Changes,
  at: number,
): Promise<void> {
  await d1
    .prepare(
      `UPDATE participations SET revised_at = max(revised_at + 1, ?5),
         comment = iif(?6, ?7, comment), comment_status = iif(?6, ?8, comment_status),
         answer = iif(?9 IS NULL, answer, json_set(answer, '$.own', json(?9))), amount = coalesce(?10, amount)
       WHERE group_no = ?1 AND person_no = ?2 AND action_no = ?3 AND nth = ?4 AND removal_no = 0`,
    )
    .bind(
      ...[groupNo, personNo, actionNo, nth, at],
      ...[comment === undefined ? 0 : 1, comment ?? null, comment ? commentStatus : 0],
      ...[own === undefined ? null : JSON.stringify(own), amount ?? null],
    )
    .run();
}

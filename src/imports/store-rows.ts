import type { GroupDb } from "../groups/shard";
import type { History } from "./types";

/** A column of `people` an import may fill, and where the page's JSON holds it. */
export const importColumns = [
  ["given_name", "givenName"],
  ["family_name", "familyName"],
  ["street", "street"],
  ["locality", "locality"],
  ["region", "region"],
  ["postal_code", "postalCode"],
  ["country", "country"],
  ["language", "language"],
  ["phone", "phone"],
  ["preferred_name", "preferredName"],
  ["time_zone", "timeZone"],
] as const;
export type ImportColumn = (typeof importColumns)[number][0];

/** What all pages of one import have in common. */
export type PageOptions = {
  importNo: number;
  /** Rows name people by number (`p`) and not by address. */
  isById: boolean;
  /** The columns the file may change, always in the same order: `before` is written in it. */
  columns: readonly ImportColumn[];
  fieldNos: readonly number[];
  hasTags: boolean;
  overwrites: boolean;
  /** Whether a "stop" counts against an earlier "yes": where rows say when, or the whole file is one of people who left. */
  stopsCount: boolean;
  /** What rows say of text messages counts as `stopsCount` says of mail; null where nothing is said of them. */
  mobile: { stopsCount: boolean } | null;
  /** What people did, by their row; null where the file says who they are and no more. */
  history: History | null;
  source: string;
  /** The statement consent events point at, 16 hexadecimal digits; null when nobody is subscribed. */
  statementHash: string | null;
  startedAt: number;
};

/** How far a page moves the import. */
export type PageMove = {
  from: number;
  to: { byte: number; line: number };
  isEnd: boolean;
  /** Records read that were not blank; those of them that were rejected before they came here; those with a value left out. */
  rows: number;
  rejected: number;
  noted: number;
  workedMs: number;
  now: number;
};

/** A statement of the batch found that the import is no longer where it was thought to be, or no longer running. */
export class MovedOn extends Error {}

// A stranger who asked to be forgotten stays so, whenever the file was written (design.md §6). Who came back by themselves
// has an identity again and is no stranger.
const NOT_FORGOTTEN = `(NOT EXISTS (SELECT 1 FROM identities WHERE group_no = ?1 AND kind = 3)
    OR NOT EXISTS (SELECT 1 FROM identities x WHERE x.group_no = ?1 AND x.kind = 3 AND x.value = j.value ->> 'h'))`;

// CROSS JOIN forces the order, as everywhere where a page of JSON meets a big table (design.md §5).
const BY_IDENTITY =
  "jsonb_each(?2) j CROSS JOIN identities i ON i.group_no = ?1 AND i.kind = j.value ->> 'k' AND i.value = j.value ->> 'v'";
const BY_NUMBER =
  "jsonb_each(?2) j CROSS JOIN people i ON i.group_no = ?1 AND i.person_no = j.value ->> 'p' AND i.erased_at IS NULL AND i.merged_into IS NULL";

const who = ({ isById }: PageOptions) => (isById ? BY_NUMBER : BY_IDENTITY);

/**
 * Stores a page of people, counts what became of them and moves the cursor, all of it or nothing.
 * @param rows JSON array of `StoredRow`
 * @throws MovedOn when the cursor is not at `move.from` or the import is not running: nothing was written
 */
export async function applyPage(
  group: GroupDb,
  rows: string,
  move: PageMove,
  options: PageOptions,
): Promise<{ ms: number; stored: number }> {
  const { d1, groupNo } = group;
  const count = rows === "[]" ? 0 : 1;
  const bind = (sql: string, ...more: unknown[]) => d1.prepare(sql).bind(groupNo, rows, ...more);
  const statements = [moveStatement(group, move, options)];
  if (count > 0) {
    if (!options.isById) statements.push(bind(NUMBER_STRANGERS));
    if (options.columns.includes("phone")) statements.push(bind(claimPhones(options)));
    statements.push(
      bind(countStatement(options), options.importNo, JSON.stringify(options.fieldNos)),
      bind(rememberStatement(options), options.importNo, JSON.stringify(options.fieldNos)),
      bind(upsertPeople(options), crypto.randomUUID().replaceAll("-", "")),
    );
    if (options.hasTags) statements.push(bind(tagStatement(options), options.startedAt));
    if (options.fieldNos.length > 0) statements.push(...fieldStatements(options).map((sql) => bind(sql)));
    if (options.history) statements.push(historyStatement(group, rows, options, options.history));
    if (options.statementHash !== null)
      statements.push(bind(consentStatement(options), options.statementHash));
  }
  const began = Date.now();
  try {
    const results = await d1.batch(statements);
    const ms = results.reduce((sum, { meta }) => Math.max(sum, meta.duration), 0);
    return { ms: Math.max(ms, Date.now() - began), stored: count };
  } catch (error) {
    if (String(error).includes("NOT NULL constraint failed: imports.next_byte"))
      throw new MovedOn("moved on", { cause: error });
    throw error;
  }
}

/** First in the batch, and its guard: where nothing may move, NULL breaks a constraint and the batch with it. */
function moveStatement(
  { d1, groupNo }: GroupDb,
  move: PageMove,
  { importNo }: PageOptions,
): D1PreparedStatement {
  return d1
    .prepare(
      `UPDATE imports SET next_byte = iif(status = 'running' AND next_byte = ?3, ?4, NULL), next_line = ?5,
         row_count = row_count + ?6, rejected_count = rejected_count + ?7, noted_count = noted_count + ?8,
         worked_ms = worked_ms + ?9, moved_at = ?10, trouble = NULL,
         status = iif(?11 = 1, 'finished', status), finished_at = iif(?11 = 1, ?10, finished_at)
       WHERE group_no = ?1 AND import_no = ?2`,
    )
    .bind(
      ...[groupNo, importNo, move.from, move.to.byte, move.to.line, move.rows, move.rejected, move.noted],
      ...[Math.round(move.workedMs), move.now, move.isEnd ? 1 : 0],
    );
}

// People are never deleted, so the highest number is the last one given (see `people/store.ts`).
const NUMBER_STRANGERS = `
  INSERT INTO identities (group_no, kind, value, person_no, acted_at)
  SELECT ?1, kind, value, (SELECT coalesce(max(person_no), 0) FROM people WHERE group_no = ?1) + row_number() OVER (ORDER BY first), acted_at
  FROM (SELECT j.value ->> 'k' AS kind, j.value ->> 'v' AS value, min(j.value ->> 't') AS acted_at, min(j.key) AS first
    FROM jsonb_each(?2) j
    WHERE NOT EXISTS (SELECT 1 FROM identities i WHERE i.group_no = ?1 AND i.kind = j.value ->> 'k' AND i.value = j.value ->> 'v')
      AND ${NOT_FORGOTTEN}
    GROUP BY 1, 2)
  WHERE true
  ON CONFLICT (group_no, kind, value) DO NOTHING`;

// A file takes no phone from anybody: whose it is, they said so themselves or an earlier line did.
function claimPhones(options: PageOptions): string {
  const isWanted = options.overwrites
    ? ""
    : "AND NOT EXISTS (SELECT 1 FROM people p WHERE p.group_no = ?1 AND p.person_no = i.person_no AND p.phone IS NOT NULL)";
  return `
    INSERT INTO identities (group_no, kind, value, person_no, acted_at)
    SELECT ?1, 2, j.value ->> '$.o.phone', i.person_no, j.value ->> 't' FROM ${who(options)}
    WHERE j.value ->> '$.o.phone' <> '' ${isWanted}
    ON CONFLICT (group_no, kind, value) DO NOTHING`;
}

/** What each row says, with NULL for what it says nothing of and "" for what it clears. */
function saidColumns({ columns }: PageOptions): string[] {
  const all = new Map<string, string>(importColumns);
  return columns.map((column) => {
    const said = `j.value ->> '$.o.${all.get(column)}'`;
    if (column !== "phone") return `${said} AS ${column}`;
    const isTheirs = `EXISTS (SELECT 1 FROM identities n WHERE n.group_no = ?1 AND n.kind = 2 AND n.value = ${said} AND n.person_no = i.person_no)`;
    return `iif(${said} = '' OR ${isTheirs}, ${said}, NULL) AS phone`;
  });
}

/** Whether a row changes a column of somebody known: only by something newer, and blanks alone where that was asked for. */
function changes(column: string, { overwrites }: PageOptions): string {
  const isNewer = `said.${column} IS NOT NULL AND said.acted_at >= coalesce(people.${column}_at, -1)`;
  const differs = `nullif(said.${column}, '') IS NOT people.${column}`;
  return overwrites
    ? `(${isNewer} AND ${differs})`
    : `(${isNewer} AND people.${column} IS NULL AND said.${column} <> '')`;
}

const bare = (code: string) => `upper(replace(replace(${code}, ' ', ''), '-', ''))`;

/**
 * Whether a row takes away a street or town it does not say: whoever it puts at another postal code has left them, as in what a
 * drain stores (decision 0036). An address is one whole; where only blanks are filled in, none is begun anew.
 * @param row which of its two names the row has: within the page, or within the conflict clause
 */
function leaves(column: ImportColumn, options: PageOptions, row: "said" | "excluded"): string {
  if (!isPartOfAddress(column) || !movesPeople(options)) return "false";
  const [isSilent, code, moment] =
    row === "said"
      ? [`said.${column} IS NULL AND said.postal_code <> ''`, "said.postal_code", "said.acted_at"]
      : [`excluded.${column}_at IS NULL`, "excluded.postal_code", "excluded.postal_code_at"];
  return `((people.${column} IS NOT NULL AND ${isSilent} AND ${bare(code)} <> ${bare("people.postal_code")}
      AND ${moment} >= coalesce(people.postal_code_at, -1) AND ${moment} >= coalesce(people.${column}_at, -1)) IS TRUE)`;
}

const isPartOfAddress = (column: ImportColumn) => column === "street" || column === "locality";
const movesPeople = ({ overwrites, columns }: PageOptions) => overwrites && columns.includes("postal_code");

// Whoever left, bounced or complained is not subscribed by a file, whatever it says. A "stop" counts where nothing is known
// of the person, and against an earlier "yes" where that can be told.
function subscribes(channel: "email" | "mobile", stopsCount: boolean): string {
  const said = channel === "email" ? "said.consent" : "said.mobile";
  const status = `people.${channel}_status`;
  const stops = stopsCount
    ? `(${status} = 0 OR (${status} = 1 AND said.acted_at > coalesce(${status}_at, -1)))`
    : `${status} = 0`;
  return `((${said} = 1 AND ${status} = 0) OR (${said} = 2 AND ${stops}))`;
}

/** What a row says of text messages counts for a phone that is this person's. */
function saidOfMobile({ mobile }: PageOptions): string {
  if (!mobile) return "";
  const phone = "j.value ->> '$.o.phone'";
  const isTheirs = `EXISTS (SELECT 1 FROM identities n WHERE n.group_no = ?1 AND n.kind = 2 AND n.value = ${phone} AND n.person_no = i.person_no)`;
  const hasOne =
    "EXISTS (SELECT 1 FROM people q WHERE q.group_no = ?1 AND q.person_no = i.person_no AND q.phone IS NOT NULL)";
  return `, iif(iif(${phone} <> '', ${isTheirs}, ${hasOne}), coalesce(j.value ->> 'mo', 0), 0) AS mobile`;
}

const said = (options: PageOptions) => `
  SELECT j.key AS position, i.person_no AS person_no, j.value ->> 't' AS acted_at, j.value ->> 'co' AS consent, j.value AS line,
    iif(j.value ->> 'k' = 1, j.value ->> 'v', NULL) AS email${saidColumns(options)
      .map((column) => `, ${column}`)
      .join("")}${saidOfMobile(options)}
  FROM ${who(options)}`;

/** Counts before anything is changed. A row more of somebody the page makes counts as an update of them. */
function countStatement(options: PageOptions): string {
  const tags = `EXISTS (SELECT 1 FROM jsonb_each(said.line, '$.g') g WHERE NOT EXISTS
    (SELECT 1 FROM taggings t WHERE t.group_no = ?1 AND t.tag_no = g.value AND t.person_no = said.person_no))`;
  const known = "v.group_no = ?1 AND v.field_no = f.value ->> 0 AND v.person_no = said.person_no";
  const fields = options.overwrites
    ? `EXISTS (SELECT 1 FROM jsonb_each(said.line, '$.f') f LEFT JOIN field_values v ON ${known}
        WHERE nullif(f.value ->> 1, '') IS NOT v.value AND said.acted_at >= coalesce(v.acted_at, -1))`
    : `EXISTS (SELECT 1 FROM jsonb_each(said.line, '$.f') f WHERE NOT EXISTS (SELECT 1 FROM field_values v WHERE ${known}))`;
  const changed = [
    ...options.columns.flatMap((column) => [changes(column, options), leaves(column, options, "said")]),
    subscribes("email", options.stopsCount),
    ...(options.mobile ? [subscribes("mobile", options.mobile.stopsCount)] : []),
    ...(options.history ? [acts(options.history)] : []),
    ...(options.hasTags ? [tags] : []),
    ...(options.fieldNos.length > 0 ? [fields] : []),
  ].join(" OR ");
  return `
    WITH said AS (${said(options)}),
    seen AS (SELECT said.person_no AS person_no, people.person_no IS NULL AS is_new, iif(people.person_no IS NULL, 0, ${changed}) AS is_changed
      FROM said LEFT JOIN people ON people.group_no = ?1 AND people.person_no = said.person_no)
    UPDATE imports SET new_count = new_count + c.made, updated_count = updated_count + c.changed + c.again,
      unchanged_count = unchanged_count + c.whole - c.made - c.again - c.changed,
      rejected_count = rejected_count + json_array_length(?2) - c.whole
    FROM (SELECT count(*) AS whole, count(DISTINCT iif(is_new, person_no, NULL)) AS made,
        coalesce(sum(is_new), 0) - count(DISTINCT iif(is_new, person_no, NULL)) AS again, coalesce(sum(is_changed), 0) AS changed FROM seen) c
    WHERE imports.group_no = ?1 AND imports.import_no = ?3 AND ?4 IS NOT NULL`;
}

/**
 * Writes down who was in the file and, of those known before, what the import may change: the status, then each column with
 * its moment, then each field as [number, value, moment], then what text messages go by. The first row of a person is before all others.
 */
function rememberStatement(options: PageOptions): string {
  const columns = options.columns.map((column) => `people.${column}, people.${column}_at`);
  const status = "people.email_status, people.email_status_at, people.email_status_cause";
  const fields = `(SELECT json_group_array(json_array(v.field_no, v.value, v.acted_at)) FROM json_each(?4) f
    CROSS JOIN field_values v ON v.group_no = ?1 AND v.field_no = f.value AND v.person_no = i.person_no)`;
  const before = `json_array(${[
    status,
    ...columns,
    ...(options.fieldNos.length > 0 ? [`json(${fields})`] : []),
    ...(options.mobile ? ["people.mobile_status, people.mobile_status_at, people.mobile_status_cause"] : []),
  ].join(", ")})`;
  return `
    INSERT INTO import_people (group_no, import_no, person_no, is_new, acted_at, before)
    SELECT ?1, ?3, i.person_no, people.person_no IS NULL, j.value ->> 't', iif(people.person_no IS NULL, NULL, ${before})
    FROM ${who(options)} LEFT JOIN people ON people.group_no = ?1 AND people.person_no = i.person_no
    WHERE ?4 IS NOT NULL
    ON CONFLICT (group_no, import_no, person_no) DO UPDATE SET acted_at = excluded.acted_at WHERE excluded.acted_at > import_people.acted_at`;
}

/** `?3` gives new people the time and version of their ids; the rest is random (see `people/store.ts`). */
function upsertPeople(options: PageOptions): string {
  const { columns } = options;
  const names = columns.flatMap((column) => [column, `${column}_at`]);
  const values = columns.flatMap((column) => [
    `nullif(said.${column}, '')`,
    `iif(said.${column} IS NULL, NULL, said.acted_at)`,
  ]);
  const assignments = columns.flatMap((column) => {
    const isChanged = inConflict(changes(column, options), column);
    const isLeft = leaves(column, options, "excluded");
    return [
      `${column} = iif(${isChanged} OR ${isLeft}, excluded.${column}, people.${column})`,
      `${column}_at = iif(${isChanged}, excluded.${column}_at, iif(${isLeft}, excluded.postal_code_at, people.${column}_at))`,
    ];
  });
  const statuses = [
    { channel: "email" as const, said: "said.consent", moves: subscribes("email", options.stopsCount) },
    ...(options.mobile
      ? [
          {
            channel: "mobile" as const,
            said: "said.mobile",
            moves: subscribes("mobile", options.mobile.stopsCount),
          },
        ]
      : []),
  ].map((each) => ({ ...each, moves: inStatusConflict(each.moves, each.channel) }));
  const statusNames = statuses.flatMap(({ channel }) =>
    ["", "_at", "_cause"].map((part) => `${channel}_status${part}`),
  );
  const statusValues = statuses.flatMap(({ said }) => [
    said,
    `iif(${said} > 0, said.acted_at, NULL)`,
    `iif(${said} > 0, 'import', NULL)`,
  ]);
  const statusAssignments = statuses.flatMap(({ channel, moves }) => [
    `${channel}_status = iif(${moves}, excluded.${channel}_status, people.${channel}_status)`,
    `${channel}_status_at = iif(${moves}, excluded.${channel}_status_at, people.${channel}_status_at)`,
    `${channel}_status_cause = iif(${moves}, 'import', people.${channel}_status_cause)`,
  ]);
  const any = [
    ...columns.flatMap((column) => [
      inConflict(changes(column, options), column),
      leaves(column, options, "excluded"),
    ]),
    ...statuses.map(({ moves }) => moves),
  ].join(" OR ");
  return `
    WITH said AS MATERIALIZED (${said(options)})
    INSERT INTO people (group_no, person_no, id, email${[...names, ...statusNames].map((name) => `, ${name}`).join("")}, created_at)
    SELECT ?1, said.person_no, CAST(substr(unhex(?3), 1, 9) || randomblob(7) AS BLOB), said.email${[...values, ...statusValues].map((value) => `, ${value}`).join("")}, said.acted_at
    FROM said WHERE true
    ON CONFLICT (group_no, person_no) DO UPDATE SET
      ${[...assignments, ...statusAssignments].join(",\n      ")}
    WHERE ${any}`;
}

// In the conflict clause the row is called `excluded`, where "" is NULL already and its moment tells that it was said.
function inConflict(condition: string, column: string): string {
  return condition
    .replaceAll(`said.${column} IS NOT NULL`, `excluded.${column}_at IS NOT NULL`)
    .replaceAll("said.acted_at", `excluded.${column}_at`)
    .replaceAll(`nullif(said.${column}, '')`, `excluded.${column}`)
    .replaceAll(`said.${column} <> ''`, `excluded.${column} IS NOT NULL`);
}

function inStatusConflict(condition: string, channel: "email" | "mobile"): string {
  return condition
    .replaceAll(channel === "email" ? "said.consent" : "said.mobile", `excluded.${channel}_status`)
    .replaceAll("said.acted_at", `excluded.${channel}_status_at`);
}

/** Whether a row is of something the person is not known to have done. */
function acts({ actionNo, isOnce, currency }: History): string {
  if (isOnce)
    return `NOT EXISTS (SELECT 1 FROM participations x WHERE x.group_no = ?1 AND x.person_no = said.person_no AND x.action_no = ${Math.round(actionNo)} AND x.nth = 0)`;
  return currency === null ? "1" : "said.line ->> 'am' IS NOT NULL";
}

/** The bits of an id that are random, as `nth` has them where each participation adds. */
const NTH_MAX = 2 ** 52;

/**
 * Stores that people did something, by day, and where the file came from. It counts as what an object of its own would have
 * counted: whoever took the action here before, or does so later, is one. `revised_at` 0: whatever they say themselves is
 * newer, and takes the import's mark off. What adds is added once for each row, but not what an earlier file had said.
 */
function historyStatement(
  { d1, groupNo }: GroupDb,
  rows: string,
  options: PageOptions,
  { actionNo, isOnce, currency }: History,
): D1PreparedStatement {
  const id =
    "unhex(printf('%012x7', j.value ->> 't') || substr(hex(randomblob(2)), 2) || '8' || substr(hex(randomblob(8)), 2))";
  const isKnown = `EXISTS (SELECT 1 FROM participations x WHERE x.group_no = ?1 AND x.person_no = i.person_no AND x.action_no = ?3
      AND x.acted_at = j.value ->> 't' AND x.amount IS (j.value ->> 'am') AND x.answer ->> '$.import' <> ?4)`;
  return d1
    .prepare(
      `INSERT INTO participations (group_no, person_no, action_no, nth, id, acted_at, revised_at, answer, is_named, source, amount, currency)
       SELECT ?1, i.person_no, ?3, ${isOnce ? "0" : `abs(random() % ${NTH_MAX})`}, ${id}, j.value ->> 't', 0, json_object('import', ?4), 0, ?5, j.value ->> 'am', ?6
       FROM ${who(options)}
       WHERE ${isOnce ? "true" : `NOT ${isKnown}`}${currency === null ? "" : " AND j.value ->> 'am' IS NOT NULL"}
       ON CONFLICT DO NOTHING`,
    )
    .bind(groupNo, rows, actionNo, options.importNo, options.source || IMPORT_SOURCE, currency);
}

/** The source of what an import brought, where nobody named another. */
const IMPORT_SOURCE = "import";

// `tagged_at` is the import's own moment, by which undoing knows its taggings from everybody else's.
function tagStatement(options: PageOptions): string {
  return `
    INSERT INTO taggings (group_no, tag_no, person_no, tagged_at)
    SELECT ?1, t.tag_no, i.person_no, ?3 FROM ${who(options)} CROSS JOIN jsonb_each(j.value, '$.g') g
      CROSS JOIN tags t ON t.group_no = ?1 AND t.tag_no = g.value
    WHERE true
    ON CONFLICT DO NOTHING`;
}

function fieldStatements(options: PageOptions): string[] {
  const onConflict = options.overwrites
    ? `DO UPDATE SET value = excluded.value, acted_at = excluded.acted_at
        WHERE excluded.acted_at >= field_values.acted_at AND excluded.value <> field_values.value`
    : "DO NOTHING";
  const store = `
    INSERT INTO field_values (group_no, field_no, person_no, value, acted_at)
    SELECT ?1, c.field_no, i.person_no, f.value ->> 1, j.value ->> 't'
    FROM ${who(options)} CROSS JOIN jsonb_each(j.value, '$.f') f
      CROSS JOIN custom_fields c ON c.group_no = ?1 AND c.field_no = f.value ->> 0
    WHERE f.value ->> 1 <> ''
    ON CONFLICT (group_no, field_no, person_no) ${onConflict}`;
  const clear = `
    DELETE FROM field_values WHERE group_no = ?1 AND (field_no, person_no) IN (
      SELECT f.value ->> 0, i.person_no FROM ${who(options)} CROSS JOIN jsonb_each(j.value, '$.f') f
        CROSS JOIN field_values v ON v.group_no = ?1 AND v.field_no = f.value ->> 0 AND v.person_no = i.person_no
      WHERE f.value ->> 1 = '' AND v.acted_at <= j.value ->> 't')`;
  return options.overwrites ? [store, clear] : [store];
}

// Action 0: no page asked, the uploader stated it. Only of those the import has subscribed.
function consentStatement(options: PageOptions): string {
  return `
    INSERT INTO consent_events (group_no, person_no, acted_at, action_no, wording_hash, answer)
    SELECT ?1, p.person_no, j.value ->> 't', 0, unhex(?3), 1 FROM ${who(options)}
      CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = i.person_no
    WHERE ${hasAgreed("co", "email")}${options.mobile ? ` OR ${hasAgreed("mo", "mobile")}` : ""}
    ON CONFLICT DO NOTHING`;
}

const hasAgreed = (key: "co" | "mo", channel: "email" | "mobile") =>
  `(j.value ->> '${key}' = 1 AND p.${channel}_status = 1 AND p.${channel}_status_cause = 'import' AND p.${channel}_status_at = j.value ->> 't')`;

/** Whether anybody of the group asked to be forgotten: in most groups nobody did. */
export async function hasForgotten({ d1, groupNo }: GroupDb): Promise<boolean> {
  const row = await d1
    .prepare("SELECT EXISTS (SELECT 1 FROM identities WHERE group_no = ?1 AND kind = 3) AS has")
    .bind(groupNo)
    .first<{ has: number }>();
  return row?.has === 1;
}

/** Which rows are of strangers who asked to be forgotten, by position. @param rows JSON array of `StoredRow` */
export async function forgottenAmong({ d1, groupNo }: GroupDb, rows: string): Promise<Set<number>> {
  const { results } = await d1
    .prepare(
      `SELECT j.key AS position FROM json_each(?2) j
       CROSS JOIN identities x ON x.group_no = ?1 AND x.kind = 3 AND x.value = j.value ->> 'h'
       WHERE NOT EXISTS (SELECT 1 FROM identities i WHERE i.group_no = ?1 AND i.kind = j.value ->> 'k' AND i.value = j.value ->> 'v')`,
    )
    .bind(groupNo, rows)
    .all<{ position: number }>();
  return new Set(results.map(({ position }) => position));
}

/** The numbers of people by their ids (32 hexadecimal digits); of one who was merged, the person they became. */
export async function numbersOf(
  { d1, groupNo }: GroupDb,
  ids: readonly string[],
): Promise<Map<string, number>> {
  const { results } = await d1
    .prepare(
      `SELECT j.value AS id, coalesce(p.merged_into, p.person_no) AS no FROM json_each(?2) j
       CROSS JOIN people p ON p.group_no = ?1 AND p.id = unhex(j.value) WHERE p.erased_at IS NULL`,
    )
    .bind(groupNo, JSON.stringify(ids))
    .all<{ id: string; no: number }>();
  return new Map(results.map(({ id, no }) => [id, no]));
}

import type { GroupDb } from "../groups/shard";
import { consentStatement, fieldStatements, historyStatement, tagStatement } from "./store-row-facts";
import {
  acts,
  type Channel,
  changes,
  type ImportColumn,
  inConflict,
  inStatusConflict,
  leaves,
  type PageOptions,
  said,
  subscribes,
  who,
} from "./store-row-rules";

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

// A stranger who asked to be forgotten stays so, whenever the file was written (docs/decisions/0026). Who came back by themselves
// has an identity again and is no stranger.
const NOT_FORGOTTEN = `(NOT EXISTS (SELECT 1 FROM identities WHERE group_no = ?1 AND kind = 3)
    OR NOT EXISTS (SELECT 1 FROM identities x WHERE x.group_no = ?1 AND x.kind = 3 AND x.value = j.value ->> 'h'))`;

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
    subscribes("email", options),
    ...(options.mobile ? [subscribes("mobile", options)] : []),
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
  const channels: Channel[] = options.mobile ? ["email", "mobile"] : ["email"];
  const parts = [
    ...options.columns.map((column) => columnPart(column, options)),
    ...channels.map((channel) => subscriptionPart(channel, options)),
  ];
  const names = parts.flatMap((part) => part.names);
  const values = parts.flatMap((part) => part.values);
  return `
    WITH said AS MATERIALIZED (${said(options)})
    INSERT INTO people (group_no, person_no, id, email${names.map((name) => `, ${name}`).join("")}, created_at)
    SELECT ?1, said.person_no, CAST(substr(unhex(?3), 1, 9) || randomblob(7) AS BLOB), said.email${values.map((value) => `, ${value}`).join("")}, said.acted_at
    FROM said WHERE true
    ON CONFLICT (group_no, person_no) DO UPDATE SET
      ${parts.flatMap((part) => part.assignments).join(",\n      ")}
    WHERE ${parts.flatMap((part) => part.conditions).join(" OR ")}`;
}

/** What of a person a part of the statement writes: into which columns, what of newcomers, and how and when of those known. */
type UpsertPart = { names: string[]; values: string[]; assignments: string[]; conditions: string[] };

function columnPart(column: ImportColumn, options: PageOptions): UpsertPart {
  const isChanged = inConflict(changes(column, options), column);
  const isLeft = leaves(column, options, "excluded");
  return {
    names: [column, `${column}_at`],
    values: [`nullif(said.${column}, '')`, `iif(said.${column} IS NULL, NULL, said.acted_at)`],
    assignments: [
      `${column} = iif(${isChanged} OR ${isLeft}, excluded.${column}, people.${column})`,
      `${column}_at = iif(${isChanged}, excluded.${column}_at, iif(${isLeft}, excluded.postal_code_at, people.${column}_at))`,
    ],
    conditions: [isChanged, isLeft],
  };
}

function subscriptionPart(channel: Channel, options: PageOptions): UpsertPart {
  const said = channel === "email" ? "said.consent" : "said.mobile";
  const status = `${channel}_status`;
  const moves = inStatusConflict(subscribes(channel, options), channel);
  return {
    names: [status, `${status}_at`, `${status}_cause`],
    values: [said, `iif(${said} > 0, said.acted_at, NULL)`, `iif(${said} > 0, 'import', NULL)`],
    assignments: [
      `${status} = iif(${moves}, excluded.${status}, people.${status})`,
      `${status}_at = iif(${moves}, excluded.${status}_at, people.${status}_at)`,
      `${status}_cause = iif(${moves}, 'import', people.${status}_cause)`,
    ],
    conditions: [moves],
  };
}

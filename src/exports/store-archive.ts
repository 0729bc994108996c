import { getTableColumns, getTableName, is } from "drizzle-orm";
import { SQLiteTable } from "drizzle-orm/sqlite-core";
import * as actions from "../actions/tables";
import * as audiences from "../audiences/tables";
import * as breakdowns from "../breakdowns/tables";
import * as calls from "../calls/tables";
import * as connections from "../connections/tables";
import * as events from "../events/tables";
import * as forms from "../forms/tables";
import type { GroupDb } from "../groups/shard";
import * as imports from "../imports/tables";
import * as inbound from "../inbound/tables";
import * as intake from "../intake/tables";
import * as letters from "../letters/tables";
import * as mailings from "../mailings/tables";
import * as merging from "../merging/tables";
import * as officials from "../officials/tables";
import * as payments from "../payments/tables";
import * as people from "../people/tables";
import * as petitions from "../petitions/tables";
import type { Context } from "../platform/context";
import * as ranking from "../ranking/tables";
import * as receipts from "../receipts/tables";
import * as reports from "../reports/tables";
import * as results from "../results/tables";
import * as series from "../series/tables";
import * as sharing from "../sharing/tables";
import * as statistics from "../statistics/tables";
import * as subscriptions from "../subscriptions/tables";
import * as tracking from "../tracking/tables";

/** A table of a shard as the archive writes it. */
export type Noun = {
  /** The table's name. */
  table: string;
  columns: { name: string; isBlob: boolean; isJson: boolean }[];
  /** What a row is found by beside its group, in the key's order. */
  key: string[];
};

/**
 * Left out: what only keeps the software going (what is counted again by itself, work under way, files of this folder) and
 * changes of address that wait to be confirmed, which hold links that still work; what forms elsewhere sent, which goes after days.
 */
const leftOut = new Set([
  "numbers",
  "arrival_pages",
  "people_brief",
  "change_feeds",
  "changes",
  "webhook_deliveries",
  "works",
  "point_digests",
  "search_progress",
  "audience_counts",
  "audience_turns",
  "exports",
  "export_choices",
  "address_changes",
  "chats",
  "hook_payloads",
  "hook_seen",
  "mailing_presence",
  "mailing_results",
  "breakdown_counts",
]);

/** An address that news is sent to may hold what lets somebody in over there. */
const secretColumns = new Set(["webhooks.url"]);

const declared = [
  ...[actions, audiences, calls, events, forms, imports, intake, letters, officials, payments, people],
  ...[
    petitions,
    receipts,
    reports,
    sharing,
    statistics,
    mailings,
    merging,
    subscriptions,
    tracking,
    inbound,
    results,
    connections,
    series,
    ranking,
    breakdowns,
  ],
];
const jsonColumns = new Set(
  declared
    .flatMap((tables): unknown[] => Object.values(tables))
    .flatMap((table) =>
      is(table, SQLiteTable)
        ? Object.values(getTableColumns(table))
            .filter(({ dataType }) => dataType === "json")
            .map(({ name }) => `${getTableName(table)}.${name}`)
        : [],
    ),
);
/** JSON that its owner reads as text. */
for (const column of [
  "payments.order",
  "payments.participation",
  "subscriptions.order",
  "subscriptions.participation",
])
  jsonColumns.add(column);

/**
 * Every table of the shard whose rows belong to groups, as the database itself describes them: a table that is added is in
 * the archive without anybody remembering to put it there.
 */
export async function nounsOf({ d1 }: GroupDb): Promise<Noun[]> {
  const { results } = await d1
    .prepare(
      `SELECT m.name AS "table", c.name, c.type, c.pk FROM sqlite_master m JOIN pragma_table_info(m.name) c
       WHERE m.type = 'table' AND m.name NOT LIKE 'd1%' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE '_cf%' ORDER BY m.name, c.cid`,
    )
    .all<{ table: string; name: string; type: string; pk: number }>();
  const tables = Map.groupBy(results, ({ table }) => table);
  return [...tables].flatMap(([table, columns]) => {
    const key = columns.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk);
    if (leftOut.has(table) || key[0]?.name !== "group_no") return [];
    const own = columns.filter(({ name }) => name !== "group_no" && !secretColumns.has(`${table}.${name}`));
    return {
      table,
      columns: own.map(({ name, type }) => ({
        name,
        isBlob: type.toLowerCase() === "blob",
        isJson: jsonColumns.has(`${table}.${name}`),
      })),
      key: key.slice(1).map(({ name }) => name),
    };
  });
}

/** "acted_at" as JSON has it: actedAt. */
export function jsonName(column: string): string {
  return column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const ROWS_MAX = 2_000;
/** A statement's answer is cut after so many characters, and a value of it never far above a million: 2 MB is the most. */
const CHARACTERS_MAX = 3_000_000;
const CHARACTERS_A_VALUE = 700_000;
/** Columns added up in one expression: SQLite allows a depth of 100. */
const COLUMNS_TOGETHER = 10;

/**
 * Rows of a group's table after a key, in its order, as JSON lines that each end with a line break.
 * @param after the JSON names and values of the last row's key; null for the first
 */
export async function linesAfter(
  { d1, groupNo }: GroupDb,
  noun: Noun,
  after: readonly unknown[] | null,
): Promise<{ text: string; rows: number }> {
  const key = noun.key.map(quoted);
  const blobs = new Set(noun.columns.filter(({ isBlob }) => isBlob).map(({ name }) => name));
  const places = noun.key.map((name, index) =>
    blobs.has(name) ? `unhex(replace(?${index + 2}, '-', ''))` : `?${index + 2}`,
  );
  const later = after && key.length > 0 ? `AND (${key.join(", ")}) > (${places.join(", ")})` : "";
  const { results } = await d1
    .prepare(
      `SELECT group_concat(line, '') AS text, count(*) AS rows FROM (
         SELECT line, sum(length(line)) OVER (ROWS UNBOUNDED PRECEDING) AS size FROM (
           SELECT ${lineOf(noun)} AS line FROM ${quoted(noun.table)} WHERE group_no = ?1 ${later}
           ${key.length > 0 ? `ORDER BY ${key.join(", ")}` : ""} LIMIT ${ROWS_MAX}))
       WHERE size - length(line) <= ${CHARACTERS_MAX} GROUP BY (size - length(line)) / ${CHARACTERS_A_VALUE}`,
    )
    .bind(groupNo, ...(later === "" ? [] : (after ?? [])))
    .all<{ text: string; rows: number }>();
  return {
    text: results.map(({ text }) => text).join(""),
    rows: results.reduce((sum, { rows }) => sum + rows, 0),
  };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function lineOf({ columns }: Noun): string {
  const parts = columns.map(
    (column, index) =>
      `'${index === 0 ? "{" : ","}${JSON.stringify(jsonName(column.name))}:' || ${jsonOf(column)}`,
  );
  const together: string[] = [];
  for (let at = 0; at < parts.length; at += COLUMNS_TOGETHER)
    together.push(`(${parts.slice(at, at + COLUMNS_TOGETHER).join(" || ")})`);
  return `${together.join(" || ")} || '}' || char(10)`;
}

function jsonOf({ name, isBlob, isJson }: Noun["columns"][number]): string {
  const column = quoted(name);
  if (isBlob) {
    const hex = `lower(hex(${column}))`;
    const uuid = [1, 9, 13, 17, 21]
      .map((from, index) => `substr(${hex}, ${from}, ${[8, 4, 4, 4, 12][index]})`)
      .join(" || '-' || ");
    return `CASE WHEN ${column} IS NULL THEN 'null' WHEN length(${column}) = 16 THEN '"' || ${uuid} || '"' ELSE '"' || ${hex} || '"' END`;
  }
  if (isJson) return `iif(json_valid(${column}), json(${column}), json_quote(${column}))`;
  return `json_quote(${column})`;
}

/** What the directory holds of a group, by noun: each a list of plain rows. */
export async function directoryOf(
  { env }: Context,
  groupNo: number,
): Promise<Record<string, Record<string, unknown>[]>> {
  const rows = async (sql: string) =>
    (await env.DIRECTORY.prepare(sql).bind(groupNo).all<Record<string, unknown>>()).results;
  const [group, members, invitations, hostnames, looks, accounts, paces] = await Promise.all([
    rows(
      `SELECT lower(hex(id)) AS id, slug, name, time_zone AS timeZone, currency, locale, country, postal_address AS postalAddress,
         status, settings, jurisdiction, created_at AS createdAt FROM groups WHERE group_no = ?1`,
    ),
    rows(
      `SELECT m.account_no AS accountNo, a.name, a.email, a.locale, a.time_zone AS timeZone, m.role, m.created_at AS joinedAt
       FROM memberships m JOIN accounts a ON a.account_no = m.account_no WHERE m.group_no = ?1 ORDER BY m.account_no`,
    ),
    rows(
      `SELECT email, role, invited_by AS invitedBy, created_at AS createdAt, expires_at AS expiresAt, accepted_at AS acceptedAt,
         cancelled_at AS cancelledAt FROM invitations WHERE group_no = ?1 ORDER BY created_at, email`,
    ),
    rows("SELECT host, created_at AS createdAt FROM hostnames WHERE group_no = ?1 ORDER BY host"),
    rows("SELECT draft, live, previous FROM group_looks WHERE group_no = ?1"),
    rows(
      "SELECT provider, account, can_charge AS canCharge, created_at AS createdAt FROM payment_accounts WHERE group_no = ?1 ORDER BY provider, account",
    ),
    rows(
      "SELECT domain, mailbox, hourly_max AS hourlyMax, updated_at AS updatedAt FROM sending_paces WHERE group_no = ?1 ORDER BY domain, mailbox",
    ),
  ]);
  return {
    group: group.map((row) => parsed(row, ["settings"])),
    members,
    invitations,
    hostnames,
    looks: looks.map((row) => parsed(row, ["draft", "live", "previous"])),
    payment_accounts: accounts,
    sending_paces: paces,
  };
}

const ACTS_PAGE = 2_000;

/** A page of what was done in the group, in order. */
export async function actsAfter(
  { env }: Context,
  groupNo: number,
  after: number,
): Promise<Record<string, unknown>[]> {
  const { results } = await env.DIRECTORY.prepare(
    `SELECT audit_no AS auditNo, account_no AS accountNo, act, subject, detail, at FROM audit_log
     WHERE group_no = ?1 AND audit_no > ?2 ORDER BY audit_no LIMIT ${ACTS_PAGE}`,
  )
    .bind(groupNo, after)
    .all<Record<string, unknown>>();
  return results.map((row) => parsed(row, ["detail"]));
}

function parsed(row: Record<string, unknown>, columns: readonly string[]): Record<string, unknown> {
  const read = columns.map((name) => [name, typeof row[name] === "string" ? JSON.parse(row[name]) : null]);
  return { ...row, ...Object.fromEntries(read) };
}

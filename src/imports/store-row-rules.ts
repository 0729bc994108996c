import type { History } from "./types";

/* What a row of a page says, and what of it counts: pieces of SQL from which the statements of a page are made. */

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

/** What a subscription is to. */
export type Channel = "email" | "mobile";

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

// CROSS JOIN forces the order, as everywhere where a page of JSON meets a big table (docs/decisions/0003).
const BY_IDENTITY =
  "jsonb_each(?2) j CROSS JOIN identities i ON i.group_no = ?1 AND i.kind = j.value ->> 'k' AND i.value = j.value ->> 'v'";
const BY_NUMBER =
  "jsonb_each(?2) j CROSS JOIN people i ON i.group_no = ?1 AND i.person_no = j.value ->> 'p' AND i.erased_at IS NULL AND i.merged_into IS NULL";

/** The rows of a page, each beside the person it is of. */
export const who = ({ isById }: PageOptions) => (isById ? BY_NUMBER : BY_IDENTITY);

/** What each row of a page says of the person it is of. */
export const said = (options: PageOptions) => `
  SELECT j.key AS position, i.person_no AS person_no, j.value ->> 't' AS acted_at, j.value ->> 'co' AS consent, j.value AS line,
    iif(j.value ->> 'k' = 1, j.value ->> 'v', NULL) AS email${saidColumns(options)
      .map((column) => `, ${column}`)
      .join("")}${saidOfMobile(options)}
  FROM ${who(options)}`;

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

/** What a row says of text messages counts for a phone that is this person's. */
function saidOfMobile({ mobile }: PageOptions): string {
  if (!mobile) return "";
  const phone = "j.value ->> '$.o.phone'";
  const isTheirs = `EXISTS (SELECT 1 FROM identities n WHERE n.group_no = ?1 AND n.kind = 2 AND n.value = ${phone} AND n.person_no = i.person_no)`;
  const hasOne =
    "EXISTS (SELECT 1 FROM people q WHERE q.group_no = ?1 AND q.person_no = i.person_no AND q.phone IS NOT NULL)";
  return `, iif(iif(${phone} <> '', ${isTheirs}, ${hasOne}), coalesce(j.value ->> 'mo', 0), 0) AS mobile`;
}

/** Whether a row changes a column of somebody known: only by something newer, and blanks alone where that was asked for. */
export function changes(column: string, { overwrites }: PageOptions): string {
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
export function leaves(column: ImportColumn, options: PageOptions, row: "said" | "excluded"): string {
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

/**
 * Whether a row changes one of the two subscriptions. Whoever left, bounced or complained is not subscribed by a file, whatever it
 * says. A "stop" counts where nothing is known of the person, and against an earlier "yes" where that can be told.
 */
export function subscribes(channel: Channel, options: PageOptions): string {
  const stopsCount = channel === "email" ? options.stopsCount : options.mobile?.stopsCount;
  const said = channel === "email" ? "said.consent" : "said.mobile";
  const status = `people.${channel}_status`;
  const stops = stopsCount
    ? `(${status} = 0 OR (${status} = 1 AND said.acted_at > coalesce(${status}_at, -1)))`
    : `${status} = 0`;
  return `((${said} = 1 AND ${status} = 0) OR (${said} = 2 AND ${stops}))`;
}

/** A condition on a row as the conflict clause has it, where "" is NULL already and its moment tells that it was said. */
export function inConflict(condition: string, column: string): string {
  return condition
    .replaceAll(`said.${column} IS NOT NULL`, `excluded.${column}_at IS NOT NULL`)
    .replaceAll("said.acted_at", `excluded.${column}_at`)
    .replaceAll(`nullif(said.${column}, '')`, `excluded.${column}`)
    .replaceAll(`said.${column} <> ''`, `excluded.${column} IS NOT NULL`);
}

/** The same of a condition on a subscription. */
export function inStatusConflict(condition: string, channel: Channel): string {
  return condition
    .replaceAll(channel === "email" ? "said.consent" : "said.mobile", `excluded.${channel}_status`)
    .replaceAll("said.acted_at", `excluded.${channel}_status_at`);
}

/** Whether a row is of something the person is not known to have done. */
export function acts({ actionNo, isOnce, currency }: History): string {
  if (isOnce)
    return `NOT EXISTS (SELECT 1 FROM participations x WHERE x.group_no = ?1 AND x.person_no = said.person_no AND x.action_no = ${Math.round(actionNo)} AND x.nth = 0)`;
  return currency === null ? "1" : "said.line ->> 'am' IS NOT NULL";
}

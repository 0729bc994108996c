import { MARK, marked } from "../changes/mark";
import type { GroupDb } from "../groups/shard";

/** What a supporter may say of themselves: the column, and where the page's JSON holds it. */
export const arrivalFields = [
  ["given_name", "$.o.givenName"],
  ["family_name", "$.o.familyName"],
  ["street", "$.o.street"],
  ["locality", "$.o.locality"],
  ["region", "$.o.region"],
  ["postal_code", "$.o.postalCode"],
  ["country", "$.o.country"],
  ["phone", "$.o.phone"],
  ["language", "$.la"],
] as const;
export type ArrivalField = (typeof arrivalFields)[number][0];

/** The columns of `people` that hold something said, each with the moment it was said at: what forms ask, and what no form does. */
export const saidColumns = [
  ...arrivalFields.map(([column]) => column),
  "preferred_name",
  "time_zone",
] as const;
export type SaidColumn = (typeof saidColumns)[number];

// What was said before its speaker asked to be forgotten is not heard. Most groups have forgotten nobody, which one probe
// tells for the whole statement.
export const NOT_ERASED = `(NOT EXISTS (SELECT 1 FROM identities WHERE group_no = ?1 AND kind = 3)
    OR NOT EXISTS (SELECT 1 FROM identities x WHERE x.group_no = ?1 AND x.kind = 3 AND x.value = j.value ->> 'h' AND x.acted_at >= j.value ->> 't'))`;

/** The rows of a page as `j.value`: of the text that is bound, or without one of what the batch has stored. */
export const PAGE_ROWS = "jsonb_each(coalesce(?2, (SELECT page FROM arrival_pages WHERE group_no = ?1)))";

// CROSS JOIN forces the order: left to itself the planner scans the whole table for each page (measured, docs/decisions/0003).
// jsonb_each hands out parsed rows; json_each would write each out as text, to be parsed again by every `->>`.
export const ARRIVED = `${PAGE_ROWS} j CROSS JOIN identities i ON i.group_no = ?1 AND i.kind = 1 AND i.value = j.value ->> 'e' AND ${NOT_ERASED}`;

const STRANGERS = `${PAGE_ROWS} j WHERE NOT EXISTS (SELECT 1 FROM identities i WHERE i.group_no = ?1 AND i.kind = 1 AND i.value = j.value ->> 'e') AND ${NOT_ERASED}`;

/** SQL for the mark of a new row: none where nothing in the batch says what it stored, so that the triggers do. */
export const markOf = (isRecorded: boolean) => (isRecorded ? MARK : "NULL");

/** SQL that marks a row that was there, or leaves its mark as it is, which is how the triggers tell that they are to speak. */
export const remarked = (table: string, isRecorded: boolean) =>
  isRecorded ? marked(table) : `mark = ${table}.mark`;

/** Stores a page, parsed, for the statements after it; and takes it out again. */
export function pageStatements(
  { d1, groupNo }: GroupDb,
  page: string,
): [D1PreparedStatement, D1PreparedStatement] {
  return [
    d1
      .prepare("INSERT OR REPLACE INTO arrival_pages (group_no, page) VALUES (?1, jsonb(?2))")
      .bind(groupNo, page),
    d1.prepare("DELETE FROM arrival_pages WHERE group_no = ?1").bind(groupNo),
  ];
}

export function arrivalStatements(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  page: string | null,
  options: { hasPhones: boolean; hasClients: boolean; fields: ArrivalField[]; isRecorded: boolean },
): D1PreparedStatement[] {
  const statements = [
    d1.prepare(NUMBER_STRANGERS).bind(groupNo, page),
    d1.prepare(upsertPeople(options)).bind(groupNo, page, actionNo),
  ];
  if (options.hasPhones)
    statements.push(
      d1.prepare(DROP_LOST_PHONES).bind(groupNo, page),
      d1.prepare(CLAIM_PHONES).bind(groupNo, page),
      d1.prepare(DROP_UNCLAIMED_PHONES).bind(groupNo, page),
    );
  return statements;
}

// People are never deleted, so the highest number is the last one given; the same batch gives each number its person.
const NUMBER_STRANGERS = `
  INSERT INTO identities (group_no, kind, value, person_no, acted_at)
  SELECT ?1, 1, email, (SELECT coalesce(max(person_no), 0) FROM people WHERE group_no = ?1) + row_number() OVER (), acted_at
  FROM (SELECT j.value ->> 'e' AS email, min(j.value ->> 't') AS acted_at FROM ${STRANGERS} GROUP BY 1)
  WHERE true
  ON CONFLICT (group_no, kind, value) DO NOTHING`;

/**
 * A person's id takes the time of the action that brought them and its version and variant bits; the rest is random. What
 * `||` joins is a text, under which no BLOB would be found.
 * Consent: "yes" subscribes when newer than what is known. "No" makes a stranger unsubscribed, without a date, so that
 * an earlier "yes" still to be drained counts; of someone known it changes nothing.
 * A "yes" that is to be confirmed (3) is kept as a consent and subscribes nobody: `subscriptions/confirmation.ts` asks.
 * An alias (`person:…`), by which somebody without an address acts, is nobody's mailbox.
 * API clients ask nobody: what they bring (`su`) subscribes strangers, changes nobody else, and is no consent (osdi-api.md §4.6).
 * @param options `hasClients`: whether any row of the page says so
 */
function upsertPeople({
  fields,
  hasClients,
  isRecorded,
}: {
  fields: ArrivalField[];
  hasClients: boolean;
  isRecorded: boolean;
}): string {
  const used = arrivalFields.filter(([column]) => fields.includes(column));
  const names = used.flatMap(([column]) => [column, `${column}_at`]);
  const said = used.map(([column, path]) => `j.value ->> '${path}' AS ${column}`);
  const values = used.flatMap(([column]) => [column, `iif(${column} IS NULL, NULL, acted_at)`]);
  const hasPlace = fields.includes("postal_code") || fields.includes("locality");
  const updates = arrivalFields.flatMap(([column]) => {
    if (column === "street" && hasPlace) return placeUpdates(column, fields);
    if (column === "locality" && fields.includes("postal_code")) return placeUpdates(column, fields);
    if (!fields.includes(column)) return [];
    const isNewer = `excluded.${column}_at > coalesce(people.${column}_at, -1)`;
    return [
      `${column} = iif(${isNewer}, excluded.${column}, people.${column})`,
      `${column}_at = iif(${isNewer}, excluded.${column}_at, people.${column}_at)`,
    ];
  });
  const subscribes = hasClients ? "iif(consent = 0 AND is_brought = 1, 1, consent)" : "consent";
  const cause = hasClients ? "iif(consent = 0 AND is_brought = 1, 'api', 'action')" : "'action'";
  const saysYes = `excluded.email_status = 1 AND excluded.email_status_at > coalesce(people.email_status_at, -1)${
    hasClients ? " AND excluded.email_status_cause <> 'api'" : ""
  }`;
  return `
    WITH said AS MATERIALIZED (
      SELECT i.person_no, j.value ->> 'i' AS id, iif(j.value ->> 'e' LIKE 'person:%', NULL, j.value ->> 'e') AS email, j.value ->> 't' AS acted_at, iif(j.value ->> 'co' = 3, 0, j.value ->> 'co') AS consent,
        ${[...said, ...(hasClients ? ["coalesce(j.value ->> 'su', 0) AS is_brought"] : [])].join(", ")}
      FROM ${ARRIVED}
    )
    INSERT INTO people (group_no, person_no, id, email, ${names.join(", ")}, email_status, email_status_at, email_status_cause, first_action_no, created_at, mark)
    SELECT ?1, person_no, CAST(substr(unhex(id), 1, 9) || randomblob(7) AS BLOB), email, ${values.join(", ")},
      ${subscribes}, iif(${subscribes} = 1, acted_at, NULL), ${cause}, ?3, acted_at, ${markOf(isRecorded)}
    FROM said
    WHERE true
    ON CONFLICT (group_no, person_no) DO UPDATE SET
      ${updates.join(",\n      ")},
      email_status = iif(${saysYes}, 1, people.email_status),
      email_status_at = iif(${saysYes}, excluded.email_status_at, people.email_status_at),
      email_status_cause = iif(${saysYes}, 'action', people.email_status_cause),
      ${remarked("people", isRecorded)}`;
}

const bare = (column: string) => `upper(replace(replace(${column}, ' ', ''), '-', ''))`;
// What costs least is asked first, of nearly everybody with the answer that ends it.
const IS_ELSEWHERE = `excluded.postal_code <> people.postal_code AND ${bare("excluded.postal_code")} <> ${bare("people.postal_code")}`;
const IS_OTHER_TOWN = "lower(excluded.locality) <> lower(people.locality)";

/**
 * Whoever says a newer postal code, or without one another town, has moved: the older street, and town, that they did not say
 * anew are of the place they left. Said before they moved and drained after it, they do not count either.
 */
function placeUpdates(column: "street" | "locality", fields: readonly ArrivalField[]): string[] {
  const says = (field: ArrivalField) => fields.includes(field);
  const left = (by: string) =>
    `people.${column} IS NOT NULL AND excluded.${column} IS NULL AND excluded.${by}_at > coalesce(people.${by}_at, -1) AND excluded.${by}_at >= coalesce(people.${column}_at, -1)`;
  const isLate = (by: string) => `people.${by}_at > excluded.${column}_at`;
  const isByTown = column === "street" && says("locality");
  const hasLeft = [
    ...(says("postal_code") ? [`${left("postal_code")} AND ${IS_ELSEWHERE}`] : []),
    ...(isByTown ? [`${left("locality")} AND excluded.postal_code IS NULL AND ${IS_OTHER_TOWN}`] : []),
  ].join(" OR ");
  // NULL, where a place is not known, is no move.
  const isOld = [
    ...(says("postal_code") ? [`(${isLate("postal_code")} AND ${IS_ELSEWHERE}) IS TRUE`] : []),
    ...(isByTown
      ? [`(${isLate("locality")} AND (${isLate("postal_code")}) IS NOT TRUE AND ${IS_OTHER_TOWN}) IS TRUE`]
      : []),
  ].join(" OR ");
  const isNewer = `excluded.${column}_at > coalesce(people.${column}_at, -1)`;
  const said = (part: string) =>
    says(column)
      ? `iif(${isNewer} AND NOT (${isOld}), excluded.${column}${part}, people.${column}${part})`
      : `people.${column}${part}`;
  const leftAt = "max(coalesce(excluded.postal_code_at, -1), coalesce(excluded.locality_at, -1))";
  return [
    `${column} = iif(${hasLeft}, NULL, ${said("")})`,
    `${column}_at = iif(${hasLeft}, ${leftAt}, ${said("_at")})`,
  ];
}

// A phone two people gave belongs to whoever gave it last (osdi-api.md §4.2, rule 4).
const CLAIM_PHONES = `
  INSERT INTO identities (group_no, kind, value, person_no, acted_at)
  SELECT ?1, 2, j.value ->> '$.o.phone', i.person_no, j.value ->> 't' FROM ${ARRIVED}
  WHERE j.value ->> '$.o.phone' IS NOT NULL
  ON CONFLICT (group_no, kind, value) DO UPDATE SET person_no = excluded.person_no, acted_at = excluded.acted_at
  WHERE excluded.acted_at > identities.acted_at`;

// Runs before the claim, while the table still says whose the phone was.
const DROP_LOST_PHONES = `
  UPDATE people SET phone = NULL
  FROM (SELECT n.value AS phone, n.person_no AS loser
    FROM ${ARRIVED}
    CROSS JOIN identities n ON n.group_no = ?1 AND n.kind = 2 AND n.value = j.value ->> '$.o.phone' AND n.person_no <> i.person_no
    WHERE n.acted_at < j.value ->> 't') lost
  WHERE people.group_no = ?1 AND people.person_no = lost.loser AND people.phone = lost.phone`;

// Runs after the claim: of those of one page who named the same phone, one has it now.
const DROP_UNCLAIMED_PHONES = `
  UPDATE people SET phone = NULL
  FROM (SELECT n.value AS phone, i.person_no AS loser
    FROM ${ARRIVED}
    CROSS JOIN identities n ON n.group_no = ?1 AND n.kind = 2 AND n.value = j.value ->> '$.o.phone' AND n.person_no <> i.person_no) lost
  WHERE people.group_no = ?1 AND people.person_no = lost.loser AND people.phone = lost.phone`;

/** What a row of the page says of consent: as it is kept, and to which wording. A "yes" to be confirmed (3) is a yes. */
export const CONSENT_SAID = "iif(j.value ->> 'co' = 3, 1, coalesce(j.value ->> 'co', 0))";
export const WORDING_SAID = "unhex(j.value ->> 'w')";

/** Keeps what the participations of the page could not: of somebody who had taken the action before. Runs when they are stored. */
export function consentStatement(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  page: string | null,
): D1PreparedStatement {
  return d1
    .prepare(
      `INSERT INTO consent_events (group_no, person_no, acted_at, action_no, wording_hash, answer)
       SELECT ?1, i.person_no, j.value ->> 't', ?3, ${WORDING_SAID}, ${CONSENT_SAID} FROM ${ARRIVED}
       WHERE j.value ->> 'co' > 0 AND NOT EXISTS (SELECT 1 FROM participations p WHERE p.group_no = ?1 AND p.person_no = i.person_no
         AND p.action_no = ?3 AND p.nth = j.value ->> 'n' AND p.acted_at = j.value ->> 't' AND p.consent > 0)
       ON CONFLICT DO NOTHING`,
    )
    .bind(groupNo, page, actionNo);
}

/** A person's consents as a table of their own, wherever they are kept; for a place of a statement that knows the person. */
export const consentsOf = (person: string) => `(
    SELECT acted_at, action_no, wording_hash, answer FROM consent_events WHERE group_no = ?1 AND person_no = ${person}
    UNION ALL SELECT acted_at, action_no, wording_hash, consent FROM participations WHERE group_no = ?1 AND person_no = ${person} AND consent > 0)`;

/** Writes each consent of some people down by itself, before their participations are moved, doubled or emptied. */
export function unfoldConsents(
  { d1, groupNo }: Pick<GroupDb, "d1" | "groupNo">,
  people: readonly number[],
): D1PreparedStatement[] {
  const rows = "group_no = ?1 AND person_no IN (SELECT value FROM json_each(?2)) AND consent > 0";
  return [
    `INSERT INTO consent_events (group_no, person_no, acted_at, action_no, wording_hash, answer)
     SELECT group_no, person_no, acted_at, action_no, wording_hash, consent FROM participations WHERE ${rows} ON CONFLICT DO NOTHING`,
    `UPDATE participations SET consent = 0, wording_hash = NULL WHERE ${rows}`,
  ].map((sql) => d1.prepare(sql).bind(groupNo, JSON.stringify(people)));
}

export function taggingStatement(
  { d1, groupNo }: GroupDb,
  page: string | null,
  tagNos: number[],
  isRecorded: boolean,
): D1PreparedStatement {
  return d1
    .prepare(
      // A tag merged into another since the page was published gives that one, a deleted one nothing.
      `INSERT INTO taggings (group_no, tag_no, person_no, tagged_at, mark)
       SELECT ?1, g.tag_no, i.person_no, j.value ->> 't', ${markOf(isRecorded)} FROM ${ARRIVED} CROSS JOIN (
         SELECT DISTINCT coalesce(t.merged_into, t.tag_no) AS tag_no FROM json_each(?3) n
         CROSS JOIN tags t ON t.group_no = ?1 AND t.tag_no = n.value WHERE t.deleted_at IS NULL) g
       WHERE true
       ON CONFLICT DO NOTHING`,
    )
    .bind(groupNo, page, JSON.stringify(tagNos));
}

export function erasureStatements(
  { d1, groupNo }: GroupDb,
  personNo: number,
  hashes: string[],
  now: number,
): D1PreparedStatement[] {
  return [
    d1
      .prepare(
        `INSERT INTO identities (group_no, kind, value, person_no, acted_at) SELECT ?1, 3, value, 0, ?3 FROM json_each(?2) WHERE true
         ON CONFLICT (group_no, kind, value) DO UPDATE SET acted_at = max(acted_at, excluded.acted_at)`,
      )
      .bind(groupNo, JSON.stringify(hashes), now),
    d1
      .prepare("DELETE FROM identities WHERE group_no = ?1 AND kind IN (1, 2) AND person_no = ?2")
      .bind(groupNo, personNo),
    d1.prepare("DELETE FROM taggings WHERE group_no = ?1 AND person_no = ?2").bind(groupNo, personNo),
    d1.prepare("DELETE FROM consent_events WHERE group_no = ?1 AND person_no = ?2").bind(groupNo, personNo),
    d1
      .prepare(
        `UPDATE people SET email = NULL, phone = NULL, given_name = NULL, family_name = NULL, street = NULL, locality = NULL,
           region = NULL, postal_code = NULL, country = NULL, language = NULL, preferred_name = NULL, time_zone = NULL, email_status = 2, email_status_at = ?3,
           email_status_cause = 'erased', mobile_status = 2, erased_at = ?3
         WHERE group_no = ?1 AND person_no = ?2`,
      )
      .bind(groupNo, personNo, now),
  ];
}

/** Every normalised email of a person, present and past. */
export async function selectEmails({ d1, groupNo }: GroupDb, personNo: number): Promise<string[]> {
  const { results } = await d1
    .prepare("SELECT value FROM identities WHERE group_no = ?1 AND kind = 1 AND person_no = ?2")
    .bind(groupNo, personNo)
    .all<{ value: string }>();
  return results.map((row) => row.value);
}

/** Whose value of a field stays when two people become one; without a choice what was said last. */
export type MergeChoices = Partial<Record<SaidColumn | "email", "kept" | "lost">>;

/** Moves what belongs to `lost` to `kept`. */
export function mergeStatements(
  { d1, groupNo }: GroupDb,
  kept: number,
  lost: number,
  choices: MergeChoices = {},
): D1PreparedStatement[] {
  const bind = (sql: string) => d1.prepare(sql).bind(groupNo, kept, lost);
  const fields = saidColumns.flatMap((column) => {
    const isNewer = `coalesce(l.${column}_at, -1) > coalesce(people.${column}_at, -1)`;
    const latest = `nullif(max(coalesce(l.${column}_at, -1), coalesce(people.${column}_at, -1)), -1)`;
    // What was chosen counts as said when either was said last: an older statement still to be drained changes nothing.
    const chosen = { kept: `people.${column}`, lost: `l.${column}` };
    const choice = choices[column];
    return choice
      ? [`${column} = ${chosen[choice]}`, `${column}_at = ${latest}`]
      : [
          `${column} = iif(${isNewer}, l.${column}, people.${column})`,
          `${column}_at = iif(${isNewer}, l.${column}_at, people.${column}_at)`,
        ];
  });
  // An address that fails says nothing about the address that stays.
  const statuses = (["email", "mobile"] as const).flatMap((channel) => {
    const isLater = `coalesce(l.${channel}_status_at, -1) > coalesce(people.${channel}_status_at, -1) AND l.${channel}_status <> 3`;
    return ["", "_at", "_cause"].map(
      (part) =>
        `${channel}_status${part} = iif(${isLater}, l.${channel}_status${part}, people.${channel}_status${part})`,
    );
  });
  return [
    bind("UPDATE identities SET person_no = ?2 WHERE group_no = ?1 AND kind IN (1, 2) AND person_no = ?3"),
    bind(
      "INSERT INTO taggings (group_no, tag_no, person_no, tagged_at) SELECT group_no, tag_no, ?2, tagged_at FROM taggings WHERE group_no = ?1 AND person_no = ?3 ON CONFLICT DO NOTHING",
    ),
    bind("DELETE FROM taggings WHERE group_no = ?1 AND person_no = ?3 AND ?2 > 0"),
    bind(
      `INSERT INTO consent_events (group_no, person_no, acted_at, action_no, wording_hash, answer)
       SELECT group_no, ?2, acted_at, action_no, wording_hash, answer FROM consent_events WHERE group_no = ?1 AND person_no = ?3
       ON CONFLICT DO NOTHING`,
    ),
    bind("DELETE FROM consent_events WHERE group_no = ?1 AND person_no = ?3 AND ?2 > 0"),
    bind(
      `UPDATE people SET ${fields.join(", ")}, ${statuses.join(", ")},
         email = ${choices.email === "lost" ? "coalesce(l.email, people.email)" : "coalesce(people.email, l.email)"}
       FROM people l
       WHERE people.group_no = ?1 AND people.person_no = ?2 AND l.group_no = ?1 AND l.person_no = ?3`,
    ),
    // Nothing of the person stays behind, where an erasure of the one kept would not look.
    bind(
      `UPDATE people SET email = NULL, ${saidColumns.map((column) => `${column} = NULL`).join(", ")}, merged_into = ?2
       WHERE group_no = ?1 AND person_no = ?3`,
    ),
  ];
}

import type { GroupDb } from "../groups/shard";
import { type Channel, type PageOptions, who } from "./store-row-rules";
import type { History } from "./types";

/* What a page stores beside people: what they did, their tags and fields, and what they agreed to. */

/** The bits of an id that are random, as `nth` has them where each participation adds. */
const NTH_MAX = 2 ** 52;

/**
 * Stores that people did something, by day, and where the file came from. It counts as what an object of its own would have
 * counted: whoever took the action here before, or does so later, is one. `revised_at` 0: whatever they say themselves is
 * newer, and takes the import's mark off. What adds is added once for each row, but not what an earlier file had said.
 */
export function historyStatement(
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
export function tagStatement(options: PageOptions): string {
  return `
    INSERT INTO taggings (group_no, tag_no, person_no, tagged_at)
    SELECT ?1, t.tag_no, i.person_no, ?3 FROM ${who(options)} CROSS JOIN jsonb_each(j.value, '$.g') g
      CROSS JOIN tags t ON t.group_no = ?1 AND t.tag_no = g.value
    WHERE true
    ON CONFLICT DO NOTHING`;
}

export function fieldStatements(options: PageOptions): string[] {
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
export function consentStatement(options: PageOptions): string {
  return `
    INSERT INTO consent_events (group_no, person_no, acted_at, action_no, wording_hash, answer)
    SELECT ?1, p.person_no, j.value ->> 't', 0, unhex(?3), 1 FROM ${who(options)}
      CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = i.person_no
    WHERE ${hasAgreed("co", "email")}${options.mobile ? ` OR ${hasAgreed("mo", "mobile")}` : ""}
    ON CONFLICT DO NOTHING`;
}

const hasAgreed = (key: "co" | "mo", channel: Channel) =>
  `(j.value ->> '${key}' = 1 AND p.${channel}_status = 1 AND p.${channel}_status_cause = 'import' AND p.${channel}_status_at = j.value ->> 't')`;

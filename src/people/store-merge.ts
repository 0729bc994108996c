import type { GroupDb } from "../groups/shard";
import { idFromHex, idToHex, type PersonId } from "../platform/ids";
import { saidColumns } from "./store";
import type { DuplicateReason, MergeCause, MergeId } from "./types";

/** What of `people` a merge changes and parting gives back. */
const COLUMNS = [
  "email",
  ...saidColumns.flatMap((column) => [column, `${column}_at`]),
  ...["email", "mobile"].flatMap((channel) => [
    `${channel}_status`,
    `${channel}_status_at`,
    `${channel}_status_cause`,
  ]),
];

const personJson = (person: string) =>
  `(SELECT json_object(${COLUMNS.map((column) => `'${column}', ${column}`).join(", ")}) FROM people WHERE group_no = ?1 AND person_no = ${person})`;

const list = (columns: string, table: string, condition: string) =>
  `json((SELECT json_group_array(json_array(${columns})) FROM ${table} x WHERE x.group_no = ?1 AND ${condition}))`;

const IS_DOUBLED =
  "EXISTS (SELECT 1 FROM participations k WHERE k.group_no = ?1 AND k.person_no = ?2 AND k.action_no = x.action_no AND k.nth = x.nth)";
const HAS_DOUBLE =
  "EXISTS (SELECT 1 FROM participations l WHERE l.group_no = ?1 AND l.person_no = ?3 AND l.action_no = x.action_no AND l.nth = x.nth)";
const SAID =
  "x.action_no, x.nth, x.revised_at, x.answer, x.comment, x.comment_status, x.is_named, x.source, x.referrer, x.removal_no";
const CONSENTED_TWICE = `EXISTS (SELECT 1 FROM consent_events k WHERE k.group_no = ?1 AND k.person_no = ?2
  AND k.acted_at = x.acted_at AND k.action_no = x.action_no)`;

/** Everything a merge is about to move or overwrite, as it is before it. ?1 group, ?2 kept, ?3 lost. */
const BEFORE = `json_object(
  'kept', json(${personJson("?2")}), 'lost', json(${personJson("?3")}),
  'identities', ${list("x.kind, x.value", "identities", "x.kind IN (1, 2) AND x.person_no = ?3")},
  'others', ${list("x.kind, x.value, x.added_at, x.left_at", "other_addresses", "x.person_no = ?3")},
  'keptTags', ${list("x.tag_no, x.tagged_at", "taggings", "x.person_no = ?2")},
  'lostTags', ${list("x.tag_no, x.tagged_at", "taggings", "x.person_no = ?3")},
  'keptValues', ${list("x.field_no, x.value, x.acted_at", "field_values", "x.person_no = ?2")},
  'lostValues', ${list("x.field_no, x.value, x.acted_at", "field_values", "x.person_no = ?3")},
  'consents', ${list("x.acted_at, x.action_no", "consent_events", `x.person_no = ?3 AND NOT ${CONSENTED_TWICE}`)},
  'sharedConsents', ${list("x.acted_at, x.action_no", "consent_events", `x.person_no = ?3 AND ${CONSENTED_TWICE}`)},
  'moved', ${list("x.action_no, x.nth", "participations", `x.person_no = ?3 AND NOT ${IS_DOUBLED}`)},
  'keptSaid', ${list(SAID, "participations", `x.person_no = ?2 AND ${HAS_DOUBLE}`)},
  'lostSaid', ${list(SAID, "participations", `x.person_no = ?3 AND ${IS_DOUBLED}`)},
  'notes', ${list("hex(x.id)", "person_notes", "x.person_no = ?3")},
  'edits', ${list("hex(x.id)", "person_edits", "x.person_no = ?3")},
  'subscriptions', ${list("hex(x.id)", "subscription_changes", "x.person_no = ?3")})`;

export type MergeRecord = { id: MergeId; accountNo: number | null; cause: MergeCause; now: number };

/**
 * Opens the merge: writes down what will be moved and overwritten, and who it was. Where either was erased or merged a moment
 * ago there is no `kept`, which the table refuses: the whole batch fails, and two merges in opposite directions cannot both be.
 */
export function beginMergeStatement(
  { d1, groupNo }: GroupDb,
  { kept, lost }: { kept: number; lost: number },
  { id, accountNo, cause, now }: MergeRecord,
): D1PreparedStatement {
  return d1
    .prepare(
      `INSERT INTO merges (group_no, id, kept, lost, merged_at, account_no, cause, kept_email, lost_email, before)
       SELECT ?1, unhex(?4), iif(coalesce(k.erased_at, k.merged_into, l.erased_at, l.merged_into) IS NULL, ?2, NULL), ?3, ?5, ?6, ?7,
         k.email, l.email, ${BEFORE}
       FROM people k CROSS JOIN people l ON l.group_no = ?1 AND l.person_no = ?3
       WHERE k.group_no = ?1 AND k.person_no = ?2`,
    )
    .bind(groupNo, kept, lost, idToHex(id), now, accountNo, cause);
}

/** Closes the merge: what the person kept is like now tells later what was changed since. */
export function endMergeStatement(
  { d1, groupNo }: GroupDb,
  { kept }: { kept: number },
  id: MergeId,
): D1PreparedStatement {
  return d1
    .prepare(
      `UPDATE merges SET after = ${personJson("?2")}, removal_no = (SELECT last FROM numbers WHERE group_no = ?1 AND noun = 'removals')
       WHERE group_no = ?1 AND id = unhex(?3)`,
    )
    .bind(groupNo, kept, idToHex(id));
}

/** Moves what only organisers know of a person. Before the merge of the rows, since it reads both people's addresses. */
export function moveRecordStatements(
  { d1, groupNo }: GroupDb,
  kept: number,
  lost: number,
): D1PreparedStatement[] {
  const bind = (sql: string) => d1.prepare(sql).bind(groupNo, kept, lost);
  const move = (table: string) =>
    bind(`UPDATE ${table} SET person_no = ?2 WHERE group_no = ?1 AND person_no = ?3`);
  return [
    bind(
      `INSERT INTO other_addresses (group_no, person_no, kind, value, added_at, left_at)
       SELECT ?1, ?2, i.kind, i.value, i.acted_at, NULL FROM people p
       CROSS JOIN (SELECT 1 AS kind UNION ALL SELECT 2) k
       CROSS JOIN identities i ON i.group_no = ?1 AND i.kind = k.kind AND i.value = iif(k.kind = 1, p.email, p.phone) AND i.person_no = p.person_no
       WHERE p.group_no = ?1 AND p.person_no IN (?2, ?3)
       ON CONFLICT DO NOTHING`,
    ),
    bind(
      `INSERT INTO other_addresses (group_no, person_no, kind, value, added_at, left_at)
       SELECT group_no, ?2, kind, value, added_at, left_at FROM other_addresses WHERE group_no = ?1 AND person_no = ?3
       ON CONFLICT DO NOTHING`,
    ),
    bind("DELETE FROM other_addresses WHERE group_no = ?1 AND person_no = ?3 AND ?2 > 0"),
    move("person_notes"),
    move("person_edits"),
    move("subscription_changes"),
    // Whatever either of the two does not want, the one person does not want.
    bind(
      `INSERT INTO topic_refusals (group_no, topic_no, person_no, at) SELECT r.group_no, r.topic_no, ?2, r.at
       FROM topics t CROSS JOIN topic_refusals r ON r.group_no = ?1 AND r.topic_no = t.topic_no AND r.person_no = ?3
       WHERE t.group_no = ?1 ON CONFLICT DO NOTHING`,
    ),
    bind(
      `INSERT INTO mail_wishes (group_no, person_no, paused_until, weekly_max, at)
       SELECT group_no, ?2, paused_until, weekly_max, at FROM mail_wishes WHERE group_no = ?1 AND person_no = ?3
       ON CONFLICT (group_no, person_no) DO UPDATE SET
         paused_until = nullif(max(coalesce(paused_until, 0), coalesce(excluded.paused_until, 0)), 0),
         weekly_max = nullif(min(coalesce(weekly_max, 1000000), coalesce(excluded.weekly_max, 1000000)), 1000000),
         at = max(at, excluded.at)`,
    ),
    bind(
      `INSERT INTO point_people (group_no, person_no, account_no, since)
       SELECT group_no, ?2, account_no, since FROM point_people WHERE group_no = ?1 AND person_no = ?3 ON CONFLICT DO NOTHING`,
    ),
    bind("DELETE FROM point_people WHERE group_no = ?1 AND person_no = ?3 AND ?2 > 0"),
    move("mail_replies"),
    move("webhook_deliveries"),
    bind(
      `UPDATE foreign_ids SET id = (SELECT id FROM people WHERE group_no = ?1 AND person_no = ?2)
       WHERE group_no = ?1 AND what = 1 AND id = (SELECT id FROM people WHERE group_no = ?1 AND person_no = ?3)`,
    ),
    bind(
      `INSERT INTO unique_id_people (group_no, list_no, person_no) SELECT group_no, list_no, ?2 FROM unique_id_people
       WHERE group_no = ?1 AND person_no = ?3 ON CONFLICT DO NOTHING`,
    ),
    bind("DELETE FROM unique_id_people WHERE group_no = ?1 AND person_no = ?3 AND ?2 > 0"),
    bind("UPDATE merged_people SET root_no = ?2 WHERE group_no = ?1 AND root_no = ?3"),
    bind(
      "INSERT INTO merged_people (group_no, root_no, person_no) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
    ),
    bind("DELETE FROM duplicates WHERE group_no = ?1 AND (first_no = ?3 OR second_no = ?3) AND ?2 > 0"),
    bind("DELETE FROM address_changes WHERE group_no = ?1 AND person_no = ?3 AND done_at IS NULL AND ?2 > 0"),
  ];
}

/** Whatever is primary now is not beside itself. */
export function tidyAddressesStatement({ d1, groupNo }: GroupDb, personNo: number): D1PreparedStatement {
  return d1
    .prepare(
      `DELETE FROM other_addresses WHERE group_no = ?1 AND person_no = ?2 AND EXISTS (SELECT 1 FROM people p
       WHERE p.group_no = ?1 AND p.person_no = ?2 AND other_addresses.value = iif(other_addresses.kind = 1, p.email, p.phone))`,
    )
    .bind(groupNo, personNo);
}

/** Merges whose time is over can be undone no more, and nothing is kept for it. */
export async function forgetOldMerges({ d1, groupNo }: GroupDb, before: number): Promise<void> {
  await d1
    .prepare(
      "UPDATE merges SET before = NULL, after = NULL WHERE group_no = ?1 AND merged_at <= ?2 AND before IS NOT NULL",
    )
    .bind(groupNo, before)
    .run();
}

/** What a merge would do: the actions that both took, and how much each did. */
export async function selectShared(
  { d1, groupNo }: GroupDb,
  kept: number,
  lost: number,
): Promise<{ actionNos: number[]; lostCount: number }> {
  const row = await d1
    .prepare(
      `SELECT (SELECT count(*) FROM participations WHERE group_no = ?1 AND person_no = ?3) AS lostCount,
         (SELECT json_group_array(DISTINCT x.action_no) FROM participations x WHERE x.group_no = ?1 AND x.person_no = ?3 AND ${IS_DOUBLED}) AS actionNos`,
    )
    .bind(groupNo, kept, lost)
    .first<{ lostCount: number; actionNos: string }>();
  return { lostCount: row?.lostCount ?? 0, actionNos: JSON.parse(row?.actionNos ?? "[]") };
}

export type MergeRow = {
  id: MergeId;
  kept: number;
  lost: number;
  keptId: PersonId | null;
  keptName: string;
  mergedAt: number;
  accountNo: number | null;
  cause: MergeCause;
  keptEmail: string | null;
  lostEmail: string | null;
  isKnown: boolean;
  undoneAt: number | null;
  undoneBy: number | null;
};

const MERGE = `SELECT hex(m.id) AS id, m.kept, m.lost, hex(k.id) AS keptId, trim(coalesce(k.given_name, '') || ' ' || coalesce(k.family_name, '')) AS keptName,
    m.merged_at AS mergedAt, m.account_no AS accountNo, m.cause, m.kept_email AS keptEmail, m.lost_email AS lostEmail,
    m.before IS NOT NULL AS isKnown, m.undone_at AS undoneAt, m.undone_by AS undoneBy
  FROM merges m LEFT JOIN people k ON k.group_no = m.group_no AND k.person_no = m.kept`;

type StoredMerge = Omit<MergeRow, "id" | "keptId" | "isKnown"> & {
  id: string;
  keptId: string | null;
  isKnown: number;
};

const mergeOf = ({ id, keptId, isKnown, ...row }: StoredMerge): MergeRow => ({
  ...row,
  id: idFromHex<MergeId>(id),
  keptId: keptId ? idFromHex<PersonId>(keptId) : null,
  isKnown: isKnown === 1,
});

/** The group's merges, the newest first: their ids tell the order in which they were made. */
export async function selectMerges(
  { d1, groupNo }: GroupDb,
  before: MergeId | null,
  limit: number,
): Promise<MergeRow[]> {
  const { results } = await d1
    .prepare(
      `${MERGE} WHERE m.group_no = ?1 AND m.id < coalesce(unhex(?2), x'ffffffffffffffffffffffffffffffffff') ORDER BY m.id DESC LIMIT ?3`,
    )
    .bind(groupNo, before ? idToHex(before) : null, limit)
    .all<StoredMerge>();
  return results.map(mergeOf);
}

export async function selectMerge({ d1, groupNo }: GroupDb, id: MergeId): Promise<MergeRow | null> {
  const row = await d1
    .prepare(`${MERGE} WHERE m.group_no = ?1 AND m.id = unhex(?2)`)
    .bind(groupNo, idToHex(id))
    .first<StoredMerge>();
  return row ? mergeOf(row) : null;
}

/** The actions whose counts a parting changes. */
export async function selectMergedActions({ d1, groupNo }: GroupDb, id: MergeId): Promise<number[]> {
  const row = await d1
    .prepare(
      `SELECT json_group_array(DISTINCT j.value ->> 0) AS nos FROM merges m CROSS JOIN json_each(m.before, '$.lostSaid') j
       WHERE m.group_no = ?1 AND m.id = unhex(?2)`,
    )
    .bind(groupNo, idToHex(id))
    .first<{ nos: string }>();
  return JSON.parse(row?.nos ?? "[]");
}

export type DuplicateRow = { firstNo: number; secondNo: number; reason: DuplicateReason; foundAt: number };

/** Pairs nobody has dismissed and of whom both are still there, by the number of the first. */
export async function selectDuplicates(
  { d1, groupNo }: GroupDb,
  after: [first: number, second: number],
  limit: number,
): Promise<DuplicateRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT d.first_no AS firstNo, d.second_no AS secondNo, d.reason, d.found_at AS foundAt FROM duplicates d
       CROSS JOIN people one ON one.group_no = ?1 AND one.person_no = d.first_no AND one.erased_at IS NULL AND one.merged_into IS NULL
       CROSS JOIN people other ON other.group_no = ?1 AND other.person_no = d.second_no AND other.erased_at IS NULL AND other.merged_into IS NULL
       WHERE d.group_no = ?1 AND (d.first_no, d.second_no) > (?2, ?3) AND d.dismissed_at IS NULL
       ORDER BY d.first_no, d.second_no LIMIT ?4`,
    )
    .bind(groupNo, after[0], after[1], limit)
    .all<DuplicateRow>();
  return results;
}

export async function dismissDuplicate(
  { d1, groupNo }: GroupDb,
  pair: { first: number; second: number },
  by: number | null,
  now: number | null,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      "UPDATE duplicates SET dismissed_at = ?4, dismissed_by = ?5 WHERE group_no = ?1 AND first_no = ?2 AND second_no = ?3",
    )
    .bind(groupNo, Math.min(pair.first, pair.second), Math.max(pair.first, pair.second), now, by)
    .run();
  return meta.changes > 0;
}

/** What of merges, notes and edits an erasure takes along. */
export function forgetRecordStatements({ d1, groupNo }: GroupDb, personNo: number): D1PreparedStatement[] {
  const bind = (sql: string) => d1.prepare(sql).bind(groupNo, personNo);
  return [
    ...[
      "other_addresses",
      "person_edits",
      "subscription_changes",
      "person_notes",
      "address_changes",
      "point_people",
      "unique_id_people",
    ].map((table) => bind(`DELETE FROM ${table} WHERE group_no = ?1 AND person_no = ?2`)),
    bind("DELETE FROM duplicates WHERE group_no = ?1 AND (first_no = ?2 OR second_no = ?2)"),
    bind(
      `DELETE FROM foreign_ids WHERE group_no = ?1 AND what = 1 AND id IN (SELECT id FROM people WHERE group_no = ?1 AND person_no = ?2)`,
    ),
    bind(
      `DELETE FROM foreign_ids WHERE group_no = ?1 AND what = 3
         AND id IN (SELECT id FROM participations WHERE group_no = ?1 AND person_no = ?2)`,
    ),
    bind(
      "UPDATE merges SET before = NULL, after = NULL, kept_email = NULL, lost_email = NULL WHERE group_no = ?1 AND (kept = ?2 OR lost = ?2)",
    ),
  ];
}

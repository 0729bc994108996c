import type { GroupDb } from "../groups/shard";
import { idToHex } from "../platform/ids";
import { saidColumns } from "./store";
import type { MergeId } from "./types";

/* Parting two people who were merged. What each had is in `merges.before`, as `store-merge.ts` wrote it down. */

/** The merge a statement of the parting belongs to; nothing when it is not the one that may part them. ?1 group, ?2 id, ?3 now. */
const OPEN = "merges m WHERE m.group_no = ?1 AND m.id = unhex(?2) AND m.undone_at = ?3";
const each = (path: string) =>
  `merges m CROSS JOIN json_each(m.before, '$.${path}') j WHERE m.group_no = ?1 AND m.id = unhex(?2) AND m.undone_at = ?3`;
const PART = `(SELECT ${["kept", "lost", "merged_at", "before", "after", "removal_no", "undone_by"].map((name) => `m.${name}`).join(", ")} FROM ${OPEN})`;

/**
 * Makes one person two again. What both had before the merge goes back to each; what came since stays with the person kept, but
 * for an opt-out, which holds for both. Does nothing when the merge was undone before, is older than `since`, or either of
 * the two was erased or merged on.
 * @returns the statements, the first of which gives the two when the merge may be undone
 */
export function splitStatements(
  { d1, groupNo }: GroupDb,
  id: MergeId,
  { by, now, since }: { by: number | null; now: number; since: number },
): D1PreparedStatement[] {
  const bind = (sql: string) => d1.prepare(sql).bind(groupNo, idToHex(id), now);
  return [
    d1
      .prepare(
        `UPDATE merges SET undone_at = ?3, undone_by = ?4
         WHERE group_no = ?1 AND id = unhex(?2) AND undone_at IS NULL AND before IS NOT NULL AND after IS NOT NULL AND merged_at > ?5
           AND EXISTS (SELECT 1 FROM people p WHERE p.group_no = ?1 AND p.person_no = merges.kept AND p.erased_at IS NULL AND p.merged_into IS NULL)
           AND EXISTS (SELECT 1 FROM people p WHERE p.group_no = ?1 AND p.person_no = merges.lost AND p.erased_at IS NULL AND p.merged_into = merges.kept)
         RETURNING kept, lost`,
      )
      .bind(groupNo, idToHex(id), now, by, since),
    bind(
      `UPDATE identities SET person_no = s.lost FROM (SELECT m.kept, m.lost, j.value ->> 0 AS kind, j.value ->> 1 AS value FROM ${each("identities")}) s
       WHERE identities.group_no = ?1 AND identities.kind = s.kind AND identities.value = s.value AND identities.person_no = s.kept`,
    ),
    ...splitPeople(bind),
    ...splitAddresses(bind),
    ...splitSets(bind),
    ...splitParticipations(bind),
    ...(["notes", "edits", "subscriptions"] as const).map((name) =>
      bind(
        `UPDATE ${{ notes: "person_notes", edits: "person_edits", subscriptions: "subscription_changes" }[name]} SET person_no = s.lost
         FROM (SELECT m.kept, m.lost, unhex(j.value ->> 0) AS id FROM ${each(name)}) s
         WHERE group_no = ?1 AND person_no = s.kept AND ${{ notes: "person_notes", edits: "person_edits", subscriptions: "subscription_changes" }[name]}.id = s.id`,
      ),
    ),
    ...splitNumbers(bind),
    // Whoever parted them knows that they are two.
    bind(
      `INSERT INTO duplicates (group_no, first_no, second_no, reason, found_at, dismissed_at, dismissed_by)
       SELECT ?1, min(m.kept, m.lost), max(m.kept, m.lost), 'name', ?3, ?3, m.undone_by FROM ${OPEN}
       ON CONFLICT (group_no, first_no, second_no) DO UPDATE SET dismissed_at = excluded.dismissed_at, dismissed_by = excluded.dismissed_by`,
    ),
  ];
}

type Bind = (sql: string) => D1PreparedStatement;

/** The one who goes takes along those who were merged into them before. */
function splitNumbers(bind: Bind): D1PreparedStatement[] {
  const along = `WITH RECURSIVE along (no) AS (SELECT m.lost FROM ${OPEN}
    UNION SELECT n.lost FROM along CROSS JOIN merges n ON n.group_no = ?1 AND n.kept = along.no AND n.undone_at IS NULL)`;
  return [
    bind(
      `UPDATE merged_people SET root_no = (SELECT m.lost FROM ${OPEN}) WHERE group_no = ?1 AND root_no = (SELECT m.kept FROM ${OPEN})
         AND person_no IN (${along} SELECT no FROM along)`,
    ),
    bind(`DELETE FROM merged_people WHERE group_no = ?1 AND person_no = (SELECT m.lost FROM ${OPEN})`),
  ];
}

function splitPeople(bind: Bind): D1PreparedStatement[] {
  const fields = saidColumns.flatMap((column) => [column, `${column}_at`]);
  const pairs = saidColumns;
  const statuses = (["email", "mobile"] as const).map((channel) => `${channel}_status`);
  const isOptOut = (status: string) =>
    `k.${status} >= 2 AND k.${status}_at > s.merged_at AND (k.${status} IS NOT s.after ->> '$.${status}' OR k.${status}_at IS NOT s.after ->> '$.${status}_at')`;
  const was = (who: string, column: string) => `s.before ->> '$.${who}.${column}'`;
  const unchanged = (column: string) =>
    `people.${column} IS s.after ->> '$.${column}' AND people.${column}_at IS s.after ->> '$.${column}_at'`;
  return [
    bind(
      `UPDATE people SET email = ${was("lost", "email")}, merged_into = NULL,
         ${fields.map((column) => `${column} = ${was("lost", column)}`).join(", ")},
         ${statuses
           .flatMap((status) =>
             [status, `${status}_at`, `${status}_cause`].map(
               (column) => `${column} = iif(${isOptOut(status)}, k.${column}, ${was("lost", column)})`,
             ),
           )
           .join(", ")}
       FROM ${PART} s CROSS JOIN people k ON k.group_no = ?1 AND k.person_no = s.kept
       WHERE people.group_no = ?1 AND people.person_no = s.lost`,
    ),
    bind(
      `UPDATE people SET
         ${[...pairs, ...statuses]
           .flatMap((column) => [
             `${column} = iif(${unchanged(column)}, ${was("kept", column)}, people.${column})`,
             `${column}_at = iif(${unchanged(column)}, ${was("kept", `${column}_at`)}, people.${column}_at)`,
           ])
           .join(", ")},
         ${statuses.map((status) => `${status}_cause = iif(${unchanged(status)}, ${was("kept", `${status}_cause`)}, people.${status}_cause)`).join(", ")},
         email = iif(EXISTS (SELECT 1 FROM json_each(s.before, '$.identities') j WHERE j.value ->> 0 = 1 AND j.value ->> 1 = people.email)
           OR people.email IS s.after ->> '$.email', ${was("kept", "email")}, people.email)
       FROM ${PART} s WHERE people.group_no = ?1 AND people.person_no = s.kept`,
    ),
  ];
}

function splitAddresses(bind: Bind): D1PreparedStatement[] {
  return [
    bind(
      `DELETE FROM other_addresses WHERE group_no = ?1 AND person_no = (SELECT m.kept FROM ${OPEN})
         AND EXISTS (SELECT 1 FROM identities i WHERE i.group_no = ?1 AND i.kind = other_addresses.kind AND i.value = other_addresses.value
           AND i.person_no = (SELECT m.lost FROM ${OPEN}))`,
    ),
    bind(
      `INSERT INTO other_addresses (group_no, person_no, kind, value, added_at, left_at)
       SELECT ?1, m.lost, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3 FROM ${each("others")}
         AND EXISTS (SELECT 1 FROM identities i WHERE i.group_no = ?1 AND i.kind = j.value ->> 0 AND i.value = j.value ->> 1 AND i.person_no = m.lost)
       ON CONFLICT DO NOTHING`,
    ),
    bind(
      `DELETE FROM other_addresses WHERE group_no = ?1 AND person_no = (SELECT m.kept FROM ${OPEN}) AND EXISTS (SELECT 1 FROM people p
       WHERE p.group_no = ?1 AND p.person_no = other_addresses.person_no AND other_addresses.value = iif(other_addresses.kind = 1, p.email, p.phone))`,
    ),
  ];
}

function splitSets(bind: Bind): D1PreparedStatement[] {
  return [
    bind(
      `DELETE FROM taggings WHERE group_no = ?1 AND person_no = (SELECT m.kept FROM ${OPEN})
         AND EXISTS (SELECT 1 FROM ${each("lostTags")} AND j.value ->> 0 = taggings.tag_no AND j.value ->> 1 = taggings.tagged_at)
         AND NOT EXISTS (SELECT 1 FROM ${each("keptTags")} AND j.value ->> 0 = taggings.tag_no)`,
    ),
    bind(
      `INSERT INTO taggings (group_no, tag_no, person_no, tagged_at)
       SELECT ?1, j.value ->> 0, m.lost, j.value ->> 1 FROM ${each("lostTags")}
         AND EXISTS (SELECT 1 FROM tags t WHERE t.group_no = ?1 AND t.tag_no = j.value ->> 0)
       ON CONFLICT DO NOTHING`,
    ),
    bind(
      `DELETE FROM field_values WHERE group_no = ?1 AND person_no = (SELECT m.kept FROM ${OPEN})
         AND EXISTS (SELECT 1 FROM ${each("lostValues")} AND j.value ->> 0 = field_values.field_no AND j.value ->> 2 = field_values.acted_at)`,
    ),
    bind(
      `INSERT INTO field_values (group_no, field_no, person_no, value, acted_at)
       SELECT ?1, j.value ->> 0, m.kept, j.value ->> 1, j.value ->> 2 FROM ${each("keptValues")} ON CONFLICT DO NOTHING`,
    ),
    bind(
      `INSERT INTO field_values (group_no, field_no, person_no, value, acted_at)
       SELECT ?1, j.value ->> 0, m.lost, j.value ->> 1, j.value ->> 2 FROM ${each("lostValues")} ON CONFLICT DO NOTHING`,
    ),
    bind(
      `INSERT INTO consent_events (group_no, person_no, acted_at, action_no, wording_hash, answer)
       SELECT ?1, s.lost, c.acted_at, c.action_no, c.wording_hash, c.answer
       FROM (SELECT m.kept, m.lost, j.value ->> 0 AS acted_at, j.value ->> 1 AS action_no FROM ${each("consents")}
         UNION ALL SELECT m.kept, m.lost, j.value ->> 0, j.value ->> 1 FROM ${each("sharedConsents")}) s
       CROSS JOIN consent_events c ON c.group_no = ?1 AND c.person_no = s.kept AND c.acted_at = s.acted_at AND c.action_no = s.action_no
       WHERE true ON CONFLICT DO NOTHING`,
    ),
    bind(
      `DELETE FROM consent_events WHERE group_no = ?1 AND person_no = (SELECT m.kept FROM ${OPEN})
         AND EXISTS (SELECT 1 FROM ${each("consents")} AND j.value ->> 0 = consent_events.acted_at AND j.value ->> 1 = consent_events.action_no)`,
    ),
  ];
}

function splitParticipations(bind: Bind): D1PreparedStatement[] {
  const said = [
    "action_no",
    "nth",
    "revised_at",
    "answer",
    "comment",
    "comment_status",
    "is_named",
    "source",
    "referrer",
    "removal_no",
  ]
    .map((name, index) => `j.value ->> ${index} AS ${name}`)
    .join(", ");
  // A removal that an organiser has undone meanwhile takes nobody back.
  const isOutAgain = `s.removal_no > 0 AND EXISTS (SELECT 1 FROM removals r WHERE r.group_no = ?1 AND r.action_no = s.action_no
    AND r.removal_no = s.removal_no AND r.cause = 'organiser' AND r.undone_at IS NULL)`;
  return [
    bind(
      `UPDATE participations SET person_no = s.lost FROM (SELECT m.kept, m.lost, j.value ->> 0 AS action_no, j.value ->> 1 AS nth FROM ${each("moved")}) s
       WHERE participations.group_no = ?1 AND participations.person_no = s.kept AND participations.action_no = s.action_no AND participations.nth = s.nth`,
    ),
    // The one kept said it themselves unless they took over what the other had said; a newer answer stays.
    bind(
      `UPDATE participations SET revised_at = s.revised_at, answer = s.answer, comment = s.comment, comment_status = s.comment_status, is_named = s.is_named
       FROM (SELECT m.kept, ${said} FROM ${each("keptSaid")}) s
       WHERE participations.group_no = ?1 AND participations.person_no = s.kept AND participations.action_no = s.action_no AND participations.nth = s.nth
         AND participations.revised_at > s.revised_at
         AND EXISTS (SELECT 1 FROM ${each("lostSaid")} AND j.value ->> 0 = s.action_no AND j.value ->> 1 = s.nth AND j.value ->> 2 = participations.revised_at)`,
    ),
    bind(
      `UPDATE removals SET participation_count = participation_count + 1
       FROM (SELECT m.lost, m.removal_no AS merge_no, ${said} FROM ${each("lostSaid")}) s
       WHERE removals.group_no = ?1 AND removals.action_no = s.action_no AND removals.removal_no = s.removal_no AND ${isOutAgain}
         AND EXISTS (SELECT 1 FROM participations x WHERE x.group_no = ?1 AND x.person_no = s.lost AND x.action_no = s.action_no
           AND x.nth = s.nth AND x.removal_no = s.merge_no)`,
    ),
    bind(
      `UPDATE participations SET revised_at = s.revised_at, answer = s.answer, comment = s.comment, comment_status = s.comment_status, is_named = s.is_named,
         source = s.source, referrer = s.referrer, removal_no = iif(${isOutAgain}, s.removal_no, 0)
       FROM (SELECT m.lost, m.removal_no AS merge_no, ${said} FROM ${each("lostSaid")}) s
       WHERE participations.group_no = ?1 AND participations.person_no = s.lost AND participations.action_no = s.action_no AND participations.nth = s.nth
         AND participations.removal_no = s.merge_no`,
    ),
    bind(
      `UPDATE removals SET undone_at = ?3, undone_by = (SELECT m.undone_by FROM ${OPEN})
       WHERE group_no = ?1 AND removal_no = (SELECT m.removal_no FROM ${OPEN}) AND cause = 'merge' AND undone_at IS NULL`,
    ),
  ];
}

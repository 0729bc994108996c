import type { GroupDb } from "../groups/shard";
import type { Mailing } from "../mailings/types";

/**
 * Whether the wrapper of a mailing, a snippet that stands in it by way of whatever, or one of some saved audiences was changed after a
 * moment. A snippet counts as named where its name stands, as for whoever wants to remove it.
 */
export async function selectIsChanged(
  { groupNo, d1 }: GroupDb,
  { no, settings }: Pick<Mailing, "no" | "settings">,
  audiences: readonly number[],
  since: number,
): Promise<boolean> {
  const row = await d1
    .prepare(
      `WITH RECURSIVE words (body, changed_at) AS (
         SELECT body, changed_at FROM (
           SELECT v.body || ' ' || coalesce(v.plain, '') || ' ' || coalesce(v.amp, '') AS body, 0 AS changed_at FROM mailing_versions AS v WHERE v.group_no = ?1 AND v.mailing_no = ?2
           UNION ALL SELECT w.html, w.updated_at FROM mailing_wrappers AS w WHERE w.group_no = ?1 AND w.wrapper_no = ?3
           UNION ALL SELECT o.html, 0 FROM mailing_wrapper_versions AS o WHERE o.group_no = ?1 AND o.wrapper_no = ?3)
         UNION
         SELECT s.body, s.updated_at FROM words CROSS JOIN mailing_snippets AS s ON s.group_no = ?1 AND s.removed_at IS NULL
           AND instr(words.body, 'snippet') > 0 AND instr(words.body, s.name) > 0)
       SELECT EXISTS (SELECT 1 FROM words WHERE changed_at > ?5) OR EXISTS (SELECT 1 FROM audiences AS a
         WHERE a.group_no = ?1 AND a.audience_no IN (SELECT value FROM json_each(?4)) AND a.updated_at > ?5) AS isChanged`,
    )
    .bind(groupNo, no, settings.wrapperNo, JSON.stringify(audiences), since)
    .first<{ isChanged: number }>();
  return row?.isChanged === 1;
}

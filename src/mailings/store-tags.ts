import type { GroupDb } from "../groups/shard";

export type MailingTag = {
  tag: string;
  /** Mailings in the lists that have it. */
  mailings: number;
  /** When the newest of them began to leave, in ms; null when none has. */
  sentAt: number | null;
  /** Null: it is offered and listed. */
  hiddenAt: number | null;
};

const TAGS = `
  SELECT tag.value AS tag, count(*) AS mailings, max(mailings.sent_at) AS sentAt, max(hidden.hidden_at) AS hiddenAt
  FROM mailings CROSS JOIN json_each(mailings.tags) AS tag
  LEFT JOIN hidden_mailing_tags AS hidden ON hidden.group_no = ?1 AND hidden.tag = tag.value
  WHERE mailings.group_no = ?1 AND mailings.hidden_at IS NULL`;

/** By name, without regard to the case of A to Z. A group has some hundreds of mailings: reading all of them is one short range. */
export async function selectTagList({ d1, groupNo }: GroupDb, limit: number): Promise<MailingTag[]> {
  const { results } = await d1
    .prepare(`${TAGS} GROUP BY tag.value ORDER BY tag.value COLLATE NOCASE, tag.value LIMIT ?2`)
    .bind(groupNo, limit)
    .run<MailingTag>();
  return results;
}

/** One tag; null when no mailing in the lists has it. */
export function selectTag({ d1, groupNo }: GroupDb, tag: string): Promise<MailingTag | null> {
  return d1.prepare(`${TAGS} AND tag.value = ?2 GROUP BY tag.value`).bind(groupNo, tag).first<MailingTag>();
}

export async function insertHiddenTag(
  { d1, groupNo }: GroupDb,
  { tag, by, now }: { tag: string; by: number; now: number },
): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO hidden_mailing_tags (group_no, tag, hidden_by, hidden_at) SELECT ?1, ?2, ?3, ?4
       WHERE EXISTS (SELECT 1 FROM mailings CROSS JOIN json_each(mailings.tags) AS own WHERE mailings.group_no = ?1 AND own.value = ?2)
       ON CONFLICT DO NOTHING`,
    )
    .bind(groupNo, tag, by, now)
    .run();
}

/** False: it was not hidden. */
export async function deleteHiddenTag({ d1, groupNo }: GroupDb, tag: string): Promise<boolean> {
  const { meta } = await d1
    .prepare("DELETE FROM hidden_mailing_tags WHERE group_no = ?1 AND tag = ?2")
    .bind(groupNo, tag)
    .run();
  return meta.changes > 0;
}

/** Of some tags, shows those again that no mailing in the lists has: what was hidden was another one of that name. */
export async function deleteUnusedHidden({ d1, groupNo }: GroupDb, tags: readonly string[]): Promise<void> {
  await d1
    .prepare(
      `DELETE FROM hidden_mailing_tags WHERE group_no = ?1 AND tag IN (SELECT value FROM json_each(?2)) AND NOT EXISTS (
         SELECT 1 FROM mailings CROSS JOIN json_each(mailings.tags) AS own
         WHERE mailings.group_no = ?1 AND mailings.hidden_at IS NULL AND own.value = hidden_mailing_tags.tag)`,
    )
    .bind(groupNo, JSON.stringify(tags))
    .run();
}

/** Another name on every mailing, those out of the lists too. Where two came to have the name at one moment, a mailing has it once. */
export async function updateTagName(
  { d1, groupNo }: GroupDb,
  { tag, name }: { tag: string; name: string },
): Promise<void> {
  await d1.batch([
    // Of a tag of that name that nobody has any more.
    d1.prepare("DELETE FROM hidden_mailing_tags WHERE group_no = ?1 AND tag = ?2").bind(groupNo, name),
    d1
      .prepare(
        `UPDATE mailings SET tags = (SELECT json_group_array(value) FROM (
           SELECT iif(own.value = ?2, ?3, own.value) AS value, min(own.key) AS place FROM json_each(mailings.tags) AS own
           GROUP BY 1 ORDER BY place))
         WHERE group_no = ?1 AND EXISTS (SELECT 1 FROM json_each(mailings.tags) AS own WHERE own.value = ?2)`,
      )
      .bind(groupNo, tag, name),
    d1
      .prepare("UPDATE OR REPLACE hidden_mailing_tags SET tag = ?3 WHERE group_no = ?1 AND tag = ?2")
      .bind(groupNo, tag, name),
  ]);
}

/** Whether any mailing has it, one out of the lists too. */
export async function isTagGiven({ d1, groupNo }: GroupDb, tag: string): Promise<boolean> {
  const row = await d1
    .prepare(
      `SELECT 1 FROM mailings CROSS JOIN json_each(mailings.tags) AS own WHERE mailings.group_no = ?1 AND own.value = ?2 LIMIT 1`,
    )
    .bind(groupNo, tag)
    .first();
  return row !== null;
}

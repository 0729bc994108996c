import type { GroupDb } from "../groups/shard";
import { IS_DRAFT } from "./store";
import { type AlternatePart, COMBINATIONS_MAX } from "./types";

const ROWS = "FROM mailing_versions AS v WHERE v.group_no = ?1 AND v.mailing_no = ?2";

/** How many alternates of a part there would be with the new one; `?3` is its part. */
const after = (part: AlternatePart) =>
  `(SELECT 1 + count(DISTINCT v.variant_no) + (?3 = '${part}') ${ROWS} AND v.part = '${part}')`;

/** The language a mailing is translated from: `?4`, the group's; of one that has no words in it, its first. */
const OWN = `(SELECT v.language ${ROWS} AND v.variant_no = 1 ORDER BY v.language <> ?4, v.language LIMIT 1)`;

/**
 * Adds an alternate in every language the mailing has, in one statement, so that two who add at once cannot pass the limit. Its words
 * are of the group's language, or of the first where the mailing is not in that; in the others it is as the first until it is written. A body begins as a copy of the first. Numbers of rows are given out again: its
 * revision begins at the moment, which no page that showed another row of that number holds.
 * @returns the number of its row; null where there is no room, the mailing has whole versions, or is no draft
 */
export async function insertAlternate(
  { groupNo, d1 }: GroupDb,
  no: number,
  added: { part: AlternatePart; language: string; fromName: string; subject: string; preview: string },
  { by, now }: { by: number; now: number },
): Promise<number | null> {
  const own = (parameter: string) => `CASE WHEN first.language = ${OWN} THEN ${parameter} ELSE '' END`;
  const copied = (column: string, none: string) =>
    `CASE WHEN ?3 = 'body' THEN first.${column} ELSE ${none} END`;
  const row = await d1
    .prepare(
      `INSERT INTO mailing_versions (group_no, mailing_no, variant_no, language, part, from_name, subject, preview, form, body, plain, amp, revision, updated_by, updated_at)
       SELECT ?1, ?2, (SELECT max(v.variant_no) + 1 ${ROWS}), first.language, ?3, ${own("?5")}, ${own("?6")}, ${own("?7")}, first.form,
         ${copied("body", "''")}, ${copied("plain", "NULL")}, ${copied("amp", "NULL")}, ?9, ?8, ?9
       FROM mailing_versions AS first WHERE first.group_no = ?1 AND first.mailing_no = ?2 AND first.variant_no = 1 AND ${IS_DRAFT}
         AND NOT EXISTS (SELECT 1 ${ROWS} AND v.variant_no > 1 AND v.part IS NULL)
         AND ${after("subject")} * ${after("sender")} * ${after("body")} <= ${COMBINATIONS_MAX}
       RETURNING variant_no AS no`,
    )
    .bind(
      ...[groupNo, no, added.part, added.language, added.fromName, added.subject, added.preview],
      ...[by, now],
    )
    .first<{ no: number }>();
  return row?.no ?? null;
}

/**
 * Adds a language to everything that is written, as it is in the group's, in one statement: what somebody adds or takes away at the
 * same moment is in both languages or in neither. False when it is there, or the mailing is no draft.
 */
export async function insertLanguage(
  { groupNo, d1 }: GroupDb,
  no: number,
  { language, from }: { language: string; from: string },
  { by, now }: { by: number; now: number },
): Promise<boolean> {
  const [added] = await d1.batch([
    d1
      .prepare(
        `INSERT INTO mailing_versions (group_no, mailing_no, variant_no, language, part, from_name, subject, preview, form, body, plain, amp, revision, updated_by, updated_at)
         SELECT ?1, ?2, own.variant_no, ?3, own.part, own.from_name, own.subject, own.preview, own.form, own.body, own.plain, own.amp, ?6, ?5, ?6
         FROM mailing_versions AS own WHERE own.group_no = ?1 AND own.mailing_no = ?2 AND own.language = ${OWN} AND ${IS_DRAFT}
           AND NOT EXISTS (SELECT 1 ${ROWS} AND v.language = ?3)`,
      )
      .bind(groupNo, no, language, from, by, now),
    d1
      .prepare(
        "UPDATE mailings SET updated_at = ?3 WHERE group_no = ?1 AND mailing_no = ?2 AND changes() > 0",
      )
      .bind(groupNo, no, now),
  ]);
  return (added?.meta.changes ?? 0) > 0;
}

/** The rows of a mailing's versions without their words, a row a variant. */
export async function selectRows(
  { groupNo, d1 }: GroupDb,
  no: number,
): Promise<{ variantNo: number; part: AlternatePart | null }[]> {
  const { results } = await d1
    .prepare(`SELECT DISTINCT v.variant_no AS variantNo, v.part AS part ${ROWS}`)
    .bind(groupNo, no)
    .run<{ variantNo: number; part: AlternatePart | null }>();
  return results;
}

import type { GroupDb } from "../groups/shard";
import { IS_DRAFT } from "./store";
import { type AlternatePart, COMBINATIONS_MAX } from "./types";

const ROWS = "FROM mailing_versions AS v WHERE v.group_no = ?1 AND v.mailing_no = ?2";

/** How many alternates of a part there would be with the new one; `?3` is its part. */
const after = (part: AlternatePart) =>
  `(SELECT 1 + count(DISTINCT v.variant_no) + (?3 = '${part}') ${ROWS} AND v.part = '${part}')`;

/**
 * Adds an alternate in every language the mailing has, in one statement, so that two who add at once cannot pass the limit. Its words
 * are of one language; in the others it is as the first until it is written. A body begins as a copy of the first. Numbers of rows are given out again: its
 * revision begins at the moment, which no page that showed another row of that number holds.
 * @returns the number of its row; null where there is no room, the mailing has whole versions, or is no draft
 */
export async function insertAlternate(
  { groupNo, d1 }: GroupDb,
  no: number,
  added: { part: AlternatePart; language: string; fromName: string; subject: string; preview: string },
  { by, now }: { by: number; now: number },
): Promise<number | null> {
  const own = (parameter: string) => `CASE WHEN first.language = ?4 THEN ${parameter} ELSE '' END`;
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

import { asc, eq } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import { idFromHex } from "../platform/ids";
import { questionLibrary } from "./tables";
import type { Askable } from "./types";

export type LibraryRow = { questionNo: number; question: unknown; archivedAt: number | null; note: string };

export function selectLibrary({ groupNo, db }: GroupDb): Promise<LibraryRow[]> {
  const { questionNo, question, archivedAt, note } = questionLibrary;
  return db
    .select({ questionNo, question, archivedAt, note })
    .from(questionLibrary)
    .where(eq(questionLibrary.groupNo, groupNo))
    .orderBy(asc(questionLibrary.label), asc(questionNo));
}

/** Questions are never deleted, so the number after the highest is free. Null: there are `most` already. */
export async function insertLibraryQuestion(
  { groupNo, d1 }: GroupDb,
  question: Askable,
  options: { by: number; now: number; most: number },
): Promise<number | null> {
  const row = await d1
    .prepare(
      `INSERT INTO question_library (group_no, question_no, label, question, created_by, created_at)
       SELECT ?1, n + 1, ?2, ?3, ?4, ?5
       FROM (SELECT coalesce(max(question_no), 0) AS n, count(*) AS total FROM question_library WHERE group_no = ?1) WHERE total < ?6
       RETURNING question_no`,
    )
    .bind(groupNo, question.label, JSON.stringify(question), options.by, options.now, options.most)
    .first<{ question_no: number }>();
  return row?.question_no ?? null;
}

/** False: the group has no question of that number. */
export async function updateLibraryQuestion(
  { groupNo, d1 }: GroupDb,
  questionNo: number,
  question: Askable,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      "UPDATE question_library SET label = ?3, question = ?4, archived_at = NULL WHERE group_no = ?1 AND question_no = ?2",
    )
    .bind(groupNo, questionNo, question.label, JSON.stringify(question))
    .run();
  return meta.changes > 0;
}

export async function updateLibraryArchived(
  { groupNo, d1 }: GroupDb,
  questionNo: number,
  archivedAt: number | null,
): Promise<boolean> {
  const { meta } = await d1
    .prepare("UPDATE question_library SET archived_at = ?3 WHERE group_no = ?1 AND question_no = ?2")
    .bind(groupNo, questionNo, archivedAt)
    .run();
  return meta.changes > 0;
}

export async function updateNote({ groupNo, d1 }: GroupDb, questionNo: number, note: string): Promise<void> {
  await d1
    .prepare("UPDATE question_library SET note = ?3 WHERE group_no = ?1 AND question_no = ?2")
    .bind(groupNo, questionNo, note)
    .run();
}

/** Actions looked through for where questions are used, the newest first. */
const ACTIONS_READ_MAX = 2_000;

export type LibraryUse = { questionNo: number; title: string; actionId: string };

/** The actions that ask a question of the library, each with a copy of it. */
export async function selectUses({ groupNo, d1 }: GroupDb): Promise<LibraryUse[]> {
  const { results } = await d1
    .prepare(
      `SELECT DISTINCT q.value ->> 'libraryNo' AS questionNo, coalesce(nullif(a.internal_title, ''), a.title) AS title, hex(a.id) AS actionId
       FROM (SELECT id, title, internal_title, settings FROM actions WHERE group_no = ?1 ORDER BY action_no DESC LIMIT ${ACTIONS_READ_MAX}) a
       CROSS JOIN json_each(a.settings, '$.questions') q WHERE q.value ->> 'libraryNo' IS NOT NULL`,
    )
    .bind(groupNo)
    .all<LibraryUse>();
  return results.map((row) => ({ ...row, actionId: idFromHex(row.actionId) }));
}

import { asc, eq } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import { questionLibrary } from "./tables";
import type { Askable } from "./types";

export type LibraryRow = { questionNo: number; question: unknown; archivedAt: number | null };

export function selectLibrary({ groupNo, db }: GroupDb): Promise<LibraryRow[]> {
  const { questionNo, question, archivedAt } = questionLibrary;
  return db
    .select({ questionNo, question, archivedAt })
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

import type { GroupDb } from "../groups/shard";
import { mailingByNo } from "../mailings/mailing";
import type { MailingSettings } from "../mailings/types";
import { mergeQuestion } from "../merging/merge-file";

export type RowSettings = Partial<Pick<MailingSettings, "mergeFileNo" | "withoutRow">>;

/**
 * SQL for who has no row in the merge file of a mailing that is for those who have; null when it is for all.
 * @throws for a mailing there is none of: nobody's rows can be told, and "nobody has one" would be a guess
 */
export async function noRowSql(
  db: GroupDb,
  { no, settings: { mergeFileNo = null, withoutRow } }: { no: number; settings: RowSettings },
): Promise<string | null> {
  if (mergeFileNo === null || withoutRow !== "left_out") return null;
  const question = await mergeQuestion(db, no);
  if (question) return question.hasNoRow;
  if (!(await mailingByNo(db, no))) throw new Error("asked for the rows of a mailing that does not exist");
  // A file that is gone, or holds nothing yet, has nobody's row.
  return "1";
}

/** Of two conditions that may not be there, what is true where one of them is. */
export function eitherSql(one: string | null, other: string | null): string | null {
  return one === null || other === null ? (one ?? other) : `(${one} OR ${other})`;
}

import type { GroupDb } from "../groups/shard";
import type { StoredAnswer } from "../intake/types";

/** What somebody who is to be typed in has said on the action's page, or on another sheet. */
export type Standing = {
  answer: StoredAnswer;
  comment: string;
  commentStatus: number;
  isNamed: boolean;
  revisedAt: number;
};

type Row = {
  email: string;
  answer: string;
  comment: string | null;
  comment_status: number;
  is_named: number;
  revised_at: number;
};

// Joins forced: from the few addresses to their people to what each did here, by key all the way.
const STANDING = `
  SELECT i.value AS email, p.answer, p.comment, p.comment_status, p.is_named, p.revised_at
  FROM json_each(?2) j
  CROSS JOIN identities i ON i.group_no = ?1 AND i.kind = 1 AND i.value = j.value
  CROSS JOIN participations p ON p.group_no = ?1 AND p.person_no = i.person_no AND p.action_no = ?3 AND p.nth = 0`;

/** Those of some addresses who have taken part already, by address. At most a step of an upload is asked for at once. */
export async function standingOf(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  emails: readonly string[],
): Promise<Map<string, Standing>> {
  const { results } = await d1.prepare(STANDING).bind(groupNo, JSON.stringify(emails), actionNo).all<Row>();
  return new Map(
    results.map((row) => [
      row.email,
      {
        answer: JSON.parse(row.answer),
        comment: row.comment ?? "",
        commentStatus: row.comment_status,
        isNamed: row.is_named === 1,
        revisedAt: row.revised_at,
      },
    ]),
  );
}

import type { GroupDb } from "../groups/shard";

export type Work = {
  no: number;
  sort: string;
  subject: number;
  detail: Record<string, unknown>;
  cursor: number;
  doneCount: number;
  totalCount: number | null;
  dueAt: number;
  startedBy: number | null;
  startedAt: number;
  finishedAt: number | null;
};

const COLUMNS = `work_no AS no, sort, subject, detail, cursor, done_count AS doneCount, total_count AS totalCount, due_at AS dueAt,
  started_by AS startedBy, started_at AS startedAt, finished_at AS finishedAt`;
const WORKS_SHOWN_MAX = 50;

type Stored = Omit<Work, "detail"> & { detail: string };
const workOf = (row: Stored): Work => ({ ...row, detail: JSON.parse(row.detail) });

export type NewWork = Pick<Work, "sort" | "subject" | "detail" | "dueAt" | "startedBy"> & {
  totalCount?: number | null;
};

export async function insertWork({ groupNo, d1 }: GroupDb, work: NewWork, now: number): Promise<number> {
  const results = await d1.batch<{ no: number }>([
    d1
      .prepare(
        `INSERT INTO numbers (group_no, noun, last) VALUES (?1, 'works', 1)
         ON CONFLICT (group_no, noun) DO UPDATE SET last = last + 1`,
      )
      .bind(groupNo),
    d1
      .prepare(
        `INSERT INTO works (group_no, work_no, sort, subject, detail, cursor, done_count, total_count, due_at, started_by, started_at)
         SELECT ?1, last, ?2, ?3, ?4, 0, 0, ?5, ?6, ?7, ?8 FROM numbers WHERE group_no = ?1 AND noun = 'works'
         RETURNING work_no AS no`,
      )
      .bind(
        ...[groupNo, work.sort, work.subject, JSON.stringify(work.detail), work.totalCount ?? null],
        ...[work.dueAt, work.startedBy, now],
      ),
  ]);
  const no = results[1]?.results[0]?.no;
  if (no === undefined) throw new Error("the work was not stored");
  return no;
}

export async function selectWork({ groupNo, d1 }: GroupDb, no: number): Promise<Work | null> {
  const row = await d1
    .prepare(`SELECT ${COLUMNS} FROM works WHERE group_no = ?1 AND work_no = ?2`)
    .bind(groupNo, no)
    .first<Stored>();
  return row && workOf(row);
}

/** Works of some sorts, the newest first. */
export async function selectWorks(
  { groupNo, d1 }: GroupDb,
  sorts: readonly string[],
  only: "open" | "all",
): Promise<Work[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM works WHERE group_no = ?1 AND sort IN (SELECT value FROM json_each(?2))
       ${only === "open" ? "AND finished_at IS NULL" : ""} ORDER BY work_no DESC LIMIT ${WORKS_SHOWN_MAX}`,
    )
    .bind(groupNo, JSON.stringify(sorts))
    .all<Stored>();
  return results.map(workOf);
}

/** True on its own in SQL when nobody has moved the work since it was read: a step that was done is not done twice. */
export const STILL_THERE =
  "EXISTS (SELECT 1 FROM works WHERE group_no = ?1 AND work_no = ?2 AND cursor = ?3 AND finished_at IS NULL)";

/** Keeps a step: what it wrote and how far it came, in one transaction. */
export async function saveStep(
  { groupNo, d1 }: GroupDb,
  work: Work,
  step: {
    cursor: number;
    done: number;
    isOver: boolean;
    detail?: Record<string, unknown>;
    statements?: D1PreparedStatement[];
  },
  now: number,
): Promise<void> {
  await d1.batch([
    ...(step.statements ?? []),
    d1
      .prepare(
        `UPDATE works SET cursor = ?4, done_count = done_count + ?5, finished_at = ?6, detail = coalesce(?7, detail)
         WHERE group_no = ?1 AND work_no = ?2 AND cursor = ?3 AND finished_at IS NULL`,
      )
      .bind(
        ...[groupNo, work.no, work.cursor, step.cursor, step.done],
        ...[step.isOver ? now : null, step.detail ? JSON.stringify(step.detail) : null],
      ),
  ]);
}

/** What of a whole shard should have been done by a moment, whichever group's: by an index that holds only what is open. */
export async function selectOverdue(
  d1: D1Database,
  by: number,
  limit: number,
): Promise<{ groupNo: number; workNo: number }[]> {
  const { results } = await d1
    .prepare(
      "SELECT group_no AS groupNo, work_no AS workNo FROM works WHERE finished_at IS NULL AND due_at <= ?1 ORDER BY due_at LIMIT ?2",
    )
    .bind(by, limit)
    .all<{ groupNo: number; workNo: number }>();
  return results;
}

export async function highestPersonNo({ groupNo, d1 }: GroupDb): Promise<number> {
  const row = await d1
    .prepare("SELECT max(person_no) AS n FROM people WHERE group_no = ?1")
    .bind(groupNo)
    .first<{ n: number | null }>();
  return row?.n ?? 0;
}

import type { GroupDb } from "../groups/shard";
import { idFromHex, idToHex } from "../platform/ids";
import { type ExportId, type ExportRow, exportOrder, exportStates, type What } from "./types";

type StoredExport = Omit<ExportRow, "id" | "order" | "state"> & { id: string; order: string; state: number };

const COLUMNS = `hex(id) AS id, "order", title, filename, state, rows_done AS rowsDone, rows_expected AS rowsExpected, bytes,
  asked_by AS askedBy, asked_at AS askedAt, begun_at AS begunAt, ended_at AS endedAt, expires_at AS expiresAt`;

const stateNames = ["waiting", "running", "ready", "failed", "cancelled", "expired", "withdrawn"] as const;
const OPEN = `state IN (${exportStates.waiting}, ${exportStates.running})`;

function rowOf({ id, order, state, ...row }: StoredExport): ExportRow {
  return {
    ...row,
    id: idFromHex<ExportId>(id),
    order: exportOrder.parse(JSON.parse(order)),
    state: stateNames.find((name) => exportStates[name] === state) ?? "failed",
  };
}

/** Keeps what was asked for. False: the group has `most` open already. */
export async function insertExport(
  { d1, groupNo }: GroupDb,
  asked: Pick<ExportRow, "id" | "order" | "title" | "askedBy" | "askedAt">,
  most: number,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `INSERT INTO exports (group_no, id, "order", title, filename, state, asked_by, asked_at)
       SELECT ?1, unhex(?2), ?3, ?4, '', ${exportStates.waiting}, ?5, ?6
       WHERE (SELECT count(*) FROM exports WHERE group_no = ?1 AND ${OPEN}) < ?7`,
    )
    .bind(
      groupNo,
      idToHex(asked.id),
      JSON.stringify(asked.order),
      asked.title,
      asked.askedBy,
      asked.askedAt,
      most,
    )
    .run();
  return meta.changes > 0;
}

export async function exportById({ d1, groupNo }: GroupDb, id: ExportId): Promise<ExportRow | null> {
  const row = await d1
    .prepare(`SELECT ${COLUMNS} FROM exports WHERE group_no = ?1 AND id = unhex(?2)`)
    .bind(groupNo, idToHex(id))
    .first<StoredExport>();
  return row && rowOf(row);
}

/** The newest first. */
export async function listExports({ d1, groupNo }: GroupDb, limit: number): Promise<ExportRow[]> {
  const { results } = await d1
    .prepare(`SELECT ${COLUMNS} FROM exports WHERE group_no = ?1 ORDER BY id DESC LIMIT ?2`)
    .bind(groupNo, limit)
    .all<StoredExport>();
  return results.map(rowOf);
}

/** How far it is. False when it is not wanted any more. */
export async function saveProgress(
  { d1, groupNo }: GroupDb,
  id: ExportId,
  { rows, bytes, expected, now }: { rows: number; bytes: number; expected: number; now: number },
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE exports SET state = ${exportStates.running}, rows_done = ?3, bytes = ?4, rows_expected = ?5, begun_at = coalesce(begun_at, ?6)
       WHERE group_no = ?1 AND id = unhex(?2) AND ${OPEN}`,
    )
    .bind(groupNo, idToHex(id), rows, bytes, expected, now)
    .run();
  return meta.changes > 0;
}

/** Ends an export that is open. False when it had ended before. */
export async function endExport(
  { d1, groupNo }: GroupDb,
  id: ExportId,
  end: {
    state: "ready" | "failed" | "cancelled";
    now: number;
    filename?: string;
    rows?: number;
    bytes?: number;
    expiresAt?: number;
  },
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE exports SET state = ?3, ended_at = ?4, filename = coalesce(?5, filename), rows_done = coalesce(?6, rows_done),
         bytes = coalesce(?7, bytes), expires_at = ?8
       WHERE group_no = ?1 AND id = unhex(?2) AND ${OPEN}`,
    )
    .bind(
      groupNo,
      idToHex(id),
      exportStates[end.state],
      end.now,
      end.filename ?? null,
      end.rows ?? null,
      end.bytes ?? null,
      end.expiresAt ?? null,
    )
    .run();
  return meta.changes > 0;
}

/** The file is gone; the line stays, so that one sees what was taken when. */
export async function markExpired({ d1, groupNo }: GroupDb, id: ExportId): Promise<void> {
  await d1
    .prepare(
      `UPDATE exports SET state = iif(state = ${exportStates.ready}, ${exportStates.expired}, state), expires_at = NULL
       WHERE group_no = ?1 AND id = unhex(?2) AND state IN (${exportStates.ready}, ${exportStates.withdrawn})`,
    )
    .bind(groupNo, idToHex(id))
    .run();
}

/**
 * Nobody is to fetch what was prepared, or is being prepared, until now. Gives those of which a file lies about, which
 * includes what an earlier call did not come to delete.
 */
export async function withdrawExports({ d1, groupNo }: GroupDb): Promise<ExportId[]> {
  const [, left] = await d1.batch<{ id: string }>([
    d1
      .prepare(
        `UPDATE exports SET state = ${exportStates.withdrawn} WHERE group_no = ?1 AND (${OPEN} OR state = ${exportStates.ready})`,
      )
      .bind(groupNo),
    d1
      .prepare(
        `SELECT hex(id) AS id FROM exports WHERE group_no = ?1 AND state = ${exportStates.withdrawn} AND expires_at IS NOT NULL`,
      )
      .bind(groupNo),
  ]);
  return (left?.results ?? []).map(({ id }) => idFromHex<ExportId>(id));
}

export async function choiceOf(
  { d1, groupNo }: GroupDb,
  accountNo: number,
  what: What,
): Promise<string | null> {
  return d1
    .prepare("SELECT choice FROM export_choices WHERE group_no = ?1 AND account_no = ?2 AND what = ?3")
    .bind(groupNo, accountNo, what)
    .first<string>("choice");
}

export async function keepChoice(
  { d1, groupNo }: GroupDb,
  accountNo: number,
  what: What,
  choice: string,
): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO export_choices (group_no, account_no, what, choice) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (group_no, account_no, what) DO UPDATE SET choice = excluded.choice`,
    )
    .bind(groupNo, accountNo, what, choice)
    .run();
}

import type { GroupDb } from "../groups/shard";
import { HOOKS_MAX, type Hook, type HookState, type Mapping, mapping } from "./types";

type HookRow = Omit<Hook, "mapping"> & { mapping: string };

const COLUMNS = `hook_no AS no, name, mapping, state, ending, received_count AS receivedCount, accepted_count AS acceptedCount,
  refused_count AS refusedCount, last_at AS lastAt, created_at AS createdAt, deleted_at AS deletedAt`;

const hookOf = (row: HookRow): Hook => ({ ...row, mapping: mapping.parse(JSON.parse(row.mapping)) });

export async function selectHooks({ d1, groupNo }: GroupDb): Promise<Hook[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM hooks WHERE group_no = ?1 AND deleted_at IS NULL ORDER BY hook_no DESC LIMIT ${HOOKS_MAX}`,
    )
    .bind(groupNo)
    .all<HookRow>();
  return results.map(hookOf);
}

/** One that was deleted too. */
export async function selectHook({ d1, groupNo }: GroupDb, no: number): Promise<Hook | null> {
  const row = await d1
    .prepare(`SELECT ${COLUMNS} FROM hooks WHERE group_no = ?1 AND hook_no = ?2`)
    .bind(groupNo, no)
    .first<HookRow>();
  return row && hookOf(row);
}

/** Null when the group has as many as it may. */
export async function insertHook(
  { d1, groupNo }: GroupDb,
  hook: { name: string; mapping: Mapping; ending: string; by: number; now: number },
): Promise<number | null> {
  const row = await d1
    .prepare(
      `INSERT INTO hooks (group_no, hook_no, name, mapping, state, ending, created_at, created_by)
       SELECT ?1, (SELECT coalesce(max(hook_no), 0) + 1 FROM hooks WHERE group_no = ?1), ?2, ?3, 'test', ?4, ?5, ?6
       WHERE (SELECT count(*) FROM hooks WHERE group_no = ?1 AND deleted_at IS NULL) < ${HOOKS_MAX} RETURNING hook_no AS no`,
    )
    .bind(groupNo, hook.name, JSON.stringify(hook.mapping), hook.ending, hook.now, hook.by)
    .first<{ no: number }>();
  return row?.no ?? null;
}

export async function updateHook(
  { d1, groupNo }: GroupDb,
  no: number,
  change: { name?: string; mapping?: Mapping; state?: HookState; ending?: string },
): Promise<void> {
  const { name = null, state = null, ending = null } = change;
  await d1
    .prepare(
      `UPDATE hooks SET name = coalesce(?3, name), mapping = coalesce(?4, mapping), state = coalesce(?5, state),
         ending = coalesce(?6, ending) WHERE group_no = ?1 AND hook_no = ?2 AND deleted_at IS NULL`,
    )
    .bind(groupNo, no, name, change.mapping ? JSON.stringify(change.mapping) : null, state, ending)
    .run();
}

/** False when it was so already, or there is room for no more. */
export async function updateDeleted(
  { d1, groupNo }: GroupDb,
  no: number,
  at: number | null,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE hooks SET deleted_at = ?3 WHERE group_no = ?1 AND hook_no = ?2 AND (deleted_at IS NULL) = (?3 IS NOT NULL)
         AND (?3 IS NOT NULL OR (SELECT count(*) FROM hooks WHERE group_no = ?1 AND deleted_at IS NULL) < ${HOOKS_MAX})`,
    )
    .bind(groupNo, no, at)
    .run();
  return meta.changes > 0;
}

/** Makes a secret the one of a hook; the one before is nobody's from then on. */
export async function replaceToken(
  directory: D1Database,
  token: { hash: Uint8Array; groupNo: number; hookNo: number },
): Promise<void> {
  await directory
    .prepare(
      `INSERT INTO hook_tokens (hash, group_no, hook_no) VALUES (?1, ?2, ?3)
       ON CONFLICT (group_no, hook_no) DO UPDATE SET hash = excluded.hash`,
    )
    .bind(token.hash, token.groupNo, token.hookNo)
    .run();
}

export function selectToken(
  directory: D1Database,
  hash: Uint8Array,
): Promise<{ groupNo: number; hookNo: number } | null> {
  return directory
    .prepare("SELECT group_no AS groupNo, hook_no AS hookNo FROM hook_tokens WHERE hash = ?1")
    .bind(hash)
    .first<{ groupNo: number; hookNo: number }>();
}

import type { GroupDb } from "../groups/shard";
import type { Changes } from "./changes";
import { CHANGE_WAIT_MS } from "./types";

/** What is written down of an event's time and place; null for one that was never live. */
export async function changesOf({ d1, groupNo }: GroupDb, actionNo: number): Promise<Changes | null> {
  return d1
    .prepare(
      `SELECT known, now, changed_at AS changedAt, telling_at AS tellingAt, note FROM event_changes
       WHERE group_no = ?1 AND action_no = ?2`,
    )
    .bind(groupNo, actionNo)
    .first<Changes>();
}

// What was told counts as known once the mails have begun to leave; an edit before that goes out with them.
const NOTE_FACTS = `
  INSERT INTO event_changes (group_no, action_no, known, now, changed_at) VALUES (?1, ?2, ?3, ?3, ?4)
  ON CONFLICT (group_no, action_no) DO UPDATE SET
    known = iif(telling_at IS NOT NULL AND max(telling_at, changed_at) + ${CHANGE_WAIT_MS} <= ?4, now, known),
    telling_at = iif(telling_at IS NOT NULL AND max(telling_at, changed_at) + ${CHANGE_WAIT_MS} <= ?4, NULL, telling_at),
    now = ?3, changed_at = ?4
  WHERE now <> ?3`;

/** Writes down when and where an event is now; the first time, that is what its guests know. */
export async function noteFacts(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  facts: string,
  at: number,
): Promise<void> {
  await d1.prepare(NOTE_FACTS).bind(groupNo, actionNo, facts, at).run();
}

/** Has guests told of the change; gives false when there is none, or it is being told. */
export async function tellOf(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  { note, at }: { note: string; at: number },
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE event_changes SET telling_at = ?4, note = ?3
       WHERE group_no = ?1 AND action_no = ?2 AND telling_at IS NULL AND known <> now`,
    )
    .bind(groupNo, actionNo, note, at)
    .run();
  return meta.changes > 0;
}

/** Takes that back while no mail has left. */
export async function untell({ d1, groupNo }: GroupDb, actionNo: number, at: number): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE event_changes SET telling_at = NULL, note = ''
       WHERE group_no = ?1 AND action_no = ?2 AND max(telling_at, changed_at) + ${CHANGE_WAIT_MS} > ?3`,
    )
    .bind(groupNo, actionNo, at)
    .run();
  return meta.changes > 0;
}

/** Guests know already, by whatever way. */
export async function settleChanges({ d1, groupNo }: GroupDb, actionNo: number): Promise<void> {
  await d1
    .prepare(
      "UPDATE event_changes SET known = now WHERE group_no = ?1 AND action_no = ?2 AND telling_at IS NULL",
    )
    .bind(groupNo, actionNo)
    .run();
}

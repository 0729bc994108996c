import type { GroupDb } from "../groups/shard";
import type { MailReturned } from "../platform/mail/events";
import { letterStates } from "./types";

const { sent, failed, bounced } = letterStates;

/** Mails that come back for the time being: after so many in a row nobody is believed to read there. */
const SOFT_BOUNCES_MAX = 3;

/** The one target a mail went to; a mail of one letter or of a day's letters. */
export type Mailed = { groupNo: number; actionNo: number; target: string };

/**
 * Who a mail went to, by its key; null when this shard sent no such letter. The only statement without a group: the
 * provider names none, and nothing it finds leaves this folder.
 */
export async function findMailed(d1: D1Database | undefined, key: number): Promise<Mailed | null> {
  const row = await d1
    ?.prepare(
      `SELECT group_no AS groupNo, action_no AS actionNo, target FROM letters INDEXED BY letters_by_message
       WHERE message_key = ?1 LIMIT 1`,
    )
    .bind(key)
    .first<Mailed>();
  return row ?? null;
}

// Counts a mail once: only while its letters count as sent, or, of a complaint, while the target is not marked. An address
// that was corrected meanwhile has nothing to do with it.
const MARK_TARGET = `
  UPDATE letter_targets SET bounces = bounces + 1, bounce_reason = ?7,
    bounced_at = iif(?6 OR bounces + 1 >= ${SOFT_BOUNCES_MAX}, coalesce(bounced_at, ?5), bounced_at)
  WHERE group_no = ?1 AND action_no = ?2 AND target = ?3 AND (?8 = '' OR lower(email) = ?8) AND (bounced_at IS NULL OR ?9 = 0)
    AND EXISTS (SELECT 1 FROM letters l INDEXED BY letters_by_message
      WHERE l.message_key = ?4 AND l.group_no = ?1 AND l.state = ${sent})`;

const MARK_LETTERS = `
  UPDATE letters INDEXED BY letters_by_message SET state = ?3, settled_at = ?4, reason = ?5
  WHERE message_key = ?2 AND group_no = ?1 AND state = ${sent}`;

/**
 * Writes down that a mail came back, in one transaction, once. A hard bounce and a complaint stop what else waits for the
 * address, as do several soft ones in a row, until an organiser says that it works.
 * @returns how many letters were in it
 */
export async function markReturned(
  { d1, groupNo }: GroupDb,
  { actionNo, target }: Mailed,
  { key, how, reason, recipient, now }: MailReturned & { key: number; now: number },
): Promise<number> {
  const isFinal = how === "hard" || how === "complaint" ? 1 : 0;
  const isComplaint = how === "complaint";
  const why = reason || how;
  const marking = d1
    .prepare(MARK_TARGET)
    .bind(groupNo, actionNo, target, key, now, isFinal, why, recipient, isComplaint ? 1 : 0);
  // Whoever complains of a letter has had it.
  if (isComplaint) {
    await marking.run();
    return 0;
  }
  const state = how === "refused" ? failed : bounced;
  const [, marked] = await d1.batch([marking, d1.prepare(MARK_LETTERS).bind(groupNo, key, state, now, why)]);
  return marked?.meta.changes ?? 0;
}

import type { GroupDb } from "../groups/shard";
import { idToBytes } from "../platform/ids";
import type { PaymentId } from "./types";

/** A claim older than this was left by somebody who is gone. */
const CLAIM_MS = 15 * 60_000;

/** Claims one mail about a payment. "taken": somebody is at it now, or was and left. */
export async function claimMail(
  { d1, groupNo }: GroupDb,
  id: PaymentId,
  purpose: string,
  now: number,
): Promise<"claimed" | "sent" | "taken"> {
  const [claim, row] = await d1.batch<{ sent_at: number | null }>([
    d1
      .prepare(
        `INSERT INTO payment_mails (group_no, payment_id, purpose, claimed_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (group_no, payment_id, purpose) DO UPDATE SET claimed_at = excluded.claimed_at
           WHERE payment_mails.sent_at IS NULL AND payment_mails.claimed_at <= ?5
         RETURNING sent_at`,
      )
      .bind(groupNo, idToBytes(id), purpose, now, now - CLAIM_MS),
    d1
      .prepare("SELECT sent_at FROM payment_mails WHERE group_no = ?1 AND payment_id = ?2 AND purpose = ?3")
      .bind(groupNo, idToBytes(id), purpose),
  ]);
  if (claim?.results.length) return "claimed";
  return row?.results[0]?.sent_at === null ? "taken" : "sent";
}

/** @param at when it was queued; null gives the claim back */
export async function settleMail(
  { d1, groupNo }: GroupDb,
  id: PaymentId,
  purpose: string,
  at: number | null,
): Promise<void> {
  const statement =
    at === null
      ? d1
          .prepare(
            "DELETE FROM payment_mails WHERE group_no = ?1 AND payment_id = ?2 AND purpose = ?3 AND sent_at IS NULL",
          )
          .bind(groupNo, idToBytes(id), purpose)
      : d1
          .prepare(
            "UPDATE payment_mails SET sent_at = ?4 WHERE group_no = ?1 AND payment_id = ?2 AND purpose = ?3",
          )
          .bind(groupNo, idToBytes(id), purpose, at);
  await statement.run();
}

import type { Group } from "../groups/types";
import type { Mailing } from "../mailings/types";
import type { Context } from "../platform/context";
import { estimateAudience } from "./estimate";

/** Before an operator's own words in `pause_note`: why they made a mailing a draft again, or stopped it. */
const OPERATOR_NOTE = "operator:";

/** An operator's reason as a mailing's note keeps it. */
export function operatorNote(reason: string): string {
  return OPERATOR_NOTE + reason;
}

/** The reason in a mailing's note, "" when none was given; null for a note that is no operator's. */
export function operatorReason(note: string): string | null {
  return note.startsWith(OPERATOR_NOTE) ? note.slice(OPERATOR_NOTE.length) : null;
}

/**
 * Whose word a waiting mailing waits for. What was found out when its audience was frozen says so itself; else its size does.
 * @param note its `pause_note`
 */
export async function waitsFor(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  note: string,
): Promise<"colleague" | "operator"> {
  const { approvalFrom } = group.settings.mail;
  if (mailing.status !== "waiting" || note === "needs_operator") return "operator";
  // Also where somebody agreed to the runs of its series: not to so many.
  if (note !== "") return "colleague";
  if (mailing.approvedBy !== null) return "operator";
  if (approvalFrom === 0 || !mailing.target) return "operator";
  const { recipients } = await estimateAudience(ctx, group, mailing.target, mailing.settings, {
    mailingNo: mailing.no,
    startAt: mailing.startAt,
  });
  return recipients >= approvalFrom ? "colleague" : "operator";
}

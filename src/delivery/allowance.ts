import type { Group } from "../groups/types";
import type { Mailing } from "../mailings/types";
import type { Context } from "../platform/context";
import { maySend } from "../senders/sender";
import { selectSending } from "./store";
import type { Agreed } from "./types";

/** What somebody lacks to send to so many people by themselves; null: nothing. */
export type Lack =
  | { is: "colleague" }
  | { is: "operator" }
  | { is: "ceiling"; ceiling: number }
  | { is: "quota"; left: number; daily: number };

/**
 * Whether somebody may send a mailing of so many recipients: their own ceiling, a second person above the size the group sets, an
 * operator for a first big one, and the day's quota.
 * @param approvedBy who agreed; null while nobody did
 */
export async function lackOf(
  ctx: Context,
  group: Group,
  { by, approvedBy, recipients }: { by: number; approvedBy: number | null; recipients: number },
): Promise<Lack | null> {
  const member = await selectSending(ctx.env.DIRECTORY, group.no, by);
  const ceiling = member?.ceiling ?? (member && member.role !== "organiser" ? null : 0);
  // Whoever may send agreed to it, so that the ceiling of whoever asked does not hold any more.
  if (approvedBy === null && ceiling !== null && recipients > ceiling) return { is: "ceiling", ceiling };
  const { approvalFrom } = group.settings.mail;
  if (approvedBy === null && approvalFrom > 0 && recipients >= approvalFrom) return { is: "colleague" };
  const may = await maySend(ctx, group, recipients);
  switch (may.is) {
    case "yes":
      return null;
    case "approval":
      return { is: "operator" };
    case "quota":
      return { is: "quota", left: may.left, daily: may.daily };
  }
}

/** Who agreed to a mailing of so many, as the run of a series; null where nobody did, or not to so many. */
export function agreedBy(agreed: Agreed | null, recipients: number): number | null {
  return agreed && recipients <= agreed.upTo ? agreed.by : null;
}

/** The same once it is frozen, when the number is known: a word for `pause_note`; null when all is well. */
export async function beyondOwnHand(
  ctx: Context,
  group: Group,
  { askedBy, approvedBy, approvedTo = null }: Mailing,
  recipients: number,
): Promise<string | null> {
  const isBeyond = approvedTo !== null && recipients > approvedTo;
  const lack = await lackOf(ctx, group, {
    by: askedBy ?? 0,
    approvedBy: isBeyond ? null : approvedBy,
    recipients,
  });
  // The gate spreads what is beyond the quota over days.
  if (lack !== null && lack.is !== "quota") return `needs_${lack.is}`;
  // A series is not to go by itself to more people than was said of it.
  return isBeyond ? "needs_colleague" : null;
}

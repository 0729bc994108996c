import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { gateOfGroup } from "../senders/sender";

/** Longer than the wait between two tries to write an opt-out, so that one hold reaches to the next. */
const HOLD_MS = 60_000;

/**
 * Lets a group's mailings wait, because an opt-out could not be written. Fails open: claims read D1, and a D1 that takes no
 * opt-out gives none, so this matters only for the moment when it is back and the opt-out is not yet.
 */
export async function holdSending(ctx: Context, group: Pick<Group, "no" | "jurisdiction">): Promise<void> {
  try {
    await gateOfGroup(ctx, group).hold(HOLD_MS);
  } catch (error) {
    ctx.log.error("opt_out.not_held", error, { groupNo: group.no });
  }
}

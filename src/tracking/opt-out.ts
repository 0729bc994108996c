import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { leaveList } from "../subscriptions/subscription";
import { holdSending } from "./holding";
import { readersOf } from "./objects";
import { PATIENCE_MS, within } from "./patience";
import type { KeptOptOut } from "./types";

/**
 * Takes somebody's opt-out, so that it holds whatever happens: in D1 when it answers; else on the disk of an object that writes
 * it when D1 is back, while the group's sending waits.
 * @throws when neither can be reached: nothing was promised
 */
export async function optOut(ctx: Context, group: Group, asked: Omit<KeptOptOut, "at">): Promise<void> {
  const kept: KeptOptOut = { ...asked, at: ctx.now };
  try {
    // One that is written late after all is written twice, which is the same as once.
    await within(PATIENCE_MS, leaveList(ctx, group, { ...kept, cause: "mail" }));
  } catch (error) {
    ctx.log.error("opt_out.kept", error, { groupNo: group.no });
    const { readers, of } = readersOf(ctx.env, group, kept);
    await readers.keepOptOut(of, group, kept);
    await holdSending(ctx, group);
  }
}

import type { Group } from "../groups/types";
import type { Context } from "../platform/context";

/** Has the group's driver look at once for what is to be done. Says so again as often as one likes. */
export async function wakeDriver(ctx: Context, group: Pick<Group, "no">): Promise<void> {
  await ctx.env.IMPORTS.getByName(String(group.no)).wake({ no: group.no });
}

/** Has it look at once if nothing is set for it to look: somebody sees that nothing moves. */
export async function lookAfterDriver(ctx: Context, group: Pick<Group, "no">): Promise<void> {
  await ctx.env.IMPORTS.getByName(String(group.no)).lookAfter({ no: group.no });
}

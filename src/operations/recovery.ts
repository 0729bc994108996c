import type { Account } from "../accounts/account";
import { listActions } from "../actions/action";
import { recordAct } from "../groups/audit";
import type { Group } from "../groups/types";
import { homeOf } from "../intake/home";
import type { Context } from "../platform/context";

/** Actions asked by one click; a group may have ten thousand, and each is a call. */
const ACTIONS_AT_ONCE_MAX = 500;
const CALLS_AT_ONCE = 25;

/**
 * Asks every action of a group to store again what was stored since a moment and the database has lost. Returns once all
 * are asked; they do it by themselves. Drafts are asked too: the loss may have made a draft of what was public.
 * @param before where an earlier call ended
 * @returns how many participations are kept since then, and where to go on when the group has more actions
 * @throws when the shard or an action's home cannot be reached; asking again is safe.
 */
export async function storeAgain(
  ctx: Context,
  group: Group,
  by: Pick<Account, "no">,
  { sinceMs, before }: { sinceMs: number; before: number | null },
): Promise<{ count: number; next: number | null }> {
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: by.no,
    act: "intake.stored_again",
    subject: group.slug,
    detail: { since: new Date(sinceMs).toISOString() },
  });
  const { actions, next } = await listActions(ctx, group, {
    before: before ?? undefined,
    limit: ACTIONS_AT_ONCE_MAX,
    ofClients: true,
  });
  let count = 0;
  for (let start = 0; start < actions.length; start += CALLS_AT_ONCE) {
    const counts = await Promise.all(
      actions
        .slice(start, start + CALLS_AT_ONCE)
        .map(({ id: actionId }) =>
          homeOf(ctx.env, { actionId, jurisdiction: group.jurisdiction }).storeAgain(sinceMs),
        ),
    );
    count += counts.reduce((sum, each) => sum + each, 0);
  }
  return { count, next };
}

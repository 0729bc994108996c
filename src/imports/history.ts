import { findAction, listActions } from "../actions/action";
import { nameOf } from "../actions/action-shell";
import type { Action } from "../actions/types";
import type { Group } from "../groups/types";
import { homeOf } from "../intake/objects";
import { targetOf } from "../intake/removal";
import type { Context } from "../platform/context";
import type { History } from "./types";

/** Kinds of which a file may say who took part, and whether once is all that counts. Where places run out, a file has no say. */
const kinds: Readonly<Record<string, { isOnce: boolean; hasGifts: boolean }>> = {
  petition: { isOnce: true, hasGifts: false },
  form: { isOnce: true, hasGifts: false },
  survey: { isOnce: true, hasGifts: false },
  letter: { isOnce: false, hasGifts: false },
  call: { isOnce: false, hasGifts: false },
  fundraiser: { isOnce: false, hasGifts: true },
};

/** Actions offered: the newest. */
const OFFERED_MAX = 300;

/** Actions of which a file may say who took part, the newest first. */
export async function actionsForHistory(
  ctx: Context,
  group: Group,
): Promise<{ id: string; title: string; hasGifts: boolean }[]> {
  const { actions } = await listActions(ctx, group, { limit: OFFERED_MAX });
  return actions.flatMap((action) => {
    const history = historyIn(action);
    return history ? [{ id: action.id, title: nameOf(action), hasGifts: history.currency !== null }] : [];
  });
}

/** What a file says people did, by the id of an action. Null for another group's, and for one that no file may speak of. */
export async function historyOf(ctx: Context, group: Group, id: string): Promise<History | null> {
  const action = await findAction(ctx, group, id);
  return action && historyIn(action);
}

function historyIn(action: Action): History | null {
  const kind = kinds[action.kind];
  if (!kind || action.status === "draft") return null;
  const currency = "currency" in action.settings ? String(action.settings.currency) : null;
  if (kind.hasGifts && currency === null) return null;
  return {
    ...{ actionNo: action.no, actionId: action.id, isOnce: kind.isOnce },
    currency: kind.hasGifts ? currency : null,
  };
}

/** Has the action's home count the rows that an import has stored or taken away behind its back. */
export async function tellHome(ctx: Context, group: Group, history: History | null): Promise<void> {
  const action = history && (await findAction(ctx, group, history.actionId));
  if (!action) return;
  const target = targetOf(group, action, history);
  await homeOf(ctx.env, target).checkSoon(target);
}

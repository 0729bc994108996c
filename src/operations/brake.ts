import type { Account } from "../accounts/account";
import { limitAction } from "../actions/publication";
import type { Action } from "../actions/types";
import { recordAct } from "../groups/audit";
import type { Group } from "../groups/types";
import { homeOf } from "../intake/home";
import type { Context } from "../platform/context";

type Brake = { isOn: boolean; reason: string; by: Pick<Account, "no"> };

/**
 * Stops an action taking participations, or lets it go on, and records who did so. Pages cached elsewhere follow within a
 * minute or so. Throws when the shard or KV cannot be written; pulling the brake again is safe.
 */
export async function brakeAction(
  ctx: Context,
  group: Group,
  action: Action,
  { isOn, reason, by }: Brake,
): Promise<void> {
  await limitAction(ctx, group, action.no, isOn);
  const act = isOn ? "action.limited" : "action.released";
  await recordAct(ctx, { groupNo: group.no, accountNo: by.no, act, subject: action.id, detail: { reason } });
}

/** D1's words about the rows of an action that it refused, oldest first. */
export async function parkedErrors(
  ctx: Context,
  group: Group,
  action: Pick<Action, "id">,
): Promise<{ at: number; error: string }[]> {
  const errors = await homeOf(ctx.env, {
    actionId: action.id,
    jurisdiction: group.jurisdiction,
  }).parkedErrors();
  return errors.toSorted((one, other) => one.at - other.at);
}

/** Lets an action's parked rows be drained again. Gives how many there were. */
export async function unpark(
  ctx: Context,
  group: Group,
  action: Pick<Action, "id">,
  by: Pick<Account, "no">,
): Promise<number> {
  const count = await homeOf(ctx.env, { actionId: action.id, jurisdiction: group.jurisdiction }).unpark();
  if (count > 0) {
    await recordAct(ctx, {
      groupNo: group.no,
      accountNo: by.no,
      act: "intake.unparked",
      subject: action.id,
      detail: { count },
    });
  }
  return count;
}

import { type Account, accountOf } from "../accounts/account";
import { listMembers } from "../groups/member";
import { can } from "../groups/roles";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import type { Series } from "./types";

/** People who are told of a series nobody answers for any more. */
const TOLD_MAX = 10;

/** Whoever confirmed a series, while they may write mailings of the group; null when they left or may not any more. */
export async function ownerOf(
  ctx: Context,
  group: Pick<Group, "no">,
  { ownerNo }: Pick<Series, "ownerNo">,
): Promise<Account | null> {
  const members = await listMembers(ctx, group);
  const member = members.find(({ accountNo }) => accountNo === ownerNo);
  return member && can(member.role, "mailings.edit") ? accountOf(ctx, ownerNo) : null;
}

/** Who is told of a run that waits: its owner, or those who may send for the group when there is none. */
export async function toldOf(ctx: Context, group: Group, series: Series): Promise<Account[]> {
  const owner = await ownerOf(ctx, group, series);
  if (owner) return [owner];
  const members = await listMembers(ctx, group);
  const senders = members.filter(({ role }) => can(role, "mailings.send")).slice(0, TOLD_MAX);
  const accounts = await Promise.all(senders.map(({ accountNo }) => accountOf(ctx, accountNo)));
  return accounts.filter((account) => account !== null);
}

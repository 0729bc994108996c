import type { Account } from "../accounts/account";
import type { Context } from "../platform/context";
import { recordAct } from "./audit";
import { canChangeRole } from "./roles";
import { deleteMember, memberByNo, membersOf, updateMailCeiling, updateRole } from "./store-members";
import { type Group, MEMBERS_MAX, type Member, type Role } from "./types";

/** Who acts, and as what. */
export type Actor = { account: Pick<Account, "no">; role: Role };

export type MemberRefusal = "not_member" | "not_allowed" | "last_owner";

/** The members of a group in the order they joined. */
export async function listMembers(ctx: Context, group: Pick<Group, "no">): Promise<Member[]> {
  return membersOf(ctx.directory, group.no, MEMBERS_MAX);
}

/** Gives a member another role. A group always keeps an owner, also when two owners step down at the same moment. */
export async function changeRole(
  ctx: Context,
  group: Pick<Group, "no">,
  by: Actor,
  accountNo: number,
  to: Role,
): Promise<{ ok: true; member: Member } | { ok: false; reason: MemberRefusal }> {
  const member = await memberByNo(ctx.directory, group.no, accountNo);
  if (!member) return { ok: false, reason: "not_member" };
  if (!canChangeRole(by.role, member.role, to)) return { ok: false, reason: "not_allowed" };
  if (member.role === to) return { ok: true, member };
  const isChanged = await updateRole(ctx.directory, group.no, accountNo, { from: member.role, to });
  if (!isChanged) return { ok: false, reason: member.role === "owner" ? "last_owner" : "not_member" };
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: by.account.no,
    act: "member.role",
    subject: member.email,
    detail: { from: member.role, to },
  });
  return { ok: true, member: { ...member, role: to } };
}

/** Takes a member out of the group; what they made stays. Anyone may take themselves out, except the last owner. */
export async function removeMember(
  ctx: Context,
  group: Pick<Group, "no">,
  by: Actor,
  accountNo: number,
): Promise<{ ok: true; member: Member } | { ok: false; reason: MemberRefusal }> {
  const member = await memberByNo(ctx.directory, group.no, accountNo);
  if (!member) return { ok: false, reason: "not_member" };
  const isSelf = by.account.no === accountNo;
  if (!isSelf && !canChangeRole(by.role, member.role, null)) return { ok: false, reason: "not_allowed" };
  const isGone = await deleteMember(ctx.directory, group.no, accountNo, member.role);
  if (!isGone) return { ok: false, reason: member.role === "owner" ? "last_owner" : "not_member" };
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: by.account.no,
    act: isSelf ? "member.left" : "member.removed",
    subject: member.email,
    detail: { role: member.role },
  });
  return { ok: true, member };
}

/** Sets how many people an organiser's mailings may go to; null for none. False when the account is no member. */
export async function changeMailCeiling(
  ctx: Context,
  group: Pick<Group, "no">,
  by: Pick<Account, "no">,
  accountNo: number,
  ceiling: number | null,
): Promise<boolean> {
  const member = await memberByNo(ctx.directory, group.no, accountNo);
  if (!member) return false;
  if (member.mailCeiling === ceiling) return true;
  if (!(await updateMailCeiling(ctx.directory, group.no, accountNo, ceiling))) return false;
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: by.no,
    act: "member.ceiling",
    subject: member.email,
    detail: { from: member.mailCeiling, to: ceiling },
  });
  return true;
}

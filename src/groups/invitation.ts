import { z } from "zod";
import type { Account } from "../accounts/account";
import type { Context } from "../platform/context";
import { normaliseEmail } from "../platform/email-address";
import { type InvitationId, newId, parseId } from "../platform/ids";
import { takeFromLimits } from "../platform/limits";
import { sendLater } from "../platform/mail/mail";
import { signToken, verifyToken } from "../platform/tokens";
import { recordAct } from "./audit";
import { invitationMail } from "./email";
import type { Actor } from "./member";
import { canChangeRole } from "./roles";
import * as store from "./store-invitations";
import { memberByEmail, membersOf } from "./store-members";
import {
  type Group,
  INVITATION_MS,
  INVITATIONS_MAX,
  INVITED_AT_ONCE_MAX,
  type Invitation,
  invitationsPerAccount,
  MEMBERS_MAX,
  type Role,
} from "./types";

export type InviteRefusal =
  | "none"
  | "too_many_at_once"
  | "not_an_address"
  | "member"
  | "full"
  | "too_many"
  | "not_allowed";

/** Who invites: their name stands in the mail, and replies go to them. */
export type Inviter = Actor & { account: Account };

/**
 * Invites each address of a text (parted by commas, semicolons, spaces or lines). All or none: an address that is wrong
 * or a member already refuses the form, so that it can be corrected. An open invitation is renewed.
 */
export async function invite(
  ctx: Context,
  group: Group,
  by: Inviter,
  form: { addresses: string; role: Role },
): Promise<{ ok: true; count: number } | { ok: false; reason: InviteRefusal; address?: string }> {
  if (!canChangeRole(by.role, null, form.role)) return { ok: false, reason: "not_allowed" };
  const addresses = [...new Set(form.addresses.split(/[\s,;]+/).filter((part) => part !== ""))];
  if (addresses.length === 0) return { ok: false, reason: "none" };
  if (addresses.length > INVITED_AT_ONCE_MAX) return { ok: false, reason: "too_many_at_once" };
  const invited: { email: string; emailKey: string }[] = [];
  for (const email of addresses) {
    const emailKey = normaliseEmail(email);
    if (!emailKey) return { ok: false, reason: "not_an_address", address: email };
    if (await memberByEmail(ctx.directory, group.no, emailKey)) {
      return { ok: false, reason: "member", address: email };
    }
    invited.push({ email, emailKey });
  }
  const open = await listInvitations(ctx, group);
  if (await isFull(ctx, group, open.length, invited.length)) return { ok: false, reason: "full" };
  // An open invitation takes the new role: what only an owner could send is an owner's to change.
  const kept = invited.find(({ emailKey }) => {
    const earlier = open.find((each) => each.emailKey === emailKey);
    return earlier && !canChangeRole(by.role, earlier.role, form.role);
  });
  if (kept) return { ok: false, reason: "not_allowed", address: kept.email };
  for (const address of invited) {
    if (!(await mayMail(ctx, by))) return { ok: false, reason: "too_many", address: address.email };
    await inviteOne(ctx, group, by, address, form.role);
  }
  return { ok: true, count: invited.length };
}

async function isFull(ctx: Context, group: Group, open: number, more: number): Promise<boolean> {
  const members = await membersOf(ctx.directory, group.no, MEMBERS_MAX);
  return members.length + open + more > MEMBERS_MAX || open + more > INVITATIONS_MAX;
}

/** Our mail must not be a way to reach strangers. Fails open when the limit cannot be reached. */
async function mayMail(ctx: Context, by: Inviter): Promise<boolean> {
  return (await takeFromLimits(ctx.env, "invitations", String(by.account.no), invitationsPerAccount)).allowed;
}

async function inviteOne(
  ctx: Context,
  group: Group,
  by: Inviter,
  address: { email: string; emailKey: string },
  role: Role,
): Promise<void> {
  const invitation = await store.upsertInvitation(ctx.directory, {
    ...address,
    id: newId(),
    groupNo: group.no,
    role,
    createdAt: ctx.now,
    expiresAt: ctx.now + INVITATION_MS,
    invitedBy: by.account.no,
  });
  await mailInvitation(ctx, group, by, invitation);
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: by.account.no,
    act: "invitation.sent",
    subject: invitation.email,
    detail: { role },
  });
}

async function mailInvitation(
  ctx: Context,
  group: Group,
  by: Inviter,
  invitation: Invitation,
): Promise<void> {
  const token = await signToken(
    ctx.config.SIGNING_KEYS,
    "invitation",
    { invitation: invitation.id },
    { now: ctx.now, secondsToLive: INVITATION_MS / 1000 },
  );
  const inviter = by.account.name || by.account.email;
  const { PLATFORM_ORIGIN } = ctx.config;
  const mail = { invitation, group, inviter, replyTo: by.account.email, origin: PLATFORM_ORIGIN, token };
  await sendLater(ctx, invitationMail(mail), "invitation");
}

/** The invitations of a group that wait for an answer, expired ones too, the newest first. */
export async function listInvitations(ctx: Context, group: Pick<Group, "no">): Promise<Invitation[]> {
  return store.invitationsOf(ctx.directory, group.no, INVITATIONS_MAX);
}

/** Mails an open invitation again; it then holds for another 30 days. */
export async function resendInvitation(
  ctx: Context,
  group: Group,
  by: Inviter,
  id: string,
): Promise<{ ok: true; email: string } | { ok: false; reason: "not_open" | "not_allowed" | "too_many" }> {
  const open = await openInvitation(ctx, group, id);
  if (!open) return { ok: false, reason: "not_open" };
  if (!canChangeRole(by.role, null, open.role)) return { ok: false, reason: "not_allowed" };
  if (!(await mayMail(ctx, by))) return { ok: false, reason: "too_many" };
  const extended = await store.extendInvitation(ctx.directory, group.no, open.id, ctx.now + INVITATION_MS);
  if (!extended) return { ok: false, reason: "not_open" };
  await mailInvitation(ctx, group, by, extended);
  const { email } = extended;
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: by.account.no,
    act: "invitation.resent",
    subject: email,
  });
  return { ok: true, email };
}

/** Takes an open invitation back; its link then leads nowhere. */
export async function cancelInvitation(
  ctx: Context,
  group: Group,
  by: Actor,
  id: string,
): Promise<{ ok: true; email: string } | { ok: false; reason: "not_open" | "not_allowed" }> {
  const open = await openInvitation(ctx, group, id);
  if (!open) return { ok: false, reason: "not_open" };
  if (!canChangeRole(by.role, open.role, null)) return { ok: false, reason: "not_allowed" };
  const cancelled = await store.cancelInvitation(ctx.directory, group.no, open.id, ctx.now);
  if (!cancelled) return { ok: false, reason: "not_open" };
  const { email } = cancelled;
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: by.account.no,
    act: "invitation.cancelled",
    subject: email,
  });
  return { ok: true, email };
}

async function openInvitation(ctx: Context, group: Group, id: string): Promise<Invitation | null> {
  const parsed = parseId<InvitationId>(id);
  return parsed && store.openInvitation(ctx.directory, group.no, parsed);
}

const claims = z.object({ invitation: z.string() });

export type OpenedInvitation = { invitation: Invitation; group: Group; invitedBy: string; isOpen: boolean };

/** What a link in an invitation leads to; null when it is forged or expired. It may have been answered already. */
export async function readInvitation(ctx: Context, token: string): Promise<OpenedInvitation | null> {
  const verified = claims.safeParse(await verifyToken(ctx.config.SIGNING_KEYS, "invitation", token, ctx.now));
  const id = verified.success ? parseId<InvitationId>(verified.data.invitation) : null;
  const found = id && (await store.invitationById(ctx.directory, id));
  return found && { ...found, isOpen: found.isOpen && found.invitation.expiresAt > ctx.now };
}

/** Makes the invited account a member, once. Only the account of the invited address may accept: links get forwarded. */
export async function acceptInvitation(
  ctx: Context,
  account: Account,
  token: string,
): Promise<{ ok: true; group: Group } | { ok: false; reason: "closed" | "other_address" }> {
  const opened = await readInvitation(ctx, token);
  if (!opened) return { ok: false, reason: "closed" };
  const { invitation, group } = opened;
  if (invitation.emailKey !== account.emailKey) return { ok: false, reason: "other_address" };
  if (!(await store.acceptInvitation(ctx.directory, invitation, account.no, ctx.now))) {
    return { ok: false, reason: "closed" };
  }
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: account.no,
    act: "invitation.accepted",
    subject: invitation.email,
    detail: { role: invitation.role },
  });
  return { ok: true, group };
}

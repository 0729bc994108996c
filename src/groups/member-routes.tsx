import { Hono, type Context as HonoContext } from "hono";
import { z } from "zod";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { named } from "../platform/named";
import type { FlashMessage } from "../ui/flash";
import type { FieldErrors } from "../ui/form";
import type { Key } from "../ui/i18n";
import {
  cancelInvitation,
  type InviteRefusal,
  invite,
  listInvitations,
  resendInvitation,
} from "./invitation";
import { changeRole, listMembers, type MemberRefusal, removeMember } from "./member";
import { MembersPage } from "./member-views";
import { FORM_BYTES_MAX, INVITED_AT_ONCE_MAX, roles } from "./types";
import type { Values } from "./views";
import { type MemberEnv, memberCan, memberFrame } from "./web";

export const memberRoutes = new Hono<MemberEnv>();

/** What a redirect back to the members may say was done. */
const doneWords: Record<string, Key> = {
  role: "groups.members.done.role",
  removed: "groups.members.done.removed",
  invited: "groups.invite.done.sent",
  resent: "groups.invite.done.resent",
  cancelled: "groups.invite.done.cancelled",
};

memberRoutes.get("/groups/:group/settings/members", memberCan("members.view"), async (c) => {
  const done = named(doneWords, c.req.query("done"));
  return membersPage(c, { flash: done ? { kind: "good", text: c.var.t(done) } : undefined }, 200);
});

type PageState = { values?: Values; errors?: FieldErrors; flash?: FlashMessage | undefined };

async function membersPage(c: HonoContext<MemberEnv>, state: PageState, status: 200 | 403 | 409 | 422 | 429) {
  const { ctx, t, locale, group, role, account } = c.var;
  const [frame, members, invitations] = await Promise.all([
    memberFrame(c),
    listMembers(ctx, group),
    listInvitations(ctx, group),
  ]);
  const clock = { timeZone: account.timeZone, now: ctx.now };
  const props = { ...clock, t, locale, frame, group, accountNo: account.no, role, members, invitations };
  return c.html(<MembersPage {...props} {...state} />, status);
}

/** A refused change of a row is told above the list, since the row has no field to stand beside. */
function refused(c: HonoContext<MemberEnv>, words: Key, status: 403 | 409 | 429) {
  return membersPage(c, { flash: { kind: "bad", text: c.var.t(words) } }, status);
}

const refusals: Record<MemberRefusal, { words: Key; status: 403 | 409 }> = {
  not_member: { words: "groups.members.problems.notMember", status: 409 },
  not_allowed: { words: "groups.members.problems.notAllowed", status: 403 },
  last_owner: { words: "groups.members.problems.lastOwner", status: 409 },
};

const numberedMember = z.coerce.number().int().positive();

/** The account a path names. Throws `not_found` for what is no number. */
function memberNo(c: HonoContext<MemberEnv>): number {
  const parsed = numberedMember.safeParse(c.req.param("member"));
  if (!parsed.success) throw new AppError("not_found");
  return parsed.data;
}

memberRoutes.post("/groups/:group/settings/members/:member/role", memberCan("members.edit"), async (c) => {
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const to = roles.find((role) => role === single(values, "role"));
  if (!to) return membersPage(c, { flash: { kind: "bad", text: c.var.t("groups.problems.choose") } }, 422);
  const changed = await changeRole(c.var.ctx, c.var.group, c.var, memberNo(c), to);
  if (!changed.ok) return refused(c, refusals[changed.reason].words, refusals[changed.reason].status);
  return done(c, "role");
});

function done(c: HonoContext<MemberEnv>, what: string) {
  return c.redirect(`/groups/${c.var.group.slug}/settings/members?done=${what}`, 303);
}

memberRoutes.post("/groups/:group/settings/members/:member/removal", memberCan("members.edit"), async (c) => {
  const removed = await removeMember(c.var.ctx, c.var.group, c.var, memberNo(c));
  if (!removed.ok) return refused(c, refusals[removed.reason].words, refusals[removed.reason].status);
  return done(c, "removed");
});

/** Leaving is for every member; the last owner is told to name another first. */
memberRoutes.post("/groups/:group/departure", memberCan("actions.view"), async (c) => {
  const left = await removeMember(c.var.ctx, c.var.group, c.var, c.var.account.no);
  if (!left.ok) return refused(c, refusals[left.reason].words, refusals[left.reason].status);
  return c.redirect("/", 303);
});

memberRoutes.post("/groups/:group/settings/invitations", memberCan("members.edit"), async (c) => {
  const { ctx, t, group } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const typed = { addresses: single(values, "addresses"), role: single(values, "role") };
  const role = roles.find((known) => known === typed.role);
  if (!role) return membersPage(c, { values: typed, errors: { role: t("groups.problems.choose") } }, 422);
  const sent = await invite(ctx, group, c.var, { addresses: typed.addresses, role });
  if (!sent.ok) {
    const errors = { [sent.reason === "not_allowed" ? "role" : "addresses"]: inviteProblem(c, sent) };
    return membersPage(c, { values: typed, errors }, sent.reason === "too_many" ? 429 : 422);
  }
  return done(c, "invited");
});

const inviteWords: Record<InviteRefusal, Key> = {
  none: "groups.invite.problems.none",
  too_many_at_once: "groups.invite.problems.tooManyAtOnce",
  not_an_address: "groups.invite.problems.notAnAddress",
  member: "groups.invite.problems.member",
  full: "groups.invite.problems.full",
  too_many: "groups.invite.problems.tooMany",
  not_allowed: "groups.members.problems.notAllowed",
};

function inviteProblem(
  c: HonoContext<MemberEnv>,
  refusal: { reason: InviteRefusal; address?: string },
): string {
  return c.var.t(inviteWords[refusal.reason], { address: refusal.address ?? "", count: INVITED_AT_ONCE_MAX });
}

const openProblems = {
  not_open: { words: "groups.invite.problems.notOpen", status: 409 },
  not_allowed: { words: "groups.members.problems.notAllowed", status: 403 },
  too_many: { words: "groups.invite.problems.tooManyResent", status: 429 },
} as const;

memberRoutes.post(
  "/groups/:group/settings/invitations/:id/resending",
  memberCan("members.edit"),
  async (c) => {
    const sent = await resendInvitation(c.var.ctx, c.var.group, c.var, c.req.param("id"));
    if (!sent.ok) return refused(c, openProblems[sent.reason].words, openProblems[sent.reason].status);
    return done(c, "resent");
  },
);

memberRoutes.post(
  "/groups/:group/settings/invitations/:id/cancellation",
  memberCan("members.edit"),
  async (c) => {
    const cancelled = await cancelInvitation(c.var.ctx, c.var.group, c.var, c.req.param("id"));
    if (!cancelled.ok)
      return refused(c, openProblems[cancelled.reason].words, openProblems[cancelled.reason].status);
    return done(c, "cancelled");
  },
);

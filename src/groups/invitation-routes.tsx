import { Hono, type Context as HonoContext } from "hono";
import { sendSignInLink } from "../accounts/sign-in";
import type { WebEnv } from "../accounts/web";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { networkOf } from "../platform/http";
import { acceptInvitation, type OpenedInvitation, readInvitation } from "./invitation";
import { InvitationClosedPage, InvitationPage, LinkSentPage } from "./invitation-views";
import { groupOfMember } from "./store";
import { FORM_BYTES_MAX } from "./types";

/** What somebody who was invited sees; they may not have an account yet. */
export const invitationRoutes = new Hono<WebEnv>();

invitationRoutes.get("/invitations/accept", async (c) => {
  const token = c.req.query("token") ?? "";
  const opened = await readInvitation(c.var.ctx, token);
  if (!opened) return closed(c);
  if (opened.isOpen) return invitationPage(c, opened, token, 200);
  return (await isMember(c, opened)) ? c.redirect(`/groups/${opened.group.slug}`, 303) : closed(c);
});

function closed(c: HonoContext<WebEnv>) {
  return c.html(<InvitationClosedPage t={c.var.t} locale={c.var.locale} />, 410);
}

function invitationPage(c: HonoContext<WebEnv>, opened: OpenedInvitation, token: string, status: 200 | 403) {
  const { t, locale, account } = c.var;
  const isForThem = account?.emailKey === opened.invitation.emailKey;
  const props = { t, locale, opened, token, signedInAs: account?.email ?? null, isForThem };
  return c.html(<InvitationPage {...props} />, status);
}

async function isMember(c: HonoContext<WebEnv>, { group }: OpenedInvitation): Promise<boolean> {
  const { ctx, account } = c.var;
  return account !== null && (await groupOfMember(ctx.directory, group.slug, account.no)) !== null;
}

invitationRoutes.post("/invitations/accept", async (c) => {
  const { ctx, account } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const token = single(values, "token");
  const opened = await readInvitation(ctx, token);
  if (!opened) return closed(c);
  if (!account) return c.redirect(acceptPath(token), 303);
  const accepted = await acceptInvitation(ctx, account, token);
  if (accepted.ok || (await isMember(c, opened))) return c.redirect(`/groups/${opened.group.slug}`, 303);
  return accepted.reason === "other_address" ? invitationPage(c, opened, token, 403) : closed(c);
});

function acceptPath(token: string): string {
  return `/invitations/accept?token=${encodeURIComponent(token)}`;
}

/** Mails a sign-in link to the invited address and to no other, and comes back here with it. */
invitationRoutes.post("/invitations/sign-in", async (c) => {
  const { ctx, t, locale } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const token = single(values, "token");
  const opened = await readInvitation(ctx, token);
  if (!opened?.isOpen) return closed(c);
  const { email, emailKey } = opened.invitation;
  const network = networkOf(c.req.raw);
  const sent = await sendSignInLink(ctx, { email, emailKey, next: acceptPath(token), locale, network });
  if (!sent.sent) throw new AppError("too_many", sent.reason, { retryAfterSeconds: sent.retryAfterSeconds });
  return c.html(<LinkSentPage t={t} locale={locale} email={email} />);
});

import type { MailMessage } from "../platform/mail/mail";
import { PRODUCT_NAME } from "../ui/document";
import { renderEmail } from "../ui/email";
import { formatDate } from "../ui/format";
import { translator } from "../ui/i18n";
import type { Group, Invitation } from "./types";

/** Asks somebody to join a group, in the group's language: theirs is not known yet. */
export function invitationMail(mail: {
  invitation: Invitation;
  group: Group;
  inviter: string;
  replyTo: string;
  origin: string;
  token: string;
}): MailMessage {
  const { invitation, group, inviter } = mail;
  const t = translator(group.locale);
  const values = { inviter, group: group.name, product: PRODUCT_NAME };
  const content = renderEmail({
    locale: group.locale,
    subject: t("groups.mail.invitation.subject", values),
    from: PRODUCT_NAME,
    blocks: [
      { kind: "heading", text: t("groups.mail.invitation.title", values) },
      { kind: "text", text: t(`groups.mail.invitation.text.${invitation.role}`, values) },
      {
        kind: "button",
        label: t("groups.mail.invitation.button", values),
        href: `${mail.origin}/invitations/accept?lang=${group.locale}&token=${mail.token}`,
      },
      {
        kind: "small",
        text: t("groups.mail.invitation.until", {
          date: formatDate(invitation.expiresAt, group.locale, group.timeZone),
          email: invitation.email,
        }),
      },
    ],
    footer: [t("groups.mail.invitation.why", { ...values, email: invitation.email })],
  });
  return { ...content, to: invitation.email, replyTo: mail.replyTo, fromName: PRODUCT_NAME };
}

import type { Group } from "../groups/types";
import { normaliseEmail } from "../platform/email-address";
import type { MailMessage } from "../platform/mail/mail";
import { renderEmail } from "../ui/email";
import { type Locale, translator } from "../ui/i18n";

/** Asks one of the two addresses to confirm a change. The new one is not told the old: it may be a stranger's. */
export function changeMail(
  group: Group,
  {
    change,
    side,
    href,
  }: { change: { oldEmail: string; newEmail: string; locale: Locale }; side: "old" | "new"; href: string },
): MailMessage {
  const { locale, oldEmail, newEmail } = change;
  const t = translator(locale);
  const replyTo = normaliseEmail(group.settings.replyTo);
  const values = { group: group.name, new: newEmail };
  const content = renderEmail({
    locale,
    subject: t("profiles.change.mail.subject", values),
    from: group.name,
    accent: group.settings.accent,
    blocks: [
      { kind: "text", text: t(`profiles.change.mail.${side}`, values) },
      { kind: "button", label: t("profiles.change.mail.button"), href },
      { kind: "small", text: t("profiles.change.mail.ignore") },
    ],
    footer: [group.name, ...(group.postalAddress ? [group.postalAddress.replaceAll("\n", " · ")] : [])],
  });
  return {
    ...content,
    to: side === "old" ? oldEmail : newEmail,
    fromName: group.name,
    ...(replyTo ? { replyTo } : {}),
  };
}

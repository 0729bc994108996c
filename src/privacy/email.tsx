import type { Group } from "../groups/types";
import { normaliseEmail } from "../platform/email-address";
import type { MailMessage } from "../platform/mail/mail";
import { renderEmail } from "../ui/email";
import { type Locale, translator } from "../ui/i18n";
import { OWN_LINK_HOURS } from "./own-link";

/** The link to somebody's own data, to an address of theirs. */
export function ownLinkMail(
  group: Pick<Group, "name" | "postalAddress" | "settings">,
  { to, href, locale }: { to: string; href: string; locale: Locale },
): MailMessage {
  const t = translator(locale);
  const values = { group: group.name, hours: OWN_LINK_HOURS };
  const replyTo = normaliseEmail(group.settings.replyTo);
  const content = renderEmail({
    locale,
    subject: t("privacy.own.mail.subject", values),
    from: group.name,
    accent: group.settings.accent,
    blocks: [
      { kind: "text", text: t("privacy.own.mail.text", values) },
      { kind: "button", label: t("privacy.own.mail.button"), href },
      { kind: "small", text: t("privacy.own.mail.ignore") },
    ],
    footer: [
      t("privacy.own.mail.why", values),
      ...(group.postalAddress ? [group.postalAddress.replaceAll("\n", " · ")] : []),
    ],
  });
  return { ...content, to, fromName: group.name, ...(replyTo ? { replyTo } : {}) };
}

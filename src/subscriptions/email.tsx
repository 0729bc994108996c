import type { Group } from "../groups/types";
import { normaliseEmail } from "../platform/email-address";
import type { MailMessage } from "../platform/mail/mail";
import { renderEmail } from "../ui/email";
import { type Locale, translator } from "../ui/i18n";

/** Asks whether it was they who said yes. @param mail `href` is the page with both answers */
export function confirmationMail(
  group: Pick<Group, "name" | "postalAddress" | "settings">,
  mail: { to: string; href: string; title: string; locale: Locale; isReminder: boolean },
): MailMessage {
  const { to, href, title, locale, isReminder } = mail;
  const t = translator(locale);
  const values = { group: group.name, title };
  const content = renderEmail({
    locale,
    subject: t(isReminder ? "readers.confirm.mail.reminder" : "readers.confirm.mail.subject", values),
    from: group.name,
    accent: group.settings.accent,
    blocks: [
      {
        kind: "text",
        text: t(title === "" ? "readers.confirm.mail.textBare" : "readers.confirm.mail.text", values),
      },
      { kind: "button", label: t("readers.confirm.yes"), href: `${href}&answer=yes` },
      { kind: "link", label: t("readers.confirm.no"), href: `${href}&answer=no` },
      { kind: "small", text: t("readers.confirm.mail.small") },
    ],
    footer: [t("readers.confirm.mail.why", values), ...postalLine(group)],
  });
  return { ...content, to, fromName: group.name, ...replyToOf(group) };
}

/** Asks somebody whose address is blocked whether they want the group's mail. @param mail `href` is the page with the button */
export function ownWordMail(
  group: Pick<Group, "name" | "postalAddress" | "settings">,
  mail: { to: string; href: string; locale: Locale; block: "bounce" | "complaint" },
): MailMessage {
  const { to, href, locale, block } = mail;
  const t = translator(locale);
  const values = { group: group.name };
  const content = renderEmail({
    locale,
    subject: t("readers.again.mail.subject", values),
    from: group.name,
    accent: group.settings.accent,
    blocks: [
      { kind: "text", text: t(`readers.again.mail.${block}`, values) },
      { kind: "button", label: t("readers.again.yes"), href },
      { kind: "small", text: t("readers.again.mail.small") },
    ],
    footer: [t("readers.again.mail.why", values), ...postalLine(group)],
  });
  return { ...content, to, fromName: group.name, ...replyToOf(group) };
}

function postalLine({ postalAddress }: Pick<Group, "postalAddress">): string[] {
  return postalAddress ? [postalAddress.replaceAll("\n", " · ")] : [];
}

function replyToOf({ settings }: Pick<Group, "settings">): { replyTo?: string } {
  const replyTo = normaliseEmail(settings.replyTo);
  return replyTo ? { replyTo } : {};
}

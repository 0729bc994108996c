import type { Account } from "../accounts/account";
import type { Group } from "../groups/types";
import type { MailMessage } from "../platform/mail/mail";
import { PRODUCT_NAME } from "../ui/document";
import { renderEmail } from "../ui/email";
import { translator } from "../ui/i18n";
import { FAILURES_MAX, type Webhook } from "./types";

/** Says to an administrator that a webhook was switched off, in their language. */
export function pausedMail(mail: {
  account: Pick<Account, "email" | "locale">;
  group: Pick<Group, "name">;
  webhook: Pick<Webhook, "name">;
  href: string;
}): MailMessage {
  const { account, group, webhook } = mail;
  const t = translator(account.locale);
  const values = { name: webhook.name, group: group.name, count: FAILURES_MAX };
  const content = renderEmail({
    locale: account.locale,
    subject: t("webhooks.mail.subject", values),
    from: PRODUCT_NAME,
    blocks: [
      { kind: "heading", text: t("webhooks.mail.title", values) },
      { kind: "text", text: t("webhooks.mail.text", values) },
      { kind: "button", label: t("webhooks.mail.button"), href: mail.href },
    ],
    footer: [t("webhooks.mail.why", values)],
  });
  return { ...content, to: account.email, fromName: PRODUCT_NAME };
}

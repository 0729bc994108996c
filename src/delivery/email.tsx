import type { Account } from "../accounts/account";
import type { Group } from "../groups/types";
import type { Mailing } from "../mailings/types";
import type { MailMessage } from "../platform/mail/mail";
import { PRODUCT_NAME } from "../ui/document";
import { renderEmail } from "../ui/email";
import { translator } from "../ui/i18n";

/** Says to whoever asked for a mailing, or agreed to it, that it did not leave since its words are others now, and what they can do. */
export function wordsChangedMail(mail: {
  account: Pick<Account, "email" | "locale">;
  group: Pick<Group, "name">;
  mailing: Pick<Mailing, "internalTitle" | "subject">;
  href: string;
}): MailMessage {
  const { account, group, mailing, href } = mail;
  const { locale } = account;
  const t = translator(locale);
  const name = mailing.internalTitle || mailing.subject || t("composer.untitled");
  const values = { name, group: group.name };
  const content = renderEmail({
    locale,
    subject: t("composer.wordsChanged.subject", values),
    from: PRODUCT_NAME,
    blocks: [
      { kind: "heading", text: t("composer.wordsChanged.title", values) },
      { kind: "text", text: t("composer.pauseNote.words_changed") },
      { kind: "text", text: t("composer.wordsChanged.todo") },
      { kind: "button", label: t("composer.wordsChanged.button"), href },
    ],
    footer: [t("composer.wordsChanged.why", values)],
  });
  return { ...content, to: account.email, fromName: PRODUCT_NAME };
}

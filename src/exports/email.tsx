import type { Account } from "../accounts/account";
import type { Group } from "../groups/types";
import type { MailMessage } from "../platform/mail/mail";
import { PRODUCT_NAME } from "../ui/document";
import { renderEmail } from "../ui/email";
import { formatDate, formatNumber } from "../ui/format";
import { translator } from "../ui/i18n";
import type { ExportRow } from "./types";

/** Says to whoever asked for a file that it is ready, in their language. */
export function readyMail(mail: {
  account: Pick<Account, "email" | "locale" | "timeZone">;
  group: Pick<Group, "name">;
  row: ExportRow;
  href: string;
}): MailMessage {
  const { account, group, row } = mail;
  const { locale } = account;
  const t = translator(locale);
  const values = { title: row.title, group: group.name };
  const content = renderEmail({
    locale,
    subject: t("exports.mail.subject", values),
    from: PRODUCT_NAME,
    blocks: [
      { kind: "heading", text: t("exports.mail.title", values) },
      {
        kind: "text",
        text: t("exports.mail.text", {
          ...values,
          count: row.rowsDone,
          number: formatNumber(row.rowsDone, locale),
        }),
      },
      { kind: "button", label: t("exports.mail.button"), href: mail.href },
      {
        kind: "small",
        text: t("exports.mail.until", {
          day: formatDate(row.expiresAt ?? row.askedAt, locale, account.timeZone),
        }),
      },
    ],
    footer: [t("exports.mail.why", values)],
  });
  return { ...content, to: account.email, fromName: PRODUCT_NAME };
}

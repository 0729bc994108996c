import type { Account } from "../accounts/account";
import type { Group } from "../groups/types";
import type { MailMessage } from "../platform/mail/mail";
import { PRODUCT_NAME } from "../ui/document";
import { renderEmail } from "../ui/email";
import { formatDate, formatNumber } from "../ui/format";
import { translator } from "../ui/i18n";
import type { Every } from "./period";
import type { Report } from "./report";
import { DAY_MS } from "./types";

/** Actions named in the mail; the page has them all. */
const ACTIONS_SHOWN = 3;

/** A group's numbers of a week or month, in the reader's language, beside those of the time before. */
export function reportMail(mail: {
  account: Pick<Account, "email" | "locale" | "timeZone">;
  group: Pick<Group, "name">;
  every: Every;
  report: Report;
  earlier: Report;
  href: string;
  stopHref: string;
}): MailMessage {
  const { account, group, every, report, earlier } = mail;
  const { locale } = account;
  const t = translator(locale);
  const number = (value: number) => formatNumber(value, locale);
  const beside = (now: number, before: number) =>
    t("reports.mail.beside", { now: number(now), before: number(before) });
  const values = {
    group: group.name,
    // Days of the group's own zone, named in none.
    from: formatDate(report.range.from * DAY_MS, locale, "UTC"),
    to: formatDate(report.range.to * DAY_MS, locale, "UTC"),
  };
  const top = report.actions.slice(0, ACTIONS_SHOWN);
  const content = renderEmail({
    locale,
    subject: t(`reports.mail.subject.${every}`, values),
    from: PRODUCT_NAME,
    blocks: [
      { kind: "heading", text: t(`reports.mail.subject.${every}`, values) },
      { kind: "text", text: t("reports.mail.days", values) },
      {
        kind: "list",
        items: [
          t("reports.mail.size", { number: number(report.size) }),
          t("reports.mail.gained", { numbers: beside(report.gained, earlier.gained) }),
          t("reports.mail.lost", { numbers: beside(report.lost, earlier.lost) }),
          t("reports.mail.acted", { numbers: beside(report.acted, earlier.acted) }),
        ],
      },
      ...(top.length > 0
        ? [
            { kind: "text" as const, text: t("reports.mail.actions") },
            {
              kind: "list" as const,
              items: top.map(({ title, acted }) =>
                t("reports.mail.action", { title, number: number(acted) }),
              ),
            },
          ]
        : []),
      { kind: "button", label: t("reports.mail.button"), href: mail.href },
    ],
    footer: [t("reports.mail.why", values), { label: t("reports.mail.stop"), href: mail.stopHref }],
  });
  const headers = { "List-Unsubscribe": `<${mail.stopHref}>` };
  return { ...content, to: account.email, fromName: PRODUCT_NAME, headers };
}

import type { Account } from "../accounts/account";
import type { Group } from "../groups/types";
import type { MailMessage } from "../platform/mail/mail";
import { PRODUCT_NAME } from "../ui/document";
import { renderEmail } from "../ui/email";
import { formatExact } from "../ui/format";
import { translator } from "../ui/i18n";
import type { Run, Series } from "./types";

/** Says to whoever answers for a series that a run of it was not sent by itself, why, and what they can do. */
export function heldMail(mail: {
  account: Pick<Account, "email" | "locale">;
  group: Pick<Group, "name">;
  name: string;
  series: Series;
  run: Run;
  href: string;
}): MailMessage {
  const { account, group, series, run, href } = mail;
  const { locale } = account;
  const t = translator(locale);
  const name = mail.name || t("composer.untitled");
  const values = { name, group: group.name };
  const when = formatExact(run.dueAt, locale, series.plan.timeZone);
  const content = renderEmail({
    locale,
    subject: t("series.mail.subject", values),
    from: PRODUCT_NAME,
    blocks: [
      { kind: "heading", text: t("series.mail.title", values) },
      { kind: "text", text: t("series.mail.text", { ...values, when }) },
      { kind: "text", text: t(`series.held.${run.note === "" ? "failed" : run.note}`) },
      ...(series.status === "paused" ? [{ kind: "text" as const, text: t("series.mail.paused") }] : []),
      { kind: "button", label: t("series.mail.button"), href },
    ],
    footer: [t("series.mail.why", values)],
  });
  return { ...content, to: account.email, fromName: PRODUCT_NAME };
}

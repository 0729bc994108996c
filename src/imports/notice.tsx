import { accountOf } from "../accounts/account";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { sendLater } from "../platform/mail/mail";
import { renderEmail } from "../ui/email";
import { formatNumber } from "../ui/format";
import { translator } from "../ui/i18n";
import type { ImportRow } from "./store";

/** Tells the uploader that an import is done, and what became of its rows. Nobody is told when the account is gone. */
export async function tellUploader(ctx: Context, group: Group, row: ImportRow): Promise<void> {
  const account = await accountOf(ctx, row.accountNo);
  if (!account) return;
  const { locale } = account;
  const t = translator(locale);
  const line = (key: "new" | "updated" | "unchanged" | "rejected", count: number) =>
    t(`imports.mail.${key}`, { count, shown: formatNumber(count, locale) });
  const subject = t("imports.mail.subject", { file: row.fileName });
  const content = renderEmail({
    ...{ locale, subject, from: group.name, accent: group.settings.accent },
    blocks: [
      { kind: "text", text: t("imports.mail.text", { file: row.fileName, group: group.name }) },
      {
        kind: "list",
        items: [
          line("new", row.newCount),
          line("updated", row.updatedCount),
          line("unchanged", row.unchangedCount),
          line("rejected", row.rejectedCount),
        ],
      },
      {
        kind: "button",
        label: t("imports.mail.button"),
        href: `${ctx.config.PLATFORM_ORIGIN}/groups/${group.slug}/imports/${row.id}`,
      },
    ],
    footer: [t("imports.mail.why")],
  });
  await sendLater(ctx, { ...content, to: account.email, fromName: group.name }, "notice");
}

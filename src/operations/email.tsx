import { accountOf } from "../accounts/account";
import type { Group } from "../groups/types";
import type { Mailing } from "../mailings/types";
import type { Context } from "../platform/context";
import { sendLater } from "../platform/mail/mail";
import { renderEmail } from "../ui/email";
import { translator } from "../ui/i18n";

/**
 * Tells whoever asked for a mailing that an operator made it a draft again, or stopped it, and why. Nobody is told when their
 * account is gone.
 * @param reason in the operator's words; "" for none
 */
export async function tellAsker(
  ctx: Context,
  group: Group,
  mailing: Pick<Mailing, "id" | "subject" | "internalTitle" | "askedBy">,
  { what, reason }: { what: "refused" | "halted"; reason: string },
): Promise<void> {
  const account = mailing.askedBy === null ? null : await accountOf(ctx, mailing.askedBy);
  if (!account) return;
  const { locale } = account;
  const t = translator(locale);
  const values = {
    group: group.name,
    subject: mailing.internalTitle || mailing.subject || t("results.untitled"),
  };
  const content = renderEmail({
    ...{ locale, from: group.name, accent: group.settings.accent },
    subject: t(`results.operations.mail.${what}Subject`, values),
    blocks: [
      { kind: "text", text: t(`results.operations.mail.${what}`, values) },
      {
        kind: "text",
        text:
          reason === ""
            ? t("results.operations.mail.noReason")
            : t("results.operations.mail.reason", { reason }),
      },
      {
        kind: "button",
        label: t("results.operations.mail.button"),
        href: `${ctx.config.PLATFORM_ORIGIN}/groups/${group.slug}/mailings/${mailing.id}/${what === "refused" ? "review" : "progress"}`,
      },
    ],
    footer: [t("results.operations.mail.why")],
  });
  await sendLater(ctx, { ...content, to: account.email, fromName: group.name }, "notice");
}

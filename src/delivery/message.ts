import type { Group } from "../groups/types";
import type { RenderedMail } from "../mailings/content/types";
import type { Mailing } from "../mailings/types";
import type { Context } from "../platform/context";
import { normaliseEmail } from "../platform/email-address";
import { groupOrigin } from "../platform/http";
import type { BulkMessage } from "../platform/mail/bulk";
import { returnAddress } from "../platform/mail/return-addresses";
import { MAIL_PATH } from "../platform/mail-keys";
import type { Sender } from "../senders/sender";

/**
 * A copy, whole. Both ways to leave the list stand in its headers (RFC 2369, RFC 8058): the address for mailboxes that press the
 * button themselves, and the mail for those that write.
 */
export function bulkMessage(
  ctx: Pick<Context, "config">,
  { group, mailing, sender }: { group: Group; mailing: Pick<Mailing, "no" | "settings">; sender: Sender },
  { key, to, mail }: { key: string; to: string; mail: RenderedMail },
): BulkMessage {
  const { config } = ctx;
  const domain = config.mailDomain;
  const page = `${groupOrigin(config, group.slug)}${MAIL_PATH}/${key}/unsubscribe`;
  const own = normaliseEmail(mailing.settings.replyTo) ?? sender.replyTo;
  const keeps = group.settings.mail.replies === "keep" || own === "";
  return {
    ...{ key, to, subject: mail.subject, html: mail.html, text: mail.text },
    fromName: `${mail.fromName}${sender.fromSuffix}`,
    fromEmail: sender.fromEmail,
    replyTo: keeps ? returnAddress("reply", key, domain) : own,
    headers: {
      "List-Unsubscribe": `<${page}>, <mailto:${returnAddress("unsubscribe", key, domain)}?subject=unsubscribe>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      "List-Id": `<${group.slug}.list.${config.ROOT_DOMAIN.replace(/:\d+$/, "")}>`,
      Precedence: "bulk",
      "X-Auto-Response-Suppress": "OOF, AutoReply",
      "X-Groundswell-Mailing": `${group.no}-${mailing.no}`,
      "X-Report-Abuse": `${config.PLATFORM_ORIGIN}/report?mail=${key}`,
    },
  };
}

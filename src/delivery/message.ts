import type { Group } from "../groups/types";
import type { MailInPieces } from "../mailings/content/types";
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
export function bulkMessage(ctx: Pick<Context, "config">, from: Letterhead, copy: Copy): BulkMessage {
  return messageMaker(ctx, from)(copy);
}

type Letterhead = { group: Group; mailing: Pick<Mailing, "no" | "settings">; sender: Sender };
type Copy = { key: string; to: string; mail: MailInPieces };

/** The same for many copies: what they have in common is worked out once. */
export function messageMaker(
  { config }: Pick<Context, "config">,
  { group, mailing, sender }: Letterhead,
): (copy: Copy) => BulkMessage {
  const domain = config.mailDomain;
  const pages = `${groupOrigin(config, group.slug)}${MAIL_PATH}`;
  const own = normaliseEmail(mailing.settings.replyTo) ?? sender.replyTo;
  const keeps = group.settings.mail.replies === "keep" || own === "";
  const listId = `<${group.slug}.list.${config.ROOT_DOMAIN.replace(/:\d+$/, "")}>`;
  return ({ key, to, mail }) => ({
    ...{ key, to, subject: mail.subject, html: mail.html, text: mail.text, amp: mail.amp },
    fromName: `${mail.fromName}${sender.fromSuffix}`,
    fromEmail: sender.fromEmail,
    replyTo: keeps ? returnAddress("reply", key, domain) : own,
    headers: {
      "List-Unsubscribe": `<${pages}/${key}/unsubscribe>, <mailto:${returnAddress("unsubscribe", key, domain)}?subject=unsubscribe>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      "List-Id": listId,
      Precedence: "bulk",
      "X-Auto-Response-Suppress": "OOF, AutoReply",
      "X-Groundswell-Mailing": `${group.no}-${mailing.no}`,
      "X-Report-Abuse": `${pages}/${key}/report`,
    },
  });
}

import type { Group } from "../groups/types";
import type { MailMessage } from "../platform/mail/mail";
import type { EmailBlock } from "../ui/email";
import { renderEmail } from "../ui/email";
import type { T } from "../ui/i18n";
import { LOOP_HEADER } from "./recognise";

/** Somebody's answer as the group's own address gets it. Answering it writes to them. */
export function forwardedMail(
  t: T,
  group: Pick<Group, "name" | "slug" | "locale" | "settings">,
  reply: {
    fromEmail: string;
    fromName: string;
    subject: string;
    text: string;
    fileCount: number;
    id: string;
  },
  platformOrigin: string,
): MailMessage {
  const name = reply.fromName || reply.fromEmail;
  const href = `${platformOrigin}/groups/${group.slug}/mailings/replies/${reply.id}`;
  const blocks: EmailBlock[] = [
    { kind: "small", text: t("inbound.forwarded.from", { name, email: reply.fromEmail }) },
    { kind: "text", text: reply.text || t("inbound.forwarded.empty") },
  ];
  if (reply.fileCount > 0)
    blocks.push({ kind: "small", text: t("inbound.forwarded.files", { count: reply.fileCount }) });
  blocks.push({ kind: "link", label: t("inbound.forwarded.open"), href });
  const subject = reply.subject || t("inbound.replies.noSubject");
  const { html, text } = renderEmail({
    locale: group.locale,
    subject,
    from: group.name,
    accent: group.settings.accent,
    blocks,
    footer: [t("inbound.forwarded.why", { group: group.name })],
  });
  return {
    to: group.settings.replyTo,
    ...(reply.fromEmail ? { replyTo: reply.fromEmail } : {}),
    fromName: name.slice(0, 150),
    ...{ subject, html, text },
    headers: { [LOOP_HEADER]: group.slug, "Auto-Submitted": "auto-generated" },
  };
}

import { accountOf } from "../accounts/account";
import { recordAct } from "../groups/audit";
import { listMembers } from "../groups/member";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { sendLater } from "../platform/mail/mail";
import { PRODUCT_NAME } from "../ui/document";
import { renderEmail } from "../ui/email";
import { translator } from "../ui/i18n";
import { CHAT_FAILURES_MAX, type Chat } from "./chat-types";
import { connectionsHref } from "./frame";
import { updateChatState } from "./store-chats";

/** Pauses a chat that takes nothing any more, and says so to everybody who may turn it on. Tells nobody twice. */
export async function pauseChat(ctx: Context, group: Group, chat: Chat): Promise<void> {
  if (!(await updateChatState(dbFor(ctx.env, group), chat.no, "paused"))) return;
  await recordAct(ctx, {
    ...{ groupNo: group.no, accountNo: null, act: "chat.paused", subject: String(chat.no) },
    detail: { name: chat.name },
  });
  const href = `${ctx.config.platform.origin}${connectionsHref(group.slug)}/chats/${chat.no}`;
  for (const { accountNo, role } of await listMembers(ctx, group)) {
    const account = can(role, "settings.edit") ? await accountOf(ctx, accountNo) : null;
    if (account) await sendLater(ctx, mailFor(account, group, chat, href), "notice");
  }
}

function mailFor(
  account: { email: string; locale: Chat["locale"] },
  group: Group,
  { name }: Chat,
  href: string,
) {
  const t = translator(account.locale);
  const values = { name, group: group.name, count: CHAT_FAILURES_MAX };
  const content = renderEmail({
    locale: account.locale,
    subject: t("connections.chat.mail.subject", values),
    from: PRODUCT_NAME,
    blocks: [
      { kind: "heading", text: t("connections.chat.mail.title", values) },
      { kind: "text", text: t("connections.chat.mail.text", values) },
      { kind: "button", label: t("connections.chat.mail.button"), href },
    ],
    footer: [t("connections.chat.mail.why", values)],
  });
  return { ...content, to: account.email, fromName: PRODUCT_NAME };
}

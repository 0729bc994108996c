import { accountOf } from "../accounts/account";
import { recordAct } from "../groups/audit";
import { listMembers } from "../groups/member";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { sendLater } from "../platform/mail/mail";
import { pausedMail } from "./email";
import { selectWebhookByNo, updateState } from "./store";
import type { Webhook } from "./types";

/**
 * Switches a webhook off whose receiver takes nothing any more, and says so to everybody who may switch it on. Tells nobody about one that
 * is off already; whoever dies on the way has told somebody twice at worst, and nobody never.
 */
export async function pauseWebhook(ctx: Context, group: Group, webhook: Webhook): Promise<void> {
  const db = dbFor(ctx.env, group);
  if ((await selectWebhookByNo(db, webhook.no))?.state !== "on") return;
  const href = `${ctx.config.platform.origin}/groups/${group.slug}/integrations/webhooks/${webhook.id}`;
  for (const { accountNo, role } of await listMembers(ctx, group)) {
    const account = can(role, "settings.edit") ? await accountOf(ctx, accountNo) : null;
    if (account) await sendLater(ctx, pausedMail({ account, group, webhook, href }), "notice");
  }
  if (!(await updateState(db, webhook.no, "paused", null))) return;
  await recordAct(ctx, {
    ...{ groupNo: group.no, accountNo: null, act: "webhook.paused", subject: webhook.id },
    detail: { name: webhook.name },
  });
}

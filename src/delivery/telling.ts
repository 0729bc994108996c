import { accountOf } from "../accounts/account";
import { listMembers } from "../groups/member";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Mailing } from "../mailings/types";
import type { Context } from "../platform/context";
import { sendLater } from "../platform/mail/mail";
import { wordsChangedMail } from "./email";
import { isWatched } from "./store";

/** People who are told of a mailing whose own people have left. */
const TOLD_MAX = 10;

/**
 * Mails whoever asked for a mailing and whoever agreed to it that its words are no longer those; when neither is there any more, those who
 * may send for the group. Of the run of a series that still watches it whoever answers for that is told by it. Done again after a crash they may get it twice, never not at all.
 */
export async function tellOfWords(ctx: Context, group: Group, mailing: Mailing): Promise<void> {
  if (await isWatched(dbFor(ctx.env, group), mailing.no)) return;
  const members = await listMembers(ctx, group);
  const its = members.filter(({ accountNo }) => [mailing.askedBy, mailing.approvedBy].includes(accountNo));
  const senders = members.filter(({ role }) => can(role, "mailings.send")).slice(0, TOLD_MAX);
  const href = `${ctx.config.PLATFORM_ORIGIN}/groups/${group.slug}/mailings/${mailing.id}/progress`;
  for (const { accountNo } of its.length > 0 ? its : senders) {
    const account = await accountOf(ctx, accountNo);
    if (account) await sendLater(ctx, wordsChangedMail({ account, group, mailing, href }), "notice");
  }
}

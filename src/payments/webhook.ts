import { groupByNo } from "../groups/group";
import type { Context } from "../platform/context";
import type { PaymentProvider } from "../platform/payments/types";
import { groupNoOfAccount, refreshAccount } from "./account";
import { paymentsOf } from "./objects";

export type Received =
  | { is: "forged" }
  /** Nothing we follow, or an account that is nobody's here. */
  | { is: "ignored" }
  | { is: "taken" };

/**
 * Takes a provider's message. It is believed only as far as that something happened to something of an account: the group
 * is the account's, and what happened is read from the provider. When this returns, the look is on disk or done.
 * @throws when neither could be: the provider then delivers the message again
 */
export async function receiveMessage(
  ctx: Context,
  provider: PaymentProvider,
  { body, signature }: { body: string; signature: string },
): Promise<Received> {
  const news = await provider.receive(body, signature);
  if (news.is === "forged") return { is: "forged" };
  if (news.is === "nothing") return { is: "ignored" };
  if (news.about.kind === "account") {
    await refreshAccount(ctx, news.account);
    return { is: "taken" };
  }
  const groupNo = await groupNoOfAccount(ctx, provider.name, news.account);
  const group = groupNo === null ? null : await groupByNo(ctx.directory, groupNo);
  if (!group) {
    ctx.log.info("payments.nobodys_account", { provider: provider.name });
    return { is: "ignored" };
  }
  await paymentsOf(ctx.env, group).look(group, news.account, news.about);
  return { is: "taken" };
}

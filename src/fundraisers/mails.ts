import { actionByNo } from "../actions/action";
import { groupByNo } from "../groups/group";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { mailOnce } from "../payments/mail";
import { paidById } from "../payments/payment";
import { type PaidGroup, type PaymentNews, type PaymentRow, RECOVERY_MAILS_MAX } from "../payments/types";
import type { Context } from "../platform/context";
import { dedicationMail, receiptMail, recoveryMail, refundMail } from "./email";
import { manageUrl } from "./links";
import { fundraiserSettings } from "./types";

/** A refund or failure heard of this much later is no news to anybody. */
const NEWS_MS = 30 * 86_400_000;

/**
 * The mails that follow what becomes of a gift: receipt, notice to whom it was dedicated, refund, a turn that failed. Each
 * leaves once, however often the same news is told. Throws when D1 or the queue is away; the news is then told again.
 */
export async function mailAboutGift(ctx: Context, paid: PaidGroup, news: PaymentNews): Promise<void> {
  const about = news.is === "bill_failed" ? news.subscription : news.payment;
  if (about.order.target.kind !== "fundraiser") return;
  const group = await groupByNo(ctx.directory, paid.no);
  if (!group || group.status === "suspended") return;
  switch (news.is) {
    case "paid":
      return mailReceipt(ctx, group, news.payment);
    case "refunded":
      return mailRefund(ctx, group, news);
    case "bill_failed":
      return mailRecovery(ctx, group, news);
  }
}

async function mailReceipt(ctx: Context, group: Group, payment: PaymentRow): Promise<void> {
  const { participation, id, subscriptionId, order } = payment;
  if (!participation) return;
  const action = await actionByNo(dbFor(ctx.env, group), payment.actionNo);
  const settings = fundraiserSettings.safeParse(action?.settings ?? {});
  const receiptText = settings.success ? settings.data.receiptText : "";
  const gift = subscriptionId ?? (payment.interval === "" ? null : id);
  await mailOnce(ctx, group, { payment: id, purpose: "receipt" }, async () =>
    receiptMail({
      ...{ group, payment, participation, receiptText },
      manageHref: gift && (await manageUrl(ctx, group, { origin: order.origin, gift })),
    }),
  );
  // The first of a regular gift tells them; the later ones would only repeat it.
  if (subscriptionId !== null && subscriptionId !== id) return;
  const notice = dedicationMail(group, payment, participation);
  if (notice) await mailOnce(ctx, group, { payment: id, purpose: "dedication" }, () => notice);
}

async function mailRefund(
  ctx: Context,
  group: Group,
  { payment, key, money, at }: Extract<PaymentNews, { is: "refunded" }>,
): Promise<void> {
  if (ctx.now - at > NEWS_MS) return;
  const db = dbFor(ctx.env, group);
  const to = payment.participation?.e ?? (await paidById(db, payment.actionNo, payment.id))?.email;
  if (!to) return;
  await mailOnce(ctx, group, { payment: payment.id, purpose: key }, () =>
    refundMail(group, payment, to, money),
  );
}

async function mailRecovery(
  ctx: Context,
  group: Group,
  { subscription, bill, attempt }: Extract<PaymentNews, { is: "bill_failed" }>,
): Promise<void> {
  // Whoever was forgotten since has no address any more.
  if (attempt > RECOVERY_MAILS_MAX || !subscription.participation) return;
  const { id, order } = subscription;
  await mailOnce(ctx, group, { payment: id, purpose: `failed:${bill}:${attempt}` }, async () =>
    recoveryMail(group, subscription, await manageUrl(ctx, group, { origin: order.origin, gift: id })),
  );
}

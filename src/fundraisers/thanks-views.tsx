import type { ThanksProps } from "../actions/kind";
import { dbFor } from "../groups/shard";
import { findPayment } from "../payments/payment";
import type { PaymentRow } from "../payments/types";
import { type Id, parseId } from "../platform/ids";
import { formatMoney } from "../ui/format";
import { manageUrl } from "./links";

/** What was given, and where a regular gift is looked after. Thanks must not wait for a database that is away. */
export async function Thanks({ t, ctx, snapshot, done, origin }: ThanksProps) {
  const id = done?.id ? parseId<Id<"payment">>(done.id) : null;
  const payment = id && (await findPayment(dbFor(ctx.env, snapshot.group), id).catch(() => null));
  if (!payment?.paidAt || payment.actionNo !== snapshot.action.no) return null;
  const { locale } = snapshot.action;
  const amount = formatMoney(payment.amount + payment.feeCover, payment.currency, locale);
  const gift = payment.subscriptionId;
  return (
    <section class="panel">
      <p>
        <strong>{t(`fundraisers.thanks.${rhythmOf(payment)}`, { amount })}</strong>
      </p>
      <p>{t("fundraisers.thanks.receipt")}</p>
      {gift ? (
        <p>
          <a href={await manageUrl(ctx, snapshot.group, { origin, gift })}>
            {t("fundraisers.thanks.manage")}
          </a>
        </p>
      ) : null}
    </section>
  );
}

function rhythmOf({ interval }: PaymentRow) {
  return (["week", "month", "year"] as const).find((name) => name === interval) ?? "once";
}

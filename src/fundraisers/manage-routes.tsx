import { Hono } from "hono";
import { actionByNo } from "../actions/action";
import {
  notFound,
  type PublicContext,
  type PublicEnv,
  privatePage,
  refuseForeignOrigin,
  speak,
} from "../actions/public-web";
import { dbFor } from "../groups/shard";
import { cardPage, changeGift, findSubscription, type GiftChange } from "../payments/subscription";
import type { SubscriptionRow } from "../payments/types";
import { readForm, single } from "../platform/forms";
import { readAmount } from "../platform/money";
import { paymentProvider } from "../platform/payments/provider";
import { formatMoney } from "../ui/format";
import { feeCoverFor } from "./amounts";
import { readGiftKey } from "./links";
import { EndGiftPage, ManagePage } from "./manage-views";
import { giftStyle } from "./style";
import { fundraiserSettings } from "./types";

const BYTES_MAX = 10_000;

/**
 * A regular gift in the hands of whoever gives it, by the link of their receipt: no account, no password. Looking changes
 * nothing; every change is a form that is sent.
 */
export const manageRoutes = new Hono<PublicEnv>()
  .get("/manage", async (c) => {
    const gift = await giftOf(c);
    return gift ? show(c, gift, {}) : notFound(c);
  })
  .post("/manage", async (c) => {
    refuseForeignOrigin(c.req.raw);
    const gift = await giftOf(c);
    if (!gift) return notFound(c);
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const wanted = single(values, "do");
    if (wanted === "amount") return changeAmount(c, gift, single(values, "amount"));
    if (wanted === "end")
      return privatePage(c.var.group, <EndGiftPage {...pageOf(c, gift)} />, { style: giftStyle });
    const change = ({ pause: "paused", resume: "active", "end-now": "ended" } as const)[wanted];
    return change ? apply(c, gift, { to: change }) : show(c, gift, {});
  })
  // A page of the provider's, where a card is put in; it never comes by us.
  .get("/card", async (c) => {
    const gift = await giftOf(c);
    if (!gift) return notFound(c);
    const here = `${c.var.origin}/fundraisers/gifts/manage?key=${c.req.query("key") ?? ""}`;
    const href = await cardPage(c.var.ctx, gift, here);
    return href ? c.redirect(href, 303) : notFound(c);
  });

async function giftOf(c: PublicContext): Promise<SubscriptionRow | null> {
  const { ctx, group } = c.var;
  const id = await readGiftKey(ctx, group, c.req.query("key") ?? "", "manage");
  const gift = id && (await findSubscription(ctx, group, id));
  if (gift) speak(c, gift.order.locale);
  return gift;
}

async function changeAmount(c: PublicContext, gift: SubscriptionRow, text: string): Promise<Response> {
  const { ctx, group, t, locale } = c.var;
  const action = await actionByNo(dbFor(ctx.env, group), gift.actionNo);
  const settings = fundraiserSettings.safeParse(action?.settings ?? {});
  const read = readAmount(text, gift.currency, locale === "en" ? "." : ",");
  const refuse = (error: string) => show(c, gift, { errors: { amount: error }, amount: text });
  if (read.is === "invalid")
    return refuse(t(`fundraisers.errors.amount.${read.reason}`, { currency: gift.currency }));
  const { least, most, feeCover } = settings.success ? settings.data : fundraiserSettings.parse({});
  const money = (amount: number) => formatMoney(amount, gift.currency, locale);
  const step = paymentProvider(ctx.env, ctx.config)?.stepOf(gift.currency) ?? 1;
  if (read.amount < least) return refuse(t("fundraisers.errors.least", { amount: money(least) }));
  if (read.amount > most) return refuse(t("fundraisers.errors.most", { amount: money(most) }));
  if (read.amount % step !== 0) return refuse(t("fundraisers.errors.step", { amount: money(step) }));
  const cover = gift.feeCover > 0 ? feeCoverFor(read.amount, feeCover) : 0;
  const whole = Math.ceil((read.amount + cover) / step) * step;
  return apply(c, gift, {
    to: "amount",
    amount: read.amount,
    feeCover: cover === 0 ? 0 : whole - read.amount,
  });
}

async function apply(c: PublicContext, gift: SubscriptionRow, change: GiftChange): Promise<Response> {
  const { ctx, group, t } = c.var;
  const isDone = await changeGift(ctx, group, gift, change);
  if (!isDone) return show(c, gift, { errors: { amount: t("fundraisers.manage.refused") } });
  const query = new URLSearchParams({ key: c.req.query("key") ?? "", done: change.to });
  return c.redirect(`/fundraisers/gifts/manage?${query}`, 303);
}

function pageOf(c: PublicContext, gift: SubscriptionRow) {
  const { ctx, group, t, locale } = c.var;
  const key = c.req.query("key") ?? "";
  return { t, locale, group, gift, key, now: ctx.now, platformOrigin: ctx.config.PLATFORM_ORIGIN };
}

function show(
  c: PublicContext,
  gift: SubscriptionRow,
  { errors = {}, amount }: { errors?: Record<string, string>; amount?: string },
): Promise<Response> {
  const done = (["amount", "paused", "active", "ended"] as const).find(
    (name) => name === c.req.query("done"),
  );
  const page = <ManagePage {...pageOf(c, gift)} {...{ errors, amount, done }} />;
  return privatePage(c.var.group, page, {
    status: Object.keys(errors).length > 0 ? 422 : 200,
    style: giftStyle,
  });
}

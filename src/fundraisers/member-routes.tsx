import { Hono, type Context as HonoContext } from "hono";
import type { Action, Kind } from "../actions/types";
import { ACTION_PATH, actionFrame, actionHref, actionIn } from "../actions/web";
import { recordAct } from "../groups/audit";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { collectingOf } from "../payments/account";
import { listPaid, paidById, refundPayment, totalsOf } from "../payments/payment";
import { changeGift, findSubscription, listSubscriptions } from "../payments/subscription";
import type { PaymentId } from "../payments/types";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { newId, parseId } from "../platform/ids";
import { readAmount } from "../platform/money";
import type { FlashMessage } from "../ui/flash";
import { giftsCsv, sumsOf } from "./export";
import { GiftPage } from "./gift-views";
import { GiftsPage } from "./gifts-views";

const BYTES_MAX = 10_000;

/** What organisers see of a fundraiser's money, and what they may do with it. */
export function giftRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.get(`${ACTION_PATH}/gifts`, memberCan("people.view"), async (c) => {
    const { action, ...subject } = await fundraiserIn(c, kinds);
    const { ctx, group, role } = c.var;
    const db = dbFor(ctx.env, group);
    const before = parseId<PaymentId>(c.req.query("before") ?? "") ?? undefined;
    const [page, totals, regular, collecting] = await Promise.all([
      listPaid(db, action.no, { before }),
      totalsOf(db, action.no),
      listSubscriptions(db, action.no),
      collectingOf(ctx, group.no),
    ]);
    const frame = await actionFrame(c, { action, ...subject });
    const mayExport = can(role, "people.export");
    return c.html(
      <GiftsPage {...frame} {...page} {...{ totals, regular, collecting, mayExport }} isFirst={!before} />,
    );
  });

  app.post(`${ACTION_PATH}/gifts.csv`, memberCan("people.export"), async (c) => {
    const { action } = await fundraiserIn(c, kinds);
    const { ctx, t, group, account } = c.var;
    await recordAct(ctx, {
      groupNo: group.no,
      accountNo: account.no,
      act: "gifts.exported",
      subject: action.id,
    });
    return c.body(giftsCsv(t, dbFor(ctx.env, group), action), 200, {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="${action.slug}-gifts.csv"`,
    });
  });

  app.get(`${ACTION_PATH}/gifts/:gift`, memberCan("people.view"), (c) => {
    const text = c.var.t("fundraisers.gifts.refunded");
    return giftPage(c, kinds, c.req.query("done") === "refunded" ? { flash: { kind: "good", text } } : {});
  });

  app.post(`${ACTION_PATH}/gifts/:gift/refunds`, memberCan("payments.manage"), (c) => refund(c, kinds));

  app.post(`${ACTION_PATH}/gifts/:gift/end`, memberCan("payments.manage"), async (c) => {
    const { action } = await fundraiserIn(c, kinds);
    const { ctx, group, account } = c.var;
    const gift = await findSubscription(ctx, group, giftId(c));
    if (!gift || gift.actionNo !== action.no) throw new AppError("not_found");
    await recordAct(ctx, {
      groupNo: group.no,
      accountNo: account.no,
      act: "gift.ended",
      subject: action.id,
      detail: { gift: gift.id },
    });
    await changeGift(ctx, group, gift, { to: "ended" });
    return c.redirect(actionHref(group, action, "/gifts"), 303);
  });

  return app;
}

async function refund(c: HonoContext<MemberEnv>, kinds: readonly Kind[]) {
  const { action } = await fundraiserIn(c, kinds);
  const { ctx, group, account, t, locale } = c.var;
  const id = giftId(c);
  const row = await paidById(dbFor(ctx.env, group), action.no, id);
  if (!row) throw new AppError("not_found");
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const typed = single(values, "amount");
  const key = parseId(single(values, "key"));
  const read = readAmount(typed, row.currency, locale === "en" ? "." : ",");
  const refuse = (error: string) => giftPage(c, kinds, { errors: { amount: error }, typed });
  if (read.is === "invalid")
    return refuse(t(`fundraisers.errors.amount.${read.reason}`, { currency: row.currency }));
  if (!key) return refuse(t("fundraisers.errors.amount.missing"));
  const order = { amount: read.amount, key, by: account.no, actionId: action.id };
  const refunded = await refundPayment(ctx, group, { id }, order);
  if (refunded.is === "refused") return refuse(t(`fundraisers.gifts.notRefunded.${refunded.reason}`));
  return c.redirect(actionHref(group, action, `/gifts/${id}?done=refunded`), 303);
}

/** The action of the address, if it is a fundraiser of this group. */
async function fundraiserIn(c: HonoContext<MemberEnv>, kinds: readonly Kind[]) {
  const subject: { action: Action; kind: Kind } = await actionIn(c, kinds);
  if (subject.kind.name !== "fundraiser") throw new AppError("not_found");
  return subject;
}

function giftId(c: HonoContext<MemberEnv>): PaymentId {
  const id = parseId<PaymentId>(c.req.param("gift") ?? "");
  if (!id) throw new AppError("not_found");
  return id;
}

async function giftPage(
  c: HonoContext<MemberEnv>,
  kinds: readonly Kind[],
  { errors = {}, typed, flash }: { errors?: Record<string, string>; typed?: string; flash?: FlashMessage },
) {
  const subject = await fundraiserIn(c, kinds);
  const { ctx, group, role } = c.var;
  const row = await paidById(dbFor(ctx.env, group), subject.action.no, giftId(c));
  if (!row) throw new AppError("not_found");
  const frame = await actionFrame(c, subject, flash);
  const mayRefund = can(role, "payments.manage");
  const props = { row, sums: sumsOf(row), errors, typed, mayRefund, refundKey: newId() };
  return c.html(<GiftPage {...frame} {...props} />, Object.keys(errors).length > 0 ? 422 : 200);
}

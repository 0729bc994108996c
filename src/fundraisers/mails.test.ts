import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { fakeQueue } from "../../test/fake-mail";
import { contextOf, makeGroup } from "../../test/groups";
import { giftTarget } from "../../test/provider";
import { dbFor } from "../groups/shard";
import { findPayment } from "../payments/payment";
import { insertPayment } from "../payments/store";
import type { PaymentId, PaymentRow, SubscriptionRow } from "../payments/types";
import { newId } from "../platform/ids";
import type { MailQueued } from "../platform/mail/messages";
import { mailAboutGift } from "./mails";
import type { GiftAnswer } from "./types";

const { group } = await makeGroup({
  name: "Riverside for Clean Air",
  postalAddress: "Riverside for Clean Air\n12 Mill Lane\nToronto, ON M4M 2T1",
  settings: { replyTo: "hello@riverside.example" },
});

/** A context whose mail is read here. */
function withMail() {
  const mail = fakeQueue<MailQueued>();
  const sent = () => mail.sent.map(({ body }) => body.message);
  return { ctx: contextOf({ ...env, MAIL: mail.binding }), sent };
}

async function paidGift(
  own: Partial<GiftAnswer> = {},
  changes: Partial<PaymentRow> = {},
): Promise<PaymentRow> {
  const id = newId<PaymentId>();
  const target = giftTarget(group);
  const db = dbFor(env, group);
  const kept: GiftAnswer = {
    ...{ amount: 2500, feeCover: 106, currency: "CAD", rhythm: "once" },
    ...{ dedication: null, recipients: [], ...own },
  };
  await insertPayment(db, {
    ...{ id, actionNo: target.actionNo, provider: "test", account: "ta", interval: "", createdAt: 1 },
    ...{ amount: 2500, feeCover: 106, currency: "CAD" },
    order: {
      ...{ target, title: "Sensors", locale: "en", details: {} },
      origin: "http://riverside.localhost:8787",
    },
    participation: {
      ...{ e: "amina@supporters.example", la: "en", co: 2, w: "", nm: 0 },
      o: {
        ...{ givenName: "Amina", familyName: "Sow", street: "1 Elm Street", locality: "Toronto" },
        ...{ postalCode: "M4M 2T1", country: "CA", own: kept },
      },
    },
  });
  const row = await findPayment(db, id);
  if (!row) throw new Error("no payment");
  return { ...row, paidAt: Date.UTC(2026, 2, 12, 15), ...changes };
}

describe("a receipt", () => {
  it("says what a tax office asks for, once however often it is told", async () => {
    const { ctx, sent } = withMail();
    const payment = await paidGift();
    await mailAboutGift(ctx, group, { is: "paid", payment });
    await mailAboutGift(ctx, group, { is: "paid", payment });
    expect(sent()).toHaveLength(1);
    const [receipt] = sent();
    expect(receipt).toMatchObject({
      to: "amina@supporters.example",
      subject: "Your receipt: $26.06 to Riverside for Clean Air",
      replyTo: "hello@riverside.example",
    });
    for (const words of [
      `Number: ${payment.id}`,
      "Date: 12 March 2026",
      "Amount: $26.06 (CAD)",
      "Of which you paid as card fee: $1.06",
      "From: Amina Sow, 1 Elm Street, Toronto M4M 2T1, Canada",
      "To: Riverside for Clean Air · 12 Mill Lane · Toronto, ON M4M 2T1",
    ])
      expect(receipt?.text.replaceAll("March 12, 2026", "12 March 2026")).toContain(words);
  });

  it("brings whoever gives regularly the link by which they change or end it", async () => {
    const { ctx, sent } = withMail();
    await mailAboutGift(ctx, group, { is: "paid", payment: await paidGift({}, { interval: "month" }) });
    expect(sent()[0]?.text).toContain("$26.06 (CAD) every month");
    expect(sent()[0]?.text).toMatch(/http:\/\/riverside\.localhost:8787\/fundraisers\/gifts\/manage\?key=/);
  });

  it("is followed by a notice to whom the gift was dedicated, with the giver's name and not the amount", async () => {
    const { ctx, sent } = withMail();
    const dedication = {
      kind: "memory",
      name: "Helen",
      email: "son@supporters.example",
      text: "She loved trees.",
    } as const;
    await mailAboutGift(ctx, group, { is: "paid", payment: await paidGift({ dedication }) });
    const notice = sent().find(({ to }) => to === dedication.email);
    expect(notice?.subject).toBe("A gift in memory of Helen");
    expect(notice?.text).toContain("Amina Sow has made a gift in memory of Helen");
    expect(notice?.text).toContain("She loved trees.");
    expect(notice?.text).not.toContain("26");
  });

  it("is not lost when the queue was away: it is told again", async () => {
    const payment = await paidGift();
    const broken = { send: async () => Promise.reject(new Error("away")) } as unknown as Queue;
    const down = contextOf({ ...env, MAIL: broken });
    await expect(mailAboutGift(down, group, { is: "paid", payment })).rejects.toThrow("away");
    const { ctx, sent } = withMail();
    await mailAboutGift(ctx, group, { is: "paid", payment });
    expect(sent()).toHaveLength(1);
  });
});

describe("other mails about a gift", () => {
  it("tell of money given back, once a refund", async () => {
    const { ctx, sent } = withMail();
    const payment = await paidGift();
    const news = {
      is: "refunded",
      payment,
      money: { amount: 500, currency: "CAD" },
      at: Date.now(),
    } as const;
    for (const key of ["refund:re_1", "refund:re_1", "refund:re_2"])
      await mailAboutGift(ctx, group, { ...news, key });
    await mailAboutGift(ctx, group, { ...news, key: "refund:re_old", at: 1 });
    expect(sent().map(({ subject }) => subject)).toEqual([
      "$5 given back by Riverside for Clean Air",
      "$5 given back by Riverside for Clean Air",
    ]);
  });

  it("ask for another card at most three times about one turn", async () => {
    const { ctx, sent } = withMail();
    const { id, order, participation } = await paidGift();
    if (!participation) throw new Error("no answer");
    const subscription: SubscriptionRow = {
      ...{ id, order, participation, actionNo: 1, provider: "test", account: "ta", ref: "sub", readAt: 1 },
      ...{ amount: 2500, feeCover: 0, currency: "CAD", interval: "month", state: "past_due" },
      ...{ nextAt: null, createdAt: 1 },
    };
    for (const attempt of [1, 1, 2, 3, 4, 5])
      await mailAboutGift(ctx, group, { is: "bill_failed", subscription, bill: "in_1", attempt });
    expect(sent()).toHaveLength(3);
    expect(sent()[0]?.text).toContain("($25 every month)");
    expect(sent()[0]?.text).toContain("/fundraisers/gifts/manage?key=");
  });

  it("are not written for another kind of action", async () => {
    const { ctx, sent } = withMail();
    const payment = await paidGift();
    const order = { ...payment.order, target: { ...payment.order.target, kind: "event" } };
    await mailAboutGift(ctx, group, { is: "paid", payment: { ...payment, order } });
    expect(sent()).toEqual([]);
  });
});

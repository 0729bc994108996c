import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { contextOf, makeGroup } from "../../test/groups";
import { giftTarget } from "../../test/provider";
import { groups } from "../groups/directory-tables";
import { changeStatus } from "../groups/group";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { intakeStub } from "../intake/objects";
import { newId } from "../platform/ids";
import { testBank } from "../platform/payments/provider";
import type { TestCard } from "../platform/payments/test-cards";
import type { SignedMessage } from "../platform/payments/test-provider";
import type { Interval } from "../platform/payments/types";
import { seeToGifts } from "./holding";
import { standingOf } from "./ledger";
import { paymentsOf } from "./objects";
import { factsOf, findPayment, raised, refundPayment, settleReturn, startPayment } from "./payment";
import type { PaymentsObject } from "./payments-object";
import { changeGift, findSubscription } from "./subscription";
import type { PaymentId } from "./types";
import { receiveMessage } from "./webhook";

const ctx = contextOf();
const { group } = await makeGroup();
const db = dbFor(env, group);
const bank = bankOf();

function bankOf() {
  const found = testBank(env, ctx.config);
  if (!found) throw new Error("no test bank");
  return found;
}

/** Asks for money and opens the provider's page; nobody has paid yet. */
async function start(of: Group = group, interval: Interval | null = null) {
  const target = giftTarget(of);
  const id = newId();
  const started = await startPayment(ctx, of, {
    order: {
      ...{ target, title: "Sensors", locale: "en", origin: "http://riverside.localhost:8787" },
      details: {},
    },
    participation: {
      e: `${id}@supporters.example`,
      o: { givenName: "Amina" },
      la: "en",
      co: 2,
      w: "",
      nm: 0,
    },
    gift: { amount: 2500, currency: "CAD" },
    feeCover: 0,
    interval,
    returnUrl: async (payment) => `http://riverside.localhost:8787/paid?${payment}`,
    cancelUrl: "http://riverside.localhost:8787/",
  });
  if (started.is !== "go") throw new Error("it was refused");
  return { target, id: started.id, session: `ts_${started.id}` };
}

async function pay(session: string, card: TestCard = "succeeds"): Promise<SignedMessage[]> {
  const paid = await bank.pay(session, card);
  if (paid.is !== "paid") throw new Error("the card was declined");
  return paid.messages;
}

const hear = async (messages: readonly SignedMessage[]) => {
  for (const message of messages) expect(await receiveMessage(ctx, bank, message)).toEqual({ is: "taken" });
};

async function participations(actionNo: number, actionId: string): Promise<unknown[]> {
  await intakeStub(env, "", `${actionId}/weur/0`).drain();
  const { results } = await db.d1
    .prepare(
      "SELECT lower(hex(id)) AS id, amount, currency FROM participations WHERE group_no = ? AND action_no = ?",
    )
    .bind(group.no, actionNo)
    .all();
  return results;
}

const recorded = (id: PaymentId) => [{ id: id.replaceAll("-", ""), amount: 2500, currency: "CAD" }];

describe("a payment", () => {
  it("counts when it is paid and not before", async () => {
    const { target, id, session } = await start();
    expect(await findPayment(db, id)).toMatchObject({ state: "open", amount: 2500 });
    expect(await participations(target.actionNo, target.actionId)).toEqual([]);
    await hear(await pay(session));
    expect(await findPayment(db, id)).toMatchObject({ state: "paid", participation: null });
    expect(await participations(target.actionNo, target.actionId)).toEqual(recorded(id));
    expect(await raised(db, target.actionNo, "CAD")).toBe(2500);
  });

  it("counts once, told of by messages, twice over, and by the payer coming back", async () => {
    const { target, id, session } = await start();
    const messages = await pay(session);
    await Promise.all([hear(messages), hear(messages.toReversed()), settleReturn(ctx, group, id)]);
    await hear(messages);
    expect(await settleReturn(ctx, group, id)).toMatchObject({ state: "paid" });
    expect(await participations(target.actionNo, target.actionId)).toEqual(recorded(id));
    expect(await raised(db, target.actionNo, "CAD")).toBe(2500);
  });

  it("is found by the alarm when everybody was killed between paying and telling", async () => {
    const { target, id, session } = await start();
    await pay(session);
    const stub = paymentsOf(env, group);
    await runInDurableObject(stub, (_object: PaymentsObject, state) =>
      state.storage.sql.exec("UPDATE watched SET due_at = 0 WHERE ref = ?", session),
    );
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(await participations(target.actionNo, target.actionId)).toEqual(recorded(id));
  });

  it("is recorded by the next look when the last one was killed before it was settled", async () => {
    const { target, id, session } = await start();
    await hear(await pay(session));
    // As if the process had ended after the participation was taken and before the row said so.
    const said = { e: "again@supporters.example", o: {}, la: "en", co: 2, w: "", nm: 0 };
    await db.d1
      .prepare(
        "UPDATE payments SET settled_at = NULL, participation = ?3 WHERE group_no = ?1 AND hex(id) = ?2",
      )
      .bind(group.no, id.replaceAll("-", "").toUpperCase(), JSON.stringify(said))
      .run();
    await settleReturn(ctx, group, id);
    expect(await participations(target.actionNo, target.actionId)).toEqual(recorded(id));
    expect(await findPayment(db, id)).toMatchObject({ settledAt: expect.any(Number), participation: null });
  });

  it("is recorded although the action was closed while it was being paid", async () => {
    const { target, id, session } = await start();
    const object = intakeStub(env, "", `${target.actionId}/weur/0`);
    await object.close();
    await hear(await pay(session));
    expect(await participations(target.actionNo, target.actionId)).toEqual(recorded(id));
  });

  it("is asked for nothing by a declined card, and may still be paid by another", async () => {
    const { id, session } = await start();
    expect(await bank.pay(session, "declines")).toEqual({ is: "declined" });
    expect(await settleReturn(ctx, group, id)).toMatchObject({ state: "open" });
    await hear(await pay(session));
    expect(await findPayment(db, id)).toMatchObject({ state: "paid" });
  });

  it("is over when the provider's page has expired unpaid", async () => {
    const { id, session } = await start();
    const kept = await env.SITES.get<Record<string, unknown>>(`test-bank/session/${session}`, "json");
    await env.SITES.put(`test-bank/session/${session}`, JSON.stringify({ ...kept, expiresAt: 1 }));
    expect(await settleReturn(ctx, group, id)).toMatchObject({ state: "failed" });
    const watched = await paymentsOf(env, group).watched();
    expect(watched.filter(({ ref }) => ref === session)).toEqual([]);
  });
});

describe("a provider's message", () => {
  it("is believed by its signature alone", async () => {
    const { id, session } = await start();
    const [message] = await pay(session);
    if (!message) throw new Error("no message");
    const forged = [
      { ...message, signature: "" },
      { ...message, signature: message.signature.replace(/.$/, (last) => (last === "0" ? "1" : "0")) },
      { ...message, body: message.body.replace("checkout", "payment") },
    ];
    for (const each of forged) expect(await receiveMessage(ctx, bank, each)).toEqual({ is: "forged" });
    expect(await findPayment(db, id)).toMatchObject({ state: "open" });
  });

  it("reaches the group whose account it names, and no other", async () => {
    const { group: other } = await makeGroup();
    await start(other);
    const { target, id, session } = await start();
    await pay(session);
    const about = { kind: "checkout", ref: session } as const;
    await paymentsOf(env, other).look(other, `ta_${other.no}`, about);
    expect(await findPayment(db, id)).toMatchObject({ state: "open" });
    expect(await raised(db, target.actionNo, "CAD")).toBe(0);
    expect(await raised(dbFor(env, other), target.actionNo, "CAD")).toBe(0);
  });
});

describe("money given back", () => {
  const refund = (amount: number, key = newId()) => ({ amount, key, by: 1, actionId: newId() });

  it("is taken off what was raised, once for each time it was asked for", async () => {
    const { target, id, session } = await start();
    await hear(await pay(session));
    const half = refund(1000);
    expect(await refundPayment(ctx, group, { id }, half)).toEqual({ is: "refunded" });
    expect(await refundPayment(ctx, group, { id }, half)).toEqual({ is: "refunded" });
    expect(await raised(db, target.actionNo, "CAD")).toBe(1500);
    expect(standingOf(await factsOf(db, id))).toMatchObject({ standing: "partly_refunded", refunded: 1000 });
    expect(await refundPayment(ctx, group, { id }, refund(1501))).toEqual({
      is: "refused",
      reason: "too_much",
    });
    expect(await refundPayment(ctx, group, { id }, refund(1500))).toEqual({ is: "refunded" });
    expect(await raised(db, target.actionNo, "CAD")).toBe(0);
  });

  it("is not given for another group's payment, for nothing, or while the bank holds it", async () => {
    const { group: other } = await makeGroup();
    const { id, session } = await start();
    await hear(await pay(session));
    expect(await refundPayment(ctx, other, { id }, refund(100))).toEqual({
      is: "refused",
      reason: "not_found",
    });
    for (const amount of [0, -100])
      expect(await refundPayment(ctx, group, { id }, refund(amount))).toEqual({
        is: "refused",
        reason: "too_much",
      });
    await hear(await bank.dispute(`tp_${id}`));
    expect(await refundPayment(ctx, group, { id }, refund(100))).toEqual({
      is: "refused",
      reason: "disputed",
    });
  });

  it("leaves the ledger right after a refund, a dispute and its end, each heard of twice and late", async () => {
    const { target, id, session } = await start();
    const messages = await pay(session);
    await refundPayment(ctx, group, { id }, refund(500)).catch(() => undefined);
    const disputed = await bank.dispute(`tp_${id}`);
    const ended = await bank.endDispute(`tp_${id}`, true);
    await hear([...ended, ...disputed, ...messages, ...ended, ...disputed]);
    expect(standingOf(await factsOf(db, id))).toMatchObject({ standing: "paid", held: 2500 });
    expect(await raised(db, target.actionNo, "CAD")).toBe(2500);
    expect(await participations(target.actionNo, target.actionId)).toEqual(recorded(id));
  });
});

describe("a regular gift", () => {
  async function begin() {
    const { target, id, session } = await start(group, "month");
    await hear(await pay(session));
    return { target, id, ref: `tsub_${id}` };
  }
  const giftOf = async (id: PaymentId) => {
    const gift = await findSubscription(ctx, group, id);
    if (!gift) throw new Error("no regular gift");
    return gift;
  };

  it("counts each turn once", async () => {
    const { target, id, ref } = await begin();
    expect(await giftOf(id)).toMatchObject({ state: "active", amount: 2500, interval: "month" });
    const turn = await bank.bill(ref, false);
    await Promise.all([hear(turn), hear(turn)]);
    await hear(await bank.bill(ref, false));
    expect(await raised(db, target.actionNo, "CAD")).toBe(7500);
    expect(await participations(target.actionNo, target.actionId)).toHaveLength(3);
  });

  it("is past due when a turn fails, and goes on when another card works", async () => {
    const { id, ref } = await begin();
    await hear(await bank.bill(ref, true));
    expect(await giftOf(id)).toMatchObject({ state: "past_due" });
    await hear(await bank.bill(ref, false));
    expect(await giftOf(id)).toMatchObject({ state: "active" });
  });

  it("is changed, paused, resumed and ended by whoever gives it", async () => {
    const { target, id, ref } = await begin();
    const change = async (to: Parameters<typeof changeGift>[3]) =>
      changeGift(contextOf(), group, await giftOf(id), to);
    expect(await change({ to: "amount", amount: 1000, feeCover: 50 })).toBe(true);
    expect(await giftOf(id)).toMatchObject({ amount: 1000, feeCover: 50, state: "active" });
    await hear(await bank.bill(ref, false));
    expect(await raised(db, target.actionNo, "CAD")).toBe(3550);
    expect(await change({ to: "paused" })).toBe(true);
    expect(await giftOf(id)).toMatchObject({ state: "paused" });
    await hear(await bank.bill(ref, false));
    expect(await raised(db, target.actionNo, "CAD")).toBe(3550);
    expect(await change({ to: "active" })).toBe(true);
    expect(await change({ to: "ended" })).toBe(true);
    expect(await giftOf(id)).toMatchObject({ state: "ended", nextAt: null });
    expect(await change({ to: "active" })).toBe(false);
  });

  it("finds turns by itself whose messages were all lost", async () => {
    const { target, id, ref } = await begin();
    await bank.bill(ref, false);
    await bank.bill(ref, false);
    const stub = paymentsOf(env, group);
    await runInDurableObject(stub, (_object: PaymentsObject, state) =>
      state.storage.sql.exec("UPDATE watched SET due_at = 0 WHERE ref = ?", ref),
    );
    await runDurableObjectAlarm(stub);
    expect(await raised(db, target.actionNo, "CAD")).toBe(7500);
    expect(await giftOf(id)).toMatchObject({ state: "active" });
  });
});

describe("the regular gifts of a suspended group", () => {
  const stub = paymentsOf(env, group);
  const operator = { no: 1 };
  const alarm = () => runDurableObjectAlarm(stub);
  const stateOf = async (id: PaymentId) => (await findSubscription(ctx, group, id))?.state;

  async function begin() {
    const { target, id, session } = await start(group, "month");
    await hear(await pay(session));
    return { target, id, ref: `tsub_${id}` };
  }
  const become = async (status: "active" | "suspended") => {
    await changeStatus(ctx, group, operator, status, "a test");
    // Twice, as a queue may.
    for (let n = 0; n < 2; n += 1) await seeToGifts(ctx, { type: "group.status", groupNo: group.no });
    await alarm();
  };

  it("are paused, take no money, and go on by themselves when it is back; what its giver paused stays paused", async () => {
    const [one, own] = [await begin(), await begin()];
    const paused = await findSubscription(ctx, group, own.id);
    if (paused) await changeGift(ctx, group, paused, { to: "paused" });
    await become("suspended");
    await expect
      .poll(async () => [await stateOf(one.id), await stateOf(own.id)])
      .toEqual(["paused", "paused"]);
    await hear(await bank.bill(one.ref, false));
    expect(await raised(db, one.target.actionNo, "CAD")).toBe(2500);
    await become("active");
    await expect
      .poll(async () => [await stateOf(one.id), await stateOf(own.id)])
      .toEqual(["active", "paused"]);
    await hear(await bank.bill(one.ref, false));
    expect(await raised(db, one.target.actionNo, "CAD")).toBe(5000);
  });

  it("are paused although the news was lost, at the next look; another group's go on", async () => {
    const { group: other } = await makeGroup();
    const theirs = await start(other, "month");
    await hear(await pay(theirs.session));
    const { id, ref } = await begin();
    await contextOf()
      .directory.update(groups)
      .set({ status: "suspended" })
      .where(eq(groups.groupNo, group.no));
    expect(await stateOf(id)).toBe("active");
    await stub.look(group, `ta_${group.no}`, { kind: "subscription", ref });
    await alarm();
    await expect.poll(() => stateOf(id)).toBe("paused");
    expect((await findSubscription(ctx, other, theirs.id))?.state).toBe("active");
    await become("active");
  });
});

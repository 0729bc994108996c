import { Stripe } from "stripe";
import { beforeEach, describe, expect, it } from "vitest";
import { stripeProvider } from "./stripe";
import { fromStripe, stripeStep, toStripe } from "./stripe-money";
import type { CheckoutOrder } from "./types";

/* Stripe is on the internet, so its side of the wire is played here: the shapes of its answers, as its documentation has them. */

type Asked = { method: string; path: string; query: string; body: string; headers: Headers };

const asked: Asked[] = [];
let answers: Record<string, { status?: number; body: unknown }>;

const fetcher = async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
  const { pathname, search } = new URL(String(url));
  const method = init.method ?? "GET";
  asked.push({
    ...{ method, path: pathname, query: decodeURIComponent(search) },
    body: decodeURIComponent(String(init.body ?? "")),
    headers: new Headers(init.headers),
  });
  const answer = answers[`${method} ${pathname}`];
  if (!answer)
    return Response.json({ error: { type: "invalid_request_error", code: "missing" } }, { status: 404 });
  return Response.json(answer.body, { status: answer.status ?? 200 });
};

const SECRET = "whsec_test";
const provider = stripeProvider(
  { secretKey: "sk_test_1", webhookSecrets: ["whsec_other", SECRET] },
  fetcher as typeof fetch,
);
const ACCOUNT = "acct_riverside";

beforeEach(() => {
  asked.length = 0;
  answers = {};
});

const order: CheckoutOrder = {
  ...{ payment: "0190", account: ACCOUNT, interval: null, title: "Sensors", locale: "fr" },
  money: { amount: 2606, currency: "CAD" },
  email: "amina@supporters.example",
  successUrl: "https://riverside.example/paid?key=1",
  cancelUrl: "https://riverside.example/",
  expiresAt: 1_800_000_000_000,
};

describe("opening the page", () => {
  it("asks on the group's account, under a key of the payment's, for the whole sum once", async () => {
    answers["POST /v1/checkout/sessions"] = { body: { id: "cs_1", url: "https://checkout.stripe.com/c/1" } };
    expect(await provider.createCheckout(order)).toEqual({
      is: "made",
      session: "cs_1",
      href: "https://checkout.stripe.com/c/1",
    });
    const [request] = asked;
    expect(request?.headers.get("Stripe-Account")).toBe(ACCOUNT);
    expect(request?.headers.get("Idempotency-Key")).toBe("checkout-0190");
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toMatchObject({
      mode: "payment",
      "line_items[0][price_data][unit_amount]": "2606",
      "line_items[0][price_data][currency]": "cad",
      "payment_intent_data[metadata][payment]": "0190",
      "metadata[payment]": "0190",
      locale: "fr",
      expires_at: "1800000000",
    });
  });

  it("asks for a subscription where the gift is regular, and names it too", async () => {
    answers["POST /v1/checkout/sessions"] = { body: { id: "cs_2", url: "https://checkout.stripe.com/c/2" } };
    await provider.createCheckout({ ...order, interval: "month", account: "" });
    expect(asked[0]?.headers.get("Stripe-Account")).toBeNull();
    expect(Object.fromEntries(new URLSearchParams(asked[0]?.body))).toMatchObject({
      mode: "subscription",
      "line_items[0][price_data][recurring][interval]": "month",
      "subscription_data[metadata][payment]": "0190",
    });
  });

  it("takes a refusal for an answer and an outage for none", async () => {
    answers["POST /v1/checkout/sessions"] = {
      status: 400,
      body: { error: { type: "invalid_request_error", code: "amount_too_small" } },
    };
    expect(await provider.createCheckout(order)).toEqual({ is: "refused", reason: "amount_too_small" });
    answers["POST /v1/checkout/sessions"] = {
      status: 401,
      body: { error: { type: "invalid_request_error" } },
    };
    await expect(provider.createCheckout(order)).rejects.toThrow();
  });
});

const transaction = (id: string, fee: number) => ({
  id,
  object: "balance_transaction",
  fee,
  currency: "usd",
  created: 1_700_000_000,
});

function charge() {
  answers["GET /v1/payment_intents/pi_1"] = {
    body: {
      ...{ id: "pi_1", status: "succeeded", amount: 2606, currency: "cad", metadata: { payment: "0190" } },
      latest_charge: {
        ...{ id: "ch_1", captured: true, status: "succeeded", amount_captured: 2606, currency: "cad" },
        created: 1_700_000_000,
        balance_transaction: transaction("txn_1", 79),
      },
    },
  };
  answers["GET /v1/refunds"] = { body: { data: [] } };
  answers["GET /v1/disputes"] = { body: { data: [] } };
}

const CAD = (amount: number) => ({ amount, currency: "CAD" });
const line = (key: string, kind: string, money: object) => ({ key, kind, money, at: 1_700_000_000_000 });

describe("reading a charge", () => {
  it("gives the charge, and the fee in the currency it was taken in", async () => {
    charge();
    expect(await provider.readPayment(ACCOUNT, "pi_1")).toEqual({
      ...{ ref: "pi_1", order: "0190", subscription: null, status: "paid", money: CAD(2606) },
      facts: [
        line("charge:ch_1", "charge", CAD(2606)),
        line("fee:txn_1", "fee", { amount: -79, currency: "USD" }),
      ],
    });
    expect(asked.map(({ headers }) => headers.get("Stripe-Account"))).toEqual([ACCOUNT, ACCOUNT, ACCOUNT]);
  });

  it("gives a refund, and a refund that came back as two facts", async () => {
    charge();
    const refund = { amount: 1000, currency: "cad", created: 1_700_000_000, balance_transaction: null };
    answers["GET /v1/refunds"] = {
      body: {
        data: [
          { ...refund, id: "re_1", status: "succeeded" },
          { ...refund, id: "re_2", status: "failed" },
        ],
      },
    };
    const { facts } = await provider.readPayment(ACCOUNT, "pi_1");
    expect(facts.slice(2)).toEqual([
      line("refund:re_1", "refund", CAD(-1000)),
      line("refund:re_2", "refund", CAD(-1000)),
      line("refund_failed:re_2", "refund_failed", CAD(1000)),
    ]);
  });

  it.each([
    ["warning_needs_response", 0, []],
    ["needs_response", 1, ["dispute"]],
    ["won", 2, ["dispute", "dispute_won"]],
    ["lost", 1, ["dispute", "dispute_lost"]],
  ])("gives a dispute that is %s by the money it moved", async (status, moved, kinds) => {
    charge();
    answers["GET /v1/disputes"] = {
      body: {
        data: [
          {
            ...{ id: "dp_1", status, amount: 2606, currency: "cad", created: 1_700_000_000 },
            balance_transactions: Array.from({ length: moved }, (_, n) =>
              transaction(`txn_d${n}`, n === 0 ? 1500 : 0),
            ),
          },
        ],
      },
    };
    const { facts } = await provider.readPayment(ACCOUNT, "pi_1");
    expect(facts.flatMap(({ kind }) => (kind.startsWith("dispute") ? [kind] : []))).toEqual(kinds);
    if (moved > 0)
      expect(facts).toContainEqual(line("fee:txn_d0", "fee", { amount: -1500, currency: "USD" }));
  });

  it("finds of a subscription's charge which one it is, and whether it is the first", async () => {
    charge();
    const intent = answers["GET /v1/payment_intents/pi_1"]?.body as object;
    answers["GET /v1/payment_intents/pi_1"] = { body: { ...intent, metadata: {} } };
    const invoice = (billing_reason: string) => ({
      body: {
        data: [
          {
            invoice: {
              ...{ id: "in_1", billing_reason },
              parent: { subscription_details: { subscription: "sub_1", metadata: { payment: "0190" } } },
            },
          },
        ],
      },
    });
    answers["GET /v1/invoice_payments"] = invoice("subscription_create");
    expect(await provider.readPayment(ACCOUNT, "pi_1")).toMatchObject({
      order: "0190",
      subscription: "sub_1",
    });
    answers["GET /v1/invoice_payments"] = invoice("subscription_cycle");
    expect(await provider.readPayment(ACCOUNT, "pi_1")).toMatchObject({ order: null, subscription: "sub_1" });
  });
});

describe("a regular gift", () => {
  const subscription = {
    ...{ id: "sub_1", status: "active", currency: "cad", pause_collection: null, customer: "cus_1" },
    metadata: { payment: "0190" },
    items: {
      data: [
        {
          ...{ id: "si_1", quantity: 1, current_period_end: 1_702_000_000 },
          price: { unit_amount: 2606, currency: "cad", product: "prod_1", recurring: { interval: "month" } },
        },
      ],
    },
  };

  it("is read with its turns", async () => {
    answers["GET /v1/subscriptions/sub_1"] = { body: { ...subscription, status: "past_due" } };
    answers["GET /v1/invoices"] = {
      body: {
        data: [
          { id: "in_2", status: "open", attempt_count: 2, payments: { data: [] } },
          {
            ...{ id: "in_1", status: "paid", attempt_count: 1 },
            payments: { data: [{ status: "paid", payment: { payment_intent: "pi_1" } }] },
          },
        ],
      },
    };
    expect(await provider.readSubscription(ACCOUNT, "sub_1")).toEqual({
      ...{ ref: "sub_1", order: "0190", status: "past_due", money: CAD(2606), interval: "month" },
      nextAt: 1_702_000_000_000,
      bills: [
        { ref: "in_2", payment: null, status: "open", attempts: 2 },
        { ref: "in_1", payment: "pi_1", status: "paid", attempts: 0 },
      ],
    });
  });

  it("is changed from the next turn on, without paying anything back", async () => {
    answers["GET /v1/subscriptions/sub_1"] = { body: subscription };
    answers["POST /v1/subscriptions/sub_1"] = { body: subscription };
    const change = { to: "amount", money: CAD(1000) } as const;
    expect(await provider.changeSubscription(ACCOUNT, "sub_1", change, "key-1")).toEqual({ is: "done" });
    const request = asked.at(-1);
    expect(request?.headers.get("Idempotency-Key")).toBe("key-1");
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toMatchObject({
      "items[0][id]": "si_1",
      "items[0][price_data][unit_amount]": "1000",
      proration_behavior: "none",
    });
  });
});

describe("a message", () => {
  const event = (type: string, object: object) =>
    JSON.stringify({ id: "evt_1", object: "event", type, account: ACCOUNT, data: { object } });
  const sign = (payload: string, timestamp = Math.floor(Date.now() / 1000), secret = SECRET) =>
    Stripe.webhooks.generateTestHeaderStringAsync({
      payload,
      secret,
      timestamp,
      cryptoProvider: Stripe.createSubtleCryptoProvider(),
    });

  it.each([
    ["checkout.session.completed", { id: "cs_1" }, { kind: "checkout", ref: "cs_1" }],
    ["charge.refunded", { id: "ch_1", payment_intent: "pi_1" }, { kind: "payment", ref: "pi_1" }],
    ["charge.dispute.created", { id: "dp_1", payment_intent: "pi_1" }, { kind: "payment", ref: "pi_1" }],
    [
      "invoice.payment_failed",
      { id: "in_1", parent: { subscription_details: { subscription: "sub_1" } } },
      { kind: "subscription", ref: "sub_1" },
    ],
  ])("%s says what it is about", async (type, object, about) => {
    const body = event(type, object);
    expect(await provider.receive(body, await sign(body))).toEqual({ is: "news", account: ACCOUNT, about });
  });

  it("is nothing when it is of a kind we do not follow", async () => {
    const body = event("customer.created", { id: "cus_1" });
    expect(await provider.receive(body, await sign(body))).toEqual({ is: "nothing" });
  });

  it("is forged when it is unsigned, signed by another, changed, or played back later", async () => {
    const body = event("charge.refunded", { id: "ch_1", payment_intent: "pi_1" });
    const good = await sign(body);
    const old = Math.floor(Date.now() / 1000) - 301;
    const forgeries = [
      [body, ""],
      [body, "t=1,v1=00"],
      [body, await sign(body, undefined, "whsec_another")],
      [body.replace("pi_1", "pi_2"), good],
      [body, await sign(body, old)],
    ] as const;
    for (const [text, signature] of forgeries)
      expect(await provider.receive(text, signature)).toEqual({ is: "forged" });
  });
});

describe("Stripe's units", () => {
  it.each([
    ["CAD", 2550, 2550],
    ["JPY", 500, 500],
    ["KWD", 1250, 1250],
    ["ISK", 500, 50_000],
    ["UGX", 5000, 500_000],
    ["MGA", 5000, 50],
  ])("count %s as they do", (currency, ours, theirs) => {
    expect(toStripe({ amount: ours, currency })).toBe(theirs);
    expect(fromStripe(theirs, currency.toLowerCase())).toEqual({ amount: ours, currency });
  });

  it("charge no thousandths but tens of them, and say which currencies they do not know", () => {
    expect([stripeStep("KWD"), stripeStep("CAD"), stripeStep("MGA"), stripeStep("KPW")]).toEqual([
      10,
      1,
      100,
      null,
    ]);
    expect(() => toStripe({ amount: 1255, currency: "KWD" })).toThrow("not chargeable");
  });
});

import { Stripe } from "stripe";
import type { Money } from "../money";
import {
  chargeFacts,
  disputeFacts,
  LIST_MAX,
  paymentStatus,
  refOf,
  refundFacts,
  subscriptionFacts,
} from "./stripe-facts";
import { fromStripe, stripeStep, toStripe } from "./stripe-money";
import { newsOf } from "./stripe-news";
import type { Asked, CheckoutOrder, News, PaymentFacts, PaymentProvider, SubscriptionChange } from "./types";

/** A supporter waits for some of these calls. */
const TIMEOUT_MS = 15_000;
const RETRIES_MAX = 2;
/** How old a signed message may be; a recorded one cannot be played back later. Stripe signs each redelivery anew. */
const REPLAY_SECONDS = 300;
/** Turns of a subscription read back at a time: a missed one is seen long before ten have passed. */
const BILLS_MAX = 10;
/** Stripe's pages are in these languages too; "auto" would follow the browser instead of the page. */
const LOCALES = ["en", "fr", "es"] as const;

/** Each of Stripe's endpoints (connected accounts, one's own account) signs with a secret of its own. */
export type StripeKeys = { secretKey: string; webhookSecrets: readonly string[] };

/** Stripe by its own library on `fetch`, for direct charges on each group's connected account. */
export function stripeProvider(keys: StripeKeys, fetcher?: typeof fetch): PaymentProvider {
  const stripe = new Stripe(keys.secretKey, {
    httpClient: Stripe.createFetchHttpClient(fetcher),
    maxNetworkRetries: RETRIES_MAX,
    timeout: TIMEOUT_MS,
    telemetry: false,
  });
  return {
    name: "stripe",
    origins: ["https://checkout.stripe.com"],
    stepOf: stripeStep,
    async createCheckout(order) {
      const made = await answerOf(() => createCheckout(stripe, order));
      return made.is === "done" ? { is: "made", ...made.answer } : made;
    },
    async readCheckout(account, session) {
      const found = await stripe.checkout.sessions.retrieve(
        session,
        { expand: ["invoice.payments"] },
        as(account),
      );
      const invoice = typeof found.invoice === "string" ? null : found.invoice;
      return {
        order: found.metadata?.payment ?? null,
        status: found.status === "complete" ? "complete" : found.status === "expired" ? "expired" : "open",
        payment: refOf(found.payment_intent) ?? refOf(invoice?.payments?.data[0]?.payment.payment_intent),
        subscription: refOf(found.subscription),
      };
    },
    readPayment: (account, ref) => readPayment(stripe, account, ref),
    async readSubscription(account, ref) {
      const [subscription, invoices] = await Promise.all([
        stripe.subscriptions.retrieve(ref, {}, as(account)),
        stripe.invoices.list({ subscription: ref, limit: BILLS_MAX, expand: ["data.payments"] }, as(account)),
      ]);
      return subscriptionFacts(subscription, invoices.data);
    },
    refund: (account, payment, money, key) =>
      asked(() =>
        stripe.refunds.create({ payment_intent: payment, amount: toStripe(money) }, as(account, key)),
      ),
    changeSubscription: (account, ref, change, key) =>
      asked(() => changeSubscription(stripe, account, ref, change, key)),
    cardPage: (account, ref, returnUrl, locale) => cardPage(stripe, account, { ref, returnUrl, locale }),
    receive: (body, signature) => receive(stripe, keys.webhookSecrets, { body, signature }),
    async openAccount({ email, country, key }) {
      const account = await stripe.accounts.create(
        { type: "standard", email, country },
        { idempotencyKey: key },
      );
      return account.id;
    },
    async accountPage(account, { returnUrl, refreshUrl }) {
      const link = await stripe.accountLinks.create({
        account,
        return_url: returnUrl,
        refresh_url: refreshUrl,
        type: "account_onboarding",
      });
      return link.url;
    },
    async canCharge(account) {
      const found = await stripe.accounts.retrieve(account === "" ? null : account);
      return found.charges_enabled;
    },
  };
}

/** By any of the secrets; what none of them signed, or signed too long ago, is forged. */
async function receive(
  stripe: Stripe,
  secrets: readonly string[],
  { body, signature }: { body: string; signature: string },
): Promise<News> {
  const crypto = Stripe.createSubtleCryptoProvider();
  for (const secret of secrets) {
    try {
      return newsOf(
        await stripe.webhooks.constructEventAsync(body, signature, secret, REPLAY_SECONDS, crypto),
      );
    } catch (error) {
      if (!(error instanceof Stripe.errors.StripeSignatureVerificationError)) throw error;
    }
  }
  return { is: "forged" };
}

/** On whose account, and under which key a repeated call is the same call. */
function as(account: string, key?: string): Stripe.RequestOptions {
  return {
    ...(account === "" ? {} : { stripeAccount: account }),
    ...(key === undefined ? {} : { idempotencyKey: key }),
  };
}

async function createCheckout(stripe: Stripe, order: CheckoutOrder) {
  const { payment, money, interval, title, email } = order;
  const metadata = { payment };
  const session = await stripe.checkout.sessions.create(
    {
      mode: interval ? "subscription" : "payment",
      line_items: [
        {
          quantity: 1,
          price_data: {
            currency: money.currency.toLowerCase(),
            unit_amount: toStripe(money),
            product_data: { name: title },
            ...(interval ? { recurring: { interval } } : {}),
          },
        },
      ],
      submit_type: interval ? undefined : "donate",
      customer_email: email,
      client_reference_id: payment,
      metadata,
      ...(interval
        ? { subscription_data: { metadata, description: title } }
        : { payment_intent_data: { metadata, description: title } }),
      locale: LOCALES.find((locale) => locale === order.locale) ?? "auto",
      success_url: order.successUrl,
      cancel_url: order.cancelUrl,
      expires_at: Math.floor(order.expiresAt / 1000),
    },
    as(order.account, `checkout-${payment}`),
  );
  if (!session.url) throw new Error("a checkout without a page");
  return { session: session.id, href: session.url };
}

/** Everything about one charge in one go, so that the ledger depends on no message having come, or in which order. */
async function readPayment(stripe: Stripe, account: string, ref: string): Promise<PaymentFacts> {
  const [intent, refunds, disputes] = await Promise.all([
    stripe.paymentIntents.retrieve(ref, { expand: ["latest_charge.balance_transaction"] }, as(account)),
    stripe.refunds.list(
      { payment_intent: ref, limit: LIST_MAX, expand: ["data.balance_transaction"] },
      as(account),
    ),
    stripe.disputes.list({ payment_intent: ref, limit: LIST_MAX }, as(account)),
  ]);
  const charge = typeof intent.latest_charge === "string" ? null : intent.latest_charge;
  const origin = intent.metadata.payment
    ? { order: intent.metadata.payment, subscription: null }
    : await originOf(stripe, account, ref);
  return {
    ref,
    ...origin,
    status: paymentStatus(intent),
    money: fromStripe(intent.amount, intent.currency),
    facts: [
      ...(charge ? chargeFacts(charge) : []),
      ...refunds.data.flatMap(refundFacts),
      ...disputes.data.flatMap(disputeFacts),
    ],
  };
}

/** A subscription's charge carries nothing of ours; its invoice says which subscription, and whether it is the first turn. */
async function originOf(
  stripe: Stripe,
  account: string,
  ref: string,
): Promise<Pick<PaymentFacts, "order" | "subscription">> {
  const { data } = await stripe.invoicePayments.list(
    { payment: { type: "payment_intent", payment_intent: ref }, expand: ["data.invoice"], limit: 1 },
    as(account),
  );
  const invoice = data[0]?.invoice;
  if (!invoice || typeof invoice === "string" || invoice.deleted) return { order: null, subscription: null };
  const details = invoice.parent?.subscription_details ?? null;
  const isFirst = invoice.billing_reason === "subscription_create";
  return {
    order: isFirst ? (details?.metadata?.payment ?? null) : null,
    subscription: refOf(details?.subscription),
  };
}

async function changeSubscription(
  stripe: Stripe,
  account: string,
  ref: string,
  change: SubscriptionChange,
  key: string,
): Promise<unknown> {
  switch (change.to) {
    case "amount":
      return changeAmount(stripe, account, ref, change.money, key);
    case "paused":
      return stripe.subscriptions.update(ref, { pause_collection: { behavior: "void" } }, as(account, key));
    case "active":
      return stripe.subscriptions.update(ref, { pause_collection: "" }, as(account, key));
    case "ended":
      return stripe.subscriptions.cancel(ref, {}, as(account, key));
  }
}

/** From the next turn on: nothing is charged or paid back for the one that is running. */
async function changeAmount(stripe: Stripe, account: string, ref: string, money: Money, key: string) {
  const { items } = await stripe.subscriptions.retrieve(ref, {}, as(account));
  const [item] = items.data;
  if (!item?.price.recurring) throw new Error("a subscription without a price");
  const { currency, product, recurring } = item.price;
  return stripe.subscriptions.update(
    ref,
    {
      items: [
        {
          id: item.id,
          price_data: {
            currency,
            product: refOf(product) ?? "",
            recurring: { interval: recurring.interval },
            unit_amount: toStripe(money),
          },
        },
      ],
      proration_behavior: "none",
    },
    as(account, key),
  );
}

async function cardPage(
  stripe: Stripe,
  account: string,
  { ref, returnUrl, locale }: { ref: string; returnUrl: string; locale: string },
): Promise<string> {
  const { customer } = await stripe.subscriptions.retrieve(ref, {}, as(account));
  const session = await stripe.billingPortal.sessions.create(
    {
      customer: refOf(customer) ?? "",
      return_url: returnUrl,
      locale: LOCALES.find((known) => known === locale) ?? "auto",
      flow_data: { type: "payment_method_update" },
    },
    as(account),
  );
  return session.url;
}

async function asked(call: () => Promise<unknown>): Promise<Asked> {
  const answer = await answerOf(call);
  return answer.is === "done" ? { is: "done" } : answer;
}

/** What Stripe refuses for good is an answer; that it is away, or that our keys are wrong, is not. */
async function answerOf<A>(
  call: () => Promise<A>,
): Promise<{ is: "done"; answer: A } | { is: "refused"; reason: string }> {
  try {
    return { is: "done", answer: await call() };
  } catch (error) {
    if (
      error instanceof Stripe.errors.StripeInvalidRequestError ||
      error instanceof Stripe.errors.StripeCardError
    )
      return { is: "refused", reason: error.code ?? error.type };
    throw error;
  }
}

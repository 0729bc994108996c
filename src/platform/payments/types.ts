import type { Money } from "../money";

/** How often a regular gift is taken. */
export const intervals = ["week", "month", "year"] as const;
export type Interval = (typeof intervals)[number];

/** What a supporter is sent to the provider's page to pay. */
export type CheckoutOrder = {
  /** Our payment's id: names the order at the provider, and keys the call, so that asking twice makes one order. */
  payment: string;
  /** The provider's account the money goes to; "" is the installation's own. */
  account: string;
  money: Money;
  /** Null for a gift given once. */
  interval: Interval | null;
  /** What the provider's page and the supporter's statement call it. */
  title: string;
  email: string;
  locale: string;
  successUrl: string;
  cancelUrl: string;
  expiresAt: number;
};

export const entryKinds = {
  charge: 1,
  fee: 2,
  refund: 3,
  refund_failed: 4,
  dispute: 5,
  dispute_won: 6,
  dispute_lost: 7,
} as const;
export type EntryKind = keyof typeof entryKinds;

/**
 * One thing that happened to money and never unhappens: what follows is a fact of its own. The amount is signed from the
 * group's side. The key is made of the provider's own object ids, so a fact heard twice is one fact.
 */
export type LedgerFact = { key: string; kind: EntryKind; money: Money; at: number };

/** What the provider knows of one charge, whole, each time it is asked: nothing depends on the order of its news. */
export type PaymentFacts = {
  ref: string;
  /** Our payment's id; null for a later charge of a subscription. */
  order: string | null;
  subscription: string | null;
  status: "open" | "processing" | "paid" | "failed";
  money: Money;
  facts: LedgerFact[];
};

export type CheckoutFacts = {
  order: string | null;
  status: "open" | "complete" | "expired";
  payment: string | null;
  subscription: string | null;
};

/** One turn of a subscription. `attempts` counts the charges that failed while it is not paid. */
export type Bill = {
  ref: string;
  payment: string | null;
  status: "paid" | "open" | "void";
  attempts: number;
};

export type SubscriptionFacts = {
  ref: string;
  /** The payment it began with. */
  order: string | null;
  status: "waiting" | "active" | "past_due" | "paused" | "ended";
  money: Money;
  interval: Interval;
  nextAt: number | null;
  /** The newest first; at most a page. */
  bills: Bill[];
};

/** What a message of the provider is about. It is a hint: what it says is read again from the provider itself. */
export type About = { kind: "checkout" | "payment" | "subscription" | "account"; ref: string };

export type News =
  | { is: "forged" }
  /** Nothing we follow. */
  | { is: "nothing" }
  | { is: "news"; account: string; about: About };

export type SubscriptionChange =
  | { to: "amount"; money: Money }
  | { to: "paused" }
  | { to: "active" }
  | { to: "ended" };

export type CheckoutMade = { is: "made"; session: string; href: string } | { is: "refused"; reason: string };

/** "refused" is final and comes with the provider's reason; outages are thrown. */
export type Asked = { is: "done" } | { is: "refused"; reason: string };

/**
 * Everything we ask of whoever moves the money. Nothing of a card passes through it: people pay on the provider's page.
 * Calls that change something carry a key, so that repeating one after a broken connection changes nothing more.
 */
export type PaymentProvider = {
  name: "stripe" | "test";
  /** Where its pages are, for the policy of pages that send people there. */
  origins: readonly string[];
  /** The smallest step of an amount it can charge, in our units; null for a currency it cannot. */
  stepOf(currency: string): number | null;
  createCheckout(order: CheckoutOrder): Promise<CheckoutMade>;
  readCheckout(account: string, session: string): Promise<CheckoutFacts>;
  readPayment(account: string, ref: string): Promise<PaymentFacts>;
  readSubscription(account: string, ref: string): Promise<SubscriptionFacts>;
  refund(account: string, payment: string, amount: Money, key: string): Promise<Asked>;
  changeSubscription(account: string, ref: string, change: SubscriptionChange, key: string): Promise<Asked>;
  /** The provider's page where somebody puts in another card. */
  cardPage(account: string, subscription: string, returnUrl: string, locale: string): Promise<string>;
  /** Checks the signature and says what a message is about. */
  receive(body: string, signature: string): Promise<News>;
  /** Makes an account for a group's money, and the page where the group proves who it is. */
  openAccount(details: { email: string; country: string; key: string }): Promise<string>;
  accountPage(account: string, urls: { returnUrl: string; refreshUrl: string }): Promise<string>;
  canCharge(account: string): Promise<boolean>;
};

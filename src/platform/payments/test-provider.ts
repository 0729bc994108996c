import { hmacSha256, toHex } from "../crypto";
import { type Money, minorDigits } from "../money";
import { type BankPayment, type BankSubscription, readBank, writeBank } from "./test-bank-store";
import type { TestCard } from "./test-cards";
import type {
  About,
  Asked,
  CheckoutOrder,
  Interval,
  LedgerFact,
  News,
  PaymentProvider,
  SubscriptionChange,
} from "./types";

/** Where its pages are on the platform host, in development alone. */
export const TEST_BANK_PATH = "/dev/payments";

/** What it keeps of a charge: 2.9 % and 30 units, as the usual providers do. */
const FEE = { basisPoints: 290, fixed: 30 };
const DISPUTE_FEE = 1500;
const REPLAY_MS = 300_000;
const DAY_MS = 86_400_000;
const intervalMs: Record<Interval, number> = { week: 7 * DAY_MS, month: 30 * DAY_MS, year: 365 * DAY_MS };

export type TestBankDeps = { sites: KVNamespace; secret: string; origin: string; now(): number };

/** A message as its sender signs it. */
export type SignedMessage = { body: string; signature: string };

/** What may happen to money without anybody asking us: what its pages offer as buttons. */
export type TestBank = PaymentProvider & {
  /** Gives the messages to be delivered and where the payer goes on to. */
  pay(
    session: string,
    card: TestCard,
  ): Promise<{ is: "paid"; messages: SignedMessage[]; href: string } | { is: "declined" }>;
  dispute(payment: string): Promise<SignedMessage[]>;
  endDispute(payment: string, isWon: boolean): Promise<SignedMessage[]>;
  /** Takes the next turn of a subscription, by its card or failing. */
  bill(subscription: string, isFailing: boolean): Promise<SignedMessage[]>;
  /** Another card, that works. */
  changeCard(subscription: string): Promise<SignedMessage[]>;
};

/**
 * A payment provider for development: the same interface, signed messages and money as the real one, kept in KV, with cards
 * one chooses by what they do. It is told nothing that the real one is not told.
 */
export function testProvider(deps: TestBankDeps): TestBank {
  return { ...asProvider(deps), ...asBank(deps) };
}

const pageOf = ({ origin }: TestBankDeps, path: string) => `${origin}${TEST_BANK_PATH}${path}`;

function asProvider(deps: TestBankDeps): PaymentProvider {
  const { sites } = deps;
  return {
    name: "test",
    origins: [deps.origin],
    stepOf: () => 1,
    async createCheckout(order) {
      const id = `ts_${order.payment}`;
      if (!(await readBank(sites, "session", id))) await writeBank(sites, "session", sessionOf(id, order));
      return { is: "made", session: id, href: pageOf(deps, `/pay/${id}`) };
    },
    async readCheckout(_account, ref) {
      const session = await found(readBank(sites, "session", ref), ref);
      const isOver = session.expiresAt <= deps.now();
      const { order, payment, subscription } = session;
      return { order, payment, subscription, status: payment ? "complete" : isOver ? "expired" : "open" };
    },
    async readPayment(_account, ref) {
      const { id, account: _, ...facts } = await found(readBank(sites, "payment", ref), ref);
      return { ref: id, ...facts };
    },
    async readSubscription(_account, ref) {
      const kept = await found(readBank(sites, "subscription", ref), ref);
      const { id, order, status, money, interval, nextAt, bills } = kept;
      return { ref: id, order, status, money, interval, nextAt: status === "ended" ? null : nextAt, bills };
    },
    refund: (_account, ref, money, key) => refund(deps, ref, money, key),
    async changeSubscription(_account, ref, change) {
      const subscription = await found(readBank(sites, "subscription", ref), ref);
      if (subscription.status === "ended") return { is: "refused", reason: "ended" };
      await writeBank(sites, "subscription", changed(subscription, change));
      return { is: "done" };
    },
    cardPage: async (_account, ref, returnUrl) =>
      pageOf(deps, `/card/${ref}?return=${encodeURIComponent(returnUrl)}`),
    receive: (body, signature) => receive(deps, body, signature),
    openAccount: async ({ key }) => `ta_${key}`,
    accountPage: async (_account, { returnUrl }) => returnUrl,
    canCharge: async () => true,
  };
}

function asBank(deps: TestBankDeps): Omit<TestBank, keyof PaymentProvider> {
  const { sites } = deps;
  return {
    pay: (ref, card) => pay(deps, ref, card),
    async dispute(ref) {
      const payment = await found(readBank(sites, "payment", ref), ref);
      const at = deps.now();
      const money = { ...payment.money, amount: -held(payment) };
      return addFacts(deps, payment, [
        { key: `dispute:td_${ref}`, kind: "dispute", money, at },
        { key: `fee:td_${ref}`, kind: "fee", money: { ...money, amount: -DISPUTE_FEE }, at },
      ]);
    },
    async endDispute(ref, isWon) {
      const payment = await found(readBank(sites, "payment", ref), ref);
      const opened = payment.facts.find(({ kind }) => kind === "dispute");
      if (!opened) return [];
      const kind = isWon ? "dispute_won" : "dispute_lost";
      const money = { ...opened.money, amount: isWon ? -opened.money.amount : 0 };
      return addFacts(deps, payment, [{ key: `${kind}:td_${ref}`, kind, money, at: deps.now() }]);
    },
    async bill(ref, isFailing) {
      const subscription = await found(readBank(sites, "subscription", ref), ref);
      if (subscription.status === "ended" || subscription.status === "paused") return [];
      const next = billed(deps, subscription, isFailing || subscription.card === "fails_later");
      if (next.payment) await writeBank(sites, "payment", next.payment);
      await writeBank(sites, "subscription", next.subscription);
      return [await messageOf(deps, subscription.account, { kind: "subscription", ref })];
    },
    async changeCard(ref) {
      const subscription = await found(readBank(sites, "subscription", ref), ref);
      await writeBank(sites, "subscription", { ...subscription, card: "succeeds" });
      return [await messageOf(deps, subscription.account, { kind: "subscription", ref })];
    },
  };
}

function messageOf(deps: TestBankDeps, account: string, about: About): Promise<SignedMessage> {
  return signed(deps, JSON.stringify({ account, about }));
}

async function addFacts(
  deps: TestBankDeps,
  payment: BankPayment,
  facts: LedgerFact[],
): Promise<SignedMessage[]> {
  const known = new Set(payment.facts.map(({ key }) => key));
  const fresh = facts.filter(({ key }) => !known.has(key));
  await writeBank(deps.sites, "payment", { ...payment, facts: [...payment.facts, ...fresh] });
  return [await messageOf(deps, payment.account, { kind: "payment", ref: payment.id })];
}

async function refund(deps: TestBankDeps, ref: string, money: Money, key: string): Promise<Asked> {
  const payment = await found(readBank(deps.sites, "payment", ref), ref);
  const fact: LedgerFact = {
    key: `refund:tr_${key}`,
    kind: "refund",
    money: { ...money, amount: -money.amount },
    at: deps.now(),
  };
  if (payment.facts.some(({ key: known }) => known === fact.key)) return { is: "done" };
  if (held(payment) < money.amount) return { is: "refused", reason: "charge_already_refunded" };
  await writeBank(deps.sites, "payment", { ...payment, facts: [...payment.facts, fact] });
  return { is: "done" };
}

function sessionOf(id: string, { payment: order, ...rest }: CheckoutOrder) {
  return { id, order, ...rest, payment: null, subscription: null };
}

async function found<Object>(reading: Promise<Object | null>, ref: string): Promise<Object> {
  const object = await reading;
  if (object === null) throw new Error(`the test bank knows no ${ref}`);
  return object;
}

/** What is left of a charge to give back or to dispute. */
function held({ facts }: BankPayment): number {
  return facts.filter(({ kind }) => kind !== "fee").reduce((sum, { money }) => sum + money.amount, 0);
}

function chargeFacts(id: string, money: Money, at: number): LedgerFact[] {
  const fixed = minorDigits(money.currency) === 0 ? 0 : FEE.fixed;
  const fee = Math.round((money.amount * FEE.basisPoints) / 10_000) + fixed;
  return [
    { key: `charge:${id}`, kind: "charge", money, at },
    { key: `fee:${id}`, kind: "fee", money: { ...money, amount: -fee }, at },
  ];
}

/** Pays an order once, whoever presses how often: the charge is named after the session. */
async function pay(deps: TestBankDeps, ref: string, card: TestCard): ReturnType<TestBank["pay"]> {
  const { sites } = deps;
  const session = await found(readBank(sites, "session", ref), ref);
  const { account, order, money, interval } = session;
  const paid = { is: "paid" as const, href: session.successUrl };
  if (session.payment) return { ...paid, messages: [] };
  if (card === "declines" || session.expiresAt <= deps.now()) return { is: "declined" };
  const payment = `tp_${order}`;
  const subscription = interval ? `tsub_${order}` : null;
  const facts = chargeFacts(payment, money, deps.now());
  await writeBank(sites, "payment", {
    id: payment,
    account,
    order,
    subscription,
    status: "paid",
    money,
    facts,
  });
  if (interval && subscription) {
    const { email, title } = session;
    await writeBank(sites, "subscription", {
      ...{ id: subscription, account, order, email, title, card, money, interval },
      status: "active",
      nextAt: deps.now() + intervalMs[interval],
      bills: [{ ref: `tin_${order}_1`, payment, status: "paid", attempts: 0 }],
    });
  }
  await writeBank(sites, "session", { ...session, payment, subscription });
  const messages = [
    messageOf(deps, account, { kind: "checkout", ref }),
    messageOf(deps, account, { kind: "payment", ref: payment }),
  ];
  return { ...paid, messages: await Promise.all(messages) };
}

function billed(deps: TestBankDeps, subscription: BankSubscription, isFailing: boolean) {
  const { order, bills, money, account, id } = subscription;
  const [last] = bills;
  const isOpen = last?.status === "open";
  const turn = isOpen ? bills.length : bills.length + 1;
  const ref = `tin_${order}_${turn}`;
  const earlier = isOpen ? bills.slice(1) : bills;
  const attempts = isOpen ? last.attempts + 1 : 1;
  if (isFailing) {
    const bill = { ref, payment: null, status: "open" as const, attempts };
    return {
      payment: null,
      subscription: { ...subscription, status: "past_due" as const, bills: [bill, ...earlier] },
    };
  }
  const payment: BankPayment = {
    ...{ id: `tp_${order}_${turn}`, account, order: null, subscription: id, status: "paid", money },
    facts: chargeFacts(`tp_${order}_${turn}`, money, deps.now()),
  };
  const bill = { ref, payment: payment.id, status: "paid" as const, attempts: 0 };
  const nextAt = subscription.nextAt + intervalMs[subscription.interval];
  return {
    payment,
    subscription: { ...subscription, status: "active" as const, nextAt, bills: [bill, ...earlier] },
  };
}

function changed(subscription: BankSubscription, change: SubscriptionChange): BankSubscription {
  switch (change.to) {
    case "amount":
      return { ...subscription, money: change.money };
    case "paused":
    case "active":
    case "ended":
      return { ...subscription, status: change.to };
  }
}

async function signed({ secret, now }: TestBankDeps, body: string): Promise<SignedMessage> {
  const at = now();
  return { body, signature: `t=${at},v1=${toHex(await hmacSha256(secret, `${at}.${body}`))}` };
}

async function receive({ secret, now }: TestBankDeps, body: string, signature: string): Promise<News> {
  const [, at = "", given = ""] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
  const right = toHex(await hmacSha256(secret, `${at}.${body}`));
  if (given !== right || Math.abs(now() - Number(at)) > REPLAY_MS) return { is: "forged" };
  const { account, about }: { account: string; about: About } = JSON.parse(body);
  return { is: "news", account, about };
}

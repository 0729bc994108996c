import { dbFor } from "../src/groups/shard";
import type { Group } from "../src/groups/types";
import type { IntakeTarget } from "../src/intake/types";
import type { LookDeps } from "../src/payments/look";
import { insertPayment } from "../src/payments/store";
import type { PaymentId, PaymentNews, PaymentOrder } from "../src/payments/types";
import { newId } from "../src/platform/ids";
import type {
  CheckoutFacts,
  LedgerFact,
  PaymentFacts,
  PaymentProvider,
  SubscriptionFacts,
} from "../src/platform/payments/types";
import { contextOf } from "./groups";

/** What a provider would say of each thing when it is asked now; a test changes it as time goes by. */
export type Says = {
  checkouts: Map<string, CheckoutFacts>;
  payments: Map<string, PaymentFacts>;
  subscriptions: Map<string, SubscriptionFacts>;
};

function known<Facts>(facts: Map<string, Facts>, ref: string): Facts {
  const found = facts.get(ref);
  if (!found) throw new Error(`asked for ${ref}, which nobody knows`);
  return found;
}

/** A provider that answers what it is told to; what changes something is not asked of it. */
export function scriptedProvider(says: Says): PaymentProvider {
  const never = () => {
    throw new Error("not asked for here");
  };
  return {
    name: "stripe",
    origins: [],
    stepOf: () => 1,
    createCheckout: never,
    readCheckout: async (_account, ref) => known(says.checkouts, ref),
    readPayment: async (_account, ref) => known(says.payments, ref),
    readSubscription: async (_account, ref) => known(says.subscriptions, ref),
    refund: never,
    changeSubscription: never,
    cardPage: never,
    receive: never,
    openAccount: never,
    accountPage: never,
    canCharge: never,
  };
}

let actionNo = 900;

/** An action of a group to give to, as intake knows it; no row stands behind it. */
export function giftTarget(group: Group): IntakeTarget {
  actionNo += 1;
  const { no: groupNo, id: groupId, shard, jurisdiction } = group;
  const of = { groupNo, groupId, shard, jurisdiction, actionNo };
  return { ...of, actionId: newId(), kind: "fundraiser", isOnce: false, tagNos: [], hasReceipt: false };
}

export const ACCOUNT = "acct_riverside";

/** A payment that was asked for, as `startPayment` keeps it. Gives its id. */
export async function askForPayment(
  group: Group,
  target: IntakeTarget,
  changes: Partial<Parameters<typeof insertPayment>[1]> = {},
): Promise<PaymentId> {
  const id = newId<PaymentId>();
  const order: PaymentOrder = {
    target,
    title: "Sensors",
    locale: "en",
    origin: "http://riverside.localhost:8787",
    details: {},
  };
  await insertPayment(dbFor(contextOf().env, group), {
    ...{ id, actionNo: target.actionNo, provider: "stripe", account: ACCOUNT, order },
    ...{ amount: 2500, feeCover: 0, currency: "CAD", interval: "", createdAt: Date.now() },
    participation: {
      ...{ e: `${id}@supporters.example`, o: { givenName: "Amina" }, la: "en", co: 2, w: "", nm: 0 },
    },
    ...changes,
  });
  return id;
}

export function lookDeps(group: Group, says: Says, told: PaymentNews[] = []): LookDeps {
  return {
    ctx: contextOf(),
    group,
    provider: scriptedProvider(says),
    account: ACCOUNT,
    tell: async (news) => void told.push(news),
    alone: (_name, work) => work(),
    now: Date.now,
  };
}

export function nothingSaid(): Says {
  return { checkouts: new Map(), payments: new Map(), subscriptions: new Map() };
}

/** A line as a provider tells it. */
export function fact(
  kind: LedgerFact["kind"],
  ref: string,
  amount: number,
  at = 1_700_000_000_000,
): LedgerFact {
  return { key: `${kind}:${ref}`, kind, money: { amount, currency: "CAD" }, at };
}

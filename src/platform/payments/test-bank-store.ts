import type { Money } from "../money";
import type { TestCard } from "./test-cards";
import type { Interval, LedgerFact } from "./types";

/** What the pretended bank knows; in `SITES`, beside nothing that counts, since it exists in development alone. */
export type BankSession = {
  id: string;
  account: string;
  order: string;
  money: Money;
  interval: Interval | null;
  title: string;
  email: string;
  locale: string;
  successUrl: string;
  cancelUrl: string;
  expiresAt: number;
  payment: string | null;
  subscription: string | null;
};
export type BankPayment = {
  id: string;
  account: string;
  order: string | null;
  subscription: string | null;
  status: "open" | "paid" | "failed";
  money: Money;
  facts: LedgerFact[];
};
export type BankSubscription = {
  id: string;
  account: string;
  order: string;
  email: string;
  title: string;
  card: TestCard;
  status: "active" | "past_due" | "paused" | "ended";
  money: Money;
  interval: Interval;
  nextAt: number;
  bills: { ref: string; payment: string | null; status: "paid" | "open" | "void"; attempts: number }[];
};

type Kinds = { session: BankSession; payment: BankPayment; subscription: BankSubscription };

const LIST_MAX = 100;
/** Long enough to see a dispute through; then the pretended past is forgotten. */
const KEPT_SECONDS = 30 * 86_400;

const keyOf = (kind: keyof Kinds, id: string) => `test-bank/${kind}/${id}`;

export async function readBank<Kind extends keyof Kinds>(
  sites: KVNamespace,
  kind: Kind,
  id: string,
): Promise<Kinds[Kind] | null> {
  return sites.get<Kinds[Kind]>(keyOf(kind, id), "json");
}

export async function writeBank<Kind extends keyof Kinds>(
  sites: KVNamespace,
  kind: Kind,
  object: Kinds[Kind],
): Promise<void> {
  await sites.put(keyOf(kind, object.id), JSON.stringify(object), { expirationTtl: KEPT_SECONDS });
}

export async function listBank<Kind extends keyof Kinds>(
  sites: KVNamespace,
  kind: Kind,
): Promise<Kinds[Kind][]> {
  const { keys } = await sites.list({ prefix: keyOf(kind, ""), limit: LIST_MAX });
  const found = await Promise.all(keys.map(({ name }) => sites.get<Kinds[Kind]>(name, "json")));
  return found.filter((object) => object !== null);
}

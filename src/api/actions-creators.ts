import { accountOf } from "../accounts/account";
import type { Account } from "../accounts/types";
import type { Action } from "../actions/types";
import { fieldsOf } from "../people/custom-field";
import { peopleByNumber } from "../people/edit";
import { type AccountId, parseId } from "../platform/ids";
import { LruCache } from "../platform/lru";
import { saidOf } from "./action-fields";
import { answerItem, type Item, identity, link } from "./hal";
import { locatingPeople } from "./location";
import { personItem } from "./people";
import { notFound } from "./problem";
import { makersOf, peopleByEmail } from "./store-actions";
import { selectBeside } from "./store-people";
import type { ApiContext } from "./web";

const accounts = new LruCache<Account | null>(1_000);
const ACCOUNT_KEPT_MS = 60_000;

/**
 * Who made some actions, as a person each, by the action's number: whoever of the group's list has the organiser's address, and else
 * the organiser's account as far as it is a person. Nobody for an action that a client made and named nobody for.
 */
export async function creatorItems(c: ApiContext, actions: readonly Action[]): Promise<Map<number, Item>> {
  const { db } = c.var.caller;
  const makers = new Map<number, Account>();
  for (const no of new Set(actions.flatMap(({ api, createdBy }) => (api ? [] : [createdBy])))) {
    const account = await accountKept(c, no);
    if (account) makers.set(no, account);
  }
  const known = await peopleByEmail(
    db,
    [...makers.values()].map(({ emailKey }) => emailKey),
  );
  const personNo = (action: Action): number | undefined => {
    const said = saidOf(action)?.creator;
    if (typeof said === "number") return said;
    const email = makers.get(action.createdBy)?.emailKey;
    return known.find((each) => each.email === email)?.personNo;
  };
  const nos = [...new Set(actions.flatMap((action) => personNo(action) ?? []))];
  const people = await itemsOf(c, nos);
  return new Map(
    actions.flatMap((action): [number, Item][] => {
      const person = people.get(personNo(action) ?? 0);
      const account = action.api ? undefined : makers.get(action.createdBy);
      if (person) return [[action.no, person]];
      return account ? [[action.no, accountItem(c, account)]] : [];
    }),
  );
}

/** People of the group as they are everywhere. */
async function itemsOf(c: ApiContext, nos: readonly number[]): Promise<Map<number, Item>> {
  const { db, group } = c.var.caller;
  if (nos.length === 0) return new Map();
  const [people, beside, fields] = await Promise.all([
    peopleByNumber(db, [...nos]),
    selectBeside(db, nos),
    fieldsOf(db),
  ]);
  const locate = await locatingPeople(c.var.ctx, group, people);
  return new Map(
    people.flatMap((person): [number, Item][] => {
      const more = beside.get(person.no);
      if (!more || person.erasedAt !== null || person.mergedInto !== null) return [];
      return [[person.no, personItem(c.var, person, more, { fields, locate })]];
    }),
  );
}

async function accountKept(c: ApiContext, no: number): Promise<Account | null> {
  const { ctx } = c.var;
  const kept = accounts.get(String(no), ctx.now);
  if (kept !== undefined) return kept;
  const account = await accountOf(ctx, no);
  accounts.set(String(no), account, ctx.now + ACCOUNT_KEPT_MS);
  return account;
}

/** `GET /creators/{id}`: an organiser of the group who is not on its list. */
export async function answerCreator(c: ApiContext, text: string): Promise<Response> {
  const id = parseId<AccountId>(text);
  const account = id && (await accountOfGroup(c, id));
  if (!account) throw notFound("person", text);
  return answerItem(c, accountItem(c, account));
}

/** Whoever made an action of this group, a member or not any more; nobody of another group. */
async function accountOfGroup(c: ApiContext, id: AccountId): Promise<Account | null> {
  for (const no of await makersOf(c.var.caller.db)) {
    const account = await accountKept(c, no);
    if (account?.id === id) return account;
  }
  return null;
}

/** An organiser's account as far as it is a person: a name and an address. */
function accountItem(c: ApiContext, { id, name, email, locale, createdAt }: Account): Item {
  const [given, family] = halves(name);
  return {
    ...identity(id, [], createdAt, createdAt),
    ...(given === "" ? {} : { given_name: given }),
    ...(family === "" ? {} : { family_name: family }),
    email_addresses: [{ primary: true, address: email, status: "unsubscribed" }],
    phone_numbers: [{ primary: true, number_type: "Mobile", status: "unsubscribed" }],
    postal_addresses: [{ primary: true }],
    languages_spoken: [locale],
    _links: { self: link(c.var.base, `/creators/${id}`) },
  };
}

function halves(name: string): [given: string, family: string] {
  const words = name.trim().split(/\s+/);
  return [words.slice(0, Math.max(1, words.length - 1)).join(" "), words.slice(1).at(-1) ?? ""];
}

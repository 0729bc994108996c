import type { GroupDb } from "../groups/shard";
import type { Context } from "../platform/context";
import { noteEdit, ownerOf, type PersonRow } from "./edit";
import { indexNow } from "./search-index";
import * as store from "./store-address";

/** Addresses of each kind a person may have. */
const ADDRESSES_MAX = 20;

export type AddressKind = "email" | "phone";
const numbers = { email: 1, phone: 2 } as const;

export type Address = {
  kind: AddressKind;
  value: string;
  isPrimary: boolean;
  /** When they stopped using it; null while they do. */
  leftAt: number | null;
};

/** Every email and phone of a person, the primary ones first, those left last. */
export async function addressesOf(group: GroupDb, person: PersonRow): Promise<Address[]> {
  const others = await store.selectOthers(group, person.no);
  const primary = [
    ...(person.email ? [{ kind: "email" as const, value: person.email, isPrimary: true, leftAt: null }] : []),
    ...(person.phone ? [{ kind: "phone" as const, value: person.phone, isPrimary: true, leftAt: null }] : []),
  ];
  const beside = others
    .filter(({ value }) => value !== person.email && value !== person.phone)
    .map(
      ({ kind, value, leftAt }): Address => ({
        kind: kind === 1 ? "email" : "phone",
        value,
        isPrimary: false,
        leftAt,
      }),
    );
  return [...primary, ...beside].toSorted(
    (one, other) => Number(one.leftAt !== null) - Number(other.leftAt !== null),
  );
}

export type AddressOutcome =
  | { outcome: "done" }
  /** Nothing to do: it is so already, or the person has no such address. */
  | { outcome: "same" }
  /** Somebody else has it; merging the two is what is meant, perhaps. */
  | { outcome: "taken"; personNo: number }
  | { outcome: "tooMany" };

type By = { by: number | null };

/** Gives a person one more address. @param value normalised */
export async function addAddress(
  ctx: Pick<Context, "now">,
  group: GroupDb,
  person: PersonRow,
  { kind, value, by }: { kind: AddressKind; value: string } & By,
): Promise<AddressOutcome> {
  const all = await addressesOf(group, person);
  const known = all.find((each) => each.kind === kind && each.value === value);
  if (known && known.leftAt === null) return { outcome: "same" };
  if (!known && all.filter((each) => each.kind === kind).length >= ADDRESSES_MAX)
    return { outcome: "tooMany" };
  const owner = await ownerOf(group, numbers[kind], value);
  if (owner !== null && owner !== person.no) return { outcome: "taken", personNo: owner };
  const address = { kind: numbers[kind], value };
  const hasNone = !all.some((each) => each.kind === kind && each.isPrimary);
  await group.d1.batch([
    ...store.addStatements(group, person.no, address, ctx.now),
    ...(hasNone ? store.makePrimaryStatements(group, person.no, address, ctx.now) : []),
  ]);
  const now = await ownerOf(group, numbers[kind], value);
  if (now !== null && now !== person.no) return { outcome: "taken", personNo: now };
  return noted(ctx, group, person, { kind, from: "", to: value, by });
}

/** Makes one of a person's addresses the primary one; the one before stays theirs. */
export async function makePrimary(
  ctx: Pick<Context, "now">,
  group: GroupDb,
  person: PersonRow,
  { kind, value, by }: { kind: AddressKind; value: string } & By,
): Promise<AddressOutcome> {
  const all = await addressesOf(group, person);
  const chosen = all.find((each) => each.kind === kind && each.value === value);
  if (!chosen || chosen.isPrimary) return { outcome: "same" };
  await group.d1.batch(
    store.makePrimaryStatements(group, person.no, { kind: numbers[kind], value }, ctx.now),
  );
  return noted(ctx, group, person, { kind, from: person[kind] ?? "", to: value, by });
}

/**
 * A person stops using an email: no mail goes there, and whoever still signs with it is them. The primary one can only be
 * left for another. A phone is let go at once, since it goes to whoever names it next.
 */
export async function leaveAddress(
  ctx: Pick<Context, "now">,
  group: GroupDb,
  person: PersonRow,
  { kind, value, by }: { kind: AddressKind; value: string } & By,
): Promise<AddressOutcome> {
  const chosen = (await addressesOf(group, person)).find(
    (each) => each.kind === kind && each.value === value,
  );
  if (!chosen || chosen.leftAt !== null || (kind === "email" && chosen.isPrimary)) return { outcome: "same" };
  await group.d1.batch(
    kind === "email"
      ? [store.leaveStatement(group, person.no, { kind: 1, value }, ctx.now)]
      : store.letGoStatements(group, person.no, { kind: 2, value }, ctx.now),
  );
  return noted(ctx, group, person, { kind, from: value, to: "", by });
}

/** An email that a person had left is not theirs at all: whoever acts with it next is somebody else. */
export async function letGoAddress(
  ctx: Pick<Context, "now">,
  group: GroupDb,
  person: PersonRow,
  { value, by }: { value: string } & By,
): Promise<AddressOutcome> {
  const chosen = (await addressesOf(group, person)).find(
    (each) => each.kind === "email" && each.value === value,
  );
  if (!chosen || chosen.isPrimary) return { outcome: "same" };
  await group.d1.batch(store.letGoStatements(group, person.no, { kind: 1, value }, ctx.now));
  return noted(ctx, group, person, { kind: "email", from: value, to: "", by });
}

async function noted(
  ctx: Pick<Context, "now">,
  group: GroupDb,
  person: PersonRow,
  { kind, from, to, by }: { kind: AddressKind; from: string; to: string } & By,
): Promise<AddressOutcome> {
  await noteEdit(ctx, group, person.no, { act: kind, changes: [{ name: kind, from, to }], by });
  await indexNow(group, [person.no], ctx.now);
  return { outcome: "done" };
}

export type { AddressChangeRow } from "./store-address";
/** What `profiles/address-change.ts` keeps of a supporter's own change. */
export { claimChange, confirmChange, deleteChange, insertChange, selectChange } from "./store-address";

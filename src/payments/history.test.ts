import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contextOf, makeGroup } from "../../test/groups";
import { askForPayment, fact, giftTarget, lookDeps, nothingSaid } from "../../test/provider";
import { dbFor } from "../groups/shard";
import { homeOf } from "../intake/home";
import { intakeStub } from "../intake/objects";
import type { LedgerFact, PaymentFacts } from "../platform/payments/types";
import { standingOf } from "./ledger";
import { lookAt } from "./look";
import { factsOf, findPayment, raised, totalsOf } from "./payment";

/** Each life is some thirty looks, each a few statements. */
const RUNS = 12;
const TIMEOUT_MS = 90_000;

const { group } = await makeGroup();
const { env } = contextOf();
const db = dbFor(env, group);

/** Something that happens to one charge. */
type Event = { facts: LedgerFact[] };

/** A life of a charge: refunds, some of which fail, and disputes, some of which are decided. */
const life = fc
  .record({
    refunds: fc.array(fc.record({ amount: fc.integer({ min: 1, max: 2500 }), fails: fc.boolean() }), {
      maxLength: 3,
    }),
    dispute: fc.option(fc.constantFrom("open", "won", "lost"), { nil: null }),
  })
  .map(({ refunds, dispute }) => eventsOf(refunds, dispute));

function eventsOf(refunds: { amount: number; fails: boolean }[], dispute: string | null): Event[] {
  const charge = { facts: [fact("charge", "ch", 2500), fact("fee", "txn", -103)] };
  const given = refunds.flatMap(({ amount, fails }, n): Event[] => [
    { facts: [fact("refund", `re${n}`, -amount)] },
    ...(fails ? [{ facts: [fact("refund_failed", `re${n}`, amount)] }] : []),
  ]);
  const disputed: Event[] = dispute
    ? [{ facts: [fact("dispute", "dp", -2500), fact("fee", "dp_txn", -1500)] }]
    : [];
  if (dispute === "won") disputed.push({ facts: [fact("dispute_won", "dp", 2500)] });
  if (dispute === "lost") disputed.push({ facts: [fact("dispute_lost", "dp", 0)] });
  return [charge, ...given, ...disputed];
}

/** The provider gives no two charges the same name. */
function named({ facts: lines }: Event, id: string): Event {
  return { facts: lines.map((line) => ({ ...line, key: `${line.key}_${id}` })) };
}

/** What the provider would have said at each moment of a life: each answer holds all that had happened by then. */
function answersOf(events: Event[]): LedgerFact[][] {
  return events.map((_, index) => events.slice(0, index + 1).flatMap(({ facts }) => facts));
}

const facts = (ref: string, order: string | null, lines: LedgerFact[]): PaymentFacts => ({
  ...{ ref, order, subscription: null, facts: lines },
  status: lines.length > 0 ? "paid" : "open",
  money: { amount: 2500, currency: "CAD" },
});

const key = ({ key: name }: LedgerFact) => name;

describe("a ledger under messages that are repeated, late and in any order", () => {
  it(
    "holds each fact of the provider once, and their sum",
    async () => {
      await fc.assert(
        fc.asyncProperty(
          life,
          fc.infiniteStream(fc.nat()),
          fc.integer({ min: 1, max: 8 }),
          async (made, dice, extra) => {
            const target = giftTarget(group);
            const id = await askForPayment(group, target);
            const events = made.map((event) => named(event, id));
            const ref = `pi_${id}`;
            const says = nothingSaid();
            const deps = lookDeps(group, says);
            const answers = answersOf(events);
            // Every answer at least once, some again, shuffled: an old one may be the last to be written.
            const heard = [...answers, ...Array.from({ length: extra }, () => pick(answers, dice))];
            for (const lines of shuffled(heard, dice)) {
              says.payments.set(ref, facts(ref, id, lines));
              const looks = Array.from({ length: 1 + (next(dice) % 2) }, () =>
                lookAt(deps, { kind: "payment", ref }),
              );
              await Promise.all(looks);
            }
            const all = answers.at(-1) ?? [];
            const stored = await factsOf(db, id);
            expect(stored.map(key).toSorted()).toEqual(all.map(key).toSorted());
            expect(standingOf(stored)).toEqual(model(events));
            expect(await raised(db, target.actionNo, "CAD")).toBe(model(events).held);
            const totals = await totalsOf(db, target.actionNo);
            expect(totals.reduce((sum, { amount }) => sum + amount, 0)).toBe(
              all.reduce((sum, { money }) => sum + money.amount, 0),
            );
            expect(await findPayment(db, id)).toMatchObject({ state: "paid", ref, participation: null });
          },
        ),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );

  it("records the gift once, whatever is heard how often", async () => {
    const target = giftTarget(group);
    const ids = await Promise.all([askForPayment(group, target), askForPayment(group, target)]);
    const says = nothingSaid();
    for (const id of ids)
      says.payments.set(`pi_${id}`, facts(`pi_${id}`, id, [fact("charge", `ch_${id}`, 2500)]));
    const looks = ids.flatMap((id) =>
      Array.from({ length: 5 }, () =>
        lookAt(lookDeps(group, says), { kind: "payment", ref: `pi_${id}` }).catch(() => []),
      ),
    );
    await Promise.all(looks);
    for (const id of ids) await lookAt(lookDeps(group, says), { kind: "payment", ref: `pi_${id}` });
    await intakeStub(env, "", `${target.actionId}/weur/0`).drain();
    const rows = await db.d1
      .prepare(
        "SELECT lower(hex(id)) AS id, amount, currency FROM participations WHERE group_no = ? AND action_no = ? ORDER BY id",
      )
      .bind(group.no, target.actionNo)
      .all();
    expect(rows.results).toEqual(
      ids.toSorted().map((id) => ({ id: id.replaceAll("-", ""), amount: 2500, currency: "CAD" })),
    );
    expect((await homeOf(env, target).summary()).total).toBe(2);
    expect(await raised(db, target.actionNo, "CAD")).toBe(5000);
  });

  it("refuses to change or remove a line", async () => {
    const statement = (sql: string) => db.d1.prepare(sql).run();
    await expect(statement("UPDATE ledger_entries SET amount = 1")).rejects.toThrow("append-only");
    await expect(statement("DELETE FROM ledger_entries")).rejects.toThrow("append-only");
  });
});

describe("what a message may claim", () => {
  it("pays no order that was made for another account", async () => {
    const target = giftTarget(group);
    const id = await askForPayment(group, target, { account: "acct_of_another" });
    const says = nothingSaid();
    says.payments.set("pi_forged", facts("pi_forged", id, [fact("charge", "ch_forged", 2500)]));
    await lookAt(lookDeps(group, says), { kind: "payment", ref: "pi_forged" });
    expect(await factsOf(db, id)).toEqual([]);
    expect(await findPayment(db, id)).toMatchObject({ state: "open", ref: null });
  });

  it("pays no order of another group", async () => {
    const { group: other } = await makeGroup();
    const target = giftTarget(group);
    const id = await askForPayment(group, target);
    const says = nothingSaid();
    says.payments.set("pi_other", facts("pi_other", id, [fact("charge", "ch_other", 2500)]));
    await lookAt(lookDeps(other, says), { kind: "payment", ref: "pi_other" });
    expect(await findPayment(db, id)).toMatchObject({ state: "open", ref: null });
    const { results } = await db.d1
      .prepare("SELECT 1 FROM ledger_entries WHERE key = 'charge:ch_other'")
      .all();
    expect(results).toEqual([]);
  });

  it("is ignored for business of the account that is not ours", async () => {
    const says = nothingSaid();
    says.payments.set("pi_shop", facts("pi_shop", null, [fact("charge", "ch_shop", 999)]));
    expect(await lookAt(lookDeps(group, says), { kind: "payment", ref: "pi_shop" })).toEqual([
      { about: { kind: "payment", ref: "pi_shop" }, at: null },
    ]);
  });
});

/** The plain model: what happened, added up in the order it happened. */
function model(events: Event[]) {
  let held = 0;
  let refunded = 0;
  let dispute: "none" | "open" | "won" | "lost" = "none";
  for (const { kind, money } of events.flatMap(({ facts: lines }) => lines)) {
    if (kind !== "fee") held += money.amount;
    if (kind === "refund" || kind === "refund_failed") refunded -= money.amount;
    if (kind === "dispute") dispute = "open";
    if (kind === "dispute_won") dispute = "won";
    if (kind === "dispute_lost") dispute = "lost";
  }
  const given = refunded >= 2500 ? "refunded" : refunded > 0 ? "partly_refunded" : "paid";
  const standing = dispute === "open" ? "disputed" : dispute === "lost" ? "dispute_lost" : given;
  return { standing, held, refunded };
}

function next(dice: Iterator<number>): number {
  return dice.next().value ?? 0;
}

function pick<Item>(items: readonly Item[], dice: Iterator<number>): Item {
  const item = items[next(dice) % items.length];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

function shuffled<Item>(items: readonly Item[], dice: Iterator<number>): Item[] {
  const left = [...items];
  const order: Item[] = [];
  while (left.length > 0) order.push(...left.splice(next(dice) % left.length, 1));
  return order;
}

import fc from "fast-check";
import {
  type Audience,
  audienceSchema,
  type Clause,
  type FieldTest,
  type Node,
  type When,
} from "../src/audiences/types";
import {
  ACTIONS,
  DAY_MS,
  FIELDS,
  IMPORTS,
  kinds,
  MAILINGS,
  moment,
  NOW,
  PEOPLE,
  SERIES,
  TAGS,
  texts,
} from "./audience-world";

/* Random trees of the language of audiences, about the things `audience-world.ts` makes, and a little beyond them. */

const optional = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });
const some = <Value>(values: readonly Value[], maxLength = 3) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength });
const nos = (count: number) =>
  fc.uniqueArray(fc.integer({ min: 1, max: count + 1 }), { minLength: 1, maxLength: 3 });
const isText = (text: string) => text.trim() !== "";

const days = fc.integer({ min: 1, max: 60 });
const when: fc.Arbitrary<When> = fc.oneof(
  days.map((lastDays) => ({ lastDays })),
  days.map((beforeDays) => ({ beforeDays })),
  moment.map((from) => ({ from })),
  moment.map((to) => ({ to })),
  fc
    .tuple(moment, fc.integer({ min: 1, max: 80 }))
    .map(([from, more]) => ({ from, to: from + (more * DAY_MS) / 2 })),
);
const times = fc.oneof(
  fc.integer({ min: 1, max: 3 }).map((least) => ({ least })),
  fc
    .tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 0, max: 2 }))
    .map(([least, more]) => ({ least, most: least + more })),
);
const amount = fc.integer({ min: 0, max: 12 }).map((units) => units * 500);
const span = fc.oneof(
  amount.map((least) => ({ least })),
  amount.map((most) => ({ most })),
  fc
    .tuple(amount, amount)
    .map(([one, other]) => ({ least: Math.min(one, other), most: Math.max(one, other) })),
);

const value = fc.constantFrom(...texts.value.filter(isText));
const number = fc.constantFrom(-3, 0, 0.5, 7, 12, 12.5, 13);
const day = fc.constantFrom("2025-12-31", "2026-01-01", "2026-03-12", "2026-12-31");
const fieldTest: fc.Arbitrary<FieldTest> = fc.oneof(
  fc.constant({ op: "known" as const }),
  fc.uniqueArray(value, { minLength: 1, maxLength: 3 }).map((values) => ({ op: "is" as const, values })),
  fc.constantFrom("b", "US", "pied", "À", "%", "_", "1").map((text) => ({ op: "contains" as const, text })),
  fc.constantFrom("b", "bi", "à p", "[", "2026-", "1").map((text) => ({ op: "begins" as const, text })),
  fc.record({ op: fc.constant("number" as const), least: optional(number), most: optional(number) }),
  fc.record({ op: fc.constant("day" as const), from: optional(day), to: optional(day) }),
  fc.record({
    op: fc.constant("chosen" as const),
    values: fc.uniqueArray(fc.constantFrom("Bus", "bike", "À pied", "yes"), { minLength: 1, maxLength: 2 }),
    match: fc.constantFrom("any" as const, "all" as const),
  }),
);

const is = <Kind extends string>(kind: Kind) => fc.constant(kind);

/** A clause of any kind. @param saved how many saved audiences there are to name */
function clause(saved: number): fc.Arbitrary<Clause> {
  const all: fc.Arbitrary<unknown>[] = [
    fc.record({
      is: is("subscription"),
      channel: fc.constantFrom("email", "mobile"),
      status: some(["none", "subscribed", "unsubscribed", "bounced", "complained"]),
    }),
    fc.record({ is: is("has"), what: fc.constantFrom("email", "phone", "name", "postal_code") }),
    fc.record({ is: is("tag"), tags: nos(TAGS), match: fc.constantFrom("any", "all") }),
    fc.record({ is: is("field"), field: fc.integer({ min: 1, max: FIELDS }), test: fieldTest }),
    fc.record({
      is: is("action"),
      actions: optional(nos(ACTIONS)),
      kinds: optional(some([...kinds, "call"])),
      sources: optional(some(texts.source)),
      when: optional(when),
      times: optional(times),
    }),
    fc.record({
      is: is("donation"),
      actions: optional(nos(ACTIONS)),
      currency: optional(fc.constantFrom("CAD", "USD")),
      when: optional(when),
      times: optional(times),
      total: optional(span),
      largest: optional(span),
      last: optional(span),
    }),
    fc.record({ is: is("recurring"), states: some(["active", "past_due", "paused", "ended"]) }),
    fc.record({
      is: is("mail"),
      did: fc.constantFrom("received", "opened", "clicked"),
      mailings: optional(
        fc.uniqueArray(fc.integer({ min: 1, max: MAILINGS + 1 }), { minLength: 1, maxLength: 6 }),
      ),
      when: optional(when),
      times: optional(times),
    }),
    fc.record({ is: is("series"), series: nos(SERIES.length) }),
    fc.record({ is: is("country"), countries: some(texts.country) }),
    fc.record({
      is: is("region"),
      regions: some(["ON", "québec", "QUÉBEC", "île-de-france"]),
      country: optional(fc.constantFrom(...texts.country)),
    }),
    fc.record({ is: is("city"), cities: some(["toronto", "MONTRÉAL", "são paulo"]) }),
    fc.record({
      is: is("postal"),
      prefixes: some(["M", "m4m", "M4M 2", "H2X1", "902", "90210-1", "9"]),
      country: optional(fc.constantFrom(...texts.country)),
    }),
    fc.record({
      is: is("near"),
      country: is("CA"),
      postalCode: fc.constantFrom("M4M 2T1", "h2x", "X9X"),
      km: fc.constantFrom(1, 10, 450),
    }),
    fc.record({
      is: is("near"),
      country: is("US"),
      postalCode: fc.constantFrom("90210", "00000"),
      km: fc.constantFrom(5, 40),
    }),
    fc.record({ is: is("district"), districts: some(["CA-36", "CA-32", "35110", "24077", "CA-42"]) }),
    fc.record({ is: is("source"), sources: some(texts.source), first: fc.boolean() }),
    fc.record({ is: is("import"), imports: nos(IMPORTS), who: fc.constantFrom("all", "new") }),
    fc.record({ is: is("joined"), when }),
    fc.record({ is: is("language"), languages: some(["en", "FR", "pt-br"]) }),
    fc.record({ is: is("mailbox"), domains: some(["supporters.example", "mail.example"]) }),
    fc.record({ is: is("engagement"), levels: some(["quiet", "warm", "active", "core"]) }),
    fc.record({ is: is("active"), when, times: optional(times) }),
    fc.record({
      is: is("sample"),
      share: fc.constantFrom(0, 1_250, 5_000, 10_000),
      seed: fc.integer({ min: 0, max: 1_000_000_000 }),
    }),
    fc.record({
      is: is("people"),
      people: fc.uniqueArray(fc.integer({ min: 1, max: PEOPLE + 2 }), { minLength: 1, maxLength: 8 }),
    }),
    ...(saved > 0 ? [fc.record({ is: is("saved"), audience: fc.integer({ min: 1, max: saved + 1 }) })] : []),
  ];
  return fc.oneof(...all) as fc.Arbitrary<Clause>;
}

/** A whole audience. @param saved how many saved audiences there are to name */
export function audienceTree(saved: number): fc.Arbitrary<Audience> {
  const { node } = fc.letrec<{ node: Node }>((tie) => ({
    node: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      clause(saved),
      fc.array(tie("node"), { maxLength: 4 }).map((all) => ({ all })),
      fc.array(tie("node"), { maxLength: 4 }).map((any) => ({ any })),
      tie("node").map((not) => ({ not })),
    ),
  }));
  const limit = fc.record({
    people: fc.integer({ min: 1, max: PEOPLE }),
    by: fc.constantFrom("random", "newest", "oldest", "active"),
    seed: fc.integer({ min: 0, max: 1000 }),
  });
  return fc
    .record({
      include: node,
      exclude: fc.option(node, { nil: undefined }),
      limit: fc
        .option(limit, { nil: undefined, freq: 7 })
        .map((found) => (found && found.people % 3 === 0 ? found : undefined)),
    })
    .map((tree) => audienceSchema.parse(tree));
}

export { NOW };

import fc from "fast-check";
import type { Audience } from "../src/audiences/types";
import type { GroupDb } from "../src/groups/shard";

/*
 * Small random groups, in which everything happens that an audience may ask about; values are few, so that questions and people
 * meet often.
 */

export const DAY_MS = 86_400_000;
export const NOW = Date.UTC(2026, 5, 1, 12);
export const ACTIONS = 6;
export const TAGS = 4;
export const FIELDS = 3;
export const MAILINGS = 6;
export const IMPORTS = 2;
/** Series of mailings: the second was changed from the first, and the third has not run. */
export const SERIES = [
  { no: 1, family: 1, runs: [1, 2] },
  { no: 2, family: 1, runs: [3] },
  { no: 3, family: 3, runs: [] },
];
export const PEOPLE = 24;

export const texts = {
  region: ["ON", "on", "Québec", "QUÉBEC", "Île-de-France", ""],
  city: ["Toronto", "TORONTO", "Montréal", "São Paulo", ""],
  postal: ["M4M 2T1", "m4m2t1", "M5V 3L9", "H2X 1Y4", "90210", "90210-1234", "90001", ""],
  country: ["CA", "US", "FR"],
  language: ["en", "fr", "pt-BR", "EN"],
  source: ["newsletter", "facebook", "Newsletter", "r-abc"],
  domain: ["supporters.example", "Mail.example"],
  value: [
    ...[
      "Bus",
      "bus",
      "Bike",
      "À pied",
      "à pied",
      "",
      "12",
      "12.5",
      "-3",
      "7.",
      ".5",
      "1-2",
      "1.2.3",
      "-",
      "--5",
    ],
    ...[
      "2026-03-12",
      "2025-12-31",
      "2026-3-1",
      '["Bus","Bike"]',
      '["bike"]',
      "[]",
      "[broken",
      "yes",
      "100%",
      "a_b",
    ],
  ],
} as const;
export const kinds = ["petition", "fundraiser", "event", "petition", "fundraiser", "letter"] as const;

const maybe = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: null, freq: 3 });
/** Half days up to 100 days ago, on the day exactly and a moment beside it, where the edges of times are. */
export const moment = fc
  .tuple(fc.integer({ min: 0, max: 200 }), fc.constantFrom(-1000, 0, 0, 1000))
  .map(([halves, beside]) => NOW - (halves * DAY_MS) / 2 + beside);
const second = moment.map((at) => Math.floor(at / 1000));
const personNo = fc.integer({ min: 1, max: PEOPLE });
const actionNo = fc.integer({ min: 1, max: ACTIONS });
const status = fc.integer({ min: 0, max: 4 });

const person = fc.record({
  email: maybe(fc.constantFrom(...texts.domain).map((domain) => `somebody@${domain}`)),
  phone: maybe(fc.constantFrom("+14165550100", "")),
  givenName: maybe(fc.constantFrom("Amina", "")),
  familyName: maybe(fc.constantFrom("Sow", "")),
  locality: maybe(fc.constantFrom(...texts.city)),
  region: maybe(fc.constantFrom(...texts.region)),
  postalCode: maybe(fc.constantFrom(...texts.postal)),
  country: maybe(fc.constantFrom(...texts.country)),
  language: maybe(fc.constantFrom(...texts.language)),
  emailStatus: status,
  mobileStatus: status,
  firstActionNo: maybe(actionNo),
  createdAt: moment,
  erasedAt: fc.option(moment, { nil: null, freq: 15 }).map((at) => (at !== null && at % 3 === 0 ? at : null)),
  mergedInto: fc.integer({ min: 0, max: 19 }).map((chance) => (chance === 0 ? 1 : null)),
});
export type WorldPerson = (typeof person extends fc.Arbitrary<infer Value> ? Value : never) & { no: number };

/** One row for a key at most. */
function rows<Row>(arbitrary: fc.Arbitrary<Row>, key: (row: Row) => unknown, maxLength: number) {
  return fc.uniqueArray(arbitrary, { maxLength, selector: (row) => JSON.stringify(key(row)) });
}

const gone = (count: number) =>
  fc
    .array(
      fc.tuple(
        fc.integer({ min: 1, max: count }),
        fc.option(fc.integer({ min: 1, max: count }), { nil: null }),
      ),
      {
        maxLength: 2,
      },
    )
    .map((pairs) =>
      [...new Map(pairs)]
        // Always into a higher number, so that nothing goes in circles.
        .filter(([no, into]) => into === null || into > no)
        .map(([no, into]) => ({ no, into })),
    );

export const audienceWorld = fc
  .record({
    people: fc.array(person, { minLength: 8, maxLength: PEOPLE }),
    participations: rows(
      fc.record({
        ...{ personNo, actionNo },
        nth: fc.integer({ min: 0, max: 2 }),
        actedAt: moment,
        source: maybe(fc.constantFrom(...texts.source)),
        standing: fc.constantFrom(0, 0, 1, 2, 3),
        amount: maybe(fc.integer({ min: 0, max: 5 }).map((units) => units * 500)),
        currency: fc.constantFrom("CAD", "CAD", "USD"),
        removalNo: fc.constantFrom(0, 0, 0, 0, 1),
      }),
      (row) => [row.personNo, row.actionNo, row.nth],
      90,
    ),
    taggings: rows(
      fc.record({ tagNo: fc.integer({ min: 1, max: TAGS }), personNo }),
      (row) => [row.tagNo, row.personNo],
      50,
    ),
    values: rows(
      fc.record({
        fieldNo: fc.integer({ min: 1, max: FIELDS }),
        personNo,
        value: fc.constantFrom(...texts.value),
      }),
      (row) => [row.fieldNo, row.personNo],
      50,
    ),
    mailings: fc.array(maybe(moment), { minLength: MAILINGS, maxLength: MAILINGS }),
    recipients: rows(
      fc.record({
        mailingNo: fc.integer({ min: 1, max: MAILINGS }),
        personNo,
        status: fc.constantFrom(1, 2, 3, 3, 3, 4, 5, 6),
      }),
      (row) => [row.mailingNo, row.personNo],
      70,
    ),
    mailEvents: rows(
      fc.record({
        mailingNo: fc.integer({ min: 1, max: MAILINGS }),
        personNo,
        openedS: maybe(second),
        clickedS: maybe(second),
      }),
      (row) => [row.mailingNo, row.personNo],
      60,
    ),
    imported: rows(
      fc.record({ importNo: fc.integer({ min: 1, max: IMPORTS }), personNo, isNew: fc.boolean() }),
      (row) => [row.importNo, row.personNo],
      30,
    ),
    scores: rows(fc.record({ personNo, level: fc.integer({ min: 0, max: 3 }) }), (row) => row.personNo, 20),
    subscribed: fc.array(
      fc.record({ of: fc.nat(), state: fc.integer({ min: 0, max: 4 }), isElsewhere: fc.boolean() }),
      { maxLength: 8 },
    ),
    lines: fc.array(
      fc.record({
        of: fc.nat(),
        kind: fc.integer({ min: 1, max: 7 }),
        amount: fc.constantFrom(-500, -1000, 500, -2500),
        currency: fc.constantFrom("CAD", "CAD", "USD"),
      }),
      { maxLength: 12 },
    ),
    goneTags: gone(TAGS),
    goneFields: gone(FIELDS),
  })
  .map(({ people, participations, mailings, subscribed, lines, ...rest }) => {
    const exist = people.map((each, index) => ({ ...each, no: index + 1 }));
    const acts = participations.map((each, index) => ({
      ...each,
      id: (index + 1).toString(16).padStart(32, "0"),
    }));
    const isHere = (row: { personNo: number }) => row.personNo <= exist.length;
    const act = (of: number) => acts[of % Math.max(acts.length, 1)];
    return {
      ...rest,
      people: exist,
      actions: kinds.map((kind, index) => ({ no: index + 1, kind })),
      participations: acts.filter(isHere),
      taggings: rest.taggings.filter(isHere),
      values: rest.values.filter(isHere),
      recipients: rest.recipients.filter(isHere),
      mailEvents: rest.mailEvents.filter(isHere),
      imported: rest.imported.filter(isHere),
      scores: rest.scores.filter(isHere),
      mailings: mailings.map((sentAt, index) => ({ no: index + 1, sentAt })),
      subscriptions: [
        ...new Map(
          subscribed.flatMap(({ of, state, isElsewhere }) => {
            const found = act(of);
            return found
              ? [[found.id, { id: found.id, state, actionNo: isElsewhere ? 99 : found.actionNo }] as const]
              : [];
          }),
        ).values(),
      ],
      ledger: lines.flatMap(({ of, ...line }) => {
        const found = act(of);
        return found ? [{ ...line, paymentId: found.id }] : [];
      }),
      saved: [] as { no: number; audience: Audience }[],
    };
  });
export type AudienceWorld = typeof audienceWorld extends fc.Arbitrary<infer Value> ? Value : never;

/** Writes a world into a group without rows. */
export async function storeWorld({ d1, groupNo }: GroupDb, world: AudienceWorld): Promise<void> {
  const insert = (table: string, columns: string, values: string, list: readonly unknown[]) =>
    d1
      .prepare(`INSERT INTO ${table} (group_no, ${columns}) SELECT ?1, ${values} FROM json_each(?2) j`)
      .bind(groupNo, JSON.stringify(list));
  const of = (...names: string[]) => names.map((name) => `j.value ->> '${name}'`).join(", ");
  const readers = Map.groupBy(world.mailEvents, ({ personNo: no }) => no);
  const newest = (moments: (number | null)[]) =>
    moments.reduce((high, at) => (at === null ? high : Math.max(high ?? at, at)), null);
  await d1.batch([
    insert(
      "people",
      "person_no, id, email, phone, given_name, family_name, locality, region, postal_code, country, language, email_status, mobile_status, first_action_no, created_at, erased_at, merged_into",
      `j.value ->> 'no', randomblob(16), ${of("email", "phone", "givenName", "familyName", "locality", "region", "postalCode", "country", "language", "emailStatus", "mobileStatus", "firstActionNo", "createdAt", "erasedAt", "mergedInto")}`,
      world.people,
    ),
    insert(
      "merged_people",
      "root_no, person_no",
      of("mergedInto", "no"),
      world.people.filter(({ no, mergedInto }) => mergedInto !== null && mergedInto !== no),
    ),
    insert(
      "actions",
      "action_no, kind, id, slug, status, title, locale, settings, version, created_by, created_at, updated_at",
      `${of("no", "kind")}, randomblob(16), 'action-' || (j.value ->> 'no'), 'published', 'Action ' || (j.value ->> 'no'), 'en', '{}', 1, 1, 1, 1`,
      world.actions,
    ),
    insert(
      "participations",
      "person_no, action_no, nth, id, acted_at, revised_at, answer, is_named, source, standing, amount, currency, removal_no",
      `${of("personNo", "actionNo", "nth")}, unhex(j.value ->> 'id'), ${of("actedAt", "actedAt")}, '{}', 0, ${of("source", "standing", "amount", "currency", "removalNo")}`,
      world.participations,
    ),
    insert("taggings", "tag_no, person_no, tagged_at", `${of("tagNo", "personNo")}, 1`, world.taggings),
    insert(
      "field_values",
      "field_no, person_no, value, acted_at",
      `${of("fieldNo", "personNo", "value")}, 1`,
      world.values,
    ),
    insert(
      "tags",
      "tag_no, name, created_at, merged_into, deleted_at",
      `j.value ->> 'no', '#' || (j.value ->> 'no'), 1, j.value ->> 'into', iif(j.value ->> 'into' IS NULL, 1, NULL)`,
      world.goneTags,
    ),
    insert(
      "custom_fields",
      "field_no, key, label, type, choices, created_at, merged_into, deleted_at",
      `j.value ->> 'no', '#' || (j.value ->> 'no'), '', 'text', '[]', 1, j.value ->> 'into', iif(j.value ->> 'into' IS NULL, 1, NULL)`,
      world.goneFields,
    ),
    insert(
      "mailings",
      "mailing_no, id, subject, status, created_by, created_at, updated_at, sent_at",
      "j.value ->> 'no', randomblob(16), 'A mailing', 'sent', 1, 1, 1, j.value ->> 'sentAt'",
      world.mailings,
    ),
    insert(
      "mail_series",
      "series_no, family_no, mailing_no, id, plan, recipients_max, status, owner_no, created_at, updated_at",
      `${of("no", "family")}, 100 + (j.value ->> 'no'), randomblob(16), '{}', 1, 'stopped', 1, 1, 1`,
      SERIES,
    ),
    insert(
      "mail_series_runs",
      "series_no, nth, mailing_no, mailing_id, due_at, taken_at, state",
      `${of("no", "nth", "mailing")}, randomblob(16), 1, 1, 'sent'`,
      SERIES.flatMap(({ no, runs }) => runs.map((mailing, index) => ({ no, nth: index + 1, mailing }))),
    ),
    insert(
      "mailing_recipients",
      "mailing_no, person_no, status",
      of("mailingNo", "personNo", "status"),
      world.recipients,
    ),
    insert(
      "mail_events",
      "mailing_no, person_no, opened_s, clicked_s",
      of("mailingNo", "personNo", "openedS", "clickedS"),
      world.mailEvents,
    ),
    insert(
      "mail_readers",
      "person_no, opened_s, clicked_s",
      of("no", "openedS", "clickedS"),
      [...readers].map(([no, events]) => ({
        no,
        openedS: newest(events.map(({ openedS }) => openedS)),
        clickedS: newest(events.map(({ clickedS }) => clickedS)),
      })),
    ),
    insert(
      "import_people",
      "import_no, person_no, is_new, acted_at",
      `${of("importNo", "personNo")}, iif(j.value ->> 'isNew', 1, 0), 1`,
      world.imported,
    ),
    insert(
      "people_scores",
      "person_no, level, score, status",
      `${of("personNo", "level")}, 0, 1`,
      world.scores,
    ),
    insert(
      "subscriptions",
      'id, state, action_no, provider, account, ref, amount, currency, interval, "order", participation, created_at, read_at',
      `unhex(j.value ->> 'id'), ${of("state", "actionNo")}, 'test', '', j.value ->> 'id', 1, 'CAD', 'month', '{}', '{}', 1, 1`,
      world.subscriptions,
    ),
    insert(
      "ledger_entries",
      "key, payment_id, action_no, kind, amount, currency, occurred_at, noted_at",
      `'line ' || j.key, unhex(j.value ->> 'paymentId'), 1, ${of("kind", "amount", "currency")}, 1, 1`,
      world.ledger,
    ),
    insert(
      "audiences",
      "audience_no, tree, id, name, created_by, created_at, updated_by, updated_at",
      `j.value ->> 'no', j.value ->> 'audience', unhex('0000000000007000800000000000000' || (j.value ->> 'no')), 'Audience ' || (j.value ->> 'no'), 1, 1, 1, 1`,
      world.saved,
    ),
  ]);
}

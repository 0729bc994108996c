import { type SubscriptionStatus, subscriptionStatus } from "../people/types";
import { acted, donation } from "./clause-acts";
import { fieldTest } from "./clause-fields";
import { active, mail, series } from "./clause-mail";
import { beginsWithAny, codesOfCountry, inCodes, placeKey } from "./clause-places";
import {
  type Compiled,
  GROUP,
  inTime,
  type Lookup,
  nums,
  type SetOf,
  test,
  type Way,
  who,
} from "./clause-sql";
import { chanceBelow, chanceSql } from "./sample";
import { foldedAll, joined, num, within } from "./sql";
import { type Clause, type ClauseKind, type ClauseOf, engagementLevels } from "./types";

type Compiler<Kind extends ClauseKind> = (clause: ClauseOf<Kind>, lookup: Lookup) => Compiled[];
type Compilers = { [Kind in ClauseKind]: Compiler<Kind> };

/** What a clause is in SQL; of several, all must hold. Every condition is true or false, never NULL: `NOT` would not turn that. */
export function compileClause(clause: Clause, lookup: Lookup): Compiled[] {
  return compile(clause, lookup);
}

// The compiler of a clause's own kind takes that clause; the types of a lookup by key cannot say so.
function compile<Kind extends ClauseKind>(clause: ClauseOf<Kind> & { is: Kind }, lookup: Lookup): Compiled[] {
  const compiler: Compiler<Kind> = compilers[clause.is];
  return compiler(clause, lookup);
}

const compilers: Compilers = {
  subscription: ({ channel, status }) => [
    test(
      `p.${channel}_status IN (${status.map((name: SubscriptionStatus) => subscriptionStatus[name]).join(", ")})`,
    ),
  ],
  has: ({ what }) => [test(HAS[what])],
  tag: ({ tags, match }, { tagsOf }) => {
    const ofTags = (which: readonly number[]): SetOf => ({
      rows: (way) =>
        `SELECT person_no FROM taggings WHERE ${GROUP} AND tag_no IN (${nums(which)}) AND ${who("person_no", way)}`,
      isOrdered: which.length === 1,
    });
    return match === "any" ? [ofTags(tags.flatMap(tagsOf))] : tags.map((tag) => ofTags(tagsOf(tag)));
  },
  field: ({ field, test: asked }, { values, fieldsOf }) => [
    {
      rows: (way) =>
        `SELECT f.person_no FROM field_values f WHERE f.${GROUP} AND f.field_no IN (${nums(fieldsOf(field))}) AND ${who("f.person_no", way)} AND ${fieldTest(asked, values)}`,
      isOrdered: fieldsOf(field).length === 1,
    },
  ],
  action: (clause, lookup) => [{ rows: (way) => acted(clause, lookup, way) }],
  donation: (clause, lookup) => donation(clause, lookup),
  recurring: ({ states }) => [
    {
      rows: (way) =>
        `SELECT pa.person_no FROM subscriptions s CROSS JOIN participations pa ON pa.${GROUP} AND pa.action_no = s.action_no AND pa.id = s.id
         WHERE s.${GROUP} AND s.state IN (${states.map((name) => GIFT_STATES[name]).join(", ")}) AND pa.removal_no = 0 AND ${who("pa.person_no", way)}`,
      isForRanges: true,
    },
  ],
  mail: (clause, lookup) => [mail(clause, lookup)],
  series: (clause, lookup) => [series(clause, lookup)],
  country: ({ countries }, { values }) => [test(`ifnull(p.country, '') IN ${values.list(countries)}`)],
  region: ({ regions, country }, { values }) => [
    ...(country ? [test(`ifnull(p.country, '') = ${values.one(country)}`)] : []),
    test(`lower(ifnull(p.region, '')) IN ${values.list(foldedAll(regions))}`),
  ],
  city: ({ cities }, { values }) => [
    test(`lower(ifnull(p.locality, '')) IN ${values.list(foldedAll(cities))}`),
  ],
  postal: ({ country, prefixes }, { values }) => [
    ...(country ? [test(`ifnull(p.country, '') = ${values.one(country)}`)] : []),
    test(beginsWithAny(prefixes, values)),
  ],
  near: (clause, lookup) => [test(inCodes(clause.country, lookup.codesOf(placeKey(clause)), lookup.values))],
  district: (clause, lookup) => [
    test(
      joined(
        (["CA", "US"] as const).map((country) =>
          inCodes(country, codesOfCountry(lookup.codesOf(placeKey(clause)), country), lookup.values),
        ),
        "OR",
      ),
    ),
  ],
  source: ({ sources, first }, { values }) => [
    {
      rows: (way) =>
        `SELECT pa.person_no FROM participations pa WHERE pa.${GROUP} AND ${who("pa.person_no", way)} AND pa.removal_no = 0
         AND pa.source IN ${values.list(sources)}${first ? " AND pa.action_no = p.first_action_no" : ""}`,
    },
  ],
  import: ({ imports, who: whom }) => [
    {
      rows: (way) =>
        `SELECT person_no FROM import_people WHERE ${GROUP} AND import_no IN (${nums(imports)}) AND ${who("person_no", way)}${whom === "new" ? " AND is_new = 1" : ""}`,
      isOrdered: imports.length === 1,
    },
  ],
  joined: ({ when }, { now }) => [test(joined(inTime("p.created_at", when, now), "AND"))],
  language: ({ languages }, { values }) => [
    test(`lower(ifnull(p.language, '')) IN ${values.list(foldedAll(languages))}`),
  ],
  mailbox: ({ domains }, { values }) => [
    test(
      `lower(substr(ifnull(p.email, ''), instr(ifnull(p.email, ''), '@') + 1)) IN ${values.list(foldedAll(domains))}`,
    ),
  ],
  engagement: ({ levels }) => {
    const wanted = levels.map((level) => engagementLevels.indexOf(level));
    const others = engagementLevels.flatMap((_, level) => (wanted.includes(level) ? [] : [level]));
    const scored = (which: readonly number[], way: Way) =>
      `SELECT person_no FROM people_scores WHERE ${GROUP} AND level IN (${nums(which)}) AND ${who("person_no", way)}`;
    // Whoever has no score yet is at the lowest level.
    return wanted.includes(0)
      ? [test(`NOT EXISTS (${scored(others, "each")})`)]
      : [{ rows: (way) => scored(wanted, way), isOrdered: true }];
  },
  active: (clause, lookup) => [active(clause, lookup)],
  sample: ({ share, seed }) => [test(`${chanceSql("p.person_no", seed)} < ${num(chanceBelow(share))}`)],
  saved: ({ audience }, lookup) => [test(lookup.saved(audience))],
  people: ({ people }, { values }) => [
    {
      rows: () => `SELECT value FROM json_each(?4, '$[${values.place(people)}]') WHERE ${within("value")}`,
      isForRanges: true,
    },
  ],
};

const HAS = {
  email: "ifnull(p.email, '') <> ''",
  phone: "ifnull(p.phone, '') <> ''",
  name: "(ifnull(p.given_name, '') <> '' OR ifnull(p.family_name, '') <> '')",
  postal_code: "ifnull(p.postal_code, '') <> ''",
} as const;

const GIFT_STATES = { active: 1, past_due: 2, paused: 3, ended: 4 } as const;

import { type SubscriptionStatus, subscriptionStatus } from "../people/types";
import { chanceBelow, chanceSql } from "./sample";
import { between, folded, foldedAll, joined, num, type Values, within } from "./sql";
import {
  type Clause,
  type ClauseKind,
  type ClauseOf,
  engagementLevels,
  type FieldTest,
  type Times,
  type When,
} from "./types";

/** What a clause may need beside itself; looked up before (`plan.ts`). */
export type Lookup = {
  now: number;
  values: Values;
  /** The postal codes of a place, as `placeKey` names it. */
  codesOf(key: string): readonly string[];
  /** SQL for a saved audience. */
  saved(no: number): string;
  /** The numbers under which a tag's people are, those of tags that became it too; none once it was deleted. */
  tagsOf(no: number): readonly number[];
  /** The same for a custom field. */
  fieldsOf(no: number): readonly number[];
  /** The mailings that were sent within a time. */
  mailingsSent(when: When): readonly number[];
};

/**
 * What a clause is in SQL: a condition on the row `p` of `people`, or the set of those it is true of. A set is written for one
 * person (`each`: a look in the order of people, for everybody who is still in question) or for all within the range (`all`).
 */
export type Compiled = { test: string } | SetOf;
export type SetOf = {
  rows(way: Way): string;
  /** Rows of the set for a range come in the order of people, each once. */
  isOrdered?: boolean;
  /** Looking for each person would take more looks than reading all of the range. */
  isForRanges?: boolean;
};
/** `each`: `p.person_no` is given. `all`: whoever is within the range. `driver`: the same, for a set that is small. */
export type Way = "each" | "all" | "driver";

const DAY_MS = 86_400_000;
const GROUP = "group_no = ?1";
const SENT = 3;
const CANCELLED = 3;
/** So many looks for a person are quicker than reading what all of the range got. */
const MAILINGS_EACH_MAX = 4;

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

/** The people of a statement, by the column that names them. */
function who(column: string, way: Way): string {
  return way === "each" ? `${column} = p.person_no` : within(column);
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

function test(sql: string): Compiled {
  return { test: sql };
}

function nums(values: readonly number[]): string {
  return values.map(num).join(", ");
}

function and(conditions: readonly string[]): string {
  return conditions.map((condition) => `AND ${condition}`).join(" ");
}

function where(conditions: readonly string[]): string {
  return conditions.length > 0 ? `WHERE ${joined(conditions, "AND")}` : "WHERE 1";
}

function isOnce(times: Times | undefined): boolean {
  return times === undefined || (times.least === 1 && times.most === undefined);
}

/** Whether a time goes on into the future, so that the newest moment of somebody decides. */
function isOpenEnded(when: When | undefined): boolean {
  return when === undefined || "lastDays" in when || ("from" in when && when.to === undefined);
}

function grouped(select: string, column: string, times: Times | undefined): string {
  if (isOnce(times)) return select;
  return `${select} GROUP BY ${column} HAVING ${joined(between("count(*)", times ?? {}), "AND")}`;
}

/** Whether a moment is within a time. */
export function isInTime(at: number, when: When, now: number): boolean {
  if ("lastDays" in when) return at >= now - when.lastDays * DAY_MS;
  if ("beforeDays" in when) return at < now - when.beforeDays * DAY_MS;
  return (when.from === undefined || at >= when.from) && (when.to === undefined || at < when.to);
}

/** Conditions on a column of ms. */
export function inTime(column: string, when: When, now: number): string[] {
  if ("lastDays" in when) return [`${column} >= ${num(now - when.lastDays * DAY_MS)}`];
  if ("beforeDays" in when) return [`${column} < ${num(now - when.beforeDays * DAY_MS)}`];
  return [
    ...(when.from === undefined ? [] : [`${column} >= ${num(when.from)}`]),
    ...(when.to === undefined ? [] : [`${column} < ${num(when.to)}`]),
  ];
}

/** The same for a column of seconds, which may be null: a null is in no time. */
function inSeconds(column: string, when: When, now: number): string[] {
  return [`${column} IS NOT NULL`, ...inTime(`${column} * 1000`, when, now)];
}

function acted(
  { actions, kinds, sources, when, times }: ClauseOf<"action">,
  { values, now }: Lookup,
  way: Way,
): string {
  const conditions = [
    ...(sources ? [`pa.source IN ${values.list(sources)}`] : []),
    ...(when ? inTime("pa.acted_at", when, now) : []),
  ];
  return grouped(
    `SELECT pa.person_no FROM ${participations({ actions, kinds }, values, way)} ${where(conditions)}`,
    "pa.person_no",
    times,
  );
}

/** `FROM` for participations that count, as `pa`. */
function participations(
  { actions, kinds }: Pick<ClauseOf<"action">, "actions" | "kinds">,
  values: Values,
  way: Way,
): string {
  // A small set is read from the index of its actions, and whether somebody took one action is one look. Else all that a person did is
  // read, which lies together: the plus keeps SQLite from the index, which is in no order of people, and from a look for each action.
  const isOneLook = way === "each" && actions?.length === 1 && !kinds;
  const column = way === "driver" || isOneLook ? "x.action_no" : "+x.action_no";
  const ofActions = [
    ...(actions ? [`${column} IN (${nums(actions)})`] : []),
    ...(kinds
      ? [
          `${column} IN (SELECT a.action_no FROM actions a WHERE a.${GROUP} AND a.kind IN ${values.list(kinds)})`,
        ]
      : []),
  ];
  const counts = `removal_no = 0 AND standing <> ${CANCELLED}`;
  const rows = `x.${GROUP} AND ${who("x.person_no", way)} ${and(ofActions)}`;
  if (way !== "driver") return `(SELECT * FROM participations x WHERE ${rows} AND ${counts}) pa`;
  return `(SELECT x.person_no, x.action_no, x.nth FROM participations x INDEXED BY participations_by_action WHERE ${rows}) i
    CROSS JOIN participations pa ON pa.${GROUP} AND pa.person_no = i.person_no AND pa.action_no = i.action_no AND pa.nth = i.nth
      AND pa.removal_no = 0 AND pa.standing <> ${CANCELLED}`;
}

/** Gifts that were not given back, with what is left of them. */
function donation(
  { actions, currency, when, times, total, largest, last }: ClauseOf<"donation">,
  { values, now }: Lookup,
): Compiled[] {
  const conditions = [
    "pa.amount IS NOT NULL",
    ...(currency ? [`pa.currency = ${values.one(currency)}`] : []),
    ...(when ? inTime("pa.acted_at", when, now) : []),
  ];
  const gifts = (way: Way) =>
    `SELECT person_no, acted_at, id, net FROM (SELECT pa.person_no, pa.acted_at, pa.id, pa.amount + ifnull((SELECT sum(l.amount)
     FROM ledger_entries l INDEXED BY ledger_entries_by_payment WHERE l.${GROUP} AND l.payment_id = pa.id AND l.kind > 2 AND l.currency = pa.currency), 0) AS net
     FROM ${participations({ actions, kinds: ["fundraiser"] }, values, way)} ${where(conditions)}) WHERE net > 0`;
  const having = [
    ...(isOnce(times) ? [] : between("count(*)", times ?? {})),
    ...(total ? between("sum(net)", total) : []),
    ...(largest ? between("max(net)", largest) : []),
  ];
  const sums: SetOf = {
    rows: (way) =>
      `SELECT person_no FROM (${gifts(way)})${having.length > 0 ? ` GROUP BY person_no HAVING ${joined(having, "AND")}` : ""}`,
  };
  if (!last) return [sums];
  const newest: SetOf = {
    rows: (way) =>
      `SELECT person_no FROM (SELECT person_no, net, row_number() OVER (PARTITION BY person_no ORDER BY acted_at DESC, id DESC) AS place
       FROM (${gifts(way)})) WHERE place = 1 AND ${joined(between("net", last), "AND")}`,
  };
  return having.length > 0 ? [sums, newest] : [newest];
}

function active({ when, times }: ClauseOf<"active">, { now }: Lookup): SetOf {
  const actedThen = (way: Way) =>
    `SELECT pa.person_no FROM participations pa WHERE pa.${GROUP} AND ${who("pa.person_no", way)} AND pa.removal_no = 0 AND pa.standing <> ${CANCELLED} ${and(inTime("pa.acted_at", when, now))}`;
  const readThen = (prefix: string) =>
    joined(
      ["opened_s", "clicked_s"].map((column) => joined(inSeconds(`${prefix}${column}`, when, now), "AND")),
      "OR",
    );
  if (isOnce(times) && isOpenEnded(when))
    return {
      rows: (way) =>
        `${actedThen(way)} UNION ALL SELECT person_no FROM mail_readers WHERE ${GROUP} AND ${who("person_no", way)} AND ${readThen("")}`,
    };
  return {
    rows: (way) =>
      grouped(
        `SELECT person_no FROM (${actedThen(way)} UNION ALL SELECT e.person_no FROM ${mailsOf("mail_events", "e", undefined, way)} WHERE ${readThen("e.")}) WHERE 1`,
        "person_no",
        times,
      ),
    isForRanges: true,
  };
}

/** `FROM` for rows of a table kept by mailing and person. */
function mailsOf(table: string, alias: string, mailings: readonly number[] | undefined, way: Way): string {
  if (mailings)
    return `(SELECT * FROM ${table} y WHERE y.${GROUP} AND y.mailing_no IN (${nums(mailings)}) AND ${who("y.person_no", way)}) ${alias}`;
  return `(SELECT mailing_no FROM mailings m WHERE m.${GROUP}) m
    CROSS JOIN ${table} ${alias} ON ${alias}.${GROUP} AND ${alias}.mailing_no = m.mailing_no AND ${who(`${alias}.person_no`, way)}`;
}

function mail({ did, mailings, when, times }: ClauseOf<"mail">, { now, mailingsSent }: Lookup): SetOf {
  const isEasy = isOnce(times) && isOpenEnded(when) && !mailings;
  if (did === "received") {
    const sent = when ? mailingsSent(when).filter((no) => !mailings || mailings.includes(no)) : mailings;
    return {
      rows: (way) =>
        grouped(
          `SELECT r.person_no FROM ${mailsOf("mailing_recipients", "r", sent, way)} WHERE r.status = ${SENT}`,
          "r.person_no",
          times,
        ),
      isOrdered: sent?.length === 1,
      isForRanges: sent === undefined || sent.length > MAILINGS_EACH_MAX,
    };
  }
  const column = did === "opened" ? "opened_s" : "clicked_s";
  const happened = (name: string) => (when ? inSeconds(name, when, now) : [`${name} IS NOT NULL`]);
  if (isEasy)
    return {
      rows: (way) =>
        `SELECT person_no FROM mail_readers WHERE ${GROUP} AND ${who("person_no", way)} ${and(happened(column))}`,
      isOrdered: true,
    };
  return {
    rows: (way) =>
      grouped(
        `SELECT e.person_no FROM ${mailsOf("mail_events", "e", mailings, way)} ${where(happened(`e.${column}`))}`,
        "e.person_no",
        times,
      ),
    isOrdered: mailings?.length === 1,
    isForRanges: mailings === undefined || mailings.length > MAILINGS_EACH_MAX,
  };
}

const DIGITS =
  "f.value GLOB '*[0-9]*' AND f.value NOT GLOB '*[^-.0-9]*' AND f.value NOT GLOB '?*-*' AND f.value NOT GLOB '*.*.*'";
const DAY = "f.value GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'";
// A single choice is kept as plain text, several as a JSON list.
const CHOICES =
  "json_each(CASE WHEN json_valid(f.value) AND json_type(f.value) = 'array' THEN f.value ELSE json_array(f.value) END)";

/** A condition on the row `f` of `field_values`. */
function fieldTest(asked: FieldTest, values: Values): string {
  switch (asked.op) {
    case "known":
      return "f.value <> '' AND f.value <> '[]'";
    case "is":
      return `lower(f.value) IN ${values.list(foldedAll(asked.values))}`;
    case "contains":
      return `instr(lower(f.value), ${values.one(folded(asked.text))}) > 0`;
    case "begins": {
      const text = folded(asked.text);
      return `substr(lower(f.value), 1, ${num([...text].length)}) = ${values.one(text)}`;
    }
    case "number":
      return joined(
        [
          DIGITS,
          ...(asked.least === undefined ? [] : [`CAST(f.value AS REAL) >= ${values.one(asked.least)}`]),
          ...(asked.most === undefined ? [] : [`CAST(f.value AS REAL) <= ${values.one(asked.most)}`]),
        ],
        "AND",
      );
    case "day":
      return joined(
        [
          DAY,
          ...(asked.from === undefined ? [] : [`f.value >= ${values.one(asked.from)}`]),
          ...(asked.to === undefined ? [] : [`f.value <= ${values.one(asked.to)}`]),
        ],
        "AND",
      );
    case "chosen": {
      const each = asked.match === "any" ? [asked.values] : asked.values.map((value) => [value]);
      return joined(
        each.map(
          (wanted) =>
            `EXISTS (SELECT 1 FROM ${CHOICES} v WHERE lower(v.value) IN ${values.list(foldedAll(wanted))})`,
        ),
        "AND",
      );
    }
  }
}

const BARE_CODE = "upper(replace(replace(ifnull(p.postal_code, ''), ' ', ''), '-', ''))";

/** A postal code as it is compared: in capitals, without gaps. */
export function bareCode(code: string): string {
  return code.replace(/[a-z]/g, (letter) => letter.toUpperCase()).replace(/[ -]/g, "");
}

/** Prefixes of one length are one set: a look for each length, however many they are. */
function beginsWithAny(prefixes: readonly string[], values: Values): string {
  const byLength = Map.groupBy(new Set(prefixes.map(bareCode)), (prefix) => [...prefix].length);
  return joined(
    [...byLength].map(([length, all]) => `substr(${BARE_CODE}, 1, ${num(length)}) IN ${values.list(all)}`),
    "OR",
  );
}

/** How many characters of a code its place is looked up by; there is no gap before them. */
export const CODE_LENGTHS = { CA: 3, US: 5 } as const;

function inCodes(country: "CA" | "US", codes: readonly string[], values: Values): string {
  if (codes.length === 0) return "0";
  return `(ifnull(p.country, '') = ${values.one(country)} AND upper(substr(ifnull(p.postal_code, ''), 1, ${CODE_LENGTHS[country]})) IN ${values.list(codes)})`;
}

function codesOfCountry(codes: readonly string[], country: "CA" | "US"): string[] {
  return codes.filter((code) => (/^[A-Z]/.test(code) ? "CA" : "US") === country);
}

/** What a place is looked up under. */
export function placeKey(clause: ClauseOf<"near"> | ClauseOf<"district">): string {
  return clause.is === "near"
    ? `near ${clause.country} ${bareCode(clause.postalCode)} ${clause.km}`
    : `district ${clause.districts.toSorted().join(" ")}`;
}
